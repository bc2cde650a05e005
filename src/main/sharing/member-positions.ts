import type { Collection } from '../collection.ts';
import type { GroupMembership } from '../peers/membership/group-membership.ts';
import type { LogHead, LogPosition, MemberStanding } from '../peers/session/shared-collection.ts';
import type { DeviceId, LogId, MemberKey } from '../record/ids.ts';
import type { Acknowledged } from '../store/registry-store.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { comparableUpTo } from './meet-heads.ts';
import { isIn } from './stretches.ts';
import { ToldByOthers } from './told-by-others.ts';

/** Members, and positions of theirs, told of in one message; more than enough, and far from what fits one. */
const MOST_MEMBERS = 64;
const MOST_POSITIONS = 4096;

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
  /** What each told by way of a relay, whenever that was. */
  readonly #relayed = new Map<DeviceId, readonly LogHead[]>();
  /** So many items each device linked now names as problems. */
  readonly #problems = new Map<DeviceId, number>();
  /** What they told of each other. */
  readonly #others = new ToldByOthers();

  constructor(collection: Collection, membership: GroupMembership, acknowledgements: Acknowledgements) {
    this.#collection = collection;
    this.#membership = membership;
    this.#acknowledgements = acknowledgements;
  }

  /** What a device that linked tells it holds. */
  tell(device: DeviceId, heads: readonly LogHead[]): void {
    this.#told.set(device, heads);
    this.#others.forgetOf(this.#membership.memberKeyOf(device));
  }

  /**
   * What a device that is not linked left at a relay to say how far it is. It holds less than was known where it lost its database: what it
   * acknowledged before counts no more.
   */
  tellRelayed(
    device: DeviceId,
    heads: readonly LogHead[],
    applied: readonly LogPosition[],
    isPartial: boolean,
  ): boolean {
    this.#relayed.set(device, heads);
    this.lowerToTold(device);
    this.notePartial(device, isPartial);
    const held = heads.map((head) => ({ ...head, number: this.toldNumber(device, head.log) }));
    return this.acknowledged(device, held, applied);
  }

  /** A device tells what others told it. */
  tellOfOthers(teller: DeviceId, members: readonly MemberStanding[]): void {
    this.#others.take(teller, members);
  }

  /** How far the members but one are, as they told this device. */
  standings(but: DeviceId): readonly MemberStanding[] {
    const owners = new Map(this.#collection.log.logs().map(({ log, member }) => [log, member]));
    const standings: MemberStanding[] = [];
    let positions = 0;
    for (const { device, memberKey } of this.#membership.others()) {
      const known = device === but ? [] : [...this.#acknowledgements.of(device)];
      const told = known.flatMap(([log, said]) => {
        const member = owners.get(log) ?? '';
        return member === '' ? [] : [{ member, log, ...said }];
      });
      positions += told.length;
      if (memberKey === null || told.length === 0 || positions > MOST_POSITIONS || standings.length === MOST_MEMBERS)
        continue;
      const at = (which: 'held' | 'applied') =>
        told.map(({ member, log, ...said }) => ({ member, log, number: said[which] }));
      standings.push({ member: memberKey, linked: this.#told.has(device), held: at('held'), applied: at('applied') });
    }
    return standings;
  }

  /** A device linked now that says that it is linked with this one, which is not linked here; null: none. */
  linkedThrough(device: DeviceId): DeviceId | null {
    if (this.#told.has(device)) return null;
    return this.#others.linkedTo(this.#membership.memberKeyOf(device), new Set(this.#told.keys()));
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
    this.#problems.delete(device);
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
    const more = this.#acknowledgements.take(device, held, comparable);
    this.#noteWhole(device);
    return more;
  }

  /** Who leaves nothing out and has applied all that is here holds all that stands. */
  #noteWhole(device: DeviceId): void {
    if (!this.#acknowledgements.isPartial(device) && this.behind(device) === 0) this.#acknowledgements.isWhole(device);
  }

  /** Everything any device told of, linked or by way of a relay, is held here. A collection nobody else is in has nothing to wait for. */
  caughtUp(): boolean {
    const others = this.#membership.others();
    if (others.length === 0) return true;
    // Who is linked goes with its link; of who left word there and was removed since, nobody waits for what it told.
    const relayed = others.filter(({ device }) => this.#relayed.has(device));
    const told = new Set([...this.#told.keys(), ...relayed.map(({ device }) => device)]);
    return told.size > 0 && [...told].every((device) => this.holdsAllOf(device));
  }

  /** Is everything here that a device told of since it linked, or last at a relay: every package, of each branch of a log? */
  holdsAllOf(device: DeviceId): boolean {
    const { log: logs } = this.#collection;
    return this.#toldBy(device).every(({ member, log, number, hash }) => {
      const counts = this.#counting(member, log, number);
      const known = logs.known(log);
      if (counts < number) return counts <= (known?.held ?? 0);
      return known?.hash === hash || logs.holds(log, number, hash.slice(0, 16));
    });
  }

  /** Packages held here that the device has not applied, as far as it told, or while it is not linked others of it. */
  behind(device: DeviceId): number {
    const applied = this.applied(device);
    let behind = 0;
    for (const { member, log, held } of this.#collection.log.logs())
      behind += Math.max(0, this.#counting(member, log, held) - (applied.get(log) ?? 0));
    return behind;
  }

  /** Up to which package the device has applied each log that is here, as far as it told, or while it is not linked others of it. */
  applied(device: DeviceId): ReadonlyMap<LogId, number> {
    const theirs = this.#acknowledgements.of(device);
    const key = this.#told.has(device) ? null : this.#membership.memberKeyOf(device);
    const applied = new Map<LogId, number>();
    for (const { log, frozen } of this.#collection.log.logs()) {
      // Of a log with branches a number alone says nothing, but where whoever tells it has all of them: it compared them.
      const told = this.#others.applied(key, log, (teller) => !frozen || this.#hasAllBranches(teller, log));
      applied.set(log, Math.max(told, theirs.get(log)?.applied ?? 0));
    }
    return applied;
  }

  /** Has this device applied all that the other holds, as far as it told, or while it is not linked others of it? */
  hasAppliedAllOf(device: DeviceId): boolean {
    if (!this.holdsAllOf(device)) return false;
    const own = new Map(this.#collection.log.logs().map((log) => [log.log, log]));
    const told = new Map(this.#toldBy(device).map((head) => [head.log, head.member]));
    const key = this.#told.has(device) ? null : this.#membership.memberKeyOf(device);
    const theirs = [...this.#acknowledgements.of(device)].map(([log, { held }]) => [log, held] as const);
    for (const [log, held] of [...theirs, ...this.#others.held(key)]) {
      const member = own.get(log)?.member || told.get(log) || '';
      if ((own.get(log)?.applied ?? 0) < this.#counting(member, log, held)) return false;
    }
    return true;
  }

  /** A device told how many items are problems there. */
  noteProblems(device: DeviceId, problems: number): void {
    this.#problems.set(device, problems);
  }
  /** So many items are problems there, as it told; 0 as well where it is not linked: what was so may be mended since. */
  problems(device: DeviceId): number {
    return this.#problems.get(device) ?? 0;
  }
  /** A device told whether its sources leave something out. */
  notePartial(device: DeviceId, partial: boolean): void {
    this.#acknowledgements.notePartial(device, partial);
    this.#noteWhole(device);
  }
  /** May a device have applied a package only together with one of these, so that what came with the one and went with the other it never held? */
  passedOver(
    device: DeviceId,
    written: Omit<LogPosition, 'member'>,
    ended: readonly Omit<LogPosition, 'member'>[],
  ): boolean {
    return this.#acknowledgements
      .stretches(device)
      .some((stretch) => isIn(stretch, written) && ended.some((each) => isIn(stretch, each)));
  }
  /** Per log, up to which package a device had all contents that are written in it: what it leaves out it may have applied all the same. */
  hadContents(device: DeviceId): ReadonlyMap<LogId, number> {
    if (this.#acknowledgements.isPartial(device)) return new Map();
    return new Map([...this.#acknowledgements.of(device)].map(([log, { applied }]) => [log, applied]));
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
  /** Does a linked device that is behind come on, as far as can be seen: packages are on their way to it, or it is at work with them? */
  comesOn(device: DeviceId): boolean {
    const theirs = this.#acknowledgements.of(device);
    const misses = this.#collection.log
      .logs()
      .some(({ member, log, held }) => this.#counting(member, log, held) > (theirs.get(log)?.held ?? 0));
    return misses || this.isBeingApplied();
  }
  /** Writes down what members said. */
  save(): void {
    this.#acknowledgements.save();
  }

  /** Did a device that is linked tell that it has each branch of a log that is here? */
  #hasAllBranches(device: DeviceId, log: LogId): boolean {
    const heads = this.#told.get(device);
    return heads !== undefined && comparableUpTo(this.#collection.log, log, heads) === Number.POSITIVE_INFINITY;
  }
  /** How far a log counts that somebody holds up to `number`: nobody waits for what its author might not write. */
  #counting(member: MemberKey | '', log: LogId, number: number): number {
    return member === '' ? number : Math.min(number, this.#membership.counting(member, log));
  }
  #toldBy(device: DeviceId): readonly LogHead[] {
    return this.#told.get(device) ?? this.#relayed.get(device) ?? [];
  }
}
