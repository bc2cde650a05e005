import type { Collection } from '../collection.ts';
import type { NamedContent } from '../past/history-port.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { LogId } from '../record/ids.ts';
import type { KeepCollection } from './keep-port.ts';

/** Packages opened in one go at most; each may hold nothing to copy. */
const PACKAGES = 4;
const PAGE = 256;
/** A package whose files were just changing is tried again so often. */
const TRIES = 3;

interface Waiting {
  readonly log: LogId;
  readonly number: number;
  readonly tries: number;
  /** Not before; milliseconds since 1970. */
  readonly at: number;
  /** Sources on disks that are not there: not before one of them is. */
  readonly away: ReadonlySet<number>;
}
const NONE: ReadonlySet<number> = new Set();
interface Open {
  readonly row: number;
  readonly log: LogId;
  readonly number: number;
  /** No other member has applied it. */
  readonly only: boolean;
  /** Changes worked off. */
  at: number;
  again: boolean;
  readonly away: Set<number>;
}
/** Contents of one package to be copied now. */
export interface WalkPart {
  readonly only: boolean;
  readonly contents: readonly NamedContent[];
  /** Changes of the package this part reaches to. */
  readonly until: number;
  readonly isLast: boolean;
}

/**
 * Goes through the packages of a collection for contents to copy: first those of this device that no other member has applied, then all
 * that are constructed here, in the order of their rows. How far it came survives in the collection (`captured`): everything up to that
 * row is done, whatever was done beyond it is found kept when it comes by again.
 */
export class PackageWalk {
  readonly #each: KeepCollection;
  readonly #wants: (content: NamedContent) => boolean;
  readonly #isAway: (source: number) => boolean;
  readonly #waiting = new Map<number, Waiting>();
  #cursor: number;
  #open: Open | null = null;
  #only: { readonly log: LogId; number: number } | null = null;

  /** `isAway`: is the disk of this source away? */
  constructor(each: KeepCollection, wants: (content: NamedContent) => boolean, isAway: (source: number) => boolean) {
    this.#each = each;
    this.#wants = wants;
    this.#isAway = isAway;
    this.#cursor = each.collection.stored.captured;
  }

  get collection(): Collection {
    return this.#each.collection;
  }

  /** Packages up to this row are done. */
  get captured(): number {
    let first = this.#cursor + 1;
    for (const row of this.#waiting.keys()) first = Math.min(first, row);
    if (this.#open !== null && !this.#open.only) first = Math.min(first, this.#open.row);
    return first - 1;
  }

  /** What to copy next, at most so much; the same again until `took` is called. null: nothing now. */
  next(items: number, bytes: number, now: number): WalkPart | null {
    for (let opened = 0; opened < PACKAGES; opened++) {
      this.#open ??= this.#openNext(now);
      if (this.#open === null) return null;
      const part = this.#part(this.#open, items, bytes);
      if (part.contents.length > 0 || opened === PACKAGES - 1) return part;
      this.took(part, { again: false, now, later: 0 });
    }
    return null;
  }

  /**
   * `again`: some of it could not be copied as it was changing; it comes once more `later` milliseconds from now. `away`: some lies in these sources, on
   * disks that are not there; it comes again once one of them is, however long that is away.
   */
  took(
    part: WalkPart,
    { again, away = NONE, now, later }: { again: boolean; away?: ReadonlySet<number>; now: number; later: number },
  ): void {
    const open = this.#open;
    if (open === null) return;
    open.at = part.until;
    open.again ||= again;
    for (const source of away) open.away.add(source);
    if (!part.isLast) return;
    this.#open = null;
    if (open.only) {
      this.#only = { log: open.log, number: open.number };
      return;
    }
    const { row, log, number } = open;
    const tries = (this.#waiting.get(row)?.tries ?? 0) + 1;
    if (open.again && tries < TRIES) this.#waiting.set(row, { log, number, tries, at: now + later, away: NONE });
    else if (open.away.size > 0) this.#waiting.set(row, { log, number, tries: 0, at: 0, away: open.away });
    else this.#waiting.delete(row);
  }

  #part(open: Open, items: number, bytes: number): WalkPart {
    const changes = this.#each.collection.packages.changesIn(open.row) ?? [];
    const contents: NamedContent[] = [];
    let size = 0;
    let at = open.at;
    for (; at < changes.length && contents.length < items; at++) {
      const change = changes[at];
      if (change === undefined || 'invalid' in change) continue;
      const entry = fileEntry(change.writes.find((write) => write.field === ENTRY)?.value);
      if (entry?.type !== 'file' || !this.#wants(entry)) continue;
      if (size > 0 && size + entry.size > bytes) break;
      size += entry.size;
      contents.push(entry);
    }
    return { only: open.only, contents, until: at, isLast: at >= changes.length };
  }

  #openNext(now: number): Open | null {
    const { log, stored } = this.#each.collection;
    const others = this.#each.others();
    if (others.length > 0) {
      const applied = Math.max(...others.map((other) => other.applied.get(stored.ownLog) ?? 0));
      const done = this.#only?.log === stored.ownLog ? this.#only.number : 0;
      const [own] = log.after(stored.ownLog, Math.max(applied, done), 1);
      if (own !== undefined)
        return { row: own.row, log: own.log, number: own.number, only: true, at: 0, again: false, away: new Set() };
    }
    const applied = new Map(log.logs().map((each) => [each.log, each.applied]));
    const isReady = (each: { log: LogId; number: number }): boolean => each.number <= (applied.get(each.log) ?? 0);
    for (const [row, each] of this.#waiting)
      if (each.at <= now && isReady(each) && (each.away.size === 0 || ![...each.away].every(this.#isAway)))
        return { row, log: each.log, number: each.number, only: false, again: false, away: new Set(), at: 0 };
    for (let page = log.byRow(this.#cursor, PAGE); page.length > 0; page = log.byRow(this.#cursor, PAGE))
      for (const { row, log: name, number, held } of page) {
        this.#cursor = row;
        if (held && isReady({ log: name, number }))
          return { row, log: name, number, only: false, at: 0, again: false, away: new Set() };
        this.#waiting.set(row, { log: name, number, tries: 0, at: 0, away: NONE });
      }
    return null;
  }
}
