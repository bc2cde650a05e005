import { readPackage, type SignedPackage } from '../change-log/package.ts';
import { parseOp } from '../peers/membership/membership-op.ts';
import { RelayError } from '../peers/relay/relay-error.ts';
import type { RelayItem } from '../peers/sealed/relay-item.ts';
import { NO_EPOCH, openItem, sealedEpoch } from '../peers/sealed/sealed-item.ts';
import { equalBytes } from '../platform/equal-bytes.ts';
import type { Digest } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import type { RelayStore } from '../store/relay-store.ts';
import type { ExchangePort } from './exchange-port.ts';
import { passing } from './passing.ts';
import type { RelayStorage } from './patient-storage.ts';
import { brokenOff, RequestSize } from './request-size.ts';

/** A package, and the item that brought it. */
interface Came {
  readonly sid: number;
  readonly read: SignedPackage;
}

/** Where the line passes as many; the relay gives no more in one answer anyway. */
const ITEMS_AT_ONCE = 1000;
/** Packages that wait for one before them: bytes at most. What is dropped is put up again by who sees that it is lacking here. */
const MOST_WAITING = 32 << 20;

/** Reads what lies at a relay from where it was read up to: operations, packages, and where contents lie. */
export class ItemReader {
  readonly #replica: Replica;
  readonly #store: RelayStore;
  readonly #port: ExchangePort;
  /** Packages of logs of which something before them is missing, by number. */
  #waiting: Came[] = [];
  readonly #startAnew: (born: number) => void;
  readonly #size = new RequestSize();

  /** `startAnew`: the relay has lost what it had; nothing is known of it any more but when the collection was registered there (0: not even that). */
  constructor(replica: Replica, store: RelayStore, port: ExchangePort, startAnew: (born: number) => void) {
    this.#replica = replica;
    this.#store = store;
    this.#port = port;
    this.#startAnew = startAnew;
  }

