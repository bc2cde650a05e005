import type { Change } from './change-log/change.ts';
import { millisecondsOf } from './change-log/hybrid-time.ts';
import { hashIn } from './change-log/package.ts';
import {
  type AppliedChange,
  CHANGE_LOG_SOURCE,
  type Collection,
  type Received,
  type Sender,
  type WrittenPackage,
} from './collection.ts';
import { Pending, type Ticket } from './construct/pending.ts';
import type { ContentGiver } from './content-exchange/give-content.ts';
import type { GroupMembership } from './peers/group-membership.ts';
import type { HeadsBeacon } from './peers/heads-beacon.ts';
import type {
  BranchPackage,
  ContentAsked,
  Gap,
  LogHead,
  LogPosition,
  Met,
  PackagesTaken,
  SharedCollection,
} from './peers/shared-collection.ts';
import { LockstepError } from './platform/trouble.ts';
import { EXISTS, fileFields } from './record/file-entry.ts';
import {
  type CollectionId,
  type DeviceId,
  type Digest,
  type LogId,
  type MemberKey,
  type RecordId,
  recordId,
} from './record/ids.ts';
import { Acknowledgements } from './sharing/acknowledgements.ts';
import { editsOfMoved } from './sharing/edits-of-moved.ts';
import { HeadsWatch } from './sharing/heads-watch.ts';
import { comparableUpTo, meetHeads } from './sharing/meet-heads.ts';
import { notTakenText, quarantinedBy, quarantineText } from './sharing/quarantined.ts';
import type { MovedOn } from './sources/files/aside.ts';
import type { Acknowledged, RegistryStore } from './store/registry-store.ts';
import type { Synchronizer } from './synchronizer.ts';

/** Packages that are opened at most to say what is in them. */
const MOST_READ = 64;

/** What a replica tells the rest of the program. */
export interface ReplicaPort {
  /** Packages are in the log: sessions push them and acknowledge. */
  packages(id: CollectionId): void;
  /** More was applied here: sessions acknowledge. */
  applied(id: CollectionId): void;
  /** A member has applied more: contents nobody had before may be there now. */
  appliedElsewhere(id: CollectionId): void;
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
export class Replica implements SharedCollection {
  readonly isLeft = false;
  readonly collection: Collection;
  readonly membership: GroupMembership;
  readonly synchronizers = new Map<number, Synchronizer>();
  readonly #giver: ContentGiver;
  readonly #port: ReplicaPort;
  readonly #pending = new Pending();
  readonly #acknowledgements: Acknowledgements;
  readonly #watch: HeadsWatch;
  #couldWrite: boolean;
  /** What each peer told it holds since we linked: adoption waits until all of it is here. */
  readonly #told = new Map<DeviceId, readonly LogHead[]>();

