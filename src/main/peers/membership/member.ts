import type { DeviceId, LogId, MemberKey } from '../../record/ids.ts';
import type { Descriptor } from '../identity/descriptor.ts';
import type { MemberRole } from '../protocol/messages.ts';

/** A device in a collection, or one that was: what the membership log says of it. */
export interface Member {
  readonly device: DeviceId;
  /** null only for a creator whose own `add` is not here yet. */
  readonly memberKey: MemberKey | null;
  readonly role: MemberRole;
  readonly descriptor: Descriptor;
  /** What the device is called. */
  readonly name: string;
  readonly addedBy: DeviceId;
  /** May be given what was written before it came. */
  readonly history: boolean;
  /** Of one who may not write any more: the last number of each log that counts; logs not in it count not at all. null: all count. */
  readonly cut: ReadonlyMap<LogId, number> | null;
}
