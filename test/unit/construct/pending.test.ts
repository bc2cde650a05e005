import { describe, expect, it } from 'vitest';
import { Pending } from '../../../src/main/construct/pending.ts';
import { logId } from '../../../src/main/record/ids.ts';

const [one, two] = [logId('1'.repeat(16)), logId('2'.repeat(16))];

describe('what is still to be constructed', () => {
  it('is nothing at first', () => {
    expect([new Pending().isEmpty, new Pending().applied()]).toEqual([true, []]);
  });
  it('is applied once all of a package is closed', () => {
    const pending = new Pending();
    const ticket = pending.open(one, 1, 2);
    pending.close(ticket);
    expect([pending.applied(), pending.isEmpty]).toEqual([[], false]);
    pending.close(ticket);
    expect([pending.applied(), pending.isEmpty]).toEqual([[{ log: one, number: 1 }], true]);
  });
  it('says so once', () => {
    const pending = new Pending();
    pending.open(one, 1, 0);
    expect(pending.applied()).toEqual([{ log: one, number: 1 }]);
    expect(pending.applied()).toEqual([]);
  });
  it('waits for the packages before', () => {
    const pending = new Pending();
    const [first, second] = [pending.open(one, 1, 1), pending.open(one, 2, 1)];
    pending.open(one, 3, 0);
    pending.close(second);
    expect(pending.applied()).toEqual([]);
    pending.close(first);
    expect(pending.applied()).toEqual([{ log: one, number: 3 }]);
  });
  it('goes on behind what was told', () => {
    const pending = new Pending();
    pending.open(one, 1, 0);
    const later = pending.open(one, 2, 1);
    expect(pending.applied()).toEqual([{ log: one, number: 1 }]);
    expect(pending.isEmpty).toBe(false);
    pending.close(later);
    expect(pending.applied()).toEqual([{ log: one, number: 2 }]);
  });
  it('holds up no other log', () => {
    const pending = new Pending();
    pending.open(one, 7, 1);
    pending.open(two, 4, 0);
    expect(pending.applied()).toEqual([{ log: two, number: 4 }]);
  });
});
