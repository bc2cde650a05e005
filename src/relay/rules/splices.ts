import { toHex } from '../../main/peers/protocol/hex.ts';
import type { Random } from '../../main/platform/random.ts';
import type { CollectionId, MemberKey } from '../../main/record/ids.ts';
import { LIVE_MS, SPLICE_FRAME, SPLICE_HIGH, SPLICE_LOW, SPLICES_A_MEMBER } from './limits.ts';

/** The relay's end of a live socket. */
export interface LiveEnd {
  /** Sends on what the other end said; `sent` is called once, when the bytes have left. */
  send(bytes: Uint8Array, sent: () => void): void;
  /** Take no more from this end for now. */
  pause(): void;
  resume(): void;
  close(code: number): void;
}

/** What the owner of a socket tells of it. */
export interface LiveLine {
  came(bytes: Uint8Array): void;
  closed(): void;
}

/** Whose end it is; null: of somebody with an invitation, who is no member yet. */
export type LiveOwner = { readonly g: CollectionId; readonly k: MemberKey } | null;

interface Side {
  readonly token: string;
  readonly owner: LiveOwner;
  end: LiveEnd | null;
  /** Sent to this end and not yet gone, as frames count. */
  outstanding: number;
  /** The other end is held because of it. */
  holds: boolean;
  /** What came from this end before the other was there. */
  early: Uint8Array[];
}
interface Splice {
  readonly sides: readonly [Side, Side];
  readonly until: number;
}

/**
 * Joins the sockets of two ends, each known by a token that is good once and for ten seconds. Bytes pass as they come; an end that takes
 * them slower than the other gives them holds it: between 1 MiB and 256 KiB that have not left. No frame counts as less than it takes in
 * memory, or frames without a byte would fill it.
 */
export class Splices {
  readonly #random: Random;
  readonly #passed: (bytes: number) => void;
  /** By the tokens nobody brought yet. */
  readonly #waiting = new Map<string, Splice>();
  readonly #open = new Set<Splice>();

  constructor(random: Random, passed: (bytes: number) => void) {
    this.#random = random;
    this.#passed = passed;
  }

  get size(): number {
    return this.#open.size;
  }

  /** The tokens of the two ends; null: one of them has too many already. */
  grant(first: LiveOwner, second: LiveOwner, now: number): readonly [string, string] | null {
    if ([first, second].some((owner) => owner !== null && this.#countOf(owner) >= SPLICES_A_MEMBER)) return null;
    const sides = [this.#side(first), this.#side(second)] as const;
    const splice = { sides, until: now + LIVE_MS };
    this.#open.add(splice);
    for (const { token } of sides) this.#waiting.set(token, splice);
    return [sides[0].token, sides[1].token];
  }

  /** An end has come; null: its token is none, or over, or was used. */
  claim(token: string, end: LiveEnd, now: number): LiveLine | null {
    const splice = this.#waiting.get(token);
    if (splice === undefined || now > splice.until) return null;
    this.#waiting.delete(token);
    const here = splice.sides[0].token === token ? 0 : 1;
    const [mine, other] = [splice.sides[here]!, splice.sides[1 - here]!];
    mine.end = end;
    if (other.end === null) end.pause();
    else {
      other.end.resume();
      for (const side of [mine, other]) this.#passEarly(side, side === mine ? other : mine);
    }
    return {
      came: (bytes) => {
        if (other.end === null) mine.early.push(bytes);
        else if (this.#open.has(splice)) this.#pass(bytes, mine, other);
      },
      closed: () => this.#close(splice, 1000, mine),
    };
  }

  /** Closes what this member is an end of. */
  drop(g: CollectionId, k: MemberKey, code: number): void {
    for (const splice of [...this.#open])
      if (splice.sides.some(({ owner }) => owner?.g === g && owner.k === k)) this.#close(splice, code, null);
  }

  closeAll(code: number): void {
    for (const splice of [...this.#open]) this.#close(splice, code, null);
  }

  /** Gives up those whose second end did not come in time. */
  tick(now: number): void {
    for (const splice of [...this.#waiting.values()]) if (now > splice.until) this.#close(splice, 4408, null);
  }

  #side(owner: LiveOwner): Side {
    return { token: toHex(this.#random.bytes(32)), owner, end: null, outstanding: 0, holds: false, early: [] };
  }

  #countOf(owner: { readonly g: CollectionId; readonly k: MemberKey }): number {
    let count = 0;
    for (const { sides } of this.#open)
      if (sides.some((side) => side.owner?.g === owner.g && side.owner.k === owner.k)) count++;
    return count;
  }

  #passEarly(from: Side, to: Side): void {
    const early = from.early;
    from.early = [];
    for (const bytes of early) this.#pass(bytes, from, to);
  }

  #pass(bytes: Uint8Array, from: Side, to: Side): void {
    this.#passed(bytes.length);
    const cost = Math.max(bytes.length, SPLICE_FRAME);
    to.outstanding += cost;
    if (to.outstanding > SPLICE_HIGH && !to.holds) {
      to.holds = true;
      from.end?.pause();
    }
    to.end?.send(bytes, () => {
      to.outstanding -= cost;
      if (to.holds && to.outstanding < SPLICE_LOW) {
        to.holds = false;
        from.end?.resume();
      }
    });
  }

  #close(splice: Splice, code: number, but: Side | null): void {
    if (!this.#open.delete(splice)) return;
    for (const side of splice.sides) {
      this.#waiting.delete(side.token);
      if (side === but) continue;
      // What holds it would keep it from hearing that it is closed.
      side.end?.resume();
      side.end?.close(code);
    }
  }
}
