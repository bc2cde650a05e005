import { NO_EPOCH } from '../peers/sealed/sealed-item.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { LogId, MemberKey } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import type { BranchPackage } from '../store/log-store.ts';
import type { RelayStore } from '../store/relay-store.ts';
import type { ContentsAtRelay } from './contents-at-relay.ts';
import type { AtRelay, ExchangePort } from './exchange-port.ts';
import type { FetchRelayed } from './fetch-relayed.ts';
import type { RelayStorage } from './patient-storage.ts';
import { putUpOperations } from './put-up-operations.ts';
import { isMineToPutUp, type MemberThere, type PackageRange, packagesWanted } from './put-up-plan.ts';
import { Repeats } from './repeats.ts';
import { post } from './seal.ts';
import type { StandingsAtRelay } from './standings-at-relay.ts';
import { contentsOf } from './wanted-contents.ts';

/** Packages whose contents are put up together. */
const BATCH = 16;
/** Whoever should put something up and does not for so long leaves it to the others. */
const LEFT_TO_OTHERS_MS = 120_000;
/** Contents that a member waits for are put up by one after the other of those that are there, so long apart. */
const TURN_MS = 20_000;

/** Of what a device puts up something, and who knows what lies there. */
interface PutUpParts {
  readonly replica: Replica;
  readonly store: RelayStore;
  readonly port: ExchangePort;
  readonly contents: ContentsAtRelay;
  readonly fetched: Pick<FetchRelayed, 'wanted' | 'isAnyAwaited'>;
  readonly standings: StandingsAtRelay;
}

/** Puts up what members that are away lack: the membership log, packages with their contents, and word of how far this device is. */
export class PutUp {
  readonly #replica: Replica;
  readonly #store: RelayStore;
  readonly #port: ExchangePort;
  readonly #contents: ContentsAtRelay;
  readonly #fetched: PutUpParts['fetched'];
  readonly #standings: StandingsAtRelay;
  /** Since when something of a log waits for another member to put it up. */
  readonly #leftSince = new Map<LogId, number>();
  /** What lies there already and was read in vain: packages of logs, beside their logs, in packs, and the membership log for a member. */
  readonly #repeats = new Repeats();
  /** Packages beside their logs that were put up, by their short hashes, and where they lie. */
  readonly #beside = new Map<string, number>();
  /** Since when each member waits for contents. */
  readonly #wantedSince = new Map<MemberKey, number>();
  /** To whom the whole membership log was told anew, and by which item: once that is read, it may be told again. */
  readonly #toldAnew = new Map<MemberKey, number>();
  /** Packages that somebody lacks and that do not lie there. */
  waiting = 0;
  /** In so many milliseconds it may be this device's turn to put something up that others do not; null: there is nothing of the kind. */
  turnIn: number | null = null;

  constructor({ replica, store, port, contents, fetched, standings }: PutUpParts) {
    this.#replica = replica;
    this.#store = store;
    this.#port = port;
    this.#contents = contents;
    this.#fetched = fetched;
    this.#standings = standings;
  }

  /** Nothing lies at the relay, as far as is known. */
  startAnew(): void {
    this.#toldAnew.clear();
    this.#repeats.clear();
    this.#beside.clear();
  }

