import { expect, it } from 'vitest';
import { SHELF_KINDS, type ShelfKind } from './shelf-events.ts';
import { simulateShelves } from './simulate-shelves.ts';

/** Kinds that came later: the seeds were kept without them. `run.ts` has them all. */
const LATER: ReadonlySet<ShelfKind> = new Set([
  'server-refuses',
  'server-breaks-off',
  'server-only-read',
  'state-disk',
]);
const kinds = SHELF_KINDS.filter((kind) => !LATER.has(kind));
const SEEDS = Number(process.env.LOCKSTEP_SHELVES ?? 8);

it.each(Array.from({ length: SEEDS }, (_, at) => at + 1))(
  'contacts and calendars in texts, folders of them and tables come to the same, and nothing anyone wrote is lost, seed %i',
  async (seed) => {
    const { findings, trace } = await simulateShelves(seed, { kinds });
    expect(findings, `npm run simulate -- --shelves --seed ${seed} --verbose --kinds ${kinds.join(',')}`).toEqual([]);
    if (seed === 1) expect((await simulateShelves(seed, { kinds })).trace).toBe(trace);
  },
  120_000,
);

/** Each found something once. What it was stands beside it. */
const FOUND = [
  // Two devices that share a server, each with another value of a conflict: a number more at each look, without end.
  '8200850',
  // The same, of a contact that one of them had found to be another one: a contact more at each look.
  '5200286',
  // The rest of a table that was written for longer than it takes to rest: its rows were deleted.
  '8902087',
  // A card that was put into a text was gone where that changed as it was read.
  '8902453',
  // A reader's card with another UID stood beside the one it was, and was another contact once the reader could edit.
  '8600039',
  // What was said of an occurrence, in a record that was no series any more, was taken away where a write of ours was broken off.
  '9301128',
  // What was edited on a server as it was made there went with it, for it was deleted elsewhere before a look took that in.
  '9302330',
  // What was said of an occurrence while somebody changed the rule stood in no text, and went when another said something of that occurrence.
  '9302056',
] as const;

it.each(FOUND)(
  'what was wrong once is not so any more, seed %s',
  async (seed) => {
    expect((await simulateShelves(seed, { kinds })).findings).toEqual([]);
  },
  120_000,
);

it.each(['9822001', '9822002', '9822003'])(
  'a server that refuses some texts for good, and breaks connections off, loses nothing, seed %s',
  async (seed) => {
    const troubled = ['server', 'server-refuses', 'server-breaks-off', 'remove', 'rewrite', 'series'] as const;
    expect((await simulateShelves(seed, { kinds: troubled, every: true })).findings).toEqual([]);
  },
  120_000,
);

it.each(['77003', '77004'])(
  'a server that may only be read for a while has all in the end, seed %s',
  async (seed) => {
    const troubled = ['server', 'server-only-read', 'remove', 'rewrite', 'settle'] as const;
    expect((await simulateShelves(seed, { kinds: troubled, every: true })).findings).toEqual([]);
  },
  120_000,
);
