import { createHash, type KeyObject, verify } from 'node:crypto';
import { equalBytes } from '../../platform/equal-bytes.ts';
import {
  type CollectionId,
  collectionId,
  type DeviceId,
  type Digest,
  deviceId,
  digest,
  logId,
  memberKey,
} from '../../record/ids.ts';
import { SEALED_BYTES } from '../identity/box-seal.ts';
import { type Descriptor, ed25519PublicKey, parseDescriptor } from '../identity/descriptor.ts';
import type { Signer } from '../identity/identity.ts';
import { decodeCanonical, encodeCanonical } from '../protocol/canonical-cbor.ts';
import { fromHex } from '../protocol/hex.ts';
import { KINDS, ROLES } from '../protocol/messages.ts';
import {
  bytes,
  bytesUpTo,
  type Codec,
  type Decoded,
  flag,
  Invalid,
  id,
  list,
  object,
  oneOf,
  row,
  text,
  uint,
} from '../protocol/schema.ts';

const LABEL = 'lockstep-membership-1\0';
const BINDING_LABEL = 'lockstep-binding-1\0';
const MAX_OP_BYTES = 16 * 1024;

/** So many a secret is sealed to in a `rotate`, and so many secrets in a `seal`: with the most parents there may be it still fits. */
export const MOST_SEALS = 110;
export const MOST_LATER_SEALS = 85;

const cut = list(row({ log: id(8, logId), number: uint() }), 256);
const device = id(32, deviceId);
const sealed = bytes(SEALED_BYTES);
/** What each operation says. A `cut` names the last package of each log that its author had accepted; logs it does not name are cut whole. */
const BODIES = {
  create: object({
    kind: oneOf(...KINDS),
    name: text(256),
    nonce: bytes(32),
    descriptor: bytesUpTo(1024),
    deviceName: text(256),
  }),
  add: object({
    descriptor: bytesUpTo(1024),
    member: id(32, memberKey),
    binding: bytes(64),
    role: oneOf(...ROLES),
    name: text(256),
    history: flag,
  }),
  remove: object({ device, cut, epoch: uint() }),
  'extend-cut': object({ device, log: id(8, logId), to: uint(), hash: id(32, digest) }),
  role: object({ device, role: oneOf(...ROLES), cut }),
  name: object({ name: text(256) }),
  /** A link that admits nobody any more, wherever it was made. */
  'revoke-invite': object({ invite: bytes(16) }),
  /** A printed key that is an admin, and no device. */
  'recovery-key': object({ descriptor: bytesUpTo(1024) }),
  /** A new secret for what lies at a relay, sealed to members (`epochs.ts`). `commit`: what the secret is known by. */
  rotate: object({ n: uint(), commit: bytes(32), seals: list(row({ device, sealed }), MOST_SEALS) }),
  /** Secrets of such operations sealed to more members. */
  seal: object({ seals: list(row({ rotate: id(32, digest), device, sealed }), MOST_LATER_SEALS) }),
  /** Where what is sealed waits for members that are away: a URL, or '' for nowhere. */
  relay: object({ url: text(512) }),
} as const;
type Bodies = typeof BODIES;
export type OpKind = keyof Bodies;
export type OpBody = { [K in OpKind]: { readonly op: K } & Decoded<Bodies[K]> }[OpKind];
export type Cut = Decoded<typeof cut>;

const CONTENT = object({
  v: uint(0xffff),
  g: list(bytes(16), 1),
  p: list(id(32, digest), 64),
  a: device,
  t: uint(),
  o: text(32),
});

