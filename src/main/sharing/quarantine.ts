import type { Collection } from '../collection.ts';
import type { GroupMembership } from '../peers/membership/group-membership.ts';
import { type DeviceId, type Digest, type MemberKey, type RecordId, recordId } from '../record/ids.ts';
import { changeLogSource } from '../store/problem-store.ts';
import { notTakenText, quarantinedBy, quarantineText } from './quarantine-words.ts';

/** Packages that are opened at most to say what is in them. */
const MOST_READ = 64;

/** What members wrote when they might not any more, set aside until a person decides: what is told of it, and the decision. */
export class Quarantine {
  readonly #collection: Collection;
  readonly #membership: GroupMembership;

  constructor(collection: Collection, membership: GroupMembership) {
    this.#collection = collection;
    this.#membership = membership;
  }

  /** What is set aside is a problem, one a member, until a person has decided; so is what the others do not take of this device. */
  tell(now: number): void {
    const { problems, stored, quarantine } = this.#collection;
    const source = changeLogSource(stored.row);
    const told = new Map<RecordId, readonly [code: string, detail: string]>();
    for (const [member, waits] of quarantinedBy(quarantine.all()))
      told.set(recordId(this.#membership.nameOf(member)), ['quarantined', quarantineText(waits)]);
    for (const [member, waits] of quarantinedBy(this.#notTaken()))
      told.set(recordId(this.#membership.nameOf(member)), ['not-taken', notTakenText(waits)]);
    for (const { record, code } of problems.of(source))
      if ((code === 'quarantined' || code === 'not-taken') && !told.has(record)) problems.drop(source, record);
    for (const [record, [code, detail]] of told) problems.put(source, record, code, detail, now);
  }

  /** Is anything of what it wrote set aside here? */
  holdsOf(device: DeviceId): boolean {
    return this.#of(device).length > 0;
  }

  /** What a device wrote counts after all, everywhere, once membership has gone round; false: nothing of it is set aside here. */
  take(device: DeviceId, now: number): boolean {
    const waiting = this.#of(device);
    if (waiting.length === 0) return false;
    const furthest = new Map(waiting.map((each) => [each.log, { ...each, hash: each.hash as Digest }]));
    this.#membership.extendCuts([...furthest.values()], now);
    return true;
  }

  /** What a device wrote is let go of; false: nothing of it is set aside here. */
  letGo(device: DeviceId): boolean {
    const [first] = this.#of(device);
    if (first === undefined) return false;
    this.#collection.transact(() => this.#collection.quarantine.letGo(first.member));
    return true;
  }

  #of(device: DeviceId) {
    return this.#collection.quarantine
      .all()
      .filter(({ member }) => this.#membership.authorOf(member)?.device === device);
  }

  /** Packages of this device, which is still a member, that count for nobody else. */
  #notTaken(): readonly { readonly member: MemberKey; readonly bytes: Uint8Array }[] {
    if (!this.#membership.isMember()) return [];
    const { log: logs } = this.#collection;
    const member = this.#membership.ownKey;
    return logs.logs().flatMap(({ log, member: writer, held }) => {
      if (writer !== member) return [];
      const counting = this.#membership.counting(member, log);
      return held <= counting ? [] : logs.after(log, counting, MOST_READ).map(({ bytes }) => ({ member, bytes }));
    });
  }
}
