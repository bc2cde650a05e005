import { describe, expect, it } from 'vitest';
import { averageFor, Chunker } from '../../../src/main/content/chunker.ts';
import { GEAR } from '../../../src/main/content/gear.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { seededBytes } from './bytes.ts';

const KIB = 1024;
const GIB = 1024 ** 3;

/** Every cut of `bytes`, fed in pieces of the given lengths over and over. */
function cutsOf(bytes: Uint8Array, average: number, pieces: readonly number[] = [bytes.length]): number[] {
  const chunker = new Chunker(average);
  const cuts: number[] = [];
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const end = Math.min(bytes.length, start + pieces[turn % pieces.length]!);
    while (start < end) {
      const cut = chunker.next(bytes, start, end);
      if (cut < 0) break;
      cuts.push(cut);
      start = cut;
    }
    start = end;
  }
  return cuts;
}

describe('gear table', () => {
  it('is the one every device has', () => {
    expect(GEAR.length).toBe(256);
    expect([...GEAR.subarray(0, 3)]).toMatchInlineSnapshot(`
      [
        429006359,
        -1714404297,
        -285381934,
      ]
    `);
    expect(digestOf(new Uint8Array(GEAR.buffer))).toMatchInlineSnapshot(
      `"31c288b001e55b1ee9359e85361a18accbd7aa4ebf6f939b6971a96721a3dcde"`,
    );
    expect(new Set(GEAR).size).toBe(256);
  });
});

describe('chunker', () => {
  const bytes = seededBytes(4 * 1024 * KIB, 7);

  it('cuts where it always has: another cut makes every file of every device new', () => {
    expect(cutsOf(bytes.subarray(0, 1024 * KIB), 64 * KIB)).toMatchInlineSnapshot(`
      [
        87196,
        222649,
        327273,
        393003,
        572407,
        648487,
        715004,
        781276,
        889623,
        932147,
        1002551,
        1027276,
      ]
    `);
    expect(cutsOf(bytes, 1024 * KIB)).toMatchInlineSnapshot(`
      [
        1027276,
        2803291,
        3662529,
      ]
    `);
    expect(cutsOf(new Uint8Array(600 * KIB), 64 * KIB)).toMatchInlineSnapshot(`
      [
        262144,
        524288,
      ]
    `);
  });

  it('cuts the same however the bytes arrive', () => {
    const whole = cutsOf(bytes, 64 * KIB);
    expect(cutsOf(bytes, 64 * KIB, [1])).toEqual(whole);
    expect(cutsOf(bytes, 64 * KIB, [65_537, 3, 16_384, 1, 100_000])).toEqual(whole);
    expect(cutsOf(bytes, 64 * KIB, [16 * KIB])).toEqual(whole);
  });

  it('keeps every chunk between a quarter and four averages', () => {
    const cuts = [0, ...cutsOf(bytes, 16 * KIB)];
    const lengths = cuts.slice(1).map((cut, at) => cut - cuts[at]!);
    expect(Math.min(...lengths)).toBeGreaterThan(4 * KIB);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(64 * KIB);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    expect(mean).toBeGreaterThan(14 * KIB);
    expect(mean).toBeLessThan(24 * KIB);
  });

  it('finds the same cuts again behind an insertion', () => {
    const longer = new Uint8Array(bytes.length + 5);
    longer.set(bytes.subarray(0, 100_000));
    longer.set(bytes.subarray(100_000), 100_005);
    const before = new Set(cutsOf(bytes, 64 * KIB));
    const shared = cutsOf(longer, 64 * KIB).filter((cut) => before.has(cut - 5));
    expect(shared.length).toBeGreaterThan(before.size - 6);
  });

  it('doubles its average with each fourfold size', () => {
    const table = [0, 1, GIB, 1.5 * GIB, 1.5 * GIB + 1, 6 * GIB, 6 * GIB + 1, 24 * GIB, 96 * GIB, 96 * GIB + 1, 9e15];
    expect(table.map((size) => averageFor(size) / KIB)).toEqual([64, 64, 64, 64, 128, 128, 256, 256, 512, 1024, 1024]);
  });

  it('refuses an average it has no mask for', () => {
    expect(() => new Chunker(100_000)).toThrow('no average chunk length: 100000');
  });
});
