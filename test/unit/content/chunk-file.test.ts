import { describe, expect, it } from 'vitest';
import {
  chunkedFile,
  chunkFile,
  chunkFileAgain,
  chunkFileHelped,
  cutAndHash,
  hashWhole,
  helpChunking,
  joinShares,
  sharesOf,
} from '../../../src/main/content/chunk-file.ts';
import { decodeChunkList, encodeChunkList } from '../../../src/main/content/chunk-list.ts';
import { FormerCuts } from '../../../src/main/content/former-cuts.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../fakes/memory-disk.ts';
import type { MemoryFileSystem } from '../../fakes/memory-file-system.ts';
import { seededBytes } from './bytes.ts';

function opened(bytes: Uint8Array): { fs: MemoryFileSystem; fd: number } {
  const fs = new MemoryDisk({ clock: new FakeClock() }).process();
  const fd = fs.open('/file', 'create-new');
  if (bytes.length > 0) fs.write(fd, bytes, 0, bytes.length, 0);
  fs.close(fd);
  return { fs, fd: fs.open('/file', 'read') };
}

const LARGE = seededBytes(9_000_001, 11);

describe('chunking a file', () => {
  it.each([0, 1, 16_384, 16_385, 262_144, 262_145, 3_000_000])('names every chunk of %i bytes', (size) => {
    const bytes = LARGE.subarray(0, size);
    const { fs, fd } = opened(bytes);
    const { digest, list, read } = chunkFile(fs, fd, size);
    expect([digest, read]).toEqual([digestOf(bytes), size]);
    if (list === null) {
      expect(size).toBeLessThanOrEqual(262_144);
      return;
    }
    expect(list.digest).toBe(digestOf(list.bytes));
    let at = 0;
    for (const chunk of decodeChunkList(list.bytes, size)) {
      expect(chunk.digest).toBe(digestOf(bytes.subarray(at, at + chunk.length)));
      at += chunk.length;
    }
  });

  it('finds the same in short reads', () => {
    const { fs, fd } = opened(LARGE.subarray(0, 1_000_000));
    const whole = chunkFile(fs, fd, 1_000_000);
    fs.plan = (call) => (call.name === 'read' ? { short: 7_777 } : null);
    expect(chunkFile(fs, fd, 1_000_000)).toEqual(whole);
  });

  it('says how much it read of a file that is not as long as it was', () => {
    const { fs, fd } = opened(LARGE.subarray(0, 100_000));
    expect(chunkFile(fs, fd, 200_000).read).toBe(100_000);
    expect(chunkFile(fs, fd, 50_000).read).toBe(100_000);
  });

  it('finds the same in two shares', () => {
    const { fs, fd } = opened(LARGE);
    const shares = sharesOf(LARGE.length);
    const first = cutAndHash(fs, fd, LARGE.length, shares.first);
    const second = cutAndHash(fs, fd, LARGE.length, shares.second);
    const joined = joinShares(first, second);
    const whole = hashWhole(fs, fd);
    expect(whole.read).toBe(LARGE.length);
    expect(joined === null ? null : chunkedFile(whole.digest, joined)).toEqual(chunkFile(fs, fd, LARGE.length));
  });

  it('finds the same with a helper, and without one that fails', () => {
    for (const bytes of [LARGE, new Uint8Array(3_000_000)]) {
      const { fs, fd } = opened(bytes);
      const alone = chunkFile(fs, fd, bytes.length);
      const helper = (file: number, size: number) => () => helpChunking(fs, file, size, true);
      expect(chunkFileHelped(fs, fd, bytes.length, helper)).toEqual(alone);
      expect(chunkFileHelped(fs, fd, bytes.length, () => () => null)).toEqual(alone);
    }
  });

  const joinedBytes = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
  const NEW = seededBytes(1_000_003, 12);
  const BEFORE = LARGE.subarray(0, 3_000_000);
  const zeros = new Uint8Array(2_000_000);
  it.each<[string, Uint8Array, Uint8Array]>([
    ['as it was', BEFORE, BEFORE],
    [
      'changed in place',
      BEFORE,
      joinedBytes(BEFORE.subarray(0, 1_500_000), NEW.subarray(0, 4096), BEFORE.subarray(1_504_096)),
    ],
    ['changed at its start', BEFORE, joinedBytes(Uint8Array.of(1, 2, 3), BEFORE.subarray(3))],
    ['with something inserted', BEFORE, joinedBytes(BEFORE.subarray(0, 700_007), NEW, BEFORE.subarray(700_007))],
    ['with something gone', BEFORE, joinedBytes(BEFORE.subarray(0, 700_007), BEFORE.subarray(900_001))],
    ['cut off', BEFORE, BEFORE.subarray(0, 1_234_567)],
    ['cut off after few bytes', BEFORE, BEFORE.subarray(0, 70_000)],
    ['longer', BEFORE, joinedBytes(BEFORE, NEW)],
    ['twice', BEFORE, joinedBytes(BEFORE, BEFORE)],
    ['in another order', BEFORE, joinedBytes(BEFORE.subarray(1_500_000), BEFORE.subarray(0, 1_500_000))],
    ['another file', BEFORE, LARGE.subarray(4_000_000, 7_000_000)],
    ['of one byte', zeros, zeros.subarray(0, 1_000_001)],
    ['of one byte, changed', zeros, joinedBytes(zeros, NEW, zeros)],
  ])('finds the same where it knows how the file was cut before: %s', (_, before, now) => {
    const earlier = opened(before);
    const list = chunkFile(earlier.fs, earlier.fd, before.length).list!.bytes;
    const { fs, fd } = opened(now);
    const afresh = chunkFile(fs, fd, now.length);
    const former = () => FormerCuts.of(list, now.length)!;
    expect(chunkFile(fs, fd, now.length, former())).toEqual(afresh);
    fs.plan = (call) => (call.name === 'read' ? { short: 77_777 } : null);
    expect(chunkFile(fs, fd, now.length, former())).toEqual(afresh);
    const helper = (file: number, size: number, cuts: boolean) => () => helpChunking(fs, file, size, cuts);
    expect(chunkFileAgain(fs, fd, now.length, former(), helper)).toEqual(afresh);
    expect(chunkFileAgain(fs, fd, now.length, former(), () => () => null)).toEqual(afresh);
  });

  it('knows nothing of cuts that are not of its kind', () => {
    const size = LARGE.length;
    const { fs, fd } = opened(LARGE);
    const afresh = chunkFile(fs, fd, size);
    const crumbs = Array.from({ length: 1000 }, (_, at) => ({
      digest: digestOf(LARGE.subarray(at, at + 1)),
      length: 1,
    }));
    expect(chunkFile(fs, fd, size, FormerCuts.of(encodeChunkList(crumbs), size))).toEqual(afresh);
    expect(FormerCuts.of(afresh.list!.bytes, 2 ** 32)).toBeNull();
    expect(FormerCuts.of(new Uint8Array(7), size)).toBeNull();
  });

  it('says that a file changed where helper and helped saw different ends of it', () => {
    const { fs, fd } = opened(LARGE);
    const helper = (file: number, size: number) => () => ({ ...helpChunking(fs, file, size, true), read: size + 1 });
    expect(chunkFileHelped(fs, fd, LARGE.length, helper).read).not.toBe(LARGE.length);
  });

  it('does not join what has no cut in common, and can go on instead', () => {
    const zeros = new Uint8Array(3_000_000);
    const { fs, fd } = opened(zeros);
    const first = cutAndHash(fs, fd, zeros.length, { from: 0, until: 1_000_000 });
    expect(
      joinShares(first, cutAndHash(fs, fd, zeros.length, { from: 999_999, until: Number.POSITIVE_INFINITY })),
    ).toBeNull();
    const rest = cutAndHash(fs, fd, zeros.length, { from: first.to, until: Number.POSITIVE_INFINITY });
    expect(joinShares(first, rest)).toEqual(cutAndHash(fs, fd, zeros.length));
  });
});
