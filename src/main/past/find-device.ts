import { LockstepError } from '../platform/trouble.ts';
import type { Members } from './history-port.ts';

/** The device a DEVICE argument means: its id, its name, or an unambiguous beginning of its id. Fails with `no-such-device` and `ambiguous-device`. */
export function findDevice(members: Members, text: string): string {
  const devices = [members.self, ...members.others().map((other) => other.device)];
  if (devices.includes(text)) return text;
  const named = devices.filter((device) => members.nameOf(device).toLowerCase() === text.toLowerCase());
  const meant =
    named.length > 0 ? named : devices.filter((device) => text !== '' && device.startsWith(text.toLowerCase()));
  if (meant.length === 1) return meant[0] as string;
  if (meant.length === 0) throw new LockstepError('no-such-device', `No device of this collection is ${text}.`, text);
  const some = meant.map((device) => `${members.nameOf(device)} (${device.slice(0, 8)})`).join(', ');
  throw new LockstepError('ambiguous-device', `${text} can mean ${some}; give more of its id.`, text);
}
