import { expect, it } from 'vitest';
import { notInBoth } from '../../../src/main/platform/not-in-both.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

it('names what is in one of two lists alone, and little more', () => {
  const random = new SeededRandom('lists');
  for (let round = 0; round < 300; round++) {
    const before = Array.from({ length: random.int(40) }, (_, at) => `${at}`);
    const now = before.filter(() => !random.chance(0.1));
    for (let at = random.int(3); at > 0; at--) now.splice(random.int(now.length + 1), 0, `new ${at}`);
    const differ = new Set(notInBoth(before, now));
    const alone = [...before.filter((each) => !now.includes(each)), ...now.filter((each) => !before.includes(each))];
    for (const each of alone) expect(differ).toContain(each);
  }
});

it('names nothing of two that are the same, and what moved, came or went where that is little', () => {
  const all = ['a', 'b', 'c', 'd'];
  expect(notInBoth(all, [...all])).toEqual([]);
  expect(notInBoth(all, ['a', 'c', 'd', 'b'])).toEqual(['b', 'b']);
  expect(notInBoth(all, ['a', 'b', 'new', 'c', 'd'])).toEqual(['new']);
  expect(notInBoth(all, ['a', 'b', 'c'])).toEqual(['d']);
});
