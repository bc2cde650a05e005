import { beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../../src/main/platform/hash.ts';
import { StagedHashes } from '../../../../src/main/sources/files/staged-hashes.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import type { MemoryFileSystem } from '../../../fakes/memory-file-system.ts';

const PATH = '/staged';
let disk: MemoryDisk;
let fs: MemoryFileSystem;
let hashes: StagedHashes;
beforeEach(() => {
  disk = new MemoryDisk({ clock: new FakeClock() });
  fs = disk.process();
  hashes = new StagedHashes(fs);
  fs.close(fs.open(PATH, 'create-new'));
  opened((fd) => hashes.begin(PATH, fd));
});

function opened(act: (fd: number) => void): void {
  const fd = fs.open(PATH, 'write');
  act(fd);
  fs.close(fd);
}
/** Pieces come, in this order. */
const come = (...pieces: readonly (readonly [offset: number, text: string])[]): void =>
  opened((fd) =>
    hashes.whileWriting(PATH, fd, () =>
      pieces.map(([offset, text]) => {
        const bytes = Buffer.from(text);
        fs.write(fd, bytes, 0, bytes.length, offset);
        return { offset, bytes };
      }),
    ),
  );
const hashed = (): string => hashes.digest(PATH);
const of = (text: string): string => digestOf(Buffer.from(text));

describe('the digest of a file that is put together', () => {
  it('is that of all of it, in whatever order its pieces come', () => {
    come([0, 'one '], [4, 'two ']);
    come([13, 'four'], [8, 'thre ']);
    expect(hashed()).toBe(of('one two thre four'));
  });
  it('is right where pieces come again', () => {
    come([0, 'one '], [4, 'two ']);
    come([0, 'ONE '], [8, 'three']);
    expect(hashed()).toBe(of('ONE two three'));
  });
  it('is right while a piece is missing', () => {
    come([4, 'two']);
    expect(hashed()).toBe(of('\0\0\0\0two'));
  });
  it('is right where more comes once it was asked for', () => {
    come([0, 'one ']);
    expect(hashed()).toBe(of('one '));
    come([4, 'two']);
    expect(hashed()).toBe(of('one two'));
    come([0, 'ONE']);
    expect(hashed()).toBe(of('ONE two'));
  });
  it('is right where somebody else writes to it', () => {
    come([0, 'one '], [4, 'two']);
    const other = disk.process();
    const fd = other.open(PATH, 'write');
    other.write(fd, Buffer.from('ONE'), 0, 3, 0);
    other.close(fd);
    expect(hashed()).toBe(of('ONE two'));
    come([7, ' three']);
    expect(hashed()).toBe(of('ONE two three'));
  });
  it('is right where a write ends with an error', () => {
    come([0, 'one ']);
    expect(() =>
      opened((fd) =>
        hashes.whileWriting(PATH, fd, () => {
          fs.write(fd, Buffer.from('two'), 0, 3, 4);
          throw new Error('no more room');
        }),
      ),
    ).toThrow();
    expect(hashed()).toBe(of('one two'));
  });
});
