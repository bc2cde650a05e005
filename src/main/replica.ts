import type { Change } from './change-log/change.ts';
import { millisecondsOf } from './change-log/hybrid-time.ts';
import { hashIn } from './change-log/package.ts';
import {
  type AppliedChange,
  CHANGE_LOG_SOURCE,
  type Collection,
  LOGS_OF_A_MEMBER,
  type Received,
  type Sender,
  type WrittenPackage,
} from './collection.ts';
import { Pending, type Ticket } from './construct/pending.ts';
import type { ContentGiver } from './give-content.ts';
import { HeadsSaid, type HeldOf } from './heads-said.ts';
import { bringsTheSame, followMove, isDeletedAnywhere, isDeletedBesideEdit, type Move } from './merge/follow-move.ts';
import type { RecordState } from './merge/record-state.ts';
import { BeaconsHeard } from './peers/beacons-heard.ts';
import type { GroupMembership } from './peers/group-membership.ts';
import { type HeadsBeacon, makeHeadsBeacon, statementOf } from './peers/heads-beacon.ts';
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
import { notTakenText, quarantinedBy, quarantineText } from './quarantined.ts';
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
import type { MovedOn } from './sources/files/aside.ts';
import type { Acknowledged, RegistryStore } from './store/registry-store.ts';
import type { Synchronizer } from './synchronizer.ts';

/** Packages that are opened at most to say what is in them. */
const MOST_READ = 64;
/** A member that has not applied more for so long is stuck, or waits for its person. */
const APPLYING_MS = 30_000;

