import { describe, expect, it } from 'vitest';
import { changedMembers, GroupAtHand, type GroupMember } from '../../../src/main/store/group-at-hand.ts';

const member = (row: number, name: string, revision: number | null = 1): GroupMember => ({
  row,
  name,
  revision: revision === null ? null : Uint8Array.of(revision),
});

describe('a group at hand', () => {
  it('reads only what may have changed, and puts what is new where its name belongs', () => {
    const before = [member(1, 'b'), member(2, 'd'), member(3, '\u{1f600}')];
    const group = new GroupAtHand(1, before);
    const now = new Map([
      [2, member(2, 'd', 2)],
      // By their bytes, not by the halves of their letters.
      [4, member(4, '\uff01')],
      [5, member(5, 'a')],
    ]);
    const read: number[] = [];
    const reading = (row: number) => {
      read.push(row);
      return now.get(row) ?? null;
    };
    expect(group.members(reading)).toBe(before);
    for (const row of [2, 4, 5, 9]) expect(group.noteChanged(row)).toBe(true);
    expect(group.members(reading)).toEqual([now.get(5), before[0], now.get(2), now.get(4), before[2]]);
    expect(group.members(reading)).toBe(group.members(reading));
    expect(read).toEqual([2, 4, 5, 9]);
    expect(before).toEqual([member(1, 'b'), member(2, 'd'), member(3, '\u{1f600}')]);
  });

  it('is read anew once very much of it changed', () => {
    const group = new GroupAtHand(1, []);
    let row = 0;
    while (row < 100_000 && group.noteChanged(++row));
    expect(row).toBeLessThan(1000);
  });
});

describe('what changed in a group', () => {
  const [a, b, c] = [member(1, 'a'), member(2, 'b'), member(3, 'c')];
  const b2 = member(2, 'b', 2);
  const [first, last] = [member(4, '0'), member(5, 'z')];

  it.each([
    ['nothing', [a, b, c], []],
    ['one', [a, b2, c], [b2]],
    ['some that came', [first, a, b, c, last], [first, last]],
    ['both', [first, a, b2, c], [first, b2]],
  ])('%s', (_what, now, changed) => {
    expect(changedMembers([a, b, c], now)).toEqual(changed);
  });

  it('is not told where something was taken out', () => {
    expect(changedMembers([a, b, c], [a, c])).toBeNull();
    expect(changedMembers([a, b, c], [a, b])).toBeNull();
  });
});
