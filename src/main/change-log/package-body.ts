import { type Packed, packName, packValue, unpackName, unpackValue } from '../record/encode-value.ts';
import { EXISTS } from '../record/file-entry.ts';
import { CHANGES_PER_PACKAGE, type Dot, type FieldName, type RecordId, recordId } from '../record/ids.ts';
import { CAUSES, type Change, type FieldWrite } from './change.ts';
import { encodeCbor } from './encode-cbor.ts';
import { readCbor } from './read-cbor.ts';
import { packUndone, type UndoneDots, unpackUndone, withUndone } from './undone-dots.ts';

/** A package as other devices name it: 8 bytes of its hash tell two branches of a forked log apart. */
export interface PackageName {
  /** 16 hex digits. */
  readonly log: string;
  readonly number: number;
  /** 16 hex digits: the first 8 bytes of the package's hash. */
  readonly hash: string;
}

/**
 * Package bodies are CBOR of `[packages referred to, changes, undone?]`; a change is `[record, flags, replaced exists dots, [name, value, replaced dots]*,
 * extras?]`, what undos take back is `undone-dots.ts`.
 */
export const DELETE = 1;

/** Encodes changes. `nameOf` tells by which package name and index other devices know a dot. */
export function encodeBody(
  changes: readonly Change[],
  nameOf: (dot: Dot) => { name: PackageName; index: number },
): Uint8Array {
  const packages: Packed[] = [];
  const places = new Map<string, number>();
  const reference = (dot: Dot): number => {
    const { name, index } = nameOf(dot);
    const key = `${name.log}/${name.number}/${name.hash}`;
    let place = places.get(key);
    if (place === undefined) {
      place = packages.length;
      places.set(key, place);
      packages.push([name.log, name.number, name.hash]);
    }
    return place * CHANGES_PER_PACKAGE + index;
  };
  const packed = changes.map((change) => packChange(change, reference));
  const undone = packUndone(changes, reference);
  return encodeCbor(undone === null ? [packages, packed] : [packages, packed, undone]);
}

function packChange(change: Change, reference: (dot: Dot) => number): Packed {
  const exists = change.writes.find((write) => write.field === EXISTS);
  const references = (dots: readonly Dot[]): number[] => (dots.length === 0 ? NONE : dots.map(reference));
  const out: Packed[] = [
    change.record,
    (exists?.value === false ? DELETE : 0) + 2 * CAUSES.indexOf(change.cause),
    references(exists?.replaces ?? NONE),
  ];
  for (const { field, value, replaces } of change.writes)
    if (field !== EXISTS) out.push(packName(field), packValue(field, value), references(replaces));
  if (change.movedTo !== undefined) out.push(-1, change.movedTo, []);
  if (change.movedFrom !== undefined) out.push(-2, change.movedFrom, []);
  return out;
}

const NONE: never[] = [];

/** A change of a package, or why it cannot be used: it then stays in the package and is tried again after an update. */
export type DecodedChange = Change | { readonly invalid: string };

/**
 * Decodes a body. Its signature has been checked, so what is wrong in one change is a problem of that change.
 * Throws a RangeError where the body as a whole is not one.
 */
export function decodeBody(
  body: Uint8Array,
  dotOf: (name: PackageName, index: number) => Dot,
): readonly DecodedChange[] {
  let decoded: unknown;
  try {
    decoded = readCbor(body, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowNaN: false,
      rejectDuplicateMapKeys: true,
    });
  } catch (error) {
    throw new RangeError(`package body: ${(error as Error).message}`);
  }
  if (!Array.isArray(decoded) || decoded.length < 2) throw new RangeError('package body: not [packages, changes]');
  const [packages, changes, undos] = decoded as unknown[];
  if (!Array.isArray(packages) || !Array.isArray(changes)) throw new RangeError('package body: not two lists');
  if (changes.length > CHANGES_PER_PACKAGE) throw new RangeError('package body: too many changes');
  const dot = dotReader(decodeNames(packages), dotOf);
  const undone = unpackUndone(undos, dot);
  return changes.map((packed, index) => unpackChange(packed, dot, undone.get(index)));
}

