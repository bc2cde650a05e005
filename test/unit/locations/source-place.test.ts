import { expect, it } from 'vitest';
import { findPlace } from '../../../src/main/locations/source-place.ts';

const nothing = { fs: null as never, realPath: () => null, makeDirectory: () => undefined };

it.each([
  ['~/Documents', /from the top/],
  ['file:///home/ana/Documents', /from the top/],
  ['icloud.com', /begins with https:/],
])('of what is no whole path it is said how one is written: %s', (location, says) => {
  const find = () => findPlace(nothing, location, { kind: null, format: null, create: true }, []);
  expect(find).toThrow(expect.objectContaining({ code: 'bad-address', message: expect.stringMatching(says) }));
});

const there = { ...nothing, realPath: (path: string) => ({ path: path.replace('/link', '/sys'), isFolder: true }) };
it.each(['/proc', '/sys/class', '/dev', '/link/fs'])('what the system makes itself is refused: %s', (location) => {
  for (const world of location === '/link/fs' ? [there] : [there, nothing])
    expect(() => findPlace(world, location, { kind: null, format: null, create: true }, [])).toThrow(
      expect.objectContaining({ code: 'no-permission', message: expect.stringMatching(/Choose a folder of your own/) }),
    );
});

it('a disk in memory, and a name that only begins so, are places as any other', () => {
  for (const location of ['/dev/shm/notes', '/system', '/home/ana/proc'])
    expect(findPlace(there, location, { kind: 'files', format: 'folder', create: false }, []).path).toBe(location);
});
