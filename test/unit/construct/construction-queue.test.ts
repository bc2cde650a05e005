import { beforeEach, describe, expect, it } from 'vitest';
import type { AppliedChange } from '../../../src/main/collection.ts';
import { ConstructionQueue, type Job } from '../../../src/main/construct/construction-queue.ts';
import type { Ticket } from '../../../src/main/construct/pending.ts';
import { logId } from '../../../src/main/record/ids.ts';
import { dot, RECORD, sets, state, entryA as written } from '../../fakes/tiny-records.ts';

const ticket = (number: number): Ticket => ({ log: logId('1'.repeat(16)), number, open: 1 });
const [first, second] = [ticket(1), ticket(2)];
/** The record came into being with it, or moved on (`before`). */
const applied = (row: number, before: AppliedChange['before'] = null): AppliedChange => ({
  dot: dot(row),
  change: sets(written),
  before,
  row,
  state: state({}),
});

let queue: ConstructionQueue;
beforeEach(() => {
  queue = new ConstructionQueue();
});

/** The next one, in flight. */
function begun(): Job {
  for (const job of queue.take()) {
    queue.begin(job);
    return job;
  }
  throw new Error('nothing is queued');
}
const taken = (): readonly number[] => [...queue.take()].map(({ row }) => row);

describe('the queue of a construction', () => {
  it('gives each record once, in the order in which they came', () => {
    for (const row of [3, 1, 3, 2]) queue.enqueue(row, []);
    expect(taken()).toEqual([3, 1, 2]);
    expect(queue.open).toBe(0);
  });

  it('keeps what is not taken', () => {
    for (const row of [1, 2, 3]) queue.enqueue(row, []);
    begun();
    expect([queue.open, queue.queued, queue.rows()]).toEqual([3, 2, [2, 3, 1]]);
  });

  it('lets go of those who wait, and of nothing that is due', () => {
    queue.enqueue(1, [first]);
    const job = begun();
    queue.wait(job);
    queue.enqueue(2, [second]);
    expect([queue.release(), queue.open]).toEqual([[second, first], 2]);
    expect(queue.release()).toEqual([]);
  });

  it('closes all that was asked of a record at once', () => {
    queue.enqueue(1, [first]);
    queue.enqueue(1, [second]);
    expect(queue.finish(begun())).toEqual([first, second]);
    expect(queue.open).toBe(0);
  });

  it('has a record at hand as it was merged last, and knows it for new only while nobody can have seen it', () => {
    queue.enqueue(1, [], applied(1));
    expect([...queue.take()]).toMatchObject([{ isNew: true, record: { id: RECORD, row: 1 } }]);
    queue.enqueue(1, [], applied(1));
    queue.enqueue(1, [], applied(1, { row: 1, id: RECORD, state: state({}) }));
    expect([...queue.take()]).toMatchObject([{ isNew: false, record: { row: 1 } }]);
    queue.enqueue(1, [], applied(1));
    queue.enqueue(1, []);
    expect([...queue.take()]).toMatchObject([{ isNew: true, record: { row: 1 } }]);
    queue.enqueue(1, [], applied(1));
    queue.forgetNew();
    expect([...queue.take()]).toMatchObject([{ isNew: false }]);
  });

  it('has no record at hand that is older than its last change', () => {
    const large = {
      ...applied(1),
      state: state(Object.fromEntries([...Array(20_001).keys()].map((at) => [`f${at}`, []]))),
    };
    queue.enqueue(1, [], applied(1));
    queue.enqueue(1, [], large);
    expect([...queue.take()]).toMatchObject([{ record: null }]);
  });

  it('takes no record for new that is being written already', () => {
    queue.enqueue(1, [], applied(1));
    begun();
    queue.enqueue(1, [], applied(1));
    queue.requeueInFlight();
    expect([...queue.take()]).toMatchObject([{ isNew: false }]);
  });

  it('takes a plan for stale where its record changes in the source itself', () => {
    queue.enqueue(1, []);
    const job = begun();
    queue.touch([1]);
    expect(job.touched).toBe(true);
  });

  it('closes what waited with what it is queued for again', () => {
    queue.enqueue(1, [first]);
    queue.wait(begun());
    queue.enqueue(1, [second]);
    expect([queue.open, queue.finish(begun())]).toEqual([1, [first, second]]);
  });

  it('has what changed in the source itself read again', () => {
    queue.enqueue(1, [], applied(1));
    queue.touch([1]);
    expect([...queue.take()]).toMatchObject([{ isNew: false, record: null, touched: false }]);
  });

  it('takes a plan for stale, and opens the record again, where it moves on in flight', () => {
    queue.enqueue(1, [first]);
    const job = begun();
    queue.enqueue(1, [second]);
    expect(job.touched).toBe(true);
    expect(queue.finish(job)).toEqual([]);
    expect(queue.finish(begun())).toEqual([second, first]);
  });

  it('gives none of a record that is in flight', () => {
    queue.enqueue(1, [first]);
    const job = begun();
    for (const row of [1, 2]) queue.enqueue(row, [second]);
    expect([queue.open, queue.queued, taken(), queue.queued]).toEqual([3, 1, [2], 0]);
    queue.requeue(job);
    expect([queue.queued, queue.finish(begun())]).toEqual([1, [second, first]]);
  });

  it('puts what is tried again into the one that was queued meanwhile', () => {
    queue.enqueue(1, [first]);
    const job = begun();
    queue.enqueue(1, [second]);
    queue.requeue(job);
    expect(queue.open).toBe(1);
    expect(queue.finish(begun())).toEqual([second, first]);
  });

  it('settles what is only queued', () => {
    for (const row of [1, 2]) queue.enqueue(row, [row === 1 ? first : second]);
    begun();
    queue.enqueue(1, []);
    expect(queue.settle([1, 2, 3])).toEqual([second]);
    expect(queue.rows()).toEqual([1, 1]);
  });

  it('tries what waits once it is told to, or the record moves on', () => {
    for (const row of [1, 2]) queue.enqueue(row, []);
    for (let left = 2; left > 0; left--) queue.wait(begun());
    expect([queue.waiting, taken()]).toEqual([2, []]);
    queue.enqueue(2, []);
    expect(taken()).toEqual([2]);
    queue.retryWaiting(() => true);
    expect(taken()).toEqual([1]);
  });

  it('tries what was not as expected once the source was looked at there', () => {
    queue.enqueue(1, []);
    queue.waitForLook(begun(), RECORD);
    queue.retryWhere(() => false);
    expect(queue.waiting).toBe(1);
    queue.retryWhere((id) => id === RECORD);
    expect([queue.waiting, taken()]).toEqual([0, [1]]);
  });

  it('tries what lacks content apart from what was not as expected', () => {
    for (const row of [1, 2]) queue.enqueue(row, []);
    queue.waitForLook(begun(), RECORD);
    queue.wait(begun());
    expect([queue.lacking, queue.waiting]).toEqual([1, 2]);
    queue.retryWaiting(() => false);
    expect([queue.lacking, taken(), queue.waiting]).toEqual([0, [2], 1]);
  });

  it('takes what was not as expected, and then lacks content, for the latter', () => {
    queue.enqueue(1, []);
    queue.waitForLook(begun(), RECORD);
    queue.enqueue(1, []);
    queue.wait(begun());
    expect(queue.lacking).toBe(1);
  });

  it('leaves alone what was not as expected and cannot be looked at, whatever else is tried again', () => {
    for (const row of [1, 2]) queue.enqueue(row, []);
    queue.waitForLook(begun(), RECORD);
    queue.wait(begun());
    queue.retryWaiting((id) => id !== RECORD);
    expect([taken(), queue.waiting]).toEqual([[2], 1]);
    queue.retryWhere((id) => id === RECORD);
    expect(taken()).toEqual([1]);
  });

  it('puts back what is in flight when a run ends', () => {
    for (const row of [1, 2]) queue.enqueue(row, []);
    begun();
    begun();
    queue.requeueInFlight();
    expect([queue.open, queue.queued, taken()]).toEqual([2, 2, [1, 2]]);
  });
});