  constructor(
    collection: Collection,
    membership: GroupMembership,
    registry: RegistryStore,
    giver: ContentGiver,
    port: ReplicaPort,
  ) {
    this.collection = collection;
    this.membership = membership;
    this.#giver = giver;
    this.#port = port;
    this.#couldWrite = this.mayWrite();
    this.#watch = new HeadsWatch(collection, membership, {
      registry,
      now: () => port.now(),
      later: (call, after) => port.later(call, after),
      changed: () => port.changed(),
      caughtUp: () => this.caughtUp(),
    });
    this.#acknowledgements = new Acknowledgements(collection, registry, membership, port);
  }

  get id(): CollectionId {
    return this.collection.stored.id;
  }
  get member(): MemberKey {
    return this.membership.ownKey;
  }

  /** Puts back in the queue what was merged and not constructed when the program ended. Call once the sources are there. */
  resume(): void {
    for (const log of this.collection.log.logs())
      for (const { row, number } of this.collection.log.after(log.log, log.applied, Number.MAX_SAFE_INTEGER)) {
        const rows = (this.collection.packageChanges(row)?.changes ?? []).flatMap((change) => {
          const record = 'record' in change ? this.collection.records.find(change.record) : null;
          return record === null ? [] : [record.row];
        });
        this.#open(log.log, number, rows, null);
      }
    this.#noteApplied();
  }

  /**
   * Writes changes that no source made (a settlement, an undo) and brings them to every source. Fails with `not-allowed` where this device may
   * only read, and with `invalid-change`.
   */
  commit(changes: readonly Change[]): readonly WrittenPackage[] {
    if (!this.mayWrite())
      throw new LockstepError(
        'not-allowed',
        `This device may only read ${this.collection.stored.name}: ask an admin to let it edit.`,
        this.id,
      );
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
    for (const each of packages) this.#open(each.log, each.number, rowsOf(each.applied), by, each.applied);
    const due = this.#enqueueDue();
    this.#noteApplied();
    this.#port.packages(this.id);
    this.#port.changed();
    if (due || this.synchronizers.size > (by === null ? 0 : 1)) this.#port.constructSoon(this.id);
  }

  /** Records that others made way for, or got in the way of, are brought to the sources anew. */
  #enqueueDue(): boolean {
    const { anew, gone } = this.collection.takeDue();
    const { records, problems } = this.collection;
    const ways = [...anew, ...gone];
    let some = false;
    for (const [source, { construction }] of this.synchronizers) {
      const named = ways.length === 0 || problems.count(source) === 0 ? [] : problems.of(source);
      const freed = named.flatMap(({ record }) => (ways.some((id) => record.startsWith(`${id}/`)) ? [record] : []));
      const emptied = problems.staying(source).filter((record) => !records.hasLiveBelow(record));
      for (const id of new Set([...anew, ...freed, ...emptied])) {
        const row = records.find(id)?.row;
        if (row === undefined) continue;
        construction.enqueue(row, null);
        some = true;
      }
    }
    return some;
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
    for (const ticket of tickets) this.#pending.close(ticket);
    this.#noteApplied();
  }

  /** Everything any linked peer told of is held here. A collection nobody else is in has nothing to wait for. */
  caughtUp(): boolean {
    if (this.membership.others().length === 0) return true;
    if (this.#told.size === 0) return false;
    const held = new Map(this.collection.log.logs().map((log) => [log.log, log.held]));
    for (const told of this.#told.values())
      for (const { member, log, number } of told)
        if ((held.get(log) ?? 0) < this.#counting(member, log, number)) return false;
    return true;
  }

  forgetPeer(device: DeviceId): void {
    this.#told.delete(device);
  }

  /** Packages held here that the device has not applied. */
  behind(device: DeviceId): number {
    const theirs = this.#acknowledgements.of(device);
    let behind = 0;
    for (const { member, log, held } of this.collection.log.logs())
      behind += Math.max(0, this.#counting(member, log, held) - (theirs.get(log)?.applied ?? 0));
    return behind;
  }

  /** How far a log counts that somebody holds up to `number`: nobody waits for what its author might not write. */
  #counting(member: MemberKey | '', log: LogId, number: number): number {
    return member === '' ? number : Math.min(number, this.membership.counting(member, log));
  }

  /** Has this device applied all that the other holds, as far as it told? */
  hasAppliedAllOf(device: DeviceId): boolean {
    const own = new Map(this.collection.log.logs().map((log) => [log.log, log]));
    const told = new Map(this.#told.get(device)?.map((head) => [head.log, head.member]));
    for (const [log, { held }] of this.#acknowledgements.of(device)) {
      const member = own.get(log)?.member || told.get(log) || '';
      if ((own.get(log)?.applied ?? 0) < this.#counting(member, log, held)) return false;
    }
    return true;
  }

  sign(bytes: Uint8Array): Uint8Array {
    return this.membership.sign(bytes);
  }
  verify(member: MemberKey, bytes: Uint8Array, signature: Uint8Array): boolean {
    return this.membership.verify(member, bytes, signature);
  }
  memberKeyOf(device: DeviceId): MemberKey | null {
    return this.membership.isMember() ? this.membership.memberKeyOf(device) : null;
  }
  membershipHeads(): readonly Digest[] {
    return this.membership.heads();
  }
  membershipOperations(): readonly Uint8Array[] {
    return this.membership.operations();
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
    this.#port.membership(this.id);
    const received = this.collection.transact(() => this.collection.receiveQuarantined());
    this.#take(received);
    this.#tellQuarantined();
  }

  /** What is set aside is a problem, one a member, until a person has decided; so is what the others do not take of this device. */
  #tellQuarantined(): void {
    const { problems, stored, quarantine } = this.collection;
    const source = CHANGE_LOG_SOURCE - stored.row;
    const told = new Map<RecordId, readonly [code: string, detail: string]>();
    for (const [member, waits] of quarantinedBy(quarantine.all()))
      told.set(recordId(this.membership.nameOf(member)), ['quarantined', quarantineText(waits)]);
    for (const [member, waits] of quarantinedBy(this.#notTaken()))
      told.set(recordId(this.membership.nameOf(member)), ['not-taken', notTakenText(waits)]);
    for (const { record, code } of problems.of(source))
      if ((code === 'quarantined' || code === 'not-taken') && !told.has(record)) problems.drop(source, record);
    for (const [record, [code, detail]] of told) problems.put(source, record, code, detail, this.#port.now());
    this.#port.changed();
  }

  /** Packages of this device, which is still a member, that count for nobody else. */
  #notTaken(): readonly { readonly member: MemberKey; readonly bytes: Uint8Array }[] {
    const { membership } = this;
    if (!membership.isMember()) return [];
    const { log: logs } = this.collection;
    return logs.logs().flatMap(({ log, member: writer, held }) => {
      const member = membership.ownKey;
      if (writer !== member) return [];
      const counting = membership.counting(member, log);
      return held <= counting ? [] : logs.after(log, counting, MOST_READ).map(({ bytes }) => ({ member, bytes }));
    });
  }

  /**
   * A person decided about what a member wrote that might not any more: it counts after all, everywhere, or is let go of. A member that is
   * not set aside here is passed over.
   */
  settleQuarantine(device: DeviceId, take: boolean): void {
    const waiting = this.collection.quarantine
      .all()
      .filter(({ member }) => this.membership.authorOf(member)?.device === device);
    const [first] = waiting;
    if (first === undefined) return;
    if (take) {
      const furthest = new Map(waiting.map((each) => [each.log, { ...each, hash: each.hash as Digest }]));
      this.membership.extendCuts([...furthest.values()], this.#port.now());
      this.membershipChanged();
      return;
    }
    this.collection.transact(() => this.collection.quarantine.letGo(first.member));
    this.#tellQuarantined();
  }

  /** What the device that writes a log is called. */
  authorName(log: LogId): string {
    const { member } = this.collection.log.log(log, '');
    return (member === '' ? null : this.membership.authorOf(member)?.name) ?? 'a device';
  }

  /** How far the logs of a member are held here. */
  heldOf(device: DeviceId): readonly { readonly log: LogId; readonly number: number }[] {
    const key = this.membership.member(device)?.memberKey ?? null;
    return this.collection.log
      .logs()
      .flatMap(({ log, member, held }) => (member === key && held > 0 ? [{ log, number: held }] : []));
  }

  /** When a device last wrote what came here, by whichever way: as it was signed, but never later than now. Milliseconds since 1970; null: never. */
  lastHeardOf(device: DeviceId): number | null {
    const key = this.membership.member(device)?.memberKey ?? null;
    const { log: logs } = this.collection;
    const times = logs.logs().flatMap((log) => (log.member === key ? [millisecondsOf(logs.lastTime(log))] : []));
    const last = Math.max(0, ...times);
    return last === 0 ? null : Math.min(last, this.#port.now());
  }

  heads(): readonly LogHead[] {
    const { log: logs } = this.collection;
    return logs.logs().flatMap(({ log, member, held, hash }) => {
      if (member === '' || held === 0) return [];
      const beside = (logs.branches(log)?.heads ?? []).flatMap(({ row, number }) => {
        const stored = logs.packageAt(row);
        return stored === null ? [] : [{ member, log, number, hash: hashIn(stored.bytes) as Digest }];
      });
      return [{ member, log, number: held, hash: hash as Digest }, ...beside];
    });
  }

  beacons(): readonly HeadsBeacon[] {
    return this.#watch.beacons(this.heads());
  }
  beaconHeard(beacon: HeadsBeacon): boolean {
    return this.#watch.beaconHeard(beacon);
  }

  peerHolds(device: DeviceId, heads: readonly LogHead[]): Met {
    this.#told.set(device, heads);
    const isOurs = heads.every(
      ({ log, number, hash }) =>
        log !== this.collection.stored.ownLog || this.collection.log.holds(log, number, hash.slice(0, 16)),
    );
    if (!isOurs) this.#beginNewLog();
    const named = new Set(heads.map((head) => head.log));
    // A device that lost its database holds nothing of what it once acknowledged.
    for (const log of this.#acknowledgements.of(device).keys())
      if (!named.has(log)) this.#acknowledgements.note(device, log, { held: 0, applied: 0 });
    const furthest = new Map<LogId, number>();
    for (const { log, number } of heads) furthest.set(log, Math.max(number, furthest.get(log) ?? 0));
    for (const [log, held] of furthest)
      this.#acknowledgements.note(device, log, {
        held,
        applied: Math.min(
          held,
          this.#acknowledgements.of(device).get(log)?.applied ?? 0,
          comparableUpTo(this.collection.log, log, heads),
        ),
      });
    this.#tellCaughtUp();
    this.#port.constructSoon(this.id);
    return meetHeads(this.collection.log, heads);
  }

  /** Two computers wrote as this one, or this one was restored from a copy: its log is written no further. */
  #beginNewLog(): void {
    this.collection.beginNewLog();
    this.#port.compareAgain(this.id);
  }

  branchPackages(): readonly BranchPackage[] {
    const { log: logs } = this.collection;
    return logs.logs().flatMap(({ log, member }) => {
      const others = member === '' ? [] : (logs.branches(log)?.others ?? []);
      return others.flatMap(({ row, number, hash }) => {
        const stored = logs.packageAt(row);
        return stored === null || member === '' ? [] : [{ log, member, number, hash, bytes: stored.bytes }];
      });
    });
  }

  #tellCaughtUp(): void {
    const adopts = [...this.synchronizers.values()].some((each) => each.source.adopting);
    if (adopts && this.caughtUp()) this.#port.caughtUp(this.id);
  }

  packagesAfter(log: LogId, after: number, limit: number) {
    return this.collection.log.mainAfter(log, after, limit);
  }
  isOwn(log: LogId): boolean {
    return log === this.collection.stored.ownLog;
  }

  receivePackages(device: DeviceId, packages: readonly Uint8Array[]): PackagesTaken {
    const told = this.#told.get(device) ?? [];
    const sender: Sender = {
      member: this.membership.memberKeyOf(device),
      told: (log) => told.reduce((most, head) => (head.log === log ? Math.max(most, head.number) : most), 0),
    };
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
      this.#enqueueDue();
      this.#tellCaughtUp();
      this.#noteApplied();
      this.#watch.tellMissing();
      this.#port.packages(this.id);
      this.#port.constructSoon(this.id);
      this.#port.changed();
    }
    if (forked.includes(this.collection.stored.ownLog)) this.#beginNewLog();
    this.#compareBranches(received);
    return { stored, gaps: [...gaps.values()], forked, refused };
  }

  /** More of a log with branches came: what the others have of it is not known until they name their branches. */
  #compareBranches(received: readonly Received[]): void {
    const came = new Set(received.flatMap((each) => ('package' in each ? [each.package.log] : [])));
    const branched = [...came].flatMap((log) => {
      const first = this.collection.log.branches(log)?.first;
      return first === undefined ? [] : [{ log, upTo: first - 1 }];
    });
    if (branched.length === 0) return;
    for (const { log, upTo } of branched) this.#acknowledgements.lower(log, upTo);
    this.#port.compareAgain(this.id);
  }

  /** May this device change the collection? What a reader changes in its folder stays its own. */
  mayWrite(): boolean {
    const own = this.membership.authorOf(this.membership.ownKey);
    return own !== null && own.cut === null && (own.role === 'admin' || own.role === 'editor');
  }

  #took(received: Received): boolean {
    if (received.is !== 'stored' && received.is !== 'forked') return false;
    const { package: stored } = received;
    this.#open(stored.log, stored.number, rowsOf(stored.applied), null, stored.applied);
    if (received.is === 'forked') this.#port.forked(this.id, stored.log);
    this.#watch.note(received.head.member, received.head.seen);
    return true;
  }

  #open(
    log: LogId,
    number: number,
    rows: readonly number[],
    by: number | null,
    applied: readonly AppliedChange[] = [],
  ): void {
    const targets = [...this.synchronizers].filter(([source]) => source !== by);
    const distinct = new Set(rows);
    const last = new Map(applied.map((each) => [each.row, each]));
    const ticket = this.#pending.open(log, number, distinct.size * targets.length);
    for (const [, synchronizer] of targets)
      for (const row of distinct) synchronizer.construction.enqueue(row, ticket, last.get(row) ?? null);
  }

  #noteApplied(): void {
    const moved = this.#pending.applied();
    if (moved.length === 0) return;
    const logs = new Map(this.collection.log.logs().map((log) => [log.log, log]));
    this.collection.transactSoon(() => {
      for (const { log, number } of moved) {
        // Of a log with several branches packages do not come in the order of their numbers: it is applied when nothing of it is open.
        const forked = logs.get(log)?.frozen === true;
        if (!forked) this.collection.log.setApplied(log, number);
        else if (!this.#pending.isOpen(log)) this.collection.log.setApplied(log, logs.get(log)?.held ?? 0);
      }
    });
    this.#port.applied(this.id);
    this.#port.changed();
  }

  positions() {
    const held: LogPosition[] = [];
    const applied: LogPosition[] = [];
    for (const log of this.collection.log.logs()) {
      if (log.member === '') continue;
      held.push({ member: log.member, log: log.log, number: log.held });
      applied.push({ member: log.member, log: log.log, number: log.applied });
    }
    let problems = 0;
    for (const source of this.synchronizers.keys()) problems += this.collection.problems.countNamed(source);
    return { held, applied, problems };
  }

  acknowledged(device: DeviceId, held: readonly LogPosition[], applied: readonly LogPosition[]): void {
    const told = this.#told.get(device) ?? [];
    const comparable = applied.map((each) => ({
      ...each,
      number: Math.min(each.number, comparableUpTo(this.collection.log, each.log, told)),
    }));
    if (this.#acknowledgements.take(device, held, comparable)) this.#port.appliedElsewhere(this.id);
  }
  /** What a member is known to hold and to have applied. */
  acknowledgedBy(device: DeviceId): ReadonlyMap<LogId, Acknowledged> {
    return this.#acknowledgements.of(device);
  }
  /** Writes down what members said. */
  saveAcknowledged(): void {
    this.#acknowledgements.save();
  }
  /** Does a member seem to be at work with what it holds? */
  isBeingApplied(): boolean {
    return this.#acknowledgements.isBeingApplied();
  }

  giveContent(asked: readonly ContentAsked[]) {
    return this.#giver.give(this.collection, asked);
  }
  scan(): Promise<void> {
    return this.#port.scanNow(this.id);
  }
}

const rowsOf = (applied: readonly AppliedChange[]): readonly number[] => applied.map((each) => each.row);
