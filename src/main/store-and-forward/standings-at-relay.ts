import { NO_EPOCH, openItem, sealedEpoch, sealItem } from '../peers/sealed/sealed-item.ts';
import { makeStanding, type RelayStanding, readStanding } from '../peers/sealed/standing.ts';
import type { LogHead } from '../peers/session/shared-collection.ts';
import type { LogId, MemberKey } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import { headsElsewhere, meetHeads, trailIn } from '../sharing/meet-heads.ts';
import type { RelayStore } from '../store/relay-store.ts';
import type { AtRelay, ExchangePort } from './exchange-port.ts';
import type { RelayStorage } from './patient-storage.ts';

/** How far members are, as each of them says at the relay: what it holds and has applied, and up to where it has read there. */
export class StandingsAtRelay {
  readonly #replica: Replica;
  readonly #store: RelayStore;
  readonly #port: ExchangePort;
  /** What was told last, but for when. */
  #told = '';
  /** When that was: of two the later holds, whatever a clock that was set back says. */
  #toldAt = 0;
  /** false: of something that was said last the secret, or who said it, is not known here so far. */
  isAllUnderstood = true;
  /** What members that are not linked said last, and whether in an epoch. */
  readonly #said = new Map<MemberKey, RelayStanding & { readonly inEpoch: boolean }>();

  constructor(replica: Replica, store: RelayStore, port: ExchangePort) {
    this.#replica = replica;
    this.#store = store;
    this.#port = port;
  }

  /** Nothing lies at the relay, as far as is known. */
  startAnew(): void {
    this.#told = '';
    this.#said.clear();
  }

  /** Takes in what members that are not linked said of themselves since. Fails as the session does. */
  async read(session: RelayStorage): Promise<void> {
    const { membership, id } = this.#replica;
    const all = await session.heads(id);
    this.isAllUnderstood = true;
    for (const { key, bytes } of all) {
      const standing = this.#open(key, bytes);
      if (standing === null || membership.authorOf(key) === null) this.isAllUnderstood = false;
      const before = this.#store.member(key)?.time ?? -1;
      // The last one, known from before this run of the program, is only on disk.
      if (standing === null || standing.time < before) continue;
      if (standing.time === before && this.#said.has(key)) continue;
      if (key === membership.ownKey) {
        this.#toldAt = Math.max(this.#toldAt, standing.time);
        this.#replica.meetOwnLog(standing.heads);
        continue;
      }
      const device = membership.authorOf(key)?.device;
      if (device === undefined || membership.member(device) === null) continue;
      this.#replica.collection.transactSoon(() => this.#store.noteMember(key, standing.time, standing.cursor));
      this.#said.set(key, { ...standing, inEpoch: sealedEpoch(bytes) !== NO_EPOCH });
      // Linked, it has told more by now.
      if (!this.#port.isLinked(device)) this.#replica.standingRelayed(device, standing);
    }
  }

  #open(key: MemberKey, bytes: Uint8Array): RelayStanding | null {
    const { membership, id } = this.#replica;
    try {
      const epoch = sealedEpoch(bytes);
      const known = membership.epochs().find((each) => each.id === epoch)?.secret ?? null;
      const secret = epoch === NO_EPOCH ? membership.membersSecret() : known;
      const item = secret === null ? null : openItem(bytes, { secret, group: id });
      if (item?.is !== 'standing') return null;
      const standing = readStanding(item, id, (member, signed, signature) =>
        membership.verify(member, signed, signature),
      );
      // The relay may give one out as that of another member.
      return standing.member === key ? standing : null;
    } catch (error) {
      this.#port.log(`relay: what a member of ${id} says of itself cannot be used: ${(error as Error).message}`);
      return null;
    }
  }

  /** Does a member say that it has another membership log than is here? */
  hasOtherOperations(key: MemberKey): boolean {
    const said = this.#said.get(key);
    return said !== undefined && said.operations.join() !== this.#ownOperations().join();
  }
  /** How far a member says it has logs that have branches, here or by what it says, as far as that is what is here: a number alone says nothing of them. */
  ofForked(key: MemberKey): readonly (readonly [LogId, number])[] {
    const said = this.#said.get(key);
    const { log } = this.#replica.collection;
    if (said === undefined) return [];
    const elsewhere = new Set(headsElsewhere(log, said.heads).map((head) => head.log));
    if (elsewhere.size === 0 && !log.logs().some(({ frozen }) => frozen)) return [];
    return [...meetHeads(log, said.heads).has].filter(
      ([each]) => elsewhere.has(each) || log.known(each)?.frozen === true,
    );
  }
  /** Does a member say what it has, and is a package beside a log (8 bytes of its hash) not among that? */
  lacksBranch(key: MemberKey, hash: string): boolean {
    const said = this.#said.get(key);
    return said !== undefined && !meetHeads(this.#replica.collection.log, said.heads).branches.has(hash);
  }
  /** What a member says it waits for. */
  wantedBy(key: MemberKey): RelayStanding['wanted'] {
    return this.#said.get(key)?.wanted ?? [];
  }
  /** Did a member that holds something know no epoch, so that it could not say what it waits for? */
  isMute(key: MemberKey): boolean {
    const said = this.#said.get(key);
    return said !== undefined && !said.inEpoch && said.heads.length > 0;
  }
  /** Does a member say that it finds no room for contents there? */
  isFullFor(key: MemberKey): boolean {
    return this.#said.get(key)?.isFull === true;
  }
  /** Of logs of which members say that they hold other packages than are here: what is here instead, and before that. */
  #trails(): readonly LogHead[] {
    const { membership, collection } = this.#replica;
    const said = membership
      .others()
      .flatMap(({ memberKey: key }) => (key === null ? [] : (this.#said.get(key)?.heads ?? [])));
    const elsewhere = Map.groupBy(headsElsewhere(collection.log, said), ({ log }) => log);
    return [...elsewhere].flatMap(([log, heads]) =>
      trailIn(
        collection.log,
        log,
        heads.map(({ number }) => number),
      ),
    );
  }
  #ownOperations() {
    return [...this.#replica.membership.heads()].sort();
  }

  /**
   * Says how far this device is, where that is not what it said last. `wanted`: contents that are waited for here; `isFull`: contents from here find no
   * room. Fails as the session does.
   */
  async tell({ session, epoch }: AtRelay, wanted: RelayStanding['wanted'], isFull: boolean): Promise<void> {
    const { id, membership } = this.#replica;
    const { applied, problems } = this.#replica.positions();
    const standing: Omit<RelayStanding, 'time' | 'member'> = {
      group: id,
      cursor: this.#store.cursor,
      heads: [...this.#replica.heads(), ...this.#trails()],
      applied,
      problems,
      partial: this.#replica.isPartial,
      operations: this.#ownOperations(),
      wanted,
      isFull,
    };
    const text = JSON.stringify({ ...standing, epoch: epoch.id });
    if (text === this.#told) return;
    const signer = { key: membership.ownKey, sign: (bytes: Uint8Array) => membership.sign(bytes) };
    this.#toldAt = Math.max(this.#toldAt + 1, this.#port.clock.now());
    const item = makeStanding(signer, { ...standing, time: this.#toldAt });
    const salt = this.#port.random.bytes(32);
    await session.putHeads(id, sealItem({ secret: epoch.secret, group: id, epoch: epoch.id, salt }, item));
    this.#told = text;
  }
}
