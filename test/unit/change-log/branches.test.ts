import { describe, expect, it } from 'vitest';
import { Branches } from '../../../src/main/change-log/branches.ts';

const link = (number: number, hash: string, previous: string) => ({ number, hash, previous });
// 4 ─ 5a ─ 6a ─ 7a
//   ├ 5b ─ 6b
//   └ 5c
const links = [
  link(6, '6a', '5a'),
  link(5, '5a', '4'),
  link(7, '7a', '6a'),
  link(5, '5b', '4'),
  link(6, '6b', '5b'),
  link(5, '5c', '4'),
];

describe('the branches of a log', () => {
  const branches = new Branches(links, '7a');
  it('are the log itself and what is beside it, each after the one it follows', () => {
    expect(branches.first).toBe(5);
    expect(branches.main.map(({ hash }) => hash)).toEqual(['5a', '6a', '7a']);
    expect(branches.others.map(({ hash }) => hash)).toEqual(['5b', '5c', '6b']);
    expect(branches.heads.map(({ hash }) => hash)).toEqual(['5c', '6b']);
  });
  it('tell how far somebody is that has a package', () => {
    expect(['7a', '6a', '6b', '5c', 'unknown'].map((hash) => branches.sharedUpTo(hash))).toEqual([7, 6, 4, 4, 4]);
    expect([...branches.upTo('6b')]).toEqual(['6b', '5b']);
  });
  it('tell whether somebody has all of them, of whom a number says only how far one of them is', () => {
    expect(branches.areAllIn(['7a', '6b', '5c'])).toBe(true);
    expect(branches.areAllIn(['7a', '6b'])).toBe(false);
    expect(branches.areAllIn(['7a', '5b', '5c'])).toBe(false);
    expect(branches.areAllIn(['8a', '6b', '5c'])).toBe(false);
  });
  it('end where hashes go in a circle', () => {
    const circle = new Branches([link(5, 'x', 'y'), link(5, 'y', 'x')], 'x');
    expect([...circle.upTo('x')]).toEqual(['x', 'y']);
  });
});
