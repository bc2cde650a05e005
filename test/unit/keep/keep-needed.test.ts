import { expect, it } from 'vitest';
import { ConstructionQueue } from '../../../src/main/construct/construction-queue.ts';
import { ConflictContents } from '../../../src/main/keep/keep-conflicts.ts';
import { NeededContents } from '../../../src/main/keep/keep-needed.ts';
import type { KeepCollection, KeepPort } from '../../../src/main/keep/keep-port.ts';

/** A device with one folder, for which this is to be written, in a collection of which nothing is known but that. */
function portOf(queue: ConstructionQueue): KeepPort {
  const source = { row: 1, pending: () => queue.rows(), enqueued: () => queue.enqueued };
  const records = { conflicts: 0, at: () => null, notAsShown: () => [] };
  const collection = { kind: 'files', records, log: { logs: () => [{ row: 1, held: 7 }] } };
  const each = { collection, sources: () => [source], others: () => [] } as unknown as KeepCollection;
  return { collections: () => [each] } as unknown as KeepPort;
}

it('is another moment where something else is to be written than was, though no more of it', () => {
  const queue = new ConstructionQueue();
  queue.enqueue(1, []);
  const needed = new NeededContents(portOf(queue), new ConflictContents());
  const [job] = queue.take();
  if (job === undefined) throw new Error('nothing was queued');
  queue.begin(job);
  queue.finish(job);
  expect(needed.isStale()).toBe(false);
  queue.enqueue(2, []);
  expect(queue.rows()).toHaveLength(1);
  expect(needed.isStale()).toBe(true);
});
