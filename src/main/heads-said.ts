import type { LogId, MemberKey } from './record/ids.ts';

/** A package that a member had seen and that has not come here. */
export interface NotCome {
  readonly log: LogId;
  readonly number: number;
  /** Who had seen it. */
  readonly by: MemberKey;
  /** When that was first heard of, milliseconds since 1970. */
  readonly since: number;
}

/**
 * What members had seen of the logs of others by what their packages say (PROTOCOL 2.6): whoever passes packages on and keeps some of them back is
 * exposed by the next package of anyone. Of each log the furthest number that is missing; since this run began.
 */
export class HeadsSaid {
  readonly #missing = new Map<LogId, NotCome>();

  /** A package of `by` came, whose author had seen these. `held`: how far a log is held here; null: nobody waits for that number of it. */
  note(
    by: MemberKey,
    seen: readonly { readonly log: LogId; readonly number: number }[],
    held: (log: LogId, number: number) => number | null,
    now: number,
  ): void {
    for (const { log, number } of seen) {
      const here = held(log, number);
      const known = this.#missing.get(log);
      if (here === null || here >= number || (known !== undefined && known.number >= number)) continue;
      this.#missing.set(log, { log, number, by, since: known?.since ?? now });
    }
  }

  /** What has been missing since `before` or longer. What came meanwhile, or counts no more, is forgotten. */
  missingSince(before: number, held: (log: LogId, number: number) => number | null): readonly NotCome[] {
    for (const [log, { number }] of this.#missing) {
      const here = held(log, number);
      if (here === null || here >= number) this.#missing.delete(log);
    }
    return [...this.#missing.values()].filter(({ since }) => since <= before);
  }

  get isEmpty(): boolean {
    return this.#missing.size === 0;
  }
}