  /** Reads to the end, and tells the relay so; true: operations of members were there. Fails as the session does; what was read until then is kept. */
  async read(session: RelayStorage): Promise<boolean> {
    const { id } = this.#replica;
    let first = this.#store.cursor;
    let isAnew = false;
    let hasOperations = false;
    for (;;) {
      const answer = await this.#items(session, this.#store.cursor).catch((error) => this.#skip(error));
      if (answer === null) continue;
      const { items, last, born } = answer;
      // Once: a relay that says otherwise each time is read all the same.
      if (!isAnew && this.#hasLost(items.length === 0 ? last : null, born)) {
        this.#startAnew(born);
        this.#waiting = [];
        isAnew = true;
        first = 0;
        continue;
      }
      if (this.#store.born !== born) this.#store.born = born;
      await passing(this.#port.clock, this.#port.down, bytesOf(items));
      hasOperations = this.#take(items) || hasOperations;
      const next = items.at(-1)?.sid ?? last;
      if (next > this.#store.cursor) this.#store.cursor = next;
      if (items.length === 0) break;
    }
    this.#waiting = [];
    if (this.#store.cursor > first) await session.setCursor(id, this.#store.cursor);
    return hasOperations;
  }

  /**
   * Takes what lies there of operations of members and nothing else, for a device that was taken out: they may tell that this is void. It is read
   * from where it was read up to, and still is afterwards. Fails as the session does.
   */
  async readOperations(session: RelayStorage): Promise<void> {
    let isAnew = false;
    for (let after = this.#store.cursor; ; ) {
      const answer = await this.#items(session, after).catch((error) => this.#skip(error));
      if (answer === null) {
        after = Math.max(after, this.#store.cursor);
        continue;
      }
      const { items, last, born } = answer;
      if (!isAnew && this.#hasLost(items.length === 0 ? last : null, born)) {
        this.#startAnew(born);
        isAnew = true;
        after = 0;
        continue;
      }
      if (items.length === 0) return;
      await passing(this.#port.clock, this.#port.down, bytesOf(items));
      for (const { sid, bytes } of items) {
        after = sid;
        const item = this.#open(bytes);
        if (item?.is === 'members') this.#takeOperations(item.operations);
      }
    }
  }

  /** As many at once as the line passes. */
  async #items(session: RelayStorage, after: number): ReturnType<RelayStorage['items']> {
    const limit = this.#size.of(ITEMS_AT_ONCE, 1);
    try {
      const answer = await session.items(this.#replica.id, after, limit < ITEMS_AT_ONCE ? limit : undefined);
      if (answer.items.length > 0) this.#size.wentThrough();
      return answer;
    } catch (error) {
      if (brokenOff(error) !== null) this.#size.brokeOff();
      throw error;
    }
  }

  /** The relay was set up anew, or is a copy from before: what is thought to lie there does not. `last`: null where the answer may not be all there is. */
  #hasLost(last: number | null, born: number): boolean {
    const known = this.#store.born;
    return (last !== null && last < this.#store.newest) || (known !== 0 && born !== 0 && known !== born);
  }

  /** What this device has not read was let go of, for it was away for long: who sees what it lacks puts that up again. */
  #skip(error: unknown): null {
    const { said } = error instanceof RelayError ? error : { said: null };
    const { oldest } = (said ?? {}) as { readonly oldest?: unknown };
    if (!(error instanceof RelayError) || error.code !== 'relay-collected') throw error;
    if (!Number.isSafeInteger(oldest) || (oldest as number) <= this.#store.cursor + 1) throw error;
    this.#store.cursor = (oldest as number) - 1;
    return null;
  }

  /** true: operations were among them. */
  #take(items: readonly { readonly sid: number; readonly bytes: Uint8Array }[]): boolean {
    let packages: Came[] = [];
    let hasOperations = false;
    let hasContents = false;
    // Who wrote a package may be a member by an operation just before it, and what follows be sealed with a secret in that.
    const settle = (): void => {
      this.#takePackages(packages);
      packages = [];
    };
    for (const { sid, bytes } of items) {
      const item = this.#open(bytes);
      if (item?.is === 'package') {
        const read = this.#readPackage(item.bytes);
        if (read !== null) packages.push({ sid, read });
      } else if (item?.is === 'members') {
        settle();
        this.#takeOperations(item.operations);
        hasOperations = true;
      } else if (item?.is === 'contents') {
        hasContents = true;
        this.#replica.collection.transactSoon(() => {
          this.#store.notePack({ name: item.pack, key: item.key, sid }, null, item.entries);
        });
      }
    }
    settle();
    if (hasContents) this.#port.contentsMayBeThere();
    return hasOperations;
  }

  /** null: it cannot be opened here. */
  #open(bytes: Uint8Array): RelayItem | null {
    const { membership, id } = this.#replica;
    try {
      const epoch = sealedEpoch(bytes);
      const secret =
        epoch === NO_EPOCH ? membership.membersSecret() : membership.epochs().find((each) => each.id === epoch)?.secret;
      const item = secret == null ? null : openItem(bytes, { secret, group: id });
      // The secret of the members is known to those that were removed as well: by it they are told who the others are, and nothing else.
      if (epoch === NO_EPOCH && item !== null && item.is !== 'members') throw new RangeError(`${item.is} of no epoch`);
      return item;
    } catch (error) {
      this.#port.log(`relay: an item of ${id} cannot be used: ${(error as Error).message}`);
    }
    return null;
  }

  #readPackage(bytes: Uint8Array): SignedPackage | null {
    try {
      const read = readPackage(bytes);
      return read.head.collection === this.#replica.id ? read : null;
    } catch {
      return null;
    }
  }

  #takeOperations(operations: readonly Uint8Array[]): void {
    // Noted first: they may tell of another relay, and who goes there need not tell it here.
    this.#replica.collection.transactSoon(() => {
      for (const operation of operations) {
        const parsed = parseOp(operation);
        if (parsed !== null) this.#store.noteOperation(parsed.hash);
      }
    });
    this.#replica.receiveMembership(operations);
  }

  #takePackages(came: readonly Came[]): void {
    if (came.length === 0) return;
    // Two who put up packages of one log may have done so in each other's way: what came before the one that it follows must not wait for more.
    const packages = [...this.#waiting, ...came].sort((a, b) => a.read.head.number - b.read.head.number);
    this.#replica.meetOwnLog(
      packages.flatMap(({ read }) => (this.#isOwn(read) ? [{ ...read.head, hash: read.hash as Digest }] : [])),
    );
    const { gaps, refused } = this.#replica.receiveRelayed(packages.map(({ read }) => read.bytes));
    if (refused !== null) this.#port.log(`relay: a package of ${this.#replica.id} is not taken: ${refused}`);
    const from = new Map(gaps.map((gap) => [gap.log, gap.from]));
    this.#waiting = packages.filter(
      ({ read: { head } }) => head.number > (from.get(head.log) ?? Number.POSITIVE_INFINITY),
    );
    let bytes = 0;
    this.#waiting = this.#waiting.filter(({ read }) => {
      bytes += read.bytes.length;
      return bytes <= MOST_WAITING;
    });
    const good = packages.filter(({ read }) => this.#isHeld(read));
    this.#replica.collection.transactSoon(() => {
      for (const { sid, read } of good) this.#store.noteItem(read.head.log, read.head.number, sid);
    });
  }

  /** Of this device's log, and signed by it: nobody else may say that there is more of that than is here. */
  #isOwn({ head, signed, signature }: SignedPackage): boolean {
    const { membership, collection } = this.#replica;
    const isNamed = head.log === collection.stored.ownLog && head.member === membership.ownKey;
    return isNamed && membership.verify(head.member, signed, signature);
  }
  /** Byte for byte: what only says that it is a package of a log must not keep the package itself from being put up. */
  #isHeld({ head: { log, number }, bytes }: SignedPackage): boolean {
    const [held] = this.#replica.collection.log.mainAfter(log, number - 1, 1);
    return held?.number === number && equalBytes(held.bytes, bytes);
  }
}

const bytesOf = (items: readonly { readonly bytes: Uint8Array }[]): number =>
  items.reduce((sum, { bytes }) => sum + bytes.length, 0);
