import { type CollectionId, collectionId, type Digest, digest, logId, memberKey } from '../../record/ids.ts';
import type { MemberSigner } from '../identity/identity.ts';
import { decodeCanonical, encodeCanonical } from '../protocol/canonical-cbor.ts';
import { type Codec, type Decoded, flag, Invalid, id, list, object, row, text, uint } from '../protocol/schema.ts';
import type { LogHead, LogPosition } from '../session/shared-collection.ts';
import { contentKind, type RelayItem, STANDING_LIMIT } from './relay-item.ts';

const LABEL = new TextEncoder().encode('lockstep-standing-1\0');
/** Logs named of each kind; of more than these the rest is left out, as if nothing of them were held. */
const MOST_LOGS = 400;
/** Contents named that it lacks; UTF-8 bytes of the record that each is for, which is only a hint. */
const MOST_WANTED = 128;
const HINT_BYTES = 256;
/** Operations of a membership log that no other follows. */
const MOST_OPERATIONS = 64;

const positions = list(row({ member: id(32, memberKey), log: id(8, logId), number: uint() }), MOST_LOGS);
const heads = list(
  row({ member: id(32, memberKey), log: id(8, logId), number: uint(), hash: id(32, digest) }),
  MOST_LOGS,
);
const wanted = list(row({ digest: id(32, digest), kind: contentKind, hint: text(HINT_BYTES) }), MOST_WANTED);
/** Said only where it is so: earlier versions do not know of it. */
const mark: Codec<boolean> = { write: (value) => value, read: (raw) => raw !== undefined && flag.read(raw) };
const CONTENT = object({
  v: uint(0xffff),
  g: id(16, collectionId),
  m: id(32, memberKey),
  t: uint(),
  c: uint(),
  e: heads,
  a: positions,
  p: uint(),
  r: flag,
  o: list(id(32, digest), MOST_OPERATIONS),
  w: wanted,
  f: mark,
});
type Content = Decoded<typeof CONTENT>;
const VERSION = object({ v: uint(0xffff) });

/** How far a member is, as it left word of it at the relay. */
export interface RelayStanding {
  readonly group: CollectionId;
  readonly member: Content['m'];
  /** Milliseconds since 1970, as its author's clock said: of two the later holds. */
  readonly time: number;
  /** It has taken every item of the relay up to this one. */
  readonly cursor: number;
  readonly heads: readonly LogHead[];
  readonly applied: readonly LogPosition[];
  /** So many items it names as problems. */
  readonly problems: number;
  /** Its sources leave something out: what it applied it need not hold. */
  readonly partial: boolean;
  /** The membership operations it has that no other follows. */
  readonly operations: readonly Digest[];
  /** Contents that it waits for, and that do not lie at the relay as far as it knows. `hint`: a record that showed it; '' for none. */
  readonly wanted: Content['w'];
  /** It has contents for others that find no room there. */
  readonly isFull: boolean;
}
type StandingItem = Extract<RelayItem, { readonly is: 'standing' }>;

/** Signs how far this member is. */
export function makeStanding(
  signer: Pick<MemberSigner, 'key' | 'sign'>,
  { group, time, cursor, heads, applied, problems, partial, operations, wanted, isFull }: Omit<RelayStanding, 'member'>,
): StandingItem {
  const said = {
    v: 1,
    g: group,
    m: signer.key,
    t: time,
    c: cursor,
    e: heads.slice(0, MOST_LOGS),
    a: applied.slice(0, MOST_LOGS),
    p: problems,
    r: partial,
    o: operations.slice(0, MOST_OPERATIONS),
    w: wanted
      .slice(0, MOST_WANTED)
      .map((each) => (Buffer.byteLength(each.hint) <= HINT_BYTES ? each : { ...each, hint: '' })),
    f: isFull,
  };
  const { f, ...rest } = CONTENT.write(said) as { readonly [field: string]: unknown };
  const content = encodeCanonical(f === true ? { ...rest, f } : rest);
  return { is: 'standing', content, signature: signer.sign(statementOf(content)) };
}

/**
 * Reads how far a member of `group` says it is. `verify`: is this the signature of that member? Throws a RangeError that says what is wrong: the
 * relay, or another member, can have made anything of it.
 */
export function readStanding(
  { content, signature }: Pick<StandingItem, 'content' | 'signature'>,
  group: CollectionId,
  verify: (member: Content['m'], signed: Uint8Array, signature: Uint8Array) => boolean,
): RelayStanding {
  const { g, m, t, c, e, a, p, r, o, w, f } = contentOf(content);
  if (g !== group) throw new RangeError('standing: of another collection');
  if (!verify(m, statementOf(content), signature)) throw new RangeError('standing: not signed by the member it names');
  return {
    group: g,
    member: m,
    time: t,
    cursor: c,
    heads: e,
    applied: a,
    problems: p,
    partial: r,
    operations: o,
    wanted: w,
    isFull: f,
  };
}

function contentOf(content: Uint8Array): Content {
  const decoded = content.length > STANDING_LIMIT ? null : decodeCanonical(content);
  if (decoded === null) throw new RangeError('standing: not canonical CBOR, or too long');
  try {
    if (VERSION.read(decoded.value).v !== 1) throw new RangeError('standing: a version this one does not know');
    return CONTENT.read(decoded.value);
  } catch (error) {
    if (error instanceof Invalid) throw new RangeError(`standing: ${error.message}`);
    throw error;
  }
}

function statementOf(content: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([LABEL, content]));
}
