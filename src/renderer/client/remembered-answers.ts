import { createContext } from 'react';

interface Remembered {
  readonly value: unknown;
  /** As of which refresh it was asked for. */
  readonly refresh: unknown;
}
/** A list of that many faces is scrolled for long. */
const MOST_ANSWERS = 2_000;
const MOST_BYTES = 48 << 20;

/** Answers by their question, as of when they were asked for. The oldest go where they are too many, or too large. */
export class RememberedAnswers {
  readonly #answers = new Map<string, Remembered>();
  #bytes = 0;
  readonly #mostBytes: number;

  /** `mostBytes`: of texts and bytes in all answers together. */
  constructor(mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  of(question: string): Remembered | null {
    return this.#answers.get(question) ?? null;
  }

  remember(question: string, value: unknown, refresh: unknown): void {
    this.#forget(question);
    this.#answers.set(question, { value, refresh });
    this.#bytes += sizeOf(value);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MOST_ANSWERS && this.#bytes <= this.#mostBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(question: string): void {
    const known = this.#answers.get(question);
    if (known === undefined) return;
    this.#bytes -= sizeOf(known.value);
    this.#answers.delete(question);
  }
}

/** Of what may be large in it: bytes and texts. */
function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array || typeof value === 'string') return value.length;
  if (value === null || typeof value !== 'object') return 0;
  return Object.values(value).reduce<number>((sum, one) => sum + sizeOf(one), 0);
}

/**
 * Where what `useRequest` was answered below this is remembered, so that what comes back into sight shows at once what it showed, and asks
 * again only if something happened since. null: nowhere; each time is the first.
 */
export const AnswerMemory = createContext<RememberedAnswers | null>(null);
