import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { PLANTED_BUGS } from '../../../scripts/planted-bugs.mjs';

const root = resolve(import.meta.dirname, '../../..');

// Whether they are noticed `npm run mutants` tells; it takes some minutes.
it.each(PLANTED_BUGS)('the bug "$about" can be planted, and names tests that are there', ({ file, find, tests }) => {
  expect(readFileSync(join(root, file), 'utf8').split(find)).toHaveLength(2);
  expect(tests.filter((test) => !existsSync(join(root, test)))).toEqual([]);
});
it('there are at least twenty', () => expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(20));
