import type { DeviceView, StatusView } from '../../contract/contract.ts';
import { useApp } from './app-context.tsx';
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

/** What is known of devices before they are asked for: who shares something with this one. */
function seenDevices(status: StatusView | null): readonly Pick<DeviceView, 'device' | 'name' | 'self'>[] {
  if (status === null) return [];
  const peers = status.collections.flatMap((collection) => collection.peers);
  const names = new Map(peers.map(({ device, name }) => [device, name]));
  return [
    { device: status.device.id, name: status.device.name, self: true },
    ...[...names].map(([device, name]) => ({ device, name, self: false })),
  ];
}

/** `known`: names of devices that are perhaps no members any more. One nobody knows goes by its id. */
export function useDeviceNames(known: { readonly [device: string]: string } = {}): NameOf {
  const devices = useRequest('devices:list', []);
  const status = useApp((state) => state.status);
  const labels = deviceLabels(devices.value ?? seenDevices(status));
  return (device) => labels.get(device) ?? known[device] ?? device.slice(0, 8);
}
