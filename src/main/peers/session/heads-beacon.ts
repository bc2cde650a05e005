import { type CollectionId, collectionId, logId, type MemberKey, memberKey } from '../../record/ids.ts';
import type { MemberSigner } from '../identity/identity.ts';
import { decodeCanonical, encodeCanonical } from '../protocol/canonical-cbor.ts';
import { HEADS_LIMIT } from '../protocol/messages.ts';
import { type Decoded, Invalid, id, list, object, row, uint } from '../protocol/schema.ts';

const LABEL = new TextEncoder().encode('lockstep-heads-1\0');
/** Logs that one beacon names; of more than these the rest is left out. */
const MOST_LOGS = 1024;
/** Bytes of the hash of a package that name it. */
const SHORT = 8;

const short = id(SHORT, (hex) => hex);
const CONTENT = object({
  v: uint(0xffff),
  g: id(16, collectionId),
  m: id(32, memberKey),
  t: uint(),
  h: list(row({ member: id(32, memberKey), log: id(8, logId), number: uint(), hash: short }), MOST_LOGS),
});
const VERSION = object({ v: uint(0xffff) });

/** What a member signs to say which packages it had seen at a time, checked in form. */
export interface HeadsBeacon {
  readonly group: CollectionId;
  readonly member: MemberKey;
  /** Milliseconds since 1970, as its author's clock said. */
  readonly time: number;
  /** The newest packages of all logs its author held, its own too; of each hash the first 8 bytes. */
  readonly heads: Decoded<typeof CONTENT>['h'];
  /** Canonical CBOR, as it was signed and is passed on. */
  readonly content: Uint8Array;
  readonly signature: Uint8Array;
}

/** Signs what a member holds at this time. */
export function makeHeadsBeacon(
  group: CollectionId,
  signer: Pick<MemberSigner, 'key' | 'sign'>,
  heads: HeadsBeacon['heads'],
  time: number,
): HeadsBeacon {
  const named = heads.slice(0, MOST_LOGS).map((head) => ({ ...head, hash: head.hash.slice(0, 2 * SHORT) }));
  const content = encodeCanonical(CONTENT.write({ v: 1, g: group, m: signer.key, t: time, h: named }));
  return {
    group,
    member: signer.key,
    time,
    heads: named.map(({ member, log, number, hash }) => ({ member, log, number, hash })),
    content,
    signature: signer.sign(statementOf(content)),
  };
}

/** What the signature of a beacon covers. */
export function statementOf(content: Uint8Array): Uint8Array {
  const statement = new Uint8Array(LABEL.length + content.length);
  statement.set(LABEL);
  statement.set(content, LABEL.length);
  return statement;
}

/** Reads a beacon; its signature is for the caller to check. 'later': of a version this one does not know. null: malformed. */
export function readHeadsBeacon(content: Uint8Array, signature: Uint8Array): HeadsBeacon | 'later' | null {
  const decoded = content.length > HEADS_LIMIT ? null : decodeCanonical(content);
  if (decoded === null) return null;
  try {
    if (VERSION.read(decoded.value).v !== 1) return 'later';
    const { g, m, t, h } = CONTENT.read(decoded.value);
    return { group: g, member: m, time: t, heads: h, content, signature };
  } catch (error) {
    if (error instanceof Invalid) return null;
    throw error;
  }
}