/** An operation, and what it is known by. */
export type NamedOperation = Pick<MembershipOp, 'hash' | 'bytes'>;
/** One operation of a membership log, checked in form. Whether it counts is for `evaluateMembership` to say. */
export interface MembershipOp {
  /** Names the operation: digest of what is signed. */
  readonly hash: Digest;
  /** As stored and sent. */
  readonly bytes: Uint8Array;
  /** null: this operation creates the collection, whose id is the first half of its hash. */
  readonly group: CollectionId | null;
  /** The operations its author had seen that no other it had seen followed. */
  readonly parents: readonly Digest[];
  readonly author: DeviceId;
  /** Milliseconds since 1970, as the author's clock said. Decides nothing. */
  readonly time: number;
  /** null: a kind this version does not know. It takes its place and has no effect. */
  readonly body: OpBody | null;
  /** Whom it is about; null where that is nobody, or the kind is unknown. */
  readonly subject: DeviceId | null;
  /** The public keys a `create`, `add` or `recovery-key` brings. */
  readonly describes: Descriptor | null;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** Makes and signs an operation. `group` null for `create` alone. */
export function makeOp(
  author: Signer & { readonly id: DeviceId },
  group: CollectionId | null,
  parents: readonly Digest[],
  time: number,
  body: OpBody,
): MembershipOp {
  const { op } = body;
  const content = encodeCanonical({
    ...(CONTENT.write({
      v: 1,
      g: group === null ? [] : [fromHex(group)],
      p: [...parents].sort(),
      a: author.id,
      t: time,
      o: op,
    }) as object),
    b: (BODIES[op] as Codec<unknown>).write(body),
  });
  const signed = labelled(LABEL, content);
  const made = parseOp(encodeCanonical([content, author.sign(signed)]));
  if (made === null) throw new RangeError(`membership operation ${op} of ${content.length} bytes`);
  return made;
}

/** null where the bytes are not one well-formed operation. */
export function parseOp(encoded: Uint8Array): MembershipOp | null {
  if (encoded.length > MAX_OP_BYTES) return null;
  const own = new Uint8Array(encoded);
  const outer = decodeCanonical(own)?.value;
  if (!Array.isArray(outer) || outer.length !== 2) return null;
  const [content, signature] = outer as readonly unknown[];
  if (!(content instanceof Uint8Array && signature instanceof Uint8Array) || signature.length !== 64) return null;
  const inner = decodeCanonical(content)?.value;
  try {
    const { g, p, a, t, o } = CONTENT.read(inner);
    const body = readBody(o, (inner as { readonly b?: unknown }).b);
    const group = g[0] === undefined ? null : collectionId(Buffer.from(g[0]).toString('hex'));
    if ((group === null) !== (o === 'create') || (group === null) !== (p.length === 0)) return null;
    if (p.some((parent, at) => at > 0 && (p[at - 1] as Digest) >= parent)) return null;
    const describes = describedDevice(body);
    if (body !== null && 'descriptor' in body && describes === null) return null;
    if (body?.op === 'create' && describes?.id !== a) return null;
    const subject = subjectOf(a, body, describes);
    const signed = labelled(LABEL, content);
    const hash = digest(createHash('sha256').update(signed).digest('hex'));
    return { hash, bytes: own, group, parents: p, author: a, time: t, body, subject, describes, signed, signature };
  } catch (error) {
    if (error instanceof Invalid) return null;
    throw error;
  }
}

function readBody(op: string, raw: unknown): OpBody | null {
  if (!Object.hasOwn(BODIES, op)) return null;
  const fields = (BODIES[op as OpKind] as Codec<object>).read(raw);
  return { op, ...fields } as OpBody;
}

/** The collection an operation belongs to. */
export function groupOf(op: MembershipOp): CollectionId {
  return op.group ?? collectionId(op.hash.slice(0, 32));
}

/** Proof that a device took `member` as its key in `group`: signed by the device, carried in the operation that adds it. */
export function makeBinding(author: Signer, group: CollectionId, member: string): Uint8Array {
  return author.sign(bindingOf(group, member));
}
/** Did this device take `member` as its key in `group`? */
export function verifyBinding(
  descriptor: Descriptor,
  group: CollectionId,
  member: string,
  binding: Uint8Array,
): boolean {
  return verifySignature(descriptor.sig, bindingOf(group, member), binding);
}
function bindingOf(group: CollectionId, member: string): Uint8Array {
  return labelled(BINDING_LABEL, fromHex(group), fromHex(member));
}

/** Of an Ed25519 signature by a raw public key; false also where that is no key. */
export function verifySignature(raw: Uint8Array, signed: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, signed, keyOf(raw), signature);
  } catch {
    return false;
  }
}

/** The last one asked for: to make one costs as much as to verify with it, and most packages that arrive have one author. */
let lastKey: { readonly raw: Uint8Array; readonly key: KeyObject } | null = null;

function keyOf(raw: Uint8Array): KeyObject {
  // A slice of a Buffer would be the same memory, and follow whatever becomes of it.
  if (lastKey === null || !equalBytes(lastKey.raw, raw))
    lastKey = { raw: Uint8Array.from(raw), key: ed25519PublicKey(raw) };
  return lastKey.key;
}

function describedDevice(body: OpBody | null): Descriptor | null {
  return body !== null && 'descriptor' in body ? parseDescriptor(body.descriptor) : null;
}
function subjectOf(author: DeviceId, body: OpBody | null, describes: Descriptor | null): DeviceId | null {
  if (body === null) return null;
  if ('device' in body) return body.device;
  if (body.op === 'add' || body.op === 'recovery-key') return describes?.id ?? null;
  return body.op === 'create' || body.op === 'name' ? author : null;
}

function labelled(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.from(label), ...parts]));
}
