import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dot, dotOf, type LogId, logId, memberKey, packageRowOf } from '../../../src/main/record/ids.ts';
import { LogStore } from '../../../src/main/store/log-store.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';

const [A, B] = [logId('a'.repeat(16)), logId('b'.repeat(16))];
const MEMBER = memberKey('e'.repeat(64));
const hash = (digit: string) => digit.repeat(64);

let database: ReturnType<typeof openDatabase>;
let logs: LogStore;
beforeEach(() => {
  database = openDatabase(':memory:');
  logs = new LogStore(database, 1);
});
afterEach(() => database.close());

/** Stores the next package of a log, with one byte in place of what it says. */
const append = (log: LogId, number: number, time: number, digit: string): Dot =>
  dotOf(
    logs.append(logs.log(log, MEMBER), { number, hash: hash(digit), time, changes: 2, bytes: Uint8Array.of(number) }),
    0,
  );

describe('the order of changes', () => {
  it('is by time, log, number, hash and place, whatever came first', () => {
    const late = append(A, 1, 20, '9');
    const third = append(A, 2, 10, '1');
    const other = append(B, 1, 10, '0');
    const first = append(A, 3, 9, '5');
    const branch = dotOf(
      logs.addBranch(logs.log(A, MEMBER), {
        number: 2,
        hash: hash('2'),
        time: 10,
        changes: 2,
        bytes: Uint8Array.of(9),
      }),
      0,
    );
    const fourth = append(A, 4, 10, '0');
    const inOrder = [first, third, dotOf(packageRowOf(third), 1), branch, fourth, other, late];
    expect([...inOrder].reverse().sort(logs.order)).toEqual(inOrder);
    expect([late, other, fourth, branch, first, third, dotOf(packageRowOf(third), 1)].sort(logs.order)).toEqual(
      inOrder,
    );
    expect(new LogStore(database, 1).order(third, other)).toBeLessThan(0);
  });
});

describe('a package that others refer to and that has not come', () => {
  it('counts for nothing until it has', () => {
    append(A, 1, 10, '1');
    const name = { log: A, number: 2, hash: hash('2').slice(0, 16) };
    const dot = logs.intern(name, 1);
    const told = () => ({
      applied: logs.isApplied(dot),
      held: logs.holds(A, 2, name.hash),
      bytes: logs.bytesOf(A, 2),
      after: logs.after(A, 1, 10).map(({ number }) => number),
      found: logs.find(A, 2, '').length,
    });
    expect(told()).toEqual({ applied: false, held: false, bytes: null, after: [], found: 0 });
    append(A, 2, 11, '2');
    expect(told()).toEqual({ applied: true, held: true, bytes: Buffer.of(2), after: [2], found: 1 });
    expect([logs.intern(name, 1), logs.nameOf(dot)]).toEqual([dot, { name, index: 1 }]);
  });
});
