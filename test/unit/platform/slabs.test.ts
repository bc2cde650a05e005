import { expect, it } from 'vitest';
import { freeSlabs, giveSlabs, noteSlab, SLAB_BYTES, slabsOf, takeSlab } from '../../../src/main/platform/slabs.ts';

it('hands out again what was given back, and only that', () => {
  freeSlabs(100);
  const first = takeSlab();
  expect(first.byteLength).toBe(SLAB_BYTES);
  expect(takeSlab()).not.toBe(first);
  giveSlabs([first, new ArrayBuffer(5)]);
  expect(takeSlab()).toBe(first);
  expect(freeSlabs(100)).toEqual([]);
});

it('keeps no more than are used at a time', () => {
  freeSlabs(100);
  giveSlabs(Array.from({ length: 40 }, () => new SharedArrayBuffer(SLAB_BYTES)));
  expect(freeSlabs(100)).toHaveLength(16);
});

it('tells the slabs some bytes lie in, each once', () => {
  const slab = noteSlab(new SharedArrayBuffer(SLAB_BYTES));
  const other = new Uint8Array(new SharedArrayBuffer(SLAB_BYTES));
  expect(slabsOf([new Uint8Array(slab, 0, 5), new Uint8Array(slab, 5, 5), other, Buffer.from('x')])).toEqual([slab]);
});
