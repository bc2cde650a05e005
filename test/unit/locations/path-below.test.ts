import { expect, it } from 'vitest';
import { pathBelow, throughLinks } from '../../../src/main/locations/path-below.ts';

it.each([
  ['/home/ana', '/home/ana/docs/a.txt', 'docs/a.txt'],
  ['/home/ana', '/home/ana/docs/../a.txt', 'a.txt'],
  ['/home/ana', '/home/ana/..kept/a.txt', '..kept/a.txt'],
  ['/', '/etc', 'etc'],
  ['/home/ana', '/home/ana', null],
  ['/home/ana', '/home/anabel/a.txt', null],
  ['/home/ana', '/home', null],
  ['/home/ana', '/home/ana/../bo/a.txt', null],
  ['/home/ana', 'a.txt', null],
])('below %s, %s lies at %s', (folder, path, below) => expect(pathBelow(folder, path)).toBe(below));

it('a path is that of the disk, but for its last name', () => {
  const world = { realPath: (path: string) => (path === '/link' ? { path: '/disk/docs' } : null) };
  const through = ['/link/a', '/nowhere/a', 'link/a'].map((path) => throughLinks(world, path));
  expect(through).toEqual(['/disk/docs/a', '/nowhere/a', 'link/a']);
});
