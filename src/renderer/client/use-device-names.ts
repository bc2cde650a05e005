import type { DeviceView } from '../../contract/contract.ts';
import { useRequest } from './use-request.ts';

export type NameOf = (device: string) => string;

/** What each device is called on the screen: this one is said to be this one, and two of one name are told apart by their ids. */
export function deviceLabels(
  devices: readonly Pick<DeviceView, 'device' | 'name' | 'self'>[],
): ReadonlyMap<string, string> {
  const others = devices.filter((one) => !one.self).map((one) => one.name);
  const label = ({ device, name, self }: Pick<DeviceView, 'device' | 'name' | 'self'>) => {
    if (self) return `${name} (this device)`;
    return others.filter((other) => other === name).length > 1 ? `${name} (${device.slice(0, 4)})` : name;
  };
  return new Map(devices.map((one) => [one.device, label(one)]));
}

/** `known`: names of devices that are perhaps no members any more. One nobody knows goes by its id. */
export function useDeviceNames(known: { readonly [device: string]: string } = {}): NameOf {
  const devices = useRequest('devices:list', []);
  const labels = deviceLabels(devices.value ?? []);
  return (device) => labels.get(device) ?? known[device] ?? device.slice(0, 8);
}
