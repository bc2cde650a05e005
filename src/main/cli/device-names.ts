import { plainText } from '../platform/plain-text.ts';
import type { CommandCall } from './command.ts';
import { shortId } from './show-value.ts';

/** What people call the devices this one shares something with, by their ids. Scripts are given the ids alone. */
export async function deviceNames(call: CommandCall): Promise<ReadonlyMap<string, string>> {
  if (call.json) return new Map();
  const devices = await call.ask('devices:list');
  return new Map(devices.map(({ device, name }) => [device, plainText(name)]));
}

/** What each of these is called in a list of them: where two have one name, with as much of its id as commands take. */
export function namesApart(
  devices: readonly { readonly device: string; readonly name: string }[],
): (device: string, name: string) => string {
  const ids = Map.groupBy(devices, ({ name }) => name);
  return (device, name) =>
    new Set(ids.get(name)?.map((each) => each.device)).size > 1 ? `${name} (${shortId(device)})` : name;
}
