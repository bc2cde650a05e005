import type { RecordId } from '../record/ids.ts';
import { isLeftByPower } from './keep-expected.ts';
import type { IdleJob, KeepCollection, KeepPort, KeepSource } from './keep-port.ts';

const STEP = 256;
/** By then the system has mostly written back by itself, so making sure costs next to nothing. */
const SETTLED_MS = 60_000;
/** More than this would hold up the end of the program. */
const LAST_ITEMS = 256;

/** Takes items off the journal of un-synced writes, once they are surely on the disk. */
export class KeepSynced implements IdleJob {
  readonly #port: KeepPort;
  readonly #isDoubted: (source: number, id: RecordId) => boolean;
  #planned = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | null = null;

  /** `isDoubted`: what the power left there is not known yet. */
  constructor(port: KeepPort, isDoubted: (source: number, id: RecordId) => boolean) {
    this.#port = port;
    this.#isDoubted = isDoubted;
  }
  stop(): void {
    this.#cancel?.();
  }

  /** The program ends properly: what little is still in the journal is made sure of, so that the next start need not doubt it. */
  async finish(): Promise<void> {
    const now = this.#port.clock.now();
    for (const each of this.#port.collections())
      for (const source of each.sources()) {
        if (source.isAway) continue;
        const rows = this.#port.unsynced.due(source.row, now, LAST_ITEMS + 1);
        if (rows.length > 0 && rows.length <= LAST_ITEMS) await this.#sync(each, source, rows, now);
      }
  }

  /** A source is let go of: all that is in its journal is made sure of, for nothing will name it afterwards. */
  async makeSure({ collection }: KeepCollection, source: KeepSource): Promise<void> {
    if (source.isAway) return;
    const { store, unsynced } = this.#port;
    const ids = unsynced.of(source.row).flatMap((row) => collection.records.at(row)?.id ?? []);
    for (let at = 0; at < ids.length; at += STEP) await store.sync(source.id, ids.slice(at, at + STEP));
  }

  async step(): Promise<boolean> {
    const { clock, unsynced } = this.#port;
    const now = clock.now();
    const until = now - SETTLED_MS;
    let next = Number.POSITIVE_INFINITY;
    for (const each of this.#port.collections())
      for (const source of each.sources()) {
        if (source.isAway) continue;
        unsynced.rewind(source.row, now);
        const rows = unsynced.due(source.row, until, STEP);
        if (rows.length > 0) {
          await this.#sync(each, source, rows, until);
          return true;
        }
        next = Math.min(next, unsynced.oldest(source.row) ?? next);
      }
    this.#plan(next + SETTLED_MS);
    return false;
  }

  async #sync(each: KeepCollection, source: KeepSource, rows: readonly number[], until: number): Promise<void> {
    const { clock, store, transact, unsynced } = this.#port;
    const items = rows.map((row) => ({ row, id: each.collection.records.at(row)?.id ?? null }));
    const ids = items.flatMap(({ id }) => id ?? []);
    const synced = await store.sync(source.id, ids);
    // What is still to be constructed, or compared with what the power left, or made again, stays noted: after a restart nothing else may tell of it.
    const pending = new Set(source.pending());
    const done = new Set(ids.filter((id, at) => synced[at] === true && !this.#isDoubted(source.row, id)));
    const isDone = ({ row, id }: (typeof items)[number]) =>
      id === null || (done.has(id) && !pending.has(row) && !isLeftByPower(each.collection, source, row));
    const rowsOf = (some: typeof items) => some.map(({ row }) => row);
    transact(() => {
      unsynced.forget(source.row, rowsOf(items.filter(isDone)), until);
      unsynced.note(source.row, rowsOf(items.filter((item) => !isDone(item))), clock.now());
    });
  }

  #plan(at: number): void {
    if (at >= this.#planned) return;
    const { clock } = this.#port;
    this.#cancel?.();
    this.#planned = at;
    this.#cancel = clock.after(Math.max(0, at - clock.now()), () => {
      this.#planned = Number.POSITIVE_INFINITY;
      this.#port.wake();
    });
  }
}
