import { createHash } from 'node:crypto';
import { compareTexts } from '../../record/compare-texts.ts';
import type { DeviceId, Digest } from '../../record/ids.ts';
import type { OpGraph } from './membership-graph.ts';
import type { MembershipOp, OpBody } from './membership-op.ts';

const COMMIT_LABEL = 'lockstep-epoch-1\0';
const ID_DIGITS = 16;

/** A secret that members share from some point on, as the operations tell of it. Who made it and all it was sealed to know it. */
export interface Rotation {
  readonly hash: Digest;
  /** The first 8 bytes of the hash, in hex: what sealed items name it by. */
  readonly id: string;
  /** One more than the largest its author had seen. */
  readonly n: number;
  /** Milliseconds since 1970, as the author's clock said. */
  readonly made: number;
  readonly commit: Uint8Array;
  /** Was its author allowed to make it? What does not count is read and never written with. */
  readonly counts: boolean;
  /** Who may know it. */
  readonly holders: ReadonlySet<DeviceId>;
  /** To whom it was sealed, by anyone: some may be no good. */
  readonly seals: readonly Seal[];
}
interface Seal {
  readonly device: DeviceId;
  readonly sealed: Uint8Array;
}

type Rotate = Extract<OpBody, { readonly op: 'rotate' }>;

/** What a secret is known by before it is opened. */
export function commitmentTo(secret: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(COMMIT_LABEL).update(secret).digest());
}

/**
 * The `rotate` operations whose number is right, by place. One that skips ahead is left out: with the largest number there is, nobody
 * could follow it. The same for everyone, for it depends on what their authors had seen alone.
 */
export function numberedRotates({ order, before }: OpGraph): ReadonlyMap<number, Rotate> {
  const numbered = new Map<number, Rotate>();
  /** The same, by number: whoever follows the others finds the largest it had seen at once, however many there are. */
  const byNumber: { readonly place: number; readonly n: number }[] = [];
  for (const [place, { body }] of order.entries()) {
    if (body?.op !== 'rotate') continue;
    const { n } = body;
    const seen = byNumber.findLast((earlier) => before(earlier.place, place));
    if (n !== nextNumber(seen === undefined ? [] : [seen])) continue;
    numbered.set(place, body);
    byNumber.splice(byNumber.findLastIndex((other) => other.n <= n) + 1, 0, { place, n });
  }
  return numbered;
}

/** The number of a rotation whose author had seen these. */
export function nextNumber(seen: readonly { readonly n: number }[]): number {
  return 1 + seen.reduce((most, { n }) => Math.max(most, n), 0);
}

/**
 * Every rotation whose number is right, the newest last: by number, then by hash. Also those of authors who were removed meanwhile, for
 * others may have written with them before they knew. `refused`: why an operation has no effect.
 */
export function rotationsOf(graph: OpGraph, refused: ReadonlyMap<Digest, string>): readonly Rotation[] {
  const { order, before } = graph;
  const rotations = [...numberedRotates(graph)].map(([place, { n, commit, seals }]): Rotation & Growing => {
    const { hash, author, time: made } = order[place] as MembershipOp;
    const holders = new Set([author, ...seals.map(({ device }) => device)]);
    const id = hash.slice(0, ID_DIGITS);
    return { place, hash, id, n, made, commit, counts: !refused.has(hash), holders, seals: [...seals] };
  });
  const byHash = new Map(rotations.map((rotation) => [rotation.hash, rotation]));
  for (const [place, { hash, author, body }] of order.entries()) {
    for (const { rotate, device, sealed } of body?.op === 'seal' ? body.seals : []) {
      const rotation = byHash.get(rotate);
      // Who had not seen it had no secret to seal.
      if (rotation === undefined || !before(rotation.place, place)) continue;
      rotation.seals.push({ device, sealed });
      // Who was let in by one that was removed could go on sealing each new one, and nobody would ever write with it.
      const why = refused.get(hash);
      if (why === undefined || why === 'removed-meanwhile')
        for (const holder of [author, device]) rotation.holders.add(holder);
    }
  }
  return rotations
    .map(({ place: _, ...rotation }) => rotation)
    .sort((a, b) => a.n - b.n || compareTexts(a.hash, b.hash));
}
interface Growing {
  readonly place: number;
  readonly holders: Set<DeviceId>;
  readonly seals: Seal[];
}
