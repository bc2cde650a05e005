import { describe, expect, it } from 'vitest';
import type { FileStat } from '../../../../src/main/platform/file-system.ts';
import {
  hasSameRevision,
  isFresh,
  modifiedMicroseconds,
  REVISION_BYTES,
  revisionOf,
  sameRevision,
} from '../../../../src/main/sources/files/revision.ts';

const file: FileStat = {
  type: 'file',
  size: 0x1_2345_6789,
  mode: 0o100644,
  modifiedNs: 1_700_000_000_123_456_789n,
  changedNs: 1_700_000_001_000_000_000n,
  inode: 42n,
  device: 1n,
  links: 1,
};

describe('revisionOf', () => {
  it('has a fixed layout', () => {
    const bytes = revisionOf(file);
    expect(bytes.length).toBe(REVISION_BYTES);
    const expected = Buffer.alloc(REVISION_BYTES);
    expected[0] = 1;
    expected.writeUIntLE(file.size, 2, 6);
    expected.writeBigInt64LE(file.modifiedNs, 8);
    expected.writeBigInt64LE(file.changedNs, 16);
    expected.writeBigUInt64LE(42n, 24);
    expect(Buffer.from(bytes)).toEqual(expected);
  });

  it.each<[string, Partial<FileStat>]>([
    ['type', { type: 'symlink' }],
    ['size', { size: 0x2345_6789 }],
    ['executable', { mode: 0o100744 }],
    ['modified', { modifiedNs: file.modifiedNs + 1n }],
    ['changed', { changedNs: file.changedNs - 1n }],
    ['inode', { inode: 43n }],
  ])('tells another %s', (_what, other) => {
    expect(sameRevision(revisionOf(file), revisionOf({ ...file, ...other }))).toBe(false);
    expect(hasSameRevision(file, { ...file, ...other })).toBe(false);
  });

  it('is the same for what says nothing: group bits, links, device', () => {
    const same = { ...file, mode: 0o100666, links: 2, device: 9n };
    expect(sameRevision(revisionOf(file), revisionOf(same))).toBe(true);
    expect(hasSameRevision(file, same)).toBe(true);
  });

  it('is one and the same for every directory', () => {
    const directory = { ...file, type: 'directory' as const };
    const other = { ...directory, modifiedNs: 1n, inode: 7n, mode: 0o40700 };
    expect(sameRevision(revisionOf(directory), revisionOf(other))).toBe(true);
    expect(sameRevision(revisionOf(directory), revisionOf(file))).toBe(false);
    expect(hasSameRevision(directory, other)).toBe(true);
    expect(hasSameRevision(directory, file)).toBe(false);
  });
});

describe('isFresh', () => {
  const at = 1_700_000_010_000;
  const ns = (ms: number): bigint => BigInt(ms) * 1_000_000n;
  it.each([
    [at, true],
    [at - 2_000, true],
    [at - 2_001, false],
    [at + 2_000, true],
  ])('at %i it is %s', (ms, fresh) => {
    const old = { ...file, modifiedNs: ns(at - 9_000), changedNs: ns(at - 9_000) };
    expect(isFresh({ ...old, modifiedNs: ns(ms) }, at)).toBe(fresh);
    expect(isFresh({ ...old, changedNs: ns(ms) }, at)).toBe(fresh);
    expect(isFresh({ ...old, type: 'directory', modifiedNs: ns(ms) }, at)).toBe(false);
  });

  it('a time of modification far in the future was set by somebody; a time of change there was not', () => {
    const old = { ...file, modifiedNs: ns(at - 9_000), changedNs: ns(at - 9_000) };
    expect(isFresh({ ...old, modifiedNs: ns(at + 60_000) }, at)).toBe(false);
    expect(isFresh({ ...old, changedNs: ns(at + 60_000) }, at)).toBe(true);
  });
});

describe('modifiedMicroseconds', () => {
  it.each([
    [1_499n, 1],
    [1_500n, 2],
    [0n, 0],
    [-1n, 0],
    [-501n, -1],
    [1_700_000_000_123_456_250n, 1_700_000_000_123_456],
    [15_032_385_535_000_000_000n, Number.MAX_SAFE_INTEGER],
  ])('%i ns is %i µs', (modifiedNs, microseconds) => {
    expect(modifiedMicroseconds({ ...file, modifiedNs })).toBe(microseconds);
  });
});
