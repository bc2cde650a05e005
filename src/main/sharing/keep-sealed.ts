import type { GroupMembership } from '../peers/membership/group-membership.ts';

const MINUTE = 60_000;
/** Nobody waits for more of the others than so many. */
const MOST_TURNS = 5;

interface SealingPort {
  /** Milliseconds since 1970. */
  now(): number;
  later(call: () => void, after: number): void;
  /** Operations were written, some time after `check`. */
  sealed(): void;
}

/**
 * Sees to it that every member has the secrets of what lies at a relay. One that lacks them, since it was let in apart from a rotation, is given
 * them by the member with the smallest id of those that can, at once; by the next one where that did not happen within a minute, and so on: all
 * of them at once would say the same.
 */
export class KeepSealed {
  readonly #membership: Pick<GroupMembership, 'sealTurn' | 'sealMissing'>;
  readonly #port: SealingPort;
  #waits = false;

  constructor(membership: Pick<GroupMembership, 'sealTurn' | 'sealMissing'>, port: SealingPort) {
    this.#membership = membership;
    this.#port = port;
  }

  /** Who the members are, or what is sealed to them, became something else. May write operations, which are for the caller to tell. */
  check(): void {
    const turn = this.#membership.sealTurn();
    if (turn === null) return;
    if (turn === 0) this.#membership.sealMissing(this.#port.now());
    else if (!this.#waits) this.#wait(Math.min(turn, MOST_TURNS) * MINUTE);
  }

  #wait(time: number): void {
    this.#waits = true;
    this.#port.later(() => {
      this.#waits = false;
      if (this.#membership.sealMissing(this.#port.now())) this.#port.sealed();
    }, time);
  }
}
