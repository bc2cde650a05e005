import { plainText } from '../platform/plain-text.ts';
import type { CommandCall } from './command.ts';

/** What people call the devices this one shares something with, by their ids. Scripts are given the ids alone. */
export async function deviceNames(call: CommandCall): Promise<ReadonlyMap<string, string>> {
  if (call.json) return new Map();
  const devices = await call.ask('devices:list');
  return new Map(devices.map(({ device, name }) => [device, plainText(name)]));
}
