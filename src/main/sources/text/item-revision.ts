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
  /**
   * How many items and damaged pieces its document holds, itself among them, where each item has a document: only when all of them are known need
   * that not be read. 1: it is alone, as where this is not asked.
   */
  readonly pieces: number;
  /** It is the last of a text that ended as no whole one does (`TextFormat.endOf`): whoever writes that may leave out its end. */
  readonly endsBare: boolean;
}

type Names = Pick<ItemRevision, 'name' | 'uid' | 'readAs' | 'pieces' | 'endsBare'>;

const DIGEST_BYTES = 16;
/** Neither a name of a document, an id of a record, the name of a charset nor a number has one. */
const PART = '\0';
const BARE = 'bare';

/**
 * Layout: digest, length of the document's revision u8, that revision, the document's name in UTF-8, and each behind a zero byte the UID, how it
 * was read, the number of pieces in decimal digits, and a mark that its text ended bare, as far as there is
 * something to say. Local to this device; never sent.
 */
export function writeItemRevision({ digest, document, name, uid, readAs, pieces, endsBare }: ItemRevision): Revision {
  const parts = [uid, readAs, pieces === 1 ? '' : String(pieces), endsBare ? BARE : ''];
  let text = name;
  for (let at = 0, last = parts.findLastIndex((part) => part !== ''); at <= last; at++) text += PART + parts[at];
  return Buffer.concat([digest, Uint8Array.of(document.length), document, Buffer.from(text)]);
}

/** As `writeItemRevision`, of an item of which there is no more to say than its digest, a character for each byte (`digestTextOf`). */
export function plainItemRevision(digest: string): Revision {
  const revision = Buffer.allocUnsafe(DIGEST_BYTES + 1);
  revision.write(digest, 0, DIGEST_BYTES, 'latin1');
  revision[DIGEST_BYTES] = 0;
  return revision;
}

/** The same of an item that says something no look took in: whoever is to write it finds it otherwise than expected, and looks first. */
export function unseenRevision(revision: Revision): Revision {
  return Buffer.from(revision).fill(0, 0, DIGEST_BYTES);
}

export const isUnseen = (revision: Revision): boolean => digestIn(revision).every((byte) => byte === 0);

/** The digest of what the item says. */
export const digestIn = (revision: Revision): ItemRevision['digest'] => revision.subarray(0, DIGEST_BYTES);

/** What it says in words alone: of thousands of items the rest is not asked for. */
export function namesIn(revision: Revision): Names {
  const at = documentEnd(revision);
  if (at === revision.length) return ONLY_DOCUMENT;
  const text = Buffer.from(revision.buffer, revision.byteOffset + at, revision.length - at).toString();
  if (!text.includes(PART)) return { ...ONLY_DOCUMENT, name: text };
  const [name = '', uid = '', readAs = '', pieces = '', bare = ''] = text.split(PART);
  return { name, uid, readAs, pieces: pieces === '' ? 1 : Number(pieces), endsBare: bare !== '' };
}

/** Was the item read from its document when that had this revision? */
export function isOfDocument(revision: Revision, document: Uint8Array): boolean {
  if (revision[DIGEST_BYTES] !== document.length) return false;
  for (let at = 0; at < document.length; at++) if (revision[DIGEST_BYTES + 1 + at] !== document[at]) return false;
  return true;
}

/** Of a place with but one document, mostly. */
const ONLY_DOCUMENT: Names = { name: '', uid: '', readAs: '', pieces: 1, endsBare: false };

const documentEnd = (revision: Revision): number => DIGEST_BYTES + 1 + (revision[DIGEST_BYTES] ?? 0);
