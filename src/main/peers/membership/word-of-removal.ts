import type { DeviceId, Digest } from '../../record/ids.ts';
import type { Misplaced } from './membership-graph.ts';
import type { WhyInvalid } from './membership-judgement.ts';
import type { MembershipOp, OpKind } from './membership-op.ts';

/** The operations of a collection, and which of them have no effect. */
export interface KnownOperations {
  readonly byHash: ReadonlyMap<Digest, MembershipOp>;
  readonly invalid: ReadonlyMap<Digest, Misplaced | WhyInvalid>;
}

/** What takes a device in or out. Not how far others had taken what it wrote: that goes on after it has gone. */
const SETTLES: ReadonlySet<OpKind | undefined> = new Set(['add', 'remove', 'role']);

/**
 * Devices that were let in by one that was removed before the others knew of them, or by one that had its right to it from such: they believe they
 * belong, and do not.
 */
export function voidNewcomers(known: KnownOperations): readonly MembershipOp[] {
  return voidGrants(known).filter(({ body }) => body?.op === 'add');
}
/** The same, and who was given a role so. */
function voidGrants({ byHash, invalid }: KnownOperations): readonly MembershipOp[] {
  return [...byHash.values()].filter(({ body, hash }) => {
    const why = invalid.get(hash);
    return (body?.op === 'add' || body?.op === 'role') && (why === 'removed-meanwhile' || why === 'let-in-by-removed');
  });
}

/**
 * What a device that does not belong any more has to hear to know it: what was said of it, and of those who had let it in, or given it
 * or them a role, where that is void, with all that came before. Not what came after: that is no business of its. Pure.
 */
export function wordOfRemoval(known: KnownOperations, device: DeviceId): readonly MembershipOp[] {
  const about = new Set([device]);
  const grants = voidGrants(known);
  for (let size = 0; size !== about.size; ) {
    size = about.size;
    for (const { subject, author } of grants) if (subject !== null && about.has(subject)) about.add(author);
  }
  const told = new Set<MembershipOp>();
  const pending = [...known.byHash.values()].filter(
    ({ subject, body }) => subject !== null && about.has(subject) && SETTLES.has(body?.op),
  );
  for (let op = pending.pop(); op !== undefined; op = pending.pop()) {
    if (told.has(op)) continue;
    told.add(op);
    for (const parent of op.parents) {
      const before = known.byHash.get(parent);
      if (before !== undefined) pending.push(before);
    }
  }
  return [...known.byHash.values()].filter((op) => told.has(op));
}