/** What a member had seen and what has not come for this long (milliseconds) is told to a person. */
const PATIENCE_MS = 10 * 60_000;

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
  readonly #registry: RegistryStore;
  readonly #giver: ContentGiver;
  readonly #port: ReplicaPort;
  readonly #pending = new Pending();
  /** What each peer told it holds since we linked: adoption waits until all of it is here. */
  readonly #acknowledged = new Map<DeviceId, Map<LogId, Acknowledged>>();
  readonly #unsaved = new Set<DeviceId>();
  readonly #headsSaid = new HeadsSaid();
  readonly #beacons = new BeaconsHeard();
  #asksForMissing = false;
  #couldWrite: boolean;
  /** When a member last told that it held or had applied more, but not all of it. */
  #applyingSince = Number.NEGATIVE_INFINITY;
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
    this.#registry = registry;
    this.#giver = giver;
    this.#port = port;
    this.#couldWrite = this.mayWrite();
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

  /** What a member is known to hold and to have applied. */
  acknowledgedBy(device: DeviceId): ReadonlyMap<LogId, Acknowledged> {
    return this.#acknowledgedBy(device);
  }
  #acknowledgedBy(device: DeviceId): Map<LogId, Acknowledged> {
    let known = this.#acknowledged.get(device);
    if (known === undefined) {
      known = new Map(this.#registry.acknowledged(this.collection.stored.row, device));
      this.#acknowledged.set(device, known);
    }
    return known;
  }

  #acknowledge(device: DeviceId, log: LogId, said: Acknowledged): void {
    const known = this.#acknowledgedBy(device);
    // More logs than all members may have begun nobody can hold: only who says so would be known worse.
    if (!known.has(log) && known.size >= LOGS_OF_A_MEMBER * this.membership.everyone()) return;
    known.set(log, said);
    this.#unsaved.add(device);
    if (this.#unsaved.size > 1) return;
    this.#port.later(() => this.saveAcknowledged());
  }

  /** Writes down what members said: often enough, for they say it again whenever they link. */
  saveAcknowledged(): void {
    if (this.#unsaved.size === 0) return;
    this.collection.transactSoon(() => {
      for (const device of this.#unsaved)
        for (const [log, said] of this.#acknowledgedBy(device))
          this.#registry.acknowledge(this.collection.stored.row, device, log, said);
    });
    this.#unsaved.clear();
  }

  /** Packages held here that the device has not applied. */
  behind(device: DeviceId): number {
    const theirs = this.acknowledgedBy(device);
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
    for (const [log, { held }] of this.acknowledgedBy(device)) {
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

  /** How far a log is held; null where nobody waits for that number: its author might not write it, or is not known. */
  readonly #heldOf: HeldOf = (log, number, of) => {
    const known = this.collection.log.known(log);
    const member = known?.member || of;
    if (member === null) return null;
    return this.membership.counting(member, log) < number ? null : (known?.held ?? 0);
  };

  /** What a member had seen and nobody gives is a problem by its author's name: somebody keeps it back, or nobody who has it is there. */
  #tellMissing(): void {
    const { problems, stored } = this.collection;
    const source = CHANGE_LOG_SOURCE - stored.row;
    const now = this.#port.now();
    const told = new Set<RecordId>();
    const missing = this.#headsSaid.missingSince(now - PATIENCE_MS, this.#heldOf);
    // While a linked member has more to give, it may be on its way.
    for (const { log, number, of, by, since } of this.caughtUp() ? missing : []) {
      const known = this.collection.log.known(log);
      const member = known?.member || of;
      const held = known?.held ?? 0;
      const name = recordId(member === null ? log : this.membership.nameOf(member));
      const count = number - held === 1 ? 'A package' : `${number - held} packages`;
      const detail = `${count} of it that ${this.membership.nameOf(by)} had seen did not come. Each comes once a device that has it is there, unless it keeps it back.`;
      told.add(name);
      if ((problems.find(source, name)?.code ?? 'not-come') === 'not-come')
        problems.put(source, name, 'not-come', detail, since);
    }
    for (const { record, code } of problems.count(source) === 0 ? [] : problems.of(source))
      if (code === 'not-come' && !told.has(record)) problems.drop(source, record);
    if (this.#headsSaid.isEmpty || this.#asksForMissing) return;
    this.#asksForMissing = true;
    this.#port.later(() => {
      this.#asksForMissing = false;
      this.#tellMissing();
      this.#port.changed();
    }, PATIENCE_MS);
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
    if (!this.membership.isMember()) return [];
    const signer = { key: this.membership.ownKey, sign: (bytes: Uint8Array) => this.membership.sign(bytes) };
    const own = makeHeadsBeacon(this.id, signer, this.heads(), this.#port.now());
    const others = this.#beacons.all().filter(({ member }) => this.#memberOf(member) !== null);
    return [own, ...others];
  }

  beaconHeard(beacon: HeadsBeacon): boolean {
    const { member: by, heads, time } = beacon;
    const now = this.#port.now();
    const device = this.#memberOf(by);
    if (device === null || by === this.member || !this.#beacons.isNew(beacon, now)) return true;
    if (!this.verify(by, statementOf(beacon.content), beacon.signature)) return false;
    this.#beacons.keep(beacon);
    this.#heardAt(device, Math.min(time, now));
    this.#headsSaid.note(by, heads, this.#heldOf, now);
    this.#tellMissing();
    this.#port.changed();
    return true;
  }

  /** The device that has this key, where it is a member now. */
  #memberOf(key: MemberKey): DeviceId | null {
    const author = this.membership.authorOf(key);
    return author === null ? null : (this.membership.member(author.device)?.device ?? null);
  }

  /** A device was there at this time, wherever it was linked: shown as last heard of. */
  #heardAt(device: DeviceId, time: number): void {
    const setting = `seen.${device}`;
    if (time <= Number(this.#registry.setting(setting) ?? 0)) return;
    this.collection.transactSoon(() => this.#registry.setSetting(setting, String(time)));
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
    for (const log of this.acknowledgedBy(device).keys())
      if (!named.has(log)) this.#acknowledge(device, log, { held: 0, applied: 0 });
    const furthest = new Map<LogId, number>();
    for (const { log, number } of heads) furthest.set(log, Math.max(number, furthest.get(log) ?? 0));
    for (const [log, held] of furthest)
      this.#acknowledge(device, log, {
        held,
        applied: Math.min(held, this.acknowledgedBy(device).get(log)?.applied ?? 0),
      });
    this.#tellCaughtUp();
    this.#port.constructSoon(this.id);
    return this.#meet(heads);
  }

  /** Two computers wrote as this one, or this one was restored from a copy: its log is written no further. */
  #beginNewLog(): void {
    this.collection.beginNewLog();
    this.#port.compareAgain(this.id);
  }

  /** How what a peer holds fits what is here. */
  #meet(heads: readonly LogHead[]): Met {
    const { log: logs } = this.collection;
    const has = new Map<LogId, number>();
    const beside = new Set<string>();
    const wanted: Gap[] = [];
    const known = new Map(logs.logs().map((log) => [log.log, log]));
    for (const { member, log, number, hash } of heads) {
      const held = known.get(log)?.held ?? 0;
      const branches = logs.branches(log);
      const short = hash.slice(0, 16);
      const isKnown = logs.holds(log, number, short);
      let upTo = number;
      if (branches !== null && number >= branches.first) {
        upTo = branches.sharedUpTo(short);
        for (const each of branches.upTo(short)) beside.add(each);
      } else if (!isKnown && number <= held) upTo = number - 1;
      if (!isKnown && (number <= held || branches !== null))
        wanted.push({ member, log, from: Math.min(number, held + 1) });
      has.set(log, Math.max(upTo, has.get(log) ?? 0));
    }
    return { has, branches: beside, wanted };
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
      this.#followMoves(received.flatMap((each) => ('package' in each ? each.package.applied : [])));
      this.#enqueueDue();
      this.#tellCaughtUp();
      this.#noteApplied();
      this.#tellMissing();
      this.#port.packages(this.id);
      this.#port.constructSoon(this.id);
      this.#port.changed();
    }
    if (forked.includes(this.collection.stored.ownLog)) this.#beginNewLog();
    return { stored, gaps: [...gaps.values()], forked, refused };
  }

  /** Edits that met a move of their record go where it went. */
  #followMoves(applied: readonly AppliedChange[]): void {
    const changes: Change[] = [];
    const states = new Map<RecordId, RecordState>();
    for (const { change, state } of applied) states.set(change.record, state);
    for (const { change } of applied) {
      const from = change.movedFrom;
      if (from === undefined || states.has(from)) continue;
      const record = this.collection.records.find(from);
      if (record !== null) states.set(from, record.state);
    }
    for (const [id, state] of states) {
      if (!isDeletedBesideEdit(state)) continue;
      const move = this.#moveOf(id, state);
      if (move !== null) changes.push(...followMove(this.collection.kind, id, state, move));
    }
    if (changes.length > 0 && this.mayWrite()) this.commit(changes);
  }

  /**
   * Where a record that was moved is now: the end of all its moves. null: it was not moved, the other half has not arrived, or an edit must
   * not follow it. Where the place it went to was deleted by somebody too, or moved back, devices would follow each other there and back
   * for ever; where a later move brought something new, the edit would replace what it never saw.
   */
  #moveOf(id: RecordId, state: RecordState): Move | null {
    const passed = new Set([id]);
    let first: Move | null = null;
    for (let from = state; ; ) {
      const move = this.#stepOf(from);
      const target = move === null ? null : this.collection.records.find(move.to);
      if (move === null || target === null || passed.has(move.to)) return null;
      if (first !== null && !bringsTheSame(this.collection.kind, first, move)) return null;
      if (!isDeletedAnywhere(target.state)) return move;
      if (isDeletedBesideEdit(target.state)) return null;
      passed.add(move.to);
      first ??= move;
      from = target.state;
    }
  }

  /** The one move of which a deletion among a record's values is a half. */
  #stepOf(state: RecordState): Move | null {
    const gone = state.fields.get(EXISTS)?.find((sibling) => sibling.value === false);
    for (const dot of gone?.dots ?? []) {
      const { movedTo, record } = this.collection.changeAt(dot)?.change ?? {};
      const target = movedTo === undefined ? null : this.collection.records.find(movedTo);
      if (movedTo === undefined || target === null) continue;
      for (const addedBy of this.collection.log.changesOf(target.row)) {
        const added = this.collection.changeAt(addedBy)?.change;
        if (added?.movedFrom === record && added !== undefined) return { to: movedTo, added, addedBy };
      }
    }
    return null;
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
    this.#headsSaid.note(received.head.member, received.head.seen, this.#heldOf, this.#port.now());
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
    const done = new Map(applied.map((each) => [each.log, each.number]));
    let more = false;
    for (const { log, number } of held) {
      const now = done.get(log) ?? 0;
      const before = this.#acknowledgedBy(device).get(log);
      more ||= now > (before?.applied ?? 0);
      if (now < number && (more || number > (before?.held ?? 0))) this.#applyingSince = this.#port.now();
      this.#acknowledge(device, log, { held: number, applied: now });
    }
    if (more) this.#port.appliedElsewhere(this.id);
  }

  /** Does a member seem to be at work with what it holds: did it hold or apply more a moment ago, and not all yet? */
  isBeingApplied(): boolean {
    const since = this.#port.now() - this.#applyingSince;
    if (since < 0 || since > APPLYING_MS) return false;
    return this.membership
      .others()
      .some(({ device }) => [...this.#acknowledgedBy(device).values()].some(({ held, applied }) => applied < held));
  }

  giveContent(asked: readonly ContentAsked[]) {
    return this.#giver.give(this.collection, asked);
  }
  scan(): Promise<void> {
    return this.#port.scanNow(this.id);
  }
}

const rowsOf = (applied: readonly AppliedChange[]): readonly number[] => applied.map((each) => each.row);
