import type { Digest, FieldName } from './ids.ts';
import { type Fields, isPlain, type Value } from './value.ts';

/** A larger part of a value travels as content named by its digest (DESIGN 5). Bytes. */
const LARGEST_INLINE = 4096;

/** No longer content of a record that is no file is passed on: it is given whole, in one piece. Bytes. */
export const LONGEST_PART = 64 << 20;

/** Bytes of a value that are not in it: a photo, an attachment. */
export interface ContentReference {
  readonly content: Digest;
  /** Bytes. */
  readonly size: number;
}

/** The reference this is; null where it is none. */
function contentReference(value: Value | undefined): ContentReference | null {
  if (!isPlain(value)) return null;
  const { content, size } = value as { readonly content?: Value; readonly size?: Value };
  const isOne = typeof content === 'string' && /^[0-9a-f]{64}$/.test(content) && Number.isSafeInteger(size);
  return isOne && Object.keys(value).length === 2 ? (value as unknown as ContentReference) : null;
}

/** Every content the fields refer to. */
export function referencesIn(fields: Fields): readonly ContentReference[] {
  const found: ContentReference[] = [];
  fields.forEach((value) => {
    noteReferences(value, found);
  });
  return found;
}
/** The contents that one value refers to. */
export function referencesOf(value: Value): readonly ContentReference[] {
  const found: ContentReference[] = [];
  noteReferences(value, found);
  return found;
}

function noteReferences(value: Value, found: ContentReference[]): void {
  if (!isPlain(value)) return;
  for (const key in value) {
    const one = contentReference(value[key]);
    if (one !== null) found.push(one);
  }
}

/** The bytes of the largest content that one value refers to; 0: it refers to none. */
export function largestReference(value: Value): number {
  let largest = 0;
  if (isPlain(value)) for (const key in value) largest = Math.max(largest, contentReference(value[key])?.size ?? 0);
  return largest;
}

/** The fields with large bytes taken out of them, and those bytes. `digestOf`: SHA-256, lowercase hex. */
export function takeOutContents(
  fields: Fields,
  digestOf: (bytes: Uint8Array) => Digest,
): { readonly fields: Fields; readonly contents: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[] } {
  const contents: { digest: Digest; bytes: Uint8Array }[] = [];
  const taken = mapParts(fields, (part) => {
    if (!(part instanceof Uint8Array) || part.length <= LARGEST_INLINE) return part;
    const content = digestOf(part);
    contents.push({ digest: content, bytes: part });
    return { content, size: part.length };
  });
  return { fields: taken, contents };
}

/** The fields with those bytes in them again. A content that is not at hand stays a reference. */
export function putInContents(fields: Fields, contents: ReadonlyMap<Digest, Uint8Array>): Fields {
  if (contents.size === 0) return fields;
  return mapParts(fields, (part) => contents.get(contentReference(part)?.content as Digest) ?? part);
}

/** The fields that name contents by their digests, as after `putInContents` those whose bytes are not at hand. */
export const fieldsAway = (fields: Fields): readonly FieldName[] =>
  [...fields].flatMap(([field, value]) => (referencesOf(value).length === 0 ? [] : [field]));

/** The fields but these. */
export function withoutFields(fields: Fields, left: readonly FieldName[]): Fields {
  if (left.length === 0) return fields;
  const kept = new Map(fields);
  for (const field of left) kept.delete(field);
  return kept;
}

/** The same fields where nothing in them becomes something else, as in most. */
function mapParts(fields: Fields, map: (part: Value) => Value): Fields {
  let changed: Map<FieldName, Value> | null = null;
  fields.forEach((value, field) => {
    if (!isPlain(value)) return;
    let other: { [key: string]: Value } | null = null;
    for (const key in value) {
      const part = value[key] as Value;
      const mapped = map(part);
      if (mapped === part) continue;
      other ??= { ...value };
      other[key] = mapped;
    }
    if (other === null) return;
    changed ??= new Map(fields);
    changed.set(field, other);
  });
  return changed ?? fields;
}
