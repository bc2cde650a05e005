import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compressBody, decompressBody } from '../../../src/main/change-log/compress-body.ts';
import { BODY_LIMIT } from '../../../src/main/change-log/package.ts';

const zeros = (length: number) => new Uint8Array(length);
/** zstd as it travels. */
const travelling = (content: Uint8Array) => Uint8Array.from([1, ...content]);

describe('a body as it travels', () => {
  it.each([
    ['nothing', zeros(0)],
    ['a byte', Uint8Array.of(7)],
    ['a short one', zeros(127)],
    ['one that packs well', zeros(100_000)],
    ['one that packs not at all', Uint8Array.from(randomBytes(10_000))],
    ['the longest', zeros(BODY_LIMIT)],
  ])('comes back as it was: %s', (_, body) => {
    const packed = compressBody(body);
    expect(Buffer.from(decompressBody(packed)).equals(body)).toBe(true);
    expect(packed.length).toBeLessThanOrEqual(body.length + 1);
  });
  it('is small where it packs well', () => {
    expect(compressBody(zeros(100_000)).length).toBeLessThan(100);
  });
});

describe('a body that must not be unpacked', () => {
  const rows: readonly [string, Uint8Array][] = [
    ['nothing at all', zeros(0)],
    ['packed in a way to come', Uint8Array.of(2, 0)],
    ['packed and empty', Uint8Array.of(1)],
    ['no zstd', Uint8Array.of(1, 1, 2, 3)],
    ['cut off', travelling(zstdCompressSync(Buffer.from(randomBytes(1000))).subarray(0, 500))],
    ['a byte longer than the limit', travelling(zstdCompressSync(zeros(BODY_LIMIT + 1)))],
    ['a bomb', travelling(zstdCompressSync(zeros(512 << 20)))],
  ];
  it.each(rows)('is refused: %s', (_, packed) => {
    expect(() => decompressBody(packed)).toThrow(RangeError);
  });
  it('costs little memory: a bomb stops at the limit', () => {
    const bomb = travelling(zstdCompressSync(zeros(512 << 20)));
    expect(bomb.length).toBeLessThan(BODY_LIMIT);
    const before = process.memoryUsage();
    expect(() => decompressBody(bomb)).toThrow(RangeError);
    const after = process.memoryUsage();
    expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(64 << 20);
  });
});