  /** Puts up what is this device's to put up; true: nobody lacks anything that does not lie there. Fails as the session does. */
  async run(session: RelayStorage): Promise<boolean> {
    const { membership } = this.#replica;
    this.turnIn = null;
    if (!membership.isMember()) return false;
    await this.#contents.dropUntold(session);
    const members = this.#members();
    const wanted = this.#wanted(members);
    const mine = wanted.filter((range) => this.#isMine(range, members) && this.#isFirst(range));
    const wants = this.#wants(members);
    // Nor is what is waited for told without one, here or by who may not make it.
    const isMute = members.some(({ key, linked }) => !linked && this.#standings.isMute(key));
    const isAnyWaited = wants.length > 0 || this.#fetched.wanted.length > 0 || isMute;
    const epoch = this.#epoch(mine.length > 0 || isAnyWaited);
    const secret = membership.membersSecret();
    if (secret === null) return false;
    const unsealed = { session, epoch: { id: NO_EPOCH, secret } };
    let full = await unlessFull(this.#putUpOperations(unsealed, members));
    // Of an epoch that cannot be told of nobody could read what is sealed in it.
    const at = epoch === null || full !== null ? null : { session, epoch };
    if (at !== null) full = await unlessFull(this.#putUpPackages(at, mine, wants, members));
    // Who has no epoch to write with still has to say that it lacks everything. Not what it waits for by name: those that were removed know that
    // secret too. And who finds no room, how far it is: others would think that they had everything.
    const isFull = full !== null || this.#contents.fullFor > 0;
    await this.#standings.tell(at ?? unsealed, at === null ? [] : this.#fetched.wanted, isFull);
    await this.#contents.dropUnneeded(session, this.#wantedSince.size > 0, this.#fetched.isAnyAwaited);
    if (full !== null) throw full;
    // Also where that moment came while the others were told: nothing else would have it tried again.
    if (isFull) this.#isTurn(Math.max(1, this.#contents.fullFor));
    if (this.#contents.stuckFor !== null) this.#isTurn(this.#contents.stuckFor);
    this.waiting = count(this.#wanted(members));
    return this.waiting === 0;
  }

  async #putUpPackages(
    at: AtRelay,
    mine: readonly PackageRange[],
    wants: readonly MemberThere[],
    members: readonly MemberThere[],
  ): Promise<void> {
    const mayRepeat = (pack: string): boolean => this.#mayRepeat(pack);
    for (const range of mine) await this.#putUpRange(at, range, members);
    await this.#putUpBranches(at, members);
    for (const { key, cursor } of wants)
      await this.#contents.putUpWanted(at, this.#standings.wantedBy(key), this.#held(), cursor, mayRepeat);
  }

  #wanted(members: readonly MemberThere[]): readonly PackageRange[] {
    const { log, stored } = this.#replica.collection;
    const logs = log.logs().flatMap(({ log: each, member, held }) => {
      // From where on it has branches a number is no name of a package.
      const first = log.branches(each)?.first ?? Number.POSITIVE_INFINITY;
      return member === '' ? [] : [{ log: each, member, held: Math.min(held, first - 1) }];
    });
    return packagesWanted(logs, stored.ownLog, members, (of, after) => this.#store.sidsAfter(of, after));
  }

  #isMine(range: PackageRange, members: readonly MemberThere[]): boolean {
    const now = this.#port.clock.now();
    const author = this.#replica.collection.log.log(range.log, '').member as MemberKey;
    if (isMineToPutUp(range, author, this.#replica.member, members)) {
      this.#leftSince.delete(range.log);
      return true;
    }
    const since = this.#leftSince.get(range.log) ?? now;
    this.#leftSince.set(range.log, since);
    return this.#isTurn(since + LEFT_TO_OTHERS_MS - now);
  }
  /** Does it not lie there yet? If it does, is it time to put it up again? */
  #isFirst({ log, from }: PackageRange): boolean {
    if (this.#store.sidOf(log, from) === 0) return true;
    return this.#mayRepeat(log);
  }
  #mayRepeat(what: string): boolean {
    return this.#isTurn(this.#repeats.take(what, this.#port.clock.now()));
  }
  #isTurn(left: number): boolean {
    if (left > 0) this.turnIn = Math.min(left, this.turnIn ?? left);
    return left <= 0;
  }

  /** Members that are away and wait for contents, once it is this device's turn to give them. */
  #wants(members: readonly MemberThere[]): readonly MemberThere[] {
    const now = this.#port.clock.now();
    const waiting = members.filter(({ linked, key }) => !linked && this.#standings.wantedBy(key).length > 0);
    for (const key of this.#wantedSince.keys())
      if (!waiting.some((each) => each.key === key)) this.#wantedSince.delete(key);
    return waiting.filter(({ key }) => {
      const since = this.#wantedSince.get(key) ?? now;
      this.#wantedSince.set(key, since);
      const before = members.filter((each) => each.online && each.key !== key && each.key < this.#replica.member);
      return this.#isTurn(since + before.length * TURN_MS - now);
    });
  }
  /** Who has applied all this needs nothing of what was put up until now. */
  #held(): ReadonlyMap<LogId, number> {
    return new Map(this.#replica.collection.log.logs().map(({ log, held }) => [log, held]));
  }

  #members(): readonly MemberThere[] {
    const { membership, memberPositions } = this.#replica;
    const online = this.#port.online();
    return membership.others().flatMap(({ device, memberKey: key }) => {
      if (key === null) return [];
      const known = [...memberPositions.of(device)].map(([log, { held }]) => [log, held] as const);
      const held = new Map([...known, ...this.#standings.ofForked(key)]);
      const cursor = this.#store.member(key)?.cursor ?? 0;
      return [{ key, linked: this.#port.isLinked(device), online: online.has(key), held, cursor }];
    });
  }

  /** What to seal with; where something is to be put up or waited for it is made where there is none. null: this device may not make one. */
  #epoch(isNeeded: boolean): AtRelay['epoch'] | null {
    const { membership } = this.#replica;
    const now = this.#port.clock.now();
    let epoch = membership.writingEpoch(now);
    let isNew = false;
    if (isNeeded && this.#replica.mayWrite()) {
      if (epoch === null) {
        epoch = membership.rotate(now);
        isNew = true;
      }
      isNew = membership.sealMissing(now) || isNew;
    }
    if (isNew) this.#replica.membershipChanged();
    return epoch === null || epoch.secret === null ? null : { id: epoch.id, secret: epoch.secret };
  }

  /** Operations that a member that is away may not know. */
  async #putUpOperations(at: AtRelay, members: readonly MemberThere[]): Promise<void> {
    const { membership, id, collection } = this.#replica;
    const away = members.filter(({ linked }) => !linked);
    if (away.length === 0) return;
    const anew = away.filter(({ key, cursor }) => {
      const hasOthers = this.#standings.hasOtherOperations(key);
      if (!hasOthers) this.#repeats.forget(key);
      return hasOthers && cursor >= (this.#toldAnew.get(key) ?? 0) && this.#mayRepeat(key);
    });
    const known = anew.length > 0 ? new Set() : this.#store.knownOperations();
    const operations = membership.namedOperations().filter(({ hash }) => !known.has(hash));
    const sid = await putUpOperations(this.#port, at, id, operations, (some) =>
      collection.transactSoon(() => {
        for (const { hash } of some) this.#store.noteOperation(hash);
      }),
    );
    for (const { key } of anew) this.#toldAnew.set(key, sid);
  }

  async #putUpRange(at: AtRelay, { log, from, to }: PackageRange, members: readonly MemberThere[]): Promise<void> {
    const { collection, id } = this.#replica;
    const readUpTo = Math.max(0, ...members.filter((each) => !each.linked).map(({ cursor }) => cursor));
    for (let next = from; next <= to; ) {
      const packages = collection.log.mainAfter(log, next - 1, Math.min(BATCH, to - next + 1));
      const last = packages.at(-1);
      if (last === undefined) return;
      // Package by package: decoded, the changes of all of them take many times their size.
      const wanted = packages.flatMap(({ row }) => contentsOf(collection.packages.changesIn(row) ?? []));
      // First: whoever reads of the packages finds what they name.
      await this.#contents.putUp(at, wanted, new Map([[log, last.number]]), readUpTo);
      for (const { bytes, number } of packages) {
        const sid = await post(this.#port, at, id, { is: 'package', bytes });
        collection.transactSoon(() => this.#store.noteItem(log, number, sid));
      }
      next = last.number + 1;
    }
  }

  /** Of a log that was written by two as one, all packages from where its branches begin: for members whose standing tells of none of them. */
  async #putUpBranches(at: AtRelay, members: readonly MemberThere[]): Promise<void> {
    const { id, collection } = this.#replica;
    const away = members.filter(({ linked }) => !linked);
    for (const { row, log, number, hash, isMain } of this.#branched()) {
      const sid = this.#beside.get(hash) ?? 0;
      const lacking = away.filter(({ key, cursor, held }) => {
        const lacks = isMain ? (held.get(log) ?? 0) < number : this.#standings.lacksBranch(key, hash);
        return lacks && cursor >= sid;
      });
      const isWanted = lacking.length > 0 && (sid === 0 || this.#mayRepeat(hash));
      const stored = isWanted ? collection.log.packageAt(row) : null;
      if (stored === null) continue;
      const readUpTo = Math.max(...lacking.map(({ cursor }) => cursor));
      const wanted = contentsOf(collection.packages.changesIn(row) ?? []);
      await this.#contents.putUp(at, wanted, new Map([[log, number]]), readUpTo);
      this.#beside.set(hash, await post(this.#port, at, id, { is: 'package', bytes: stored.bytes }));
    }
  }
  #branched() {
    const { log: logs } = this.#replica.collection;
    return logs.logs().flatMap(({ log }) => {
      const { main = [], others = [] } = logs.branches(log) ?? {};
      const named = (isMain: boolean) => (link: BranchPackage) => ({ ...link, log, isMain });
      return [...main.map(named(true)), ...others.map(named(false))];
    });
  }
}

/** null once it is done; the fault where the relay has no room for it. Fails as the work does otherwise. */
const unlessFull = (work: Promise<void>): Promise<LockstepError | null> =>
  work.then(
    () => null,
    (error: unknown) => {
      if (error instanceof LockstepError && error.code === 'relay-quota') return error;
      throw error;
    },
  );

const count = (ranges: readonly PackageRange[]): number => ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
