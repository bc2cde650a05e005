import type { Revision } from '../source-adapter.ts';

/** What must stay the same for an item of a text to be unchanged. */
export interface ItemRevision {
  /** The first 16 bytes of the SHA-256 of its bytes, with what else decides what they mean. */
  readonly digest: Uint8Array;
  /** The revision of its document, where each item has one: then the document need not be read. Else empty. */
  readonly document: Uint8Array;
  /** The name of its document. */
  readonly name: string;
  /** The record its UID stands for, where it shows another one: it was known for that one when it came. Else empty. */
  readonly uid: string;
  /** How the characters of its document were read, where its bytes alone do not tell (`SplitText.readAs`). Else empty. */
  readonly readAs: string;
}

const DIGEST_BYTES = 16;
/** Neither a name of a document, an id of a record nor the name of a charset has one. */
const PART = '\0';

/**
 * Layout: digest, length of the document's revision u8, that revision, the document's name in UTF-8, and each behind a zero byte the UID and how
 * it was read, as far as there is something to say. Local to this device; never sent.
 */
export function writeItemRevision({ digest, document, name, uid, readAs }: ItemRevision): Revision {
  const text = readAs !== '' ? [name, uid, readAs].join(PART) : uid !== '' ? name + PART + uid : name;
  return Buffer.concat([digest, Uint8Array.of(document.length), document, Buffer.from(text)]);
}

/** The digest of what the item says. */
export const digestIn = (revision: Revision): ItemRevision['digest'] => revision.subarray(0, DIGEST_BYTES);

/** The names alone: of thousands of items the rest is not asked for. */
export function namesIn(revision: Revision): Pick<ItemRevision, 'name' | 'uid' | 'readAs'> {
  const at = documentEnd(revision);
  if (at === revision.length) return ONLY_DOCUMENT;
  const text = Buffer.from(revision.buffer, revision.byteOffset + at, revision.length - at).toString();
  if (!text.includes(PART)) return { name: text, uid: '', readAs: '' };
  const [name = '', uid = '', readAs = ''] = text.split(PART);
  return { name, uid, readAs };
}

/** Was the item read from its document when that had this revision? */
export function isOfDocument(revision: Revision, document: Uint8Array): boolean {
  if (revision[DIGEST_BYTES] !== document.length) return false;
  for (let at = 0; at < document.length; at++) if (revision[DIGEST_BYTES + 1 + at] !== document[at]) return false;
  return true;
}

/** Of a place with but one document, mostly. */
const ONLY_DOCUMENT = { name: '', uid: '', readAs: '' };

const documentEnd = (revision: Revision): number => DIGEST_BYTES + 1 + (revision[DIGEST_BYTES] ?? 0);
