import { hasPassed } from '../platform/clock.ts';
import type { StoredList } from '../store/content-store.ts';
import type { ConflictContents } from './keep-conflicts.ts';
import { NeededContents } from './keep-needed.ts';
import type { IdleJob, KeepPort } from './keep-port.ts';

const DAY_MS = 24 * 3600_000;
/** One step looks at so many, and drops so many bytes of them, or a single one: each has a row for every 36. */
const STEP = 64;
const STEP_BYTES = 1 << 20;
/** Lists of contents that are no more: so many bytes of the latest stay. Peers that have such a content still ask for a later list by it. */
const LEFT_BYTES = 16 << 20;
/** Where so many bytes of lists came, as of a large file that is written all the time, a day is too long. */
const MUCH_BYTES = 16 << 20;

interface Pass {
  needed: NeededContents | null;
  /** The row of the last list that was looked at. */
  before: number;
  /** Bytes of lists so far whose contents are no more. */
  obsolete: number;
}

/**
 * Lets go of chunk lists: each version of a large file has one, and the latest of those that no file here, nor the version store, has the content
 * of are enough. Whoever needs such a list later gets it with the content. At the start, then daily, and where many came.
 */
export class KeepLists implements IdleJob {
  readonly #port: KeepPort;
  readonly #conflicts: ConflictContents;
  readonly #left: number;
  readonly #much: number;
  #pass: Pass | null = null;
  /** When the last pass began; null: none did. */
  #began: number | null = null;
  /** `listBytesPut` as the last pass began. */
  #put = 0;

  /** In bytes. `left`: the latest that stay whatever became of their contents; `much`: after so many new ones it does not wait for a day. */
  constructor(port: KeepPort, conflicts: ConflictContents, left: number = LEFT_BYTES, much: number = MUCH_BYTES) {
    this.#port = port;
    this.#conflicts = conflicts;
    this.#left = left;
    this.#much = much;
  }

  async step(): Promise<boolean> {
    const { clock, kept, transact } = this.#port;
    this.#pass ??= this.#begin(clock.now());
    const pass = this.#pass;
    if (pass === null) return false;
    if (pass.needed?.isStale() === true) pass.needed = null;
    const page = kept.listsBefore(pass.before, STEP);
    const drop: number[] = [];
    let bytes = 0;
    let isOver = page.length < STEP;
    for (const list of page) {
      // The rows that are to come are counted on from the last one.
      const isLast = pass.before === Number.MAX_SAFE_INTEGER;
      pass.before = list.row;
      if (isLast || this.#isOfUse(pass, list)) continue;
      pass.obsolete += list.length;
      if (pass.obsolete <= this.#left) continue;
      drop.push(list.row);
      bytes += list.length;
      if (bytes < STEP_BYTES) continue;
      isOver = false;
      break;
    }
    if (drop.length > 0) transact(() => kept.dropLists(drop));
    if (isOver) this.#pass = null;
    return !isOver;
  }

  #begin(now: number): Pass | null {
    const { listBytesPut } = this.#port.kept;
    if (!hasPassed(DAY_MS, this.#began, now) && listBytesPut - this.#put < this.#much) return null;
    this.#began = now;
    this.#put = listBytesPut;
    return { needed: null, before: Number.MAX_SAFE_INTEGER, obsolete: 0 };
  }

  #isOfUse(pass: Pass, { content }: StoredList): boolean {
    const { kept } = this.#port;
    if (kept.heldAmong([content]).size > 0 || kept.isKept(content)) return true;
    pass.needed ??= new NeededContents(this.#port, this.#conflicts);
    return pass.needed.has(content);
  }
}
