import type { Change } from './change-log/change.ts';
import type { Collection, Received, WrittenPackage } from './collection.ts';
import { BringToSources } from './construct/bring-to-sources.ts';
import type { Ticket } from './construct/pending.ts';
import type { ContentGiver } from './content-exchange/give-content.ts';
import type { GroupMembership } from './peers/membership/group-membership.ts';
import { SharedMembership } from './peers/membership/shared-membership.ts';
import { whyNotWritten } from './peers/membership/why-out.ts';
import type { HeadsBeacon } from './peers/session/heads-beacon.ts';
import type {
  BranchPackage,
  ContentAsked,
  Gap,
  LogHead,
  LogPosition,
  MetHeads,
  PackagesTaken,
  SharedCollection,
  Standing,
} from './peers/session/shared-collection.ts';
import { LockstepError } from './platform/trouble.ts';
import { EXISTS, fileFields } from './record/file-entry.ts';
import type { CollectionId, DeviceId, LogId, MemberKey } from './record/ids.ts';
import { editsOfMoved } from './sharing/edits-of-moved.ts';
import { FollowMembers } from './sharing/follow-members.ts';
import { HeadsWatch } from './sharing/heads-watch.ts';
import { KeepSealed } from './sharing/keep-sealed.ts';
import { branchPackagesIn, headsIn, heldOfMember, lastSignedBy, positionsIn } from './sharing/log-heads.ts';
import type { MemberPositions } from './sharing/member-positions.ts';
import { Quarantine } from './sharing/quarantine.ts';
import { tellRefused } from './sharing/tell-refused.ts';
import type { MovedOn } from './sources/files/aside.ts';
import type { RegistryStore } from './store/registry-store.ts';
import type { Synchronizer } from './synchronizer.ts';

/** What a replica tells the rest of the program. */
export interface ReplicaPort {
  /** Packages are in the log: sessions push them and acknowledge. */
  packages(id: CollectionId): void;
  /** More was applied here, or other items are problems: sessions acknowledge. */
  applied(id: CollectionId): void;
  /** A member has applied more: contents nobody had before may be there now. */
  appliedElsewhere(id: CollectionId): void;
  /** A peer asked for contents that are not here. */
  askedInVain(id: CollectionId, missing: readonly ContentAsked[]): void;
  membership(id: CollectionId): void;
  changed(): void;
  /** What this device holds is told to those linked anew. */
  compareAgain(id: CollectionId): void;
  /** Milliseconds since 1970. */
  now(): number;
  /** A cycle, or only its second half, is due in every source of the collection. */
  constructSoon(id: CollectionId): void;
  scanNow(id: CollectionId): Promise<void>;
  /** Calls once, in a few seconds, or after some milliseconds. */
  later(call: () => void, after?: number): void;
  /** What sources waited for is so: that they may compare themselves with the collection, or write to it. They look anew. */
  caughtUp(id: CollectionId): void;
  forked(id: CollectionId, log: LogId): void;
}

/** One collection with its sources here: what peers write reaches the sources, what sources say reaches peers. */
export class Replica extends SharedMembership implements SharedCollection {
  readonly part = 'member';
  readonly collection: Collection;
  readonly synchronizers = new Map<number, Synchronizer>();
  readonly #members: FollowMembers;
  readonly #giver: ContentGiver;
  readonly #port: ReplicaPort;
  readonly #sources: BringToSources;
  readonly #quarantine: Quarantine;
  readonly #watch: HeadsWatch;
  readonly #sealing: KeepSealed;
  #couldWrite: boolean;
  /** So many problems all linked members were told of when it was another number than before. */
  #problemsTold = 0;

