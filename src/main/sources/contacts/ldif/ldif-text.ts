import { decodeText } from '../../text/characters/charset.ts';
import { remembering } from '../../text/remembering.ts';
import type { Damaged, NativeItem, SplitText } from '../../text/text-format.ts';

/** A line of a record, with what it was folded into. */
export interface LdifLine {
  readonly start: number;
  /** Before the line end. */
  readonly end: number;
  /** Behind it. */
  readonly next: number;
  readonly isFolded: boolean;
  /** As written; attributes are the same whatever their case. */
  readonly attribute: string;
  /** In lower case. */
  readonly name: string;
  /** Where the value begins. */
  readonly value: number;
  readonly isBase64: boolean;
}
export interface LdifRecord extends NativeItem {
  /** Without comments. */
  readonly lines: readonly LdifLine[];
  /** Behind its last line. */
  readonly next: number;
}
export interface LdifText extends SplitText<LdifRecord> {
  readonly lineEnd: string;
  /** Are long lines folded? */
  readonly isFolded: boolean;
}

const LF = 10;
const CR = 13;
const SPACE = 32;
const HASH = 35;
const COLON = 58;
const LESS = 60;
const MARK = [0xef, 0xbb, 0xbf];
const LONGEST_NAME = 200;
const ATTRIBUTE = /^[A-Za-z0-9.-]{1,64}(?:;[A-Za-z0-9-]{1,64})*$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** Objects that are no contacts: they stay as they are. */
const LISTS = new Set(['groupofnames', 'groupofuniquenames']);
const LIST_LENGTHS = new Set([...LISTS].map(({ length }) => length));

interface Line {
  readonly start: number;
  readonly end: number;
  readonly next: number;
  readonly isFolded: boolean;
}

/** Takes an LDIF apart. Records that are none, or ask for what a file may not ask for, are damaged; those after them go on. */
export function splitLdif(bytes: Uint8Array): LdifText {
  const items: LdifRecord[] = [];
  const damaged: Damaged[] = [];
  let lines: Line[] = [];
  let isFolded = false;
  const lineNumber = lineNumbers(bytes);
  const finish = (): void => {
    const [start, last] = [lines[0], lines.at(-1)];
    if (start === undefined || last === undefined) return;
    const own = lines;
    lines = [];
    const record = recordOf(bytes, own);
    if (record === null) return;
    if ('fault' in record)
      damaged.push({
        start: start.start,
        end: last.end,
        ...(record.name === null
          ? { name: `line ${lineNumber(start.start)}`, isNameless: true }
          : { name: record.name }),
        detail: record.fault,
      });
    else items.push(record);
  };
  let at = MARK.every((byte, index) => bytes[index] === byte) ? MARK.length : 0;
  while (at < bytes.length) {
    const line = lineAt(bytes, at);
    const isBlank = line.end === line.start;
    const isComment = bytes[line.start] === HASH;
    const whole = isBlank ? line : withFolds(bytes, line);
    if (isBlank) finish();
    else if (!(isComment && lines.length === 0)) lines.push(whole);
    if (whole.isFolded) isFolded = true;
    at = whole.next;
  }
  finish();
  const lineEnd = bytes[bytes.indexOf(LF) - 1] === CR ? '\r\n' : '\n';
  return { bytes, items, damaged, lineEnd, isFolded };
}

/** Tells in which line (from 1) a byte is; of one before the last it was asked for it is not asked. */
function lineNumbers(bytes: Uint8Array): (at: number) => number {
  let line = 1;
  let counted = 0;
  return (at) => {
    for (let next = bytes.indexOf(LF, counted); next >= 0 && next < at; next = bytes.indexOf(LF, counted)) {
      line++;
      counted = next + 1;
    }
    return line;
  };
}

function lineAt(bytes: Uint8Array, start: number): Line {
  const found = bytes.indexOf(LF, start);
  const next = found < 0 ? bytes.length : found + 1;
  let end = found < 0 ? bytes.length : found;
  while (end > start && bytes[end - 1] === CR) end--;
  return { start, end, next, isFolded: false };
}

function withFolds(bytes: Uint8Array, line: Line): Line {
  let whole = line;
  while (whole.next < bytes.length && bytes[whole.next] === SPACE)
    whole = { ...lineAt(bytes, whole.next), start: line.start, isFolded: true };
  return whole;
}

