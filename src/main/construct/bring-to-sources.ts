import type { AppliedChange, Collection } from '../collection.ts';
import type { LogId } from '../record/ids.ts';
import { Pending, type Ticket } from './pending.ts';

/** The sources of a collection here, by their rows. */
type Sources = ReadonlyMap<number, { readonly construction: Construction; readonly isWritten: boolean }>;
interface Construction {
  enqueue(row: number, tickets?: readonly Ticket[], applied?: AppliedChange | null): void;
}

/**
 * What packages say is brought to every source here: their records are queued, and a package counts as applied once each source that is
 * written to has constructed all of it, or named it as a problem.
 */
export class BringToSources {
  readonly #collection: Collection;
  readonly #sources: Sources;
  readonly #pending = new Pending();

  constructor(collection: Collection, sources: Sources) {
    this.#collection = collection;
    this.#sources = sources;
  }

  /** Queues what was merged and not constructed when the program ended. */
  resume(): void {
    const { log: logs, records } = this.#collection;
    for (const log of logs.logs())
      for (const { row, number } of logs.after(log.log, log.applied, Number.MAX_SAFE_INTEGER)) {
        const rows = (this.#collection.packages.changesIn(row) ?? []).flatMap((change) => {
          const record = 'record' in change ? records.find(change.record) : null;
          return record === null ? [] : [record.row];
        });
        this.#open(log.log, number, rows, null);
      }
  }

  /** Queues what a package changed. `by`: the source that made it has it already. */
  bring(
    { log, number, applied }: { log: LogId; number: number; applied: readonly AppliedChange[] },
    by: number | null,
  ): void {
    const rows = applied.map((each) => each.row);
    this.#open(log, number, rows, by, applied);
  }

  /** Queues records that others made way for, or got in the way of; true where there are some. */
  bringDue(): boolean {
    const { anew, gone } = this.#collection.takeDue();
    const { records, problems } = this.#collection;
    const ways = [...anew, ...gone];
    let some = false;
    for (const [source, { construction }] of this.#sources) {
      const named = ways.length === 0 || problems.count(source) === 0 ? [] : problems.of(source);
      const freed = named.flatMap(({ record }) => (ways.some((id) => record.startsWith(`${id}/`)) ? [record] : []));
      const emptied = problems.staying(source).filter((record) => !records.hasLiveBelow(record));
      for (const id of new Set([...anew, ...freed, ...emptied])) {
        const row = records.find(id)?.row;
        if (row === undefined) continue;
        construction.enqueue(row);
        some = true;
      }
    }
    return some;
  }

  /** Records reached a source, or were named as problems there. */
  close(tickets: readonly Ticket[]): void {
    for (const ticket of tickets) this.#pending.close(ticket);
  }

  /** Writes down how far everything is applied; true where that is further than before. */
  noteApplied(): boolean {
    const moved = this.#pending.applied();
    if (moved.length === 0) return false;
    const { log: logs } = this.#collection;
    const known = new Map(logs.logs().map((log) => [log.log, log]));
    this.#collection.transactSoon(() => {
      for (const { log, number } of moved) {
        // Of a log with several branches packages do not come in the order of their numbers: it is applied when nothing of it is open.
        const forked = known.get(log)?.frozen === true;
        if (!forked) logs.setApplied(log, number);
        else if (!this.#pending.isOpen(log)) logs.setApplied(log, known.get(log)?.held ?? 0);
      }
    });
    return true;
  }

  #open(
    log: LogId,
    number: number,
    rows: readonly number[],
    by: number | null,
    applied: readonly AppliedChange[] = [],
  ): void {
    const targets = [...this.#sources].filter(([source]) => source !== by);
    const distinct = new Set(rows);
    const last = new Map(applied.map((each) => [each.row, each]));
    // Nobody waits for a source into which nothing is written: what it lacks stays due there.
    const written = targets.filter(([, { isWritten }]) => isWritten);
    const ticket = this.#pending.open(log, number, distinct.size * written.length);
    const tickets = [ticket];
    for (const [, { construction, isWritten }] of targets)
      for (const row of distinct) construction.enqueue(row, isWritten ? tickets : undefined, last.get(row) ?? null);
  }
}
