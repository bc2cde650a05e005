import { describe, expect, it } from 'vitest';
import { recordId } from '../../../src/main/record/ids.ts';
import { DirtyItems } from '../../../src/main/take-in/dirty-items.ts';

function dirty(batch: number, ...sizes: readonly number[]): DirtyItems {
  const items = new DirtyItems(batch);
  for (const [at, size] of sizes.entries()) items.add({ id: recordId(`${at}`), size });
  return items;
}
const batches = (items: DirtyItems) => items.take().map((batch) => batch.map(({ id }) => id));
const MIB = 1 << 20;

describe('what a look has still to read', () => {
  it('is taken in batches, in its order, once', () => {
    const items = dirty(2, 1, 1, 1);
    expect(batches(items)).toEqual([['0', '1'], ['2']]);
    expect(batches(items)).toEqual([]);
  });
  it('fills no batch with more than 64 MiB, but for an item that alone is larger', () => {
    expect(batches(dirty(10, 40 * MIB, 30 * MIB, 100 * MIB, MIB))).toEqual([['0'], ['1'], ['2'], ['3']]);
    expect(batches(dirty(10, 30 * MIB, 30 * MIB, 30 * MIB))).toEqual([['0', '1'], ['2']]);
    expect(batches(dirty(10, 40 * MIB, 30 * MIB, 30 * MIB, 4 * MIB, MIB))).toEqual([['0'], ['1', '2', '3'], ['4']]);
  });
  it('has a batch once there are as many, or as many bytes', () => {
    expect([dirty(2, 1).hasBatch, dirty(2, 1, 1).hasBatch, dirty(9, 64 * MIB).hasBatch]).toEqual([false, true, true]);
    const taken = dirty(9, 64 * MIB);
    taken.take();
    taken.add({ id: recordId('1'), size: 1 });
    expect(taken.hasBatch).toBe(false);
  });
  it('holds an item once, however often it was listed', () => {
    const items = dirty(10, 1);
    items.add({ id: recordId('0'), size: 2 });
    expect(items.all()).toEqual([{ id: '0', size: 2 }]);
  });
});
