import type { Digest, FieldName } from './ids.ts';
import type { Fields, Value } from './value.ts';

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
  return [...fields.values()].flatMap(referencesOf);
}
/** The contents that one value refers to. */
export function referencesOf(value: Value): readonly ContentReference[] {
  return isPlain(value) ? Object.values(value).flatMap((part) => contentReference(part) ?? []) : [];
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
  return { fields: contents.length === 0 ? fields : taken, contents };
}

/** The fields with those bytes in them again. A content that is not at hand stays a reference. */
export function putInContents(fields: Fields, contents: ReadonlyMap<Digest, Uint8Array>): Fields {
  if (contents.size === 0) return fields;
  return mapParts(fields, (part) => contents.get(contentReference(part)?.content as Digest) ?? part);
}

function mapParts(fields: Fields, map: (part: Value) => Value): Fields {
  return new Map<FieldName, Value>(
    [...fields].map(([field, value]) => {
      if (!isPlain(value)) return [field, value];
      const entries = Object.entries(value).map(([key, part]) => [key, map(part)] as const);
      const isSame = entries.every(([key, part]) => part === value[key]);
      return [field, isSame ? value : Object.fromEntries(entries)];
    }),
  );
}

const isPlain = (value: Value | undefined): value is { readonly [key: string]: Value } =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
