import { digest } from '../../record/ids.ts';
import { decodeCanonical, encodeCanonical } from '../protocol/canonical-cbor.ts';
import { bytes, bytesUpTo, type Codec, type Decoded, Invalid, id, list, row, uint } from '../protocol/schema.ts';
import type { ContentAsked } from '../session/shared-collection.ts';
import { TAG_BYTES } from './once-cipher.ts';

/** Bytes of a pack, padding and all. */
export const PACK_LIMIT = 8 << 20;
/** Contents in one pack. */
export const MOST_PIECES = 16_384;
/** Bytes in which a member says how far it is (`standing.ts`). */
export const STANDING_LIMIT = 112 << 10;
/** As `PACKAGE` and `MEMBERS` carry them. */
const PACKAGE_BYTES = (1 << 20) + (16 << 10);
const OPERATION_BYTES = 16 << 10;
const MOST_OPERATIONS = 2048;

/** As they are numbered in CONTENT_WANT. */
const KINDS: readonly ContentAsked['kind'][] = ['content', 'chunk', 'chunk-list'];
export const contentKind: Codec<ContentAsked['kind']> = {
  write: (value) => KINDS.indexOf(value),
  read: (raw) => KINDS[uint(KINDS.length - 1).read(raw)] as ContentAsked['kind'],
};

/** Where a content lies in a pack, sealed. Its place in the list is part of its key. */
const entry = row({ digest: id(32, digest), kind: contentKind, offset: uint(PACK_LIMIT), length: uint(PACK_LIMIT) });
export type PackEntry = Decoded<typeof entry>;

/** What lies at a relay between members: the number that stands before it, and what it says. Numbers are never used for anything else. */
const ITEMS = {
  /** A package of somebody's log, as its author signed it. */
  package: { number: 1, fields: row({ bytes: bytesUpTo(PACKAGE_BYTES) }) },
  /** Membership operations. */
  members: { number: 2, fields: row({ operations: list(bytesUpTo(OPERATION_BYTES), MOST_OPERATIONS) }) },
  /** What is in a pack, in order and without a gap; `pack` names its bytes, `key` opens what is in it. */
  contents: {
    number: 3,
    fields: row({ pack: id(32, digest), key: bytes(32), entries: list(entry, MOST_PIECES, 1) }),
  },
  /** How far a member is, signed by it (`standing.ts`). */
  standing: { number: 4, fields: row({ content: bytesUpTo(STANDING_LIMIT), signature: bytes(64) }) },
} as const;
type Items = typeof ITEMS;
export type RelayItem = { [K in keyof Items]: { readonly is: K } & Decoded<Items[K]['fields']> }[keyof Items];

/** Canonical CBOR: a list that begins with the item's number. */
export function encodeItem(item: RelayItem): Uint8Array {
  const { number, fields } = ITEMS[item.is];
  return encodeCanonical([number, ...((fields as Codec<unknown>).write(item) as readonly unknown[])]);
}

/** Throws a RangeError that says what is wrong. */
export function readItem(encoded: Uint8Array): RelayItem {
  const decoded = decodeCanonical(encoded)?.value;
  if (!Array.isArray(decoded)) throw new RangeError('relay item: not a list in canonical CBOR');
  const [number, ...rest] = decoded as readonly unknown[];
  const found = Object.entries(ITEMS).find(([, each]) => each.number === number);
  if (found === undefined) throw new RangeError('relay item: of a kind this version does not know');
  const [is, { fields }] = found;
  try {
    const item = { is, ...(fields as Codec<object>).read(rest) } as RelayItem;
    if (item.is === 'contents') checkPlaces(item.entries);
    return item;
  } catch (error) {
    if (error instanceof Invalid) throw new RangeError(`relay item: ${is}: ${error.message}`);
    throw error;
  }
}

/** One after the other, so that none lies in another and all lie in the pack. */
function checkPlaces(entries: readonly PackEntry[]): void {
  let end = 0;
  for (const { offset, length } of entries) {
    if (offset !== end || length < TAG_BYTES) throw new RangeError('relay item: contents: a place that cannot be');
    end += length;
  }
  if (end > PACK_LIMIT) throw new RangeError('relay item: contents: beyond the longest pack');
}
