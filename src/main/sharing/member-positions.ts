import type { Collection } from '../collection.ts';
import type { GroupMembership } from '../peers/group-membership.ts';
import type { LogHead, LogPosition } from '../peers/shared-collection.ts';
import type { DeviceId, LogId, MemberKey } from '../record/ids.ts';
import type { Acknowledged } from '../store/registry-store.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { comparableUpTo } from './meet-heads.ts';

/**
 * How far the other members of a collection are: what those linked now told that they hold, and what each is known to hold and to have applied,
 * as far as that can be compared with what is here. Nobody waits for what its author might not write.
 */
export class MemberPositions {
  readonly #collection: Collection;
  readonly #membership: GroupMembership;
  readonly #acknowledgements: Acknowledgements;
  /** What each device told it holds since it linked. */
  readonly #told = new Map<DeviceId, readonly LogHead[]>();

  constructor(collection: Collection, membership: GroupMembership, acknowledgements: Acknowledgements) {
    this.#collection = collection;
    this.#membership = membership;
    this.#acknowledgements = acknowledgements;
  }

  /** What a device that linked tells it holds. */
  tell(device: DeviceId, heads: readonly LogHead[]): void {
    this.#told.set(device, heads);
  }

  /** The same holds for what it acknowledged once: a device that lost its database holds nothing of that. */
  lowerToTold(device: DeviceId): void {
    const heads = this.#toldBy(device);
    const known = this.#acknowledgements.of(device);
    const named = new Set(heads.map((head) => head.log));
    for (const log of known.keys())
      if (!named.has(log)) this.#acknowledgements.note(device, log, { held: 0, applied: 0 });
    const furthest = new Map<LogId, number>();
    for (const { log, number } of heads) furthest.set(log, Math.max(number, furthest.get(log) ?? 0));
    for (const [log, held] of furthest) {
      const applied = Math.min(held, known.get(log)?.applied ?? 0, comparableUpTo(this.#collection.log, log, heads));
      this.#acknowledgements.note(device, log, { held, applied });
    }
  }

  /** A device is linked no more: nobody waits for what it told. */
  forget(device: DeviceId): void {
    this.#told.delete(device);
  }

  /** How far a device told it holds a log; 0: not at all. */
  toldNumber(device: DeviceId, log: LogId): number {
    return this.#toldBy(device).reduce((most, head) => (head.log === log ? Math.max(most, head.number) : most), 0);
  }

  /** A device acknowledged; true where it has applied more than was known. */
  acknowledged(device: DeviceId, held: readonly LogPosition[], applied: readonly LogPosition[]): boolean {
    const told = this.#toldBy(device);
    const comparable = applied.map((each) => ({
      ...each,
      number: Math.min(each.number, comparableUpTo(this.#collection.log, each.log, told)),
    }));
    return this.#acknowledgements.take(device, held, comparable);
  }

  /** Everything any linked device told of is held here. A collection nobody else is in has nothing to wait for. */
  caughtUp(): boolean {
    if (this.#membership.others().length === 0) return true;
    if (this.#told.size === 0) return false;
    const held = new Map(this.#collection.log.logs().map((log) => [log.log, log.held]));
    for (const told of this.#told.values())
      for (const { member, log, number } of told)
        if ((held.get(log) ?? 0) < this.#counting(member, log, number)) return false;
    return true;
  }

  /** Packages held here that the device has not applied. */
  behind(device: DeviceId): number {
    const theirs = this.#acknowledgements.of(device);
    let behind = 0;
    for (const { member, log, held } of this.#collection.log.logs())
      behind += Math.max(0, this.#counting(member, log, held) - (theirs.get(log)?.applied ?? 0));
    return behind;
  }

  /** Has this device applied all that the other holds, as far as it told? */
  hasAppliedAllOf(device: DeviceId): boolean {
    const own = new Map(this.#collection.log.logs().map((log) => [log.log, log]));
    const told = new Map(this.#toldBy(device).map((head) => [head.log, head.member]));
    for (const [log, { held }] of this.#acknowledgements.of(device)) {
      const member = own.get(log)?.member || told.get(log) || '';
      if ((own.get(log)?.applied ?? 0) < this.#counting(member, log, held)) return false;
    }
    return true;
  }

  /** What a device is known to hold and to have applied. */
  of(device: DeviceId): ReadonlyMap<LogId, Acknowledged> {
    return this.#acknowledgements.of(device);
  }
  /** Of a log nobody is known any more to have applied more than `upTo`: they are asked anew. */
  lower(log: LogId, upTo: number): void {
    this.#acknowledgements.lower(log, upTo);
  }
  /** Does a member seem to be at work with what it holds? */
  isBeingApplied(): boolean {
    return this.#acknowledgements.isBeingApplied();
  }
  /** Writes down what members said. */
  save(): void {
    this.#acknowledgements.save();
  }

  /** How far a log counts that somebody holds up to `number`: nobody waits for what its author might not write. */
  #counting(member: MemberKey | '', log: LogId, number: number): number {
    return member === '' ? number : Math.min(number, this.#membership.counting(member, log));
  }
  #toldBy(device: DeviceId): readonly LogHead[] {
    return this.#told.get(device) ?? [];
  }
}