/** The packages a body refers to. Throws a RangeError. */
export function decodeNames(packages: unknown): readonly PackageName[] {
  if (!Array.isArray(packages)) throw new RangeError('package body: not two lists');
  return packages.map(packageName);
}

/** Reads references to changes as dots; a package is looked up once, not for each dot in it. */
export function dotReader(
  names: readonly PackageName[],
  dotOf: (name: PackageName, index: number) => Dot,
): (reference: unknown) => Dot {
  const firstDots: (Dot | undefined)[] = [];
  return (reference) => {
    if (!Number.isSafeInteger(reference) || (reference as number) < 0) throw new RangeError('a dot is not a number');
    const place = Math.floor((reference as number) / CHANGES_PER_PACKAGE);
    const name = names[place];
    if (name === undefined) throw new RangeError('a dot of a package that is not named');
    const first = firstDots[place] ?? dotOf(name, 0);
    firstDots[place] = first;
    return (first + ((reference as number) % CHANGES_PER_PACKAGE)) as Dot;
  };
}

function packageName(packed: unknown): PackageName {
  if (!Array.isArray(packed) || packed.length !== 3) throw new RangeError('package name: not three parts');
  const [log, number, hash] = packed as unknown[];
  if (!isHex16(log) || !isHex16(hash) || !Number.isSafeInteger(number) || (number as number) < 1)
    throw new RangeError('package name: not log, number, hash');
  return { log, number: number as number, hash };
}

/** Of more parts than these a change's fields are looked up in a set. */
const MANY = 100;

const isHex16 = (text: unknown): text is string => typeof text === 'string' && /^[0-9a-f]{16}$/.test(text);

/** A change as `decodeBody` gives it, from its decoded CBOR. */
export function unpackChange(packed: unknown, dot: (reference: unknown) => Dot, undone?: UndoneDots): DecodedChange {
  try {
    if (!Array.isArray(packed) || packed.length < 3 || packed.length % 3 !== 0)
      throw new RangeError('not groups of three');
    const [record, flags, replaced] = packed as unknown[];
    if (typeof record !== 'string' || record.length === 0) throw new RangeError('no record');
    const cause = Number.isSafeInteger(flags) ? CAUSES[Math.floor((flags as number) / 2)] : undefined;
    if (cause === undefined) throw new RangeError('a cause this version does not know');
    const dots = (list: unknown): readonly Dot[] => {
      if (!Array.isArray(list)) throw new RangeError('dots are not a list');
      if (list.length === 0) return NONE;
      // Honest authors name a dot once; what a hostile one repeats a million times costs nobody anything further on.
      return list.length < 2 ? list.map(dot) : [...new Set(list.map(dot))];
    };
    const writes: FieldWrite[] = [];
    const written = packed.length > MANY ? new Set<FieldName>() : null;
    let movedTo: RecordId | undefined;
    let movedFrom: RecordId | undefined;
    for (let at = 3; at < packed.length; at += 3) {
      const name: unknown = packed[at];
      const value: unknown = packed[at + 1];
      if (name === -1 || name === -2) {
        if (typeof value !== 'string') throw new RangeError('moved, but not to or from a record');
        if (name === -1) movedTo = recordId(value);
        else movedFrom = recordId(value);
        continue;
      }
      const field = unpackName(name);
      if (field === null) throw new RangeError('a field this version does not know');
      if (field === EXISTS || (written?.has(field) ?? writes.some((write) => write.field === field)))
        throw new RangeError('a field twice');
      written?.add(field);
      writes.push({ field, value: unpackValue(field, value as Packed), replaces: dots(packed[at + 2]) });
    }
    writes.push({ field: EXISTS, value: ((flags as number) & DELETE) === 0, replaces: dots(replaced) });
    const change = {
      record: recordId(record),
      writes,
      cause,
      ...(movedTo === undefined ? {} : { movedTo }),
      ...(movedFrom === undefined ? {} : { movedFrom }),
    };
    return withUndone(change, undone);
  } catch (error) {
    return { invalid: (error as Error).message };
  }
}
