import { expect, it } from 'vitest';
import type { DirectoryName } from '../../../../src/main/platform/file-system.ts';
import { usableNames } from '../../../../src/main/sources/files/directory-names.ts';
import type { ItemProblem } from '../../../../src/main/sources/source-adapter.ts';

function named(directory: string, names: readonly string[], folding = false) {
  const entries = names.map((name): DirectoryName => ({ name, bytes: Buffer.from(name), type: 'file' }));
  const problems: ItemProblem[] = [];
  const { usable, colliding } = usableNames(directory, entries, 'posix', folding, problems);
  return {
    usable: usable.map(({ onDisk }) => onDisk),
    colliding: colliding.map(({ onDisk }) => onDisk),
    problems: problems.map(({ id, code }) => `${code} ${id.slice(0, 20)}`),
  };
}

it('names are told in their order, and ours at the root in silence', () => {
  expect(named('', ['b', '.lockstep', 'a'])).toEqual({ usable: ['a', 'b'], colliding: [], problems: [] });
  expect(named('docs', ['.lockstep']).usable).toEqual(['.lockstep']);
});

it('names that no record can have are problems, each of its kind', () => {
  expect(named('', ['.LOCKSTEP', 'x'.repeat(256)])).toEqual({
    usable: [],
    colliding: [],
    problems: ['name-not-allowed .LOCKSTEP', `path-too-long ${'x'.repeat(20)}`],
  });
});

it('of names that come to one the smallest is held, where case does not count or the form of a letter', () => {
  expect(named('', ['letter', 'Letter'], true)).toEqual({
    usable: ['Letter'],
    colliding: ['letter'],
    problems: ['names-collide letter'],
  });
  expect(named('', ['letter', 'Letter']).colliding).toEqual([]);
  const [composed, apart] = ['\u00e9', 'e\u0301'];
  expect(named('', [composed, apart])).toMatchObject({ usable: [apart], colliding: [composed] });
});
