import { compareTexts } from '../../record/compare-texts.ts';
import type { CollectionId, DeviceId, Digest } from '../../record/ids.ts';
import type { Descriptor } from '../identity/descriptor.ts';
import { groupOf, type MembershipOp, verifyBinding, verifySignature } from './membership-op.ts';

/** Why an operation has no place among the others. */
export type Misplaced = 'other-group' | 'missing-parent' | 'bad-signature' | 'bad-binding';

/** The operations of one collection that are genuine, with everything before them, in an order every device agrees on. */
export interface OpGraph {
  /** By (depth, hash), so parents come before children. A place in it is an operation's seniority. */
  readonly order: readonly MembershipOp[];
  readonly heads: readonly Digest[];
  readonly refused: ReadonlyMap<Digest, Misplaced>;
  readonly missing: readonly Digest[];
  /** Had the author of the operation at place `later` seen the one at `earlier`? */
  before(earlier: number, later: number): boolean;
}

/** What was verified once need not be again: signatures cost a tenth of a millisecond each, and operations live long. */
const genuine = new WeakSet<MembershipOp>();

/** Places the operations. What is not signed by its author, or lacks a parent, is left out with all that builds on it. */
export function placeOps(group: CollectionId, ops: Iterable<MembershipOp>): OpGraph {
  const refused = new Map<Digest, Misplaced>();
  const waiting = new Map<Digest, MembershipOp>();
  for (const op of ops) {
    if (groupOf(op) === group) waiting.set(op.hash, op);
    else refused.set(op.hash, 'other-group');
  }
  const known = new Set(waiting.keys());
  const order: MembershipOp[] = [];
  const places = new Map<Digest, number>();
  const past: Uint32Array[] = [];
  const words = Math.ceil(waiting.size / 32);
  const keys = new Map<DeviceId, Descriptor>();
  const bringers = new Map<DeviceId, number[]>();
  const before = (earlier: number, later: number): boolean =>
    (((past[later] as Uint32Array)[earlier >> 5] as number) & (1 << (earlier & 31))) !== 0;

  const judgePlace = (op: MembershipOp, place: number): Misplaced | null => {
    const seen = op.group === null || (bringers.get(op.author) ?? []).some((bringer) => before(bringer, place));
    const author = op.group === null ? op.describes : keys.get(op.author);
    if (!seen || author === undefined || author === null) return 'bad-signature';
    return genuinelyFrom(op, author, group);
  };
  const queue = new ReadyQueue(waiting.values());
  for (let layer = queue.first(); layer.length > 0; layer = queue.next(layer, places)) {
    for (const op of layer) {
      waiting.delete(op.hash);
      const place = order.length;
      past[place] = pastOf(op, places, past, words);
      const fault = judgePlace(op, place);
      if (fault !== null) {
        refused.set(op.hash, fault);
        past.length = place;
        continue;
      }
      order.push(op);
      places.set(op.hash, place);
      if (op.describes !== null) {
        keys.set(op.describes.id, op.describes);
        bringers.set(op.describes.id, [...(bringers.get(op.describes.id) ?? []), place]);
      }
    }
  }
  const missing = new Set<Digest>();
  for (const op of waiting.values()) {
    refused.set(op.hash, 'missing-parent');
    for (const parent of op.parents) if (!known.has(parent)) missing.add(parent);
  }
  return { order, heads: headsOf(order), refused, missing: [...missing].sort(), before };
}

/** Operations by layer: those all of whose parents have their place, by hash. One that follows a refused one never gets there. */
class ReadyQueue {
  readonly #first: MembershipOp[] = [];
  readonly #followers = new Map<Digest, MembershipOp[]>();
  /** How many parents of an operation have no place yet. */
  readonly #lacking = new Map<Digest, number>();

  constructor(ops: Iterable<MembershipOp>) {
    for (const op of ops) {
      const { hash, parents } = op;
      if (parents.length === 0) this.#first.push(op);
      this.#lacking.set(hash, parents.length);
      for (const parent of parents) {
        const followers = this.#followers.get(parent);
        if (followers === undefined) this.#followers.set(parent, [op]);
        else followers.push(op);
      }
    }
  }

  first(): readonly MembershipOp[] {
    return byHash(this.#first);
  }

  /** After a layer was placed, as far as it was. */
  next(layer: readonly MembershipOp[], places: { has(hash: Digest): boolean }): readonly MembershipOp[] {
    const ready: MembershipOp[] = [];
    for (const { hash } of layer) {
      for (const follower of places.has(hash) ? (this.#followers.get(hash) ?? []) : []) {
        const lacking = (this.#lacking.get(follower.hash) as number) - 1;
        this.#lacking.set(follower.hash, lacking);
        if (lacking === 0) ready.push(follower);
      }
    }
    return byHash(ready);
  }
}

const byHash = (ops: MembershipOp[]): readonly MembershipOp[] => ops.sort((a, b) => compareTexts(a.hash, b.hash));

function pastOf(
  op: MembershipOp,
  places: ReadonlyMap<Digest, number>,
  past: readonly Uint32Array[],
  words: number,
): Uint32Array {
  const all = new Uint32Array(words);
  for (const parent of op.parents) {
    const place = places.get(parent) as number;
    const theirs = past[place] as Uint32Array;
    for (let at = 0; at < words; at++) all[at] = (all[at] as number) | (theirs[at] as number);
    all[place >> 5] = (all[place >> 5] as number) | (1 << (place & 31));
  }
  return all;
}

function genuinelyFrom(op: MembershipOp, author: Descriptor, group: CollectionId): Misplaced | null {
  if (genuine.has(op)) return null;
  if (author.id !== op.author || !verifySignature(author.sig, op.signed, op.signature)) return 'bad-signature';
  if (op.body?.op === 'add' && op.describes !== null) {
    const { member, binding } = op.body;
    if (!verifyBinding(op.describes, group, member, binding)) return 'bad-binding';
  }
  genuine.add(op);
  return null;
}

function headsOf(order: readonly MembershipOp[]): readonly Digest[] {
  const followed = new Set(order.flatMap((op) => op.parents));
  return order
    .map((op) => op.hash)
    .filter((hash) => !followed.has(hash))
    .sort();
}