  constructor(
    collection: Collection,
    membership: GroupMembership,
    registry: RegistryStore,
    giver: ContentGiver,
    port: ReplicaPort,
  ) {
    super(membership);
    this.collection = collection;
    this.#giver = giver;
    this.#port = port;
    this.#couldWrite = this.mayWrite();
    this.#watch = new HeadsWatch(collection, membership, {
      registry,
      now: () => port.now(),
      later: (call, after) => port.later(call, after),
      changed: () => port.changed(),
      caughtUp: () => this.memberPositions.caughtUp(),
    });
    this.#members = new FollowMembers(collection, membership, registry, this.synchronizers, port);
    this.#sources = new BringToSources(collection, this.synchronizers);
    this.#quarantine = new Quarantine(collection, membership);
    this.#sealing = new KeepSealed(membership, {
      now: () => port.now(),
      later: (call, after) => port.later(call, after),
      sealed: () => this.membershipChanged(),
    });
  }

  /** How far the others are. Adoption waits until all that they told is here. */
  get memberPositions(): MemberPositions {
    return this.#members.positions;
  }

  /** Puts back in the queue what was merged and not constructed when the program ended. Call once the sources are there. */
  resume(): void {
    this.#sources.resume();
    this.#noteApplied();
  }

  /**
   * Writes changes that no source made (a settlement, an undo) and brings them to every source. Fails with `not-allowed` where this device may
   * only read or was removed, and with `invalid-change`.
   */
  commit(changes: readonly Change[]): readonly WrittenPackage[] {
    if (!this.mayWrite())
      throw new LockstepError('not-allowed', whyNotWritten(this.membership, this.collection.stored.name), this.id);
    for (const change of changes) {
      const why = this.collection.whyInvalid(change);
      if (why !== null) throw new LockstepError('invalid-change', `This cannot be passed on: ${why}.`, change.record);
    }
    const packages = this.collection.transact(() => this.collection.write(changes));
    this.written(packages, null);
    return packages;
  }

  /** Packages of this device were committed. `by`: the source that made them has them already. */
  written(packages: readonly WrittenPackage[], by: number | null): void {
    for (const each of packages) this.#sources.bring(each, by);
    const due = this.#sources.bringDue();
    this.#noteApplied();
    this.#port.packages(this.id);
    this.#port.changed();
    if (due || this.synchronizers.size > (by === null ? 0 : 1)) this.#port.constructSoon(this.id);
  }

  /**
   * Bytes that were written to a file after the source's file was replaced or deleted become a change of the record, beside what
   * replaced it: neither is lost, and a person decides. Returns their records.
   */
  takeMovedOn(moved: readonly MovedOn[]): readonly number[] {
    const changes = moved.flatMap(({ id, digest, size, executable, modified }): Change[] => {
      if (id === null) return [];
      const writes = [...fileFields({ type: 'file', digest, size }, { executable, modified })].map(
        ([field, value]) => ({ field, value, replaces: [] }),
      );
      return [{ record: id, cause: 'source', writes: [...writes, { field: EXISTS, value: true, replaces: [] }] }];
    });
    if (changes.length === 0) return [];
    const packages = this.collection.transact(() => this.collection.write(changes));
    // The source they were found beside does not show them either.
    this.written(packages, null);
    return packages.flatMap(({ applied }) => applied.map(({ row }) => row));
  }

  done(tickets: readonly Ticket[]): void {
    this.#sources.close(tickets);
    this.#noteApplied();
  }

  override memberKeyOf(device: DeviceId): MemberKey | null {
    return this.membership.isMember() ? this.membership.memberKeyOf(device) : null;
  }
  formerKeyOf(device: DeviceId): MemberKey | null {
    return this.membership.former().get(device)?.memberKey ?? null;
  }
  wordOfRemoval(device: DeviceId): readonly Uint8Array[] {
    return this.membership.wordOfRemoval(device);
  }
  receiveMembership(operations: readonly Uint8Array[]): boolean {
    const isNew = this.membership.receive(operations);
    if (isNew) this.membershipChanged();
    return isNew;
  }

  /**
   * Who may write became something else. What was taken here of those who may not any more is made known before anyone can ask for it, and
   * what was set aside is taken where others had taken it.
   */
  membershipChanged(): void {
    const couldWrite = this.#couldWrite;
    this.#couldWrite = this.mayWrite();
    // What stayed here while this device could only read is everyone's from now on.
    if (this.#couldWrite && !couldWrite) {
      for (const synchronizer of this.synchronizers.values()) synchronizer.forgetLook();
      this.#port.caughtUp(this.id);
    }
    this.membership.extendCuts(this.heads(), this.#port.now());
    this.#sealing.check();
    this.#port.membership(this.id);
    const received = this.collection.transact(() => this.collection.receiveQuarantined());
    this.#take(received);
    this.#tellQuarantined();
  }

  #tellQuarantined(): void {
    this.#quarantine.tell(this.#port.now());
    this.#port.changed();
  }

  /**
   * A person decided about what a member wrote that might not any more: it counts after all, everywhere, or is let go of. A member that is
   * not set aside here is passed over.
   */
  settleQuarantine(device: DeviceId, take: boolean): void {
    if (!take) {
      if (this.#quarantine.letGo(device)) this.#tellQuarantined();
    } else if (this.#quarantine.take(device, this.#port.now())) this.membershipChanged();
  }

  /** Is anything of what it wrote set aside here? */
  hasSetAside(device: DeviceId): boolean {
    return this.#quarantine.holdsOf(device);
  }

  /** What the device that writes a log is called. */
  authorName(log: LogId): string {
    const { member } = this.collection.log.log(log, '');
    return (member === '' ? null : this.membership.authorOf(member)?.name) ?? 'a device';
  }

  /** How far the logs of a member are held here. */
  heldOf(device: DeviceId): readonly { readonly log: LogId; readonly number: number }[] {
    return heldOfMember(this.collection.log, this.membership.member(device)?.memberKey ?? null);
  }

  /** When a device last wrote what came here, by whichever way: as it was signed, but never later than now. Milliseconds since 1970; null: never. */
  lastHeardOf(device: DeviceId): number | null {
    const signed = lastSignedBy(this.collection.log, this.membership.member(device)?.memberKey ?? null);
    return signed === null ? null : Math.min(signed, this.#port.now());
  }

  heads(): readonly LogHead[] {
    return headsIn(this.collection.log);
  }

  beacons(): readonly HeadsBeacon[] {
    return this.#watch.beacons(this.heads());
  }
  beaconHeard(beacon: HeadsBeacon): boolean {
    return this.#watch.beaconHeard(beacon);
  }

  peerHolds(device: DeviceId, heads: readonly LogHead[]): MetHeads {
    return this.#members.peerHolds(device, heads);
  }
  /** As `FollowMembers` says. */
  meetOwnLog(heads: readonly LogHead[]): void {
    this.#members.meetOwnLog(heads);
  }

  branchPackages(): readonly BranchPackage[] {
    return branchPackagesIn(this.collection.log);
  }

  packagesAfter(log: LogId, after: number, limit: number) {
    return this.collection.log.mainAfter(log, after, limit);
  }
  isOwn(log: LogId): boolean {
    return log === this.collection.stored.ownLog;
  }

  receivePackages(device: DeviceId, packages: readonly Uint8Array[]): PackagesTaken {
    const member = this.membership.memberKeyOf(device);
    const taken = this.#receive(packages, { member, told: (log) => this.memberPositions.toldNumber(device, log) });
    if (member !== null) tellRefused(this.collection, this.membership.nameOf(member), taken, this.#port.now());
    return taken;
  }
  /** Packages that lay at a relay: whoever put them there, their authors signed them. */
  receiveRelayed(packages: readonly Uint8Array[]): PackagesTaken {
    return this.#receive(packages, undefined);
  }
  #receive(packages: readonly Uint8Array[], sender: Parameters<Collection['receive']>[1]): PackagesTaken {
    const received = this.collection.transact(() => packages.map((bytes) => this.collection.receive(bytes, sender)));
    if (received.some((each) => each.is === 'refused')) this.#tellQuarantined();
    return this.#take(received);
  }

  #take(received: readonly Received[]): PackagesTaken {
    const gaps = new Map<LogId, Gap>();
    const forked = received.flatMap((each) => (each.is === 'forked' ? [each.package.log] : []));
    let refused: string | null = null;
    let stored = 0;
    for (const each of received) {
      const taken = this.#took(each);
      if (taken) stored++;
      else if (each.is === 'gap') {
        const from = Math.min(each.from, gaps.get(each.log)?.from ?? Number.POSITIVE_INFINITY);
        gaps.set(each.log, { log: each.log, member: this.member, from });
      } else if (each.is === 'refused' && each.hostile) refused = each.why;
    }
    if (stored > 0) {
      const applied = received.flatMap((each) => ('package' in each ? each.package.applied : []));
      const followed = this.mayWrite() ? editsOfMoved(this.collection, applied) : [];
      if (followed.length > 0) this.commit(followed);
      this.#sources.bringDue();
      this.#members.tellCaughtUp();
      this.#noteApplied();
      this.#watch.tellMissing();
      this.#port.packages(this.id);
      this.#port.constructSoon(this.id);
      this.#port.changed();
    }
    if (forked.includes(this.collection.stored.ownLog)) this.#members.beginNewLog();
    this.#members.compareBranches(received);
    return { stored, gaps: [...gaps.values()], forked, refused };
  }

  /** May this device change the collection? What a reader changes in its folder stays its own. */
  mayWrite(): boolean {
    const own = this.membership.authorOf(this.membership.ownKey);
    return own !== null && own.cut === null && (own.role === 'admin' || own.role === 'editor');
  }

  #took(received: Received): boolean {
    if (received.is !== 'stored' && received.is !== 'forked') return false;
    const { package: stored } = received;
    this.#sources.bring(stored, null);
    if (received.is === 'forked') this.#port.forked(this.id, stored.log);
    this.#watch.note(received.head.member, received.head.seen);
    return true;
  }

  #noteApplied(): void {
    if (!this.#sources.noteApplied()) return;
    this.#port.applied(this.id);
    this.#port.changed();
  }

  positions() {
    return { ...positionsIn(this.collection.log), problems: this.#countProblems() };
  }
  #countProblems(): number {
    let problems = 0;
    for (const source of this.synchronizers.keys()) problems += this.collection.problems.countNamed(source);
    return problems;
  }

  /** A look or a construction ended: where other items than before are problems, the others are told how many there are. */
  tellProblems(): void {
    const problems = this.#countProblems();
    if (problems === this.#problemsTold) return;
    this.#problemsTold = problems;
    this.#port.applied(this.id);
    this.#port.changed();
  }

  acknowledged(
    device: DeviceId,
    ...had: [held: readonly LogPosition[], applied: readonly LogPosition[], number]
  ): void {
    this.#members.acknowledged(device, ...had);
  }
  /** As `FollowMembers` says. */
  standingRelayed(device: DeviceId, standing: Parameters<FollowMembers['standingRelayed']>[1]): void {
    this.#members.standingRelayed(device, standing);
  }
  get isPartial(): boolean {
    return this.#members.isPartial;
  }
  standing(peer: DeviceId): Standing {
    return this.#members.standing(peer);
  }
  standingHeard(device: DeviceId, standing: Standing): void {
    this.#members.standingHeard(device, standing);
  }

  async giveContent(asked: readonly ContentAsked[]) {
    const given = await this.#giver.give(this.collection, asked);
    const missing = asked.filter((_, at) => given[at] === null);
    if (missing.length > 0) this.#port.askedInVain(this.id, missing);
    return given;
  }
  /** Content that is to lie at a relay, as peers are given it; null for what is not here. Same order. */
  giveRelayed(asked: readonly ContentAsked[]) {
    return this.#giver.give(this.collection, asked);
  }
  scan(): Promise<void> {
    return this.#port.scanNow(this.id);
  }
}
