import type { LogId, MemberKey } from '../record/ids.ts';

/** A package that a member had seen and that has not come here. */
export interface NotCome {
  readonly log: LogId;
  readonly number: number;
  /** Whose log it is, as far as that is known or was said. */
  readonly of: MemberKey | null;
  /** Who had seen it. */
  readonly by: MemberKey;
  /** When that was first heard of, milliseconds since 1970. */
  readonly since: number;
}

/** A package that a member says it had seen. */
export interface HeadSeen {
  readonly log: LogId;
  readonly number: number;
  /** Whose log it is by what it says. */
  readonly member?: MemberKey;
}

/** How far a log is held here; null: nobody waits for that number of it. `of`: whose it is said to be. */
export type HeldOf = (log: LogId, number: number, of: MemberKey | null) => number | null;

/** Missing packages that are remembered of what one member says: more than these only a liar names. */
const MOST_OF_ONE = 64;

/**
 * What members had seen of the logs of others by what their packages and beacons say (PROTOCOL 2.6): whoever passes packages on and keeps some
 * of them back is exposed by the next package or beacon of anyone. Of each log the furthest number that is missing; since this run began.
 */
export class HeadsSaid {
  readonly #missing = new Map<LogId, NotCome>();

  /** What `by` signed came: it had seen these. */
  note(by: MemberKey, seen: readonly HeadSeen[], held: HeldOf, now: number): void {
    for (const { log, number, member } of seen) {
      const of = member ?? null;
      const here = held(log, number, of);
      const known = this.#missing.get(log);
      if (here === null || here >= number || (known !== undefined && known.number >= number)) continue;
      if (known === undefined && this.#saidBy(by) >= MOST_OF_ONE) continue;
      this.#missing.set(log, { log, number, of, by, since: known?.since ?? now });
    }
  }

  #saidBy(member: MemberKey): number {
    let said = 0;
    for (const { by } of this.#missing.values()) if (by === member) said++;
    return said;
  }

  /** What has been missing since `before` or longer. What came meanwhile, or counts no more, is forgotten. */
  missingSince(before: number, held: HeldOf): readonly NotCome[] {
    for (const [log, { number, of }] of this.#missing) {
      const here = held(log, number, of);
      if (here === null || here >= number) this.#missing.delete(log);
    }
    return [...this.#missing.values()].filter(({ since }) => since <= before);
  }

  get isEmpty(): boolean {
    return this.#missing.size === 0;
  }
}
