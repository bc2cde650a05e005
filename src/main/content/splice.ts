import { LockstepError } from '../platform/trouble.ts';
import { CHUNK_ENTRY } from './chunk-list.ts';

/*
 * A splice says how one chunk list becomes another, so that an edit of a large file sends the few entries it touched.
 *
 *   splice = entries(target) op*          numbers are LEB128 varints
 *   op     = count << 1 | 0, zigzag(from - expected)     copy `count` entries of the base; expected = end of the last copy
 *          | count << 1 | 1, count entries               insert
 */

/** Equal entries of a base that are tried for the longest run; more would make lists of one repeated chunk quadratic. */
const CANDIDATES = 8;
/** Bytes of the longest list a splice may make: 1.8 million chunks, files of 1.8 TB and more. */
const LONGEST_LIST = 64 * 1024 * 1024;

/** The splice that makes the encoded chunk list `target` out of `base`. Both are whole numbers of entries. */
export function makeSplice(base: Uint8Array, target: Uint8Array): Uint8Array {
  const from = entriesOf(base);
  const to = entriesOf(target);
  const places = new Map<string, number[]>();
  for (const [at, entry] of from.entries()) {
    const known = places.get(entry);
    if (known === undefined) places.set(entry, [at]);
    else if (known.length < CANDIDATES) known.push(at);
  }
  const out = new Writer();
  out.number(to.length);
  let expected = 0;
  let inserted = 0;
  const flush = (end: number) => {
    if (end > inserted) out.insert(target, inserted, end);
  };
  for (let at = 0; at < to.length; ) {
    const run = longestRun(from, to, at, expected, places.get(to[at]!));
    if (run.count === 0) {
      at++;
      continue;
    }
    flush(at);
    out.number(run.count * 2);
    out.number(zigzag(run.from - expected));
    expected = run.from + run.count;
    at += run.count;
    inserted = at;
  }
  flush(to.length);
  return out.finish();
}

/**
 * The chunk list `splice` makes out of `base`. Throws `splice-wrong` where it is damaged, names entries the base does not have, or
 * would make a list of more than `longest` bytes; no more than that is ever allocated, whoever wrote it.
 */
export function applySplice(base: Uint8Array, splice: Uint8Array, longest = LONGEST_LIST): Uint8Array {
  const reader = new Reader(splice);
  const entries = reader.number();
  if (entries * CHUNK_ENTRY > longest) throw wrong(`it makes ${entries} entries`);
  const target = new Uint8Array(entries * CHUNK_ENTRY);
  let filled = 0;
  let expected = 0;
  while (!reader.done) {
    const op = reader.number();
    const count = Math.floor(op / 2);
    const bytes = count * CHUNK_ENTRY;
    if (count === 0 || filled + bytes > target.length) throw wrong('it makes another number of entries than it says');
    if (op % 2 === 1) target.set(reader.take(bytes), filled);
    else {
      const from = expected + unzigzag(reader.number());
      if (from < 0 || (from + count) * CHUNK_ENTRY > base.length) throw wrong('it names entries the older list lacks');
      target.set(base.subarray(from * CHUNK_ENTRY, from * CHUNK_ENTRY + bytes), filled);
      expected = from + count;
    }
    filled += bytes;
  }
  if (filled !== target.length) throw wrong('it ends too early');
  return target;
}

/** Each entry as a string of one character a byte: comparable and hashable at the speed of the engine. */
function entriesOf(list: Uint8Array): string[] {
  if (list.length % CHUNK_ENTRY !== 0) throw wrong(`a list of ${list.length} bytes is no whole number of entries`);
  const bytes = Buffer.from(list.buffer, list.byteOffset, list.length);
  const entries: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_ENTRY) entries.push(bytes.toString('latin1', at, at + CHUNK_ENTRY));
  return entries;
}

/** Where the base goes on as the target does from `at`, for longest; going on where the last copy ended wins a tie. */
function longestRun(
  base: readonly string[],
  target: readonly string[],
  at: number,
  expected: number,
  candidates: readonly number[] | undefined,
): { from: number; count: number } {
  let best = { from: 0, count: 0 };
  if (candidates === undefined) return best;
  const tried = base[expected] === target[at] ? [expected, ...candidates] : candidates;
  for (const from of tried) {
    let count = 0;
    while (at + count < target.length && base[from + count] === target[at + count]) count++;
    if (count > best.count) best = { from, count };
  }
  return best;
}

const zigzag = (value: number): number => (value < 0 ? -value * 2 - 1 : value * 2);
const unzigzag = (value: number): number => (value % 2 === 1 ? -(value + 1) / 2 : value / 2);

class Writer {
  readonly #parts: Uint8Array[] = [];

  number(value: number): void {
    const bytes: number[] = [];
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
    bytes.push(rest);
    this.#parts.push(Uint8Array.from(bytes));
  }

  insert(list: Uint8Array, from: number, to: number): void {
    this.number((to - from) * 2 + 1);
    this.#parts.push(list.subarray(from * CHUNK_ENTRY, to * CHUNK_ENTRY));
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A varint of at most 35 bits: more than any count a list can have. */
  number(): number {
    let value = 0;
    for (let shift = 1; shift <= 0x80 ** 4; shift *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw wrong('it is cut off');
      value += (byte % 0x80) * shift;
      if (byte < 0x80) return value;
    }
    throw wrong('a number in it is too large');
  }

  take(count: number): Uint8Array {
    const taken = this.#bytes.subarray(this.#at, this.#at + count);
    if (taken.length !== count) throw wrong('it is cut off');
    this.#at += count;
    return taken;
  }
}

function wrong(detail: string): LockstepError {
  return new LockstepError('splice-wrong', `The change of a chunk list is damaged: ${detail}.`);
}
