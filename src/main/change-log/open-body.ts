import { ALSO, MATCHED_BY } from '../record/alias.ts';
import type { Dot } from '../record/ids.ts';
import { CAUSES } from './change.ts';
import { decodeCbor } from './decode-cbor.ts';
import { DELETE, type DecodedChange, decodeNames, dotReader, type PackageName, unpackChange } from './package-body.ts';
import { type UndoneDots, unpackUndone } from './undone-dots.ts';

/** A package's body whose changes are decoded when they are looked at: history looks at few of the many in each. */
export interface OpenBody {
  /** Changes in it. */
  readonly count: number;
  /** A change by its index. Decoded once. */
  at(index: number): DecodedChange;
  /** Is this change the delete of a move, told with the add? Decodes nothing. */
  endsMove(index: number): boolean;
  /** What a change plainly does; null: what it replaced, goes on with, or which other record it names, has to be looked at. Decodes nothing. */
  outline(index: number): 'add' | 'delete' | 'move' | null;
}

/** CBOR of -1 and -2, the names under which a change says where its record went, and where it came from. */
const MOVED_TO = 0x20;
const MOVED_FROM = 0x21;

/** Opens a body that `decodeBody` took when it arrived. Throws a RangeError where it is none. */
export function openBody(body: Uint8Array, dotOf: (name: PackageName, index: number) => Dot): OpenBody {
  const namesAt = head(body, 0);
  const changesAt = skip(body, namesAt.next);
  const names = decodeNames(decodeCbor(body.subarray(namesAt.next, changesAt)));
  const list = head(body, changesAt);
  if (list.major !== 4) throw new RangeError('package body: not [packages, changes]');
  const starts = new Uint32Array(list.value + 1);
  starts[0] = list.next;
  for (let index = 0; index < list.value; index++) starts[index + 1] = skip(body, starts[index] as number);
  const dot = dotReader(names, dotOf);
  const decoded: DecodedChange[] = [];
  let undone: ReadonlyMap<unknown, UndoneDots> | null = null;
  /** What the body says after its changes. Decoded once. */
  const undoneAt = (index: number): UndoneDots | undefined => {
    const end = starts[list.value] as number;
    undone ??= unpackUndone(head(body, 0).value < 3 ? null : decodeCbor(body.subarray(end, skip(body, end))), dot);
    return undone.get(index);
  };
  return {
    count: list.value,
    at(index) {
      const known = decoded[index];
      if (known !== undefined) return known;
      const packed = decodeCbor(body.subarray(starts[index], starts[index + 1]));
      const change = unpackChange(packed, dot, undoneAt(index));
      decoded[index] = change;
      return change;
    },
    endsMove: (index) => says(body, starts[index] as number, MOVED_TO),
    outline: (index) => outline(body, starts[index] as number),
  };
}

/** `[record, flags, dots, [name, value, dots]*]`: is one of the names this mark of a move? */
function says(body: Uint8Array, start: number, mark: number): boolean {
  const { value: items, next } = head(body, start);
  let at = next;
  for (let item = 0; item < items; item++) {
    if (item >= 3 && item % 3 === 0 && body[at] === mark) return true;
    at = skip(body, at);
  }
  return false;
}

function outline(body: Uint8Array, start: number): 'add' | 'delete' | 'move' | null {
  const { value: items, next } = head(body, start);
  const flags = head(body, skip(body, next));
  let at = flags.next;
  let replacesNothing = true;
  for (let item = 2; item < items; item++) {
    const isName = item > 2 && item % 3 === 0;
    if (isName && (body[at] === MOVED_TO || body[at] === MOVED_FROM)) return 'move';
    if (isName && MATCHES.some((name) => begins(body, at, name))) return null;
    // Of each field, and of whether the record is there: what was replaced.
    if (item % 3 === 2 && head(body, at).value > 0) replacesNothing = false;
    at = skip(body, at);
  }
  if (flags.value % 2 === DELETE) return 'delete';
  return replacesNothing && !mayGoOn(flags.value) ? 'add' : null;
}

/** May it be a further change of what the one before it began? Undos and settlements are. */
function mayGoOn(flags: number): boolean {
  const cause = CAUSES[Math.floor(flags / 2)];
  return cause === 'undo' || cause === 'settle';
}

/** Names of what says that two records were found to be one. */
const MATCHES = [MATCHED_BY, ALSO].map((name) => new TextEncoder().encode(name));

/** Is the item at `at` a text that begins so? */
function begins(body: Uint8Array, at: number, name: Uint8Array): boolean {
  const { major, next } = head(body, at);
  return major === 3 && name.every((byte, index) => body[next + index] === byte);
}

/** Head of a CBOR item (RFC 8949, 3): its major type, its number, and where it goes on. Definite lengths only. */
function head(body: Uint8Array, at: number): { readonly major: number; readonly value: number; readonly next: number } {
  const first = body[at];
  if (first === undefined) throw new RangeError('package body: it is cut off');
  const info = first & 31;
  if (info < 24) return { major: first >> 5, value: info, next: at + 1 };
  if (info > 27) throw new RangeError('package body: a length that is not said');
  const bytes = 1 << (info - 24);
  let value = 0;
  for (let each = 1; each <= bytes; each++) value = value * 256 + (body[at + each] ?? 0);
  return { major: first >> 5, value, next: at + 1 + bytes };
}

/** Where the item that begins at `at` ends. */
function skip(body: Uint8Array, at: number): number {
  let next = at;
  for (let left = 1; left > 0; left--) {
    const first = body[next];
    if (first === undefined) throw new RangeError('package body: it is cut off');
    const major = first >> 5;
    let value = first & 31;
    next++;
    if (value > 27) throw new RangeError('package body: a length that is not said');
    if (value > 23) {
      const end = next + (1 << (value - 24));
      for (value = 0; next < end; next++) value = value * 256 + (body[next] ?? 0);
    }
    if (major === 2 || major === 3) next += value;
    else if (major === 4) left += value;
    else if (major === 5) left += 2 * value;
    else if (major === 6) left++;
  }
  return next;
}
