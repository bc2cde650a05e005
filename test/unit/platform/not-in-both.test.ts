import { expect, it } from 'vitest';
import { notInBoth } from '../../../src/main/platform/not-in-both.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

it('names nothing more where what was put in and taken out stands apart', () => {
  const before = Array.from({ length: 100 }, (_, at) => `${at}`);
  const now = before.toSpliced(10, 1).toSpliced(50, 0, 'new').toSpliced(80, 1, 'another');
  expect(new Set(notInBoth(before, now))).toEqual(new Set(['10', 'new', '80', 'another']));
  expect([notInBoth(before, before), notInBoth([], ['new']), notInBoth(['old'], [])]).toEqual([[], ['new'], ['old']]);
});

it('names all that is in one of two lists alone', () => {
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
