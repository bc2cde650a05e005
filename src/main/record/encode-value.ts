import type { FileEntry } from './file-entry.ts';
import { ENTRY, EXECUTABLE, EXISTS, fileEntry, MODIFIED } from './file-entry.ts';
import { type Digest, type FieldName, fieldName } from './ids.ts';
import type { Value } from './value.ts';

/**
 * The compact forms in which names and values of fields are stored and signed: small numbers for the names every file has, arrays for file entries,
 * digests as bytes. What has no short form is written as it is, so nothing is ever dropped. The forms never change meaning: these
 * bytes are under signatures.
 */
export type Packed = null | boolean | number | string | Uint8Array | Packed[] | { [key: string]: Packed };

const SHORT_NAMES = new Map<FieldName, number>([
  [EXISTS, 0],
  [ENTRY, 1],
  [EXECUTABLE, 2],
  [MODIFIED, 3],
]);
const LONG_NAMES = new Map([...SHORT_NAMES].map(([name, short]) => [short, name]));

/** A name as it is stored and sent: those of files have a short form. */
export const packName = (name: FieldName): number | string => SHORT_NAMES.get(name) ?? name;

/** The field's name, or null where the short form is none this version knows. */
export function unpackName(packed: unknown): FieldName | null {
  if (typeof packed === 'number') return LONG_NAMES.get(packed) ?? null;
  return typeof packed === 'string' && packed.length > 0 ? fieldName(packed) : null;
}

/** A value as it is stored and sent: a file entry has a short form. */
export function packValue(name: FieldName, value: Value): Packed {
  const entry = name === ENTRY ? fileEntry(value) : null;
  return entry === null ? (value as Packed) : packEntry(entry);
}

/** The value; a file entry in a form this version does not know comes back as it stands, and `fileEntry` says null of it. */
export function unpackValue(name: FieldName, packed: Packed): Value {
  return name === ENTRY && Array.isArray(packed) ? unpackEntry(packed) : (packed as Value);
}

function packEntry(entry: FileEntry): Packed {
  switch (entry.type) {
    case 'file':
      return entry.chunks === undefined
        ? [0, bytesOf(entry.digest), entry.size]
        : [0, bytesOf(entry.digest), entry.size, bytesOf(entry.chunks)];
    case 'directory':
      return [1];
    case 'symlink':
      return [2, entry.target];
  }
}

function unpackEntry(packed: Packed[]): Value {
  const [type, first, size, chunks] = packed;
  if (type === 1 && packed.length === 1) return { type: 'directory' };
  if (type === 2 && packed.length === 2 && typeof first === 'string') return { type: 'symlink', target: first };
  const plain = type === 0 && isDigest(first) && Number.isSafeInteger(size) && (size as number) >= 0;
  if (plain && packed.length === 3) return { type: 'file', digest: hexOf(first), size: size as number };
  if (plain && packed.length === 4 && isDigest(chunks))
    return { type: 'file', digest: hexOf(first), size: size as number, chunks: hexOf(chunks) };
  return packed as Value;
}

const isDigest = (packed: Packed | undefined): packed is Uint8Array =>
  packed instanceof Uint8Array && packed.length === 32;

/** Digests and names are copied here to be read: to ask a small array for its buffer has it moved to memory of its own. */
const SHORT = Buffer.allocUnsafeSlow(64);

/** Lowercase hex of bytes. */
export function hexOf(bytes: Uint8Array): string {
  const { length } = bytes;
  if (length > SHORT.length) return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('hex');
  SHORT.set(bytes);
  return SHORT.toString('hex', 0, length);
}

const NIBBLE = new Uint8Array(128).fill(255);
for (let digit = 0; digit < 16; digit++) {
  NIBBLE[digit.toString(16).charCodeAt(0)] = digit;
  NIBBLE[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/** The bytes a hex text stands for. Throws a RangeError where the text is not hex. */
export function bytesOf(hex: string | Digest): Uint8Array {
  if (hex.length % 2 !== 0) throw new RangeError('odd number of hex digits');
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    const high = NIBBLE[hex.charCodeAt(2 * at)] ?? 255;
    const low = NIBBLE[hex.charCodeAt(2 * at + 1)] ?? 255;
    if (high > 15 || low > 15) throw new RangeError('not a hex digit');
    bytes[at] = high * 16 + low;
  }
  return bytes;
}
