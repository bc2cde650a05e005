import { decompressBody } from './change-log/compress-body.ts';
import { FIRST_PREVIOUS, type PackageHead, type SignedPackage } from './change-log/package.ts';
import { type DecodedChange, decodeBody, type PackageName } from './change-log/package-body.ts';
import { type CollectionId, type Dot, dotOf, type LogId, type MemberKey } from './record/ids.ts';
import type { LogLimits } from './store/log-limits.ts';
import type { LogStore, StoredLog } from './store/log-store.ts';
import type { QuarantineStore } from './store/quarantine-store.ts';

/** Whose packages are taken. */
export interface PackageRules {
  verify(member: MemberKey, bytes: Uint8Array, signature: Uint8Array): boolean;
  /** Why a package must not be taken, or null (not a member, a reader, beyond its cut). `setAside`: a person may still want it. */
  refuses(head: PackageHead): { readonly why: string; readonly setAside: boolean } | null;
}

/** Who passes a package on. */
export interface Sender {
  /** null: nobody in particular. */
  readonly member: MemberKey | null;
  /** How far it said it held a log when it linked. */
  told(log: LogId): number;
}
export const NOBODY: Sender = { member: null, told: () => 0 };

/** `hostile`: no honest member sends this; else its author may not (any more) write here, and whoever passed it on may not know. */
export interface Refused {
  readonly is: 'refused';
  readonly why: string;
  readonly hostile: boolean;
}
const refused = (why: string): Refused => ({ is: 'refused', why, hostile: false });
export const refusedAsHostile = (why: string): Refused => ({ is: 'refused', why, hostile: true });
/** What comes of a package that is not taken. */
export type Untaken =
  | { readonly is: 'known' }
  /** Packages before it are missing: those from number `from` on are needed. */
  | { readonly is: 'gap'; readonly log: LogId; readonly from: number }
  | Refused;

/** What a peer or a relay gave as a package of a collection: is it one, may its author write it, and does it follow what is here? */
export class PackageDoor {
  readonly #collection: CollectionId;
  readonly #log: LogStore;
  readonly #limits: LogLimits;
  readonly #quarantine: QuarantineStore;
  readonly #rules: PackageRules;

  constructor(
    collection: CollectionId,
    log: LogStore,
    limits: LogLimits,
    quarantine: QuarantineStore,
    rules: PackageRules,
  ) {
    this.#collection = collection;
    this.#log = log;
    this.#limits = limits;
    this.#quarantine = quarantine;
    this.#rules = rules;
  }

  /** Why a package is not taken, by its head, its signature and where it stands in its log; null: it is. */
  judge(read: SignedPackage, log: StoredLog, sender: Sender): Untaken | null {
    const { head } = read;
    if (head.collection !== this.#collection) return refusedAsHostile('of another collection');
    if (log.member !== '' && log.member !== head.member) return refusedAsHostile('the log of another member');
    if (head.number <= log.held && this.#isKnown(log, read)) return { is: 'known' };
    // Before a gap: what is not taken anyway must not be asked for.
    const refusal = this.#rules.refuses(head);
    if (refusal !== null) return this.#refuse(read, refusal);
    // What a member had taken before it knew of a second branch reaches everyone; the author adds nothing more.
    if (log.frozen && sender.member === head.member && head.number > sender.told(log.log))
      return refused('a log with two branches');
    const follows = head.number <= log.held + 1 && this.#log.holdsWhole(log, head.number - 1, head.previous);
    if (!follows && head.number > 1) return { is: 'gap', log: log.log, from: gapFrom(log.held, head.number) };
    if (!this.#rules.verify(head.member, read.signed, read.signature))
      return refusedAsHostile('not signed by its author');
    if (!follows) return refused('does not follow the package before it');
    if (log.member === '' && !this.#limits.mayBegin(head.member)) return refused('its author has begun too many logs');
    return null;
  }

  /** The changes of a package that is to be taken. */
  decode({ head, body }: SignedPackage): readonly DecodedChange[] | Refused {
    let hasTooMany = false;
    const intern = (name: PackageName, index: number): Dot => {
      hasTooMany ||= !this.#limits.mayReferTo(name.log as LogId, head.member);
      // The package is not taken then: nothing further is remembered for it.
      return hasTooMany ? dotOf(0, index) : this.#log.intern(name, index);
    };
    let changes: readonly DecodedChange[];
    try {
      changes = decodeBody(decompressBody(body), intern);
    } catch (error) {
      return refusedAsHostile((error as Error).message);
    }
    if (!hasTooMany) return changes;
    this.#limits.tellReferred(head.member);
    return refused('it refers to too many logs that nobody has written in');
  }

  #refuse(read: SignedPackage, { why, setAside }: { why: string; setAside: boolean }): Untaken {
    const { member, log, number } = read.head;
    if (!setAside) return refused(why);
    if (!this.#rules.verify(member, read.signed, read.signature)) return refusedAsHostile('not signed by its author');
    this.#quarantine.add({ log, number, hash: read.hash, member, bytes: read.bytes });
    return refused(why);
  }

  #isKnown(log: StoredLog, read: SignedPackage): boolean {
    return this.#log.holds(log.log, read.head.number, read.hash.slice(0, 16));
  }
}

/**
 * From where on a log is needed so that package `number` finds the one it follows: from where ours ends, or, where that is another branch,
 * from further and further back.
 */
function gapFrom(held: number, number: number): number {
  const back = Math.max(0, held + 1 - number);
  return number > held + 1 ? held + 1 : Math.max(1, held - 2 * back);
}

/** A log of which nothing is stored: nothing is, until a package of it is taken. */
export const unknownLog = (log: LogId): StoredLog => ({
  row: 0,
  log,
  member: '',
  held: 0,
  hash: FIRST_PREVIOUS,
  applied: 0,
  frozen: false,
});
