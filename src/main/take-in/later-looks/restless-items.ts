import type { Clock } from '../../platform/clock.ts';
import type { RecordId } from '../../record/ids.ts';

/** So many changes of a file are taken in as they come; of one that goes on changing, one each time this passes. */
const AS_THEY_COME = 100;
const REST_MS = 10_000;
/** Of more than that those that changed but once lately are forgotten, and all where there are none of these. */
const REMEMBERED = 4096;

/**
 * Files that change again and again: a log somebody writes to for hours, a database. Each change that is taken in is a version that is kept and sent, so
 * they are taken in less often once they were for long. Whoever asks for a look has all of them looked at.
 */
export class RestlessItems {
  readonly #clock: Pick<Clock, 'now'>;
  /** How often each changed, less one for each rest that passed since. */
  readonly #changes = new Map<RecordId, { readonly count: number; readonly at: number }>();

  readonly #planned = new Map<string, number>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** A change of it was taken in. */
  changed(id: RecordId): void {
    // Those that somebody asked to be looked at do not make it wait longer than one rest.
    const count = Math.min(this.#lately(id) + 1, AS_THEY_COME);
    if (this.#changes.size >= REMEMBERED) this.#forgetQuiet();
    this.#changes.set(id, { count, at: this.#clock.now() });
  }

  /** Milliseconds until it is to be read again; 0: it may be now. */
  rest(id: RecordId): number {
    return Math.max(0, Math.round((this.#lately(id) + 1 - AS_THEY_COME) * REST_MS));
  }

  /** Those groups, of which each has such a file that may be read after some milliseconds, for which no look was planned by this yet. */
  plan(groups: ReadonlyMap<string, number>): readonly (readonly [group: string, after: number])[] {
    const now = this.#clock.now();
    const isPlanned = (due: number | undefined): boolean => due !== undefined && due >= now && due - now <= REST_MS;
    const news = [...groups].filter(([group]) => !isPlanned(this.#planned.get(group)));
    for (const [group, due] of this.#planned) if (!isPlanned(due)) this.#planned.delete(group);
    for (const [group, after] of news) this.#planned.set(group, now + after);
    return news;
  }

  #lately(id: RecordId): number {
    const known = this.#changes.get(id);
    if (known === undefined) return 0;
    const passed = this.#clock.now() - known.at;
    // A clock that was set back must not make it wait for long.
    return passed < 0 ? 0 : Math.max(0, known.count - passed / REST_MS);
  }

  #forgetQuiet(): void {
    for (const id of this.#changes.keys()) if (this.#lately(id) <= 1) this.#changes.delete(id);
    if (this.#changes.size >= REMEMBERED) this.#changes.clear();
  }
}
