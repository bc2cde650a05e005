import type { Change } from '../change-log/change.ts';
import { decompressBody } from '../change-log/compress-body.ts';
import { millisecondsOf } from '../change-log/hybrid-time.ts';
import { type OpenBody, openBody } from '../change-log/open-body.ts';
import { bodyIn } from '../change-log/package.ts';
import type { DecodedChange } from '../change-log/package-body.ts';
import { CHANGES_PER_PACKAGE, type Dot, type MemberKey } from '../record/ids.ts';
import type { EarlierValue } from '../snapshot/adopt.ts';
import type { LogStore } from './log-store.ts';

/** Packages kept decoded, the last used ones: history and undo look at many changes of few packages. */
const PACKAGES_OPEN = 48;

/** A package held here: who signed it and when (milliseconds since 1970), and its changes. */
export interface OpenPackage {
  readonly member: MemberKey;
  readonly atMs: number;
  readonly body: OpenBody;
}

/** Reads what the packages of a change log say. */
export class PackageReader {
  readonly #log: LogStore;
  /** By their rows, the one used last at the end. */
  readonly #opened = new Map<number, OpenPackage>();

  constructor(log: LogStore) {
    this.#log = log;
  }

  /** Rows of packages that were rolled back are given to others. */
  forget(): void {
    this.#opened.clear();
  }

  /** A package by its row, its changes decoded as they are looked at; null where it is not held. */
  open(row: number): OpenPackage | null {
    const known = this.#opened.get(row);
    if (known !== undefined) {
      this.#opened.delete(row);
      this.#opened.set(row, known);
      return known;
    }
    const stored = this.#log.packageAt(row);
    if (stored === null) return null;
    const body = openBody(decompressBody(bodyIn(stored.bytes)), (name, index) => this.#log.intern(name, index));
    const member = this.#log.log(stored.log, '').member as MemberKey;
    const opened: OpenPackage = { member, atMs: millisecondsOf(stored.time), body };
    if (this.#opened.size >= PACKAGES_OPEN) this.#opened.delete(this.#opened.keys().next().value as number);
    this.#opened.set(row, opened);
    return opened;
  }

  /** All changes of a package by its row; null where it is not held. */
  changesIn(row: number): readonly DecodedChange[] | null {
    const body = this.open(row)?.body;
    return body === undefined ? null : Array.from({ length: body.count }, (_, index) => body.at(index));
  }

  /** The change a dot names, with what its package says of it; null where the package is not held or the change is not valid. */
  changeAt(dot: Dot): { readonly change: Change; readonly member: MemberKey; readonly atMs: number } | null {
    const found = this.open(Math.floor(dot / CHANGES_PER_PACKAGE));
    const index = dot % CHANGES_PER_PACKAGE;
    const change = found === null || index >= found.body.count ? null : found.body.at(index);
    if (found === null || change === null || 'invalid' in change) return null;
    return { change, member: found.member, atMs: found.atMs };
  }

  /** Every value the fields of a record (by its row) ever had, oldest known first. */
  earlierValues(record: number): readonly EarlierValue[] {
    const values: EarlierValue[] = [];
    for (const dot of this.#log.changesOf(record)) {
      const found = this.changeAt(dot);
      for (const write of found?.change.writes ?? []) values.push({ field: write.field, value: write.value, dot });
    }
    return values;
  }
}