/** null: nothing a person would look for, like the version of the format. */
function recordOf(
  bytes: Uint8Array,
  all: readonly Line[],
): LdifRecord | { readonly fault: string; readonly name: string | null } | null {
  const lines: LdifLine[] = [];
  let fault: string | null = null;
  for (const line of all) {
    if (bytes[line.start] === HASH) continue;
    const found = attributeOf(bytes, line);
    if (typeof found === 'string') fault ??= found;
    else lines.push(found);
  }
  if (lines[0]?.name === 'version') {
    lines.shift();
    if (lines.length === 0 && fault === null) return null;
  }
  const [dn] = lines;
  const isNamed = dn?.name === 'dn';
  if (lines.length === 0 && fault === null) return null;
  if (!isNamed) fault ??= 'it does not begin with a dn: line';
  if (lines.some(({ name }) => name === 'changetype'))
    fault = 'it is a change to make (changetype), not a contact: leave only contacts in the file';
  if (fault !== null) return { fault, name: isNamed ? saidBy(bytes, dn as LdifLine).slice(0, LONGEST_NAME) : null };
  if (lines.some((line) => line.name === 'objectclass' && isList(bytes, line))) return null;
  const start = (dn as LdifLine).start;
  const { end, next } = all.at(-1) as Line;
  return { spans: [{ start, end }], uid: null, context: [], lines, next };
}

function isList(bytes: Uint8Array, line: LdifLine): boolean {
  const isAsLong = line.isFolded || line.isBase64 || LIST_LENGTHS.has(line.end - line.value);
  return isAsLong && LISTS.has(saidBy(bytes, line).toLowerCase());
}

/** A line taken apart, or what is wrong with it. */
function attributeOf(bytes: Uint8Array, { start, end, next, isFolded }: Line): LdifLine | string {
  const colon = bytes.indexOf(COLON, start);
  const known = colon < 0 || colon >= end ? null : attributeNamed(latin1(bytes, start, colon));
  if (known === null) return 'a line in it is no attribute with a value';
  const { attribute, name } = known;
  if (bytes[colon + 1] === LESS)
    return `${attribute} asks for what is elsewhere (:<), which is not read: put the value itself there`;
  const isBase64 = bytes[colon + 1] === COLON;
  let value = colon + (isBase64 ? 2 : 1);
  while (value < end && bytes[value] === SPACE) value++;
  const found = { start, end, next, isFolded, attribute, name, value, isBase64 };
  if (isBase64 && !BASE64.test(rawOf(bytes, found).trim())) return `${attribute} is no base64`;
  return found;
}

type Named = Pick<LdifLine, 'attribute' | 'name'>;
/** Attributes met lately: there are few, and each stands in thousands of records. */
const MOST_REMEMBERED = 1000;
/** null: it is none. */
const attributeNamed = remembering(MOST_REMEMBERED, (attribute): Named | null =>
  ATTRIBUTE.test(attribute) ? { attribute, name: attribute.toLowerCase() } : null,
);

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** The text of a value without its folds, one character a byte. */
function rawOf(bytes: Uint8Array, { value, end, isFolded }: LdifLine): string {
  const raw = latin1(bytes, value, end);
  return isFolded ? raw.replace(/\r*\n /g, '') : raw;
}

/** What a line says. */
export function saidBy(bytes: Uint8Array, line: LdifLine): string {
  if (!line.isFolded && !line.isBase64) return decodeText(bytes.subarray(line.value, line.end), 'utf-8');
  return decodeText(Buffer.from(rawOf(bytes, line), line.isBase64 ? 'base64' : 'latin1'), 'utf-8');
}

/** The bytes of a value. */
export const valueBytes = (bytes: Uint8Array, line: LdifLine): Uint8Array =>
  new Uint8Array(Buffer.from(rawOf(bytes, line), line.isBase64 ? 'base64' : 'latin1'));

const FOLD = 76;
/** What can stand as it is: printable ASCII, and nothing at its ends that would be taken for something else. */
const SAFE = /^(?![ :<])[ -~]*(?<! )$/;

/** A line that says this. Whatever a value holds, it is one line and one attribute. */
export function lineOf(
  attribute: string,
  value: string | Uint8Array,
  { isFolded, lineEnd }: Pick<LdifText, 'isFolded' | 'lineEnd'>,
): string {
  const isPlain = typeof value === 'string' && SAFE.test(value);
  const line = isPlain ? `${attribute}: ${value}` : `${attribute}:: ${Buffer.from(value).toString('base64')}`;
  // Nobody reads a picture in one line.
  if (!(isFolded || typeof value !== 'string') || line.length <= FOLD) return line;
  const parts = [line.slice(0, FOLD)];
  for (let at = FOLD; at < line.length; at += FOLD - 1) parts.push(line.slice(at, at + FOLD - 1));
  return parts.join(`${lineEnd} `);
}
