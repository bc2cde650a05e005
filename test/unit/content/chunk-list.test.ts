import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_ENTRY, type Chunk, decodeChunkList, encodeChunkList } from '../../../src/main/content/chunk-list.ts';
import { applySplice, makeSplice } from '../../../src/main/content/splice.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';

const chunk = (name: number, length = 1 + name): Chunk => ({ digest: digestOf(String(name)), length });
const listOf = (names: readonly number[]) => encodeChunkList(names.map((name) => chunk(name)));
const sizeOf = (chunks: readonly Chunk[]) => chunks.reduce((sum, { length }) => sum + length, 0);

describe('chunk list', () => {
  it('gives back what was encoded', () => {
    const chunks = [chunk(1), chunk(2, 4 * 1024 * 1024), chunk(3)];
    const bytes = encodeChunkList(chunks);
    expect(bytes.length).toBe(3 * CHUNK_ENTRY);
    expect(decodeChunkList(bytes, sizeOf(chunks))).toEqual(chunks);
    expect(decodeChunkList(new Uint8Array(0), 0)).toEqual([]);
  });

  it.each([
    ['part of an entry', encodeChunkList([chunk(1)]).subarray(1), 2],
    ['an empty chunk', encodeChunkList([chunk(1, 0)]), 0],
    ['a chunk over 4 MiB', encodeChunkList([chunk(1, 4 * 1024 * 1024 + 1)]), 4 * 1024 * 1024 + 1],
    ['too few bytes', encodeChunkList([chunk(1, 5)]), 6],
    ['too many bytes', encodeChunkList([chunk(1, 5), chunk(2, 5)]), 9],
  ])('refuses %s', (_, bytes, size) => {
    expect(() => decodeChunkList(bytes, size)).toThrow(expect.objectContaining({ code: 'chunk-list-wrong' }));
  });
});

describe('splice', () => {
  it('makes the target out of the base, whatever the edits', () => {
    const names = fc.array(fc.nat(20), { maxLength: 60 });
    const edits = fc.array(fc.tuple(fc.nat(60), fc.nat(8), fc.array(fc.nat(30), { maxLength: 6 })), { maxLength: 5 });
    fc.assert(
      fc.property(names, edits, (base, list) => {
        const target = [...base];
        for (const [at, gone, added] of list) target.splice(at, gone, ...added);
        const splice = makeSplice(listOf(base), listOf(target));
        expect(Buffer.from(applySplice(listOf(base), splice))).toEqual(Buffer.from(listOf(target)));
      }),
    );
  });

  it('is small where little changed', () => {
    const base = Array.from({ length: 2000 }, (_, at) => at);
    const target = base.with(1000, 9999);
    expect(makeSplice(listOf(base), listOf(target)).length).toBeLessThan(60);
    const moved = [...base.slice(1500), ...base.slice(0, 1500)];
    expect(makeSplice(listOf(base), listOf(moved)).length).toBeLessThan(20);
  });

  it('takes no longer for a list of one repeated chunk', () => {
    const base = listOf(new Array(20_000).fill(1));
    const target = listOf([...new Array(10_000).fill(1), 2, ...new Array(15_000).fill(1)]);
    expect(applySplice(base, makeSplice(base, target)).length).toBe(target.length);
  });

  const base = listOf([1, 2, 3]);
  it.each([
    ['nothing', []],
    ['a huge announcement', [0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a number without end', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['a copy behind the end', [3, 3 * 2, 2]],
    ['a copy before the start', [1, 1 * 2, 1]],
    ['a copy of nothing', [0, 0, 0]],
    ['more than announced', [1, 2 * 2, 0]],
    ['less than announced', [3, 2 * 2, 0]],
    ['an insertion cut off', [1, 1 * 2 + 1, 7, 7]],
    ['a copy without a place', [1, 1 * 2]],
  ])('refuses %s', (_, bytes) => {
    expect(() => applySplice(base, Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code: 'splice-wrong' }));
  });

  it('holds to the limit it is given', () => {
    const splice = makeSplice(base, listOf([1, 2, 3, 1, 2, 3]));
    expect(() => applySplice(base, splice, 5 * CHUNK_ENTRY)).toThrow('6 entries');
    expect(applySplice(base, splice, 6 * CHUNK_ENTRY).length).toBe(6 * CHUNK_ENTRY);
  });

  it('never makes anything but a list or an error out of noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        try {
          expect(applySplice(base, noise, 4096).length).toBeLessThanOrEqual(4096);
        } catch (error) {
          expect(error).toMatchObject({ code: 'splice-wrong' });
        }
      }),
    );
  });
});
