import { expect, it } from 'vitest';
import { moveToFree } from '../../../src/main/content/move-to-free.ts';

/** A disk of files by their paths, which has links or says so that it has none. */
function disk(files: { readonly [path: string]: string }, linkTrouble: string | null = null) {
  const there = new Map(Object.entries(files));
  const failed = (code: string) => Object.assign(new Error(code), { code });
  const fs = {
    lstat: (path: string) => (there.has(path) ? {} : null),
    link: (from: string, to: string) => {
      if (linkTrouble !== null) throw failed(linkTrouble);
      if (there.has(to)) throw failed('EEXIST');
      there.set(to, there.get(from) as string);
    },
    rename: (from: string, to: string) => {
      there.set(to, there.get(from) as string);
      there.delete(from);
    },
    unlink: (path: string) => void there.delete(path),
  } as unknown as Parameters<typeof moveToFree>[0];
  return { move: () => moveToFree(fs, '/made', '/there'), left: () => Object.fromEntries(there) };
}

it.each([null, 'EPERM', 'ENOTSUP', 'EXDEV'])('what is made goes to a free place, where a link is %s', (trouble) => {
  const { move, left } = disk({ '/made': 'new' }, trouble);
  move();
  expect(left()).toEqual({ '/there': 'new' });
});

it.each([null, 'EPERM'])('what came there just now is not written over, where a link is %s', (trouble) => {
  const files = { '/made': 'new', '/there': 'of somebody' };
  const { move, left } = disk(files, trouble);
  expect(move).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(left()).toEqual(files);
});

it('nothing is moved where the disk fails', () => {
  const { move, left } = disk({ '/made': 'new' }, 'EIO');
  expect(move).toThrow(expect.objectContaining({ code: 'EIO' }));
  expect(left()).toEqual({ '/made': 'new' });
});
