import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogId, MemberKey } from '../../../src/main/record/ids.ts';
import { isMineToPutUp, type MemberThere, packagesWanted } from '../../../src/main/store-and-forward/put-up-plan.ts';

const log = (name: string): LogId => name.padEnd(16, '0') as LogId;
const key = (name: string): MemberKey => name.padEnd(64, '0') as MemberKey;
const OWN = log('a');
const OTHER = log('b');

function member(
  name: string,
  held: readonly (readonly [LogId, number])[],
  more: Partial<MemberThere> = {},
): MemberThere {
  return { key: key(name), linked: false, online: false, held: new Map(held), cursor: 0, ...more };
}
/** What lies where, of the first packages of each log; 0: it does not. */
const lying =
  (sidOf: (of: LogId, number: number) => number) =>
  (of: LogId, after: number): ReadonlyMap<number, number> => {
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8].filter((number) => number > after && sidOf(of, number) > 0);
    return new Map(numbers.map((number) => [number, sidOf(of, number)]));
  };
const logs = [
  { log: OTHER, member: key('b'), held: 2 },
  { log: OWN, member: key('a'), held: 5 },
];

describe('what has to be put up', () => {
  it('is nothing while everybody has everything', () => {
    const all = member('c', [
      [OWN, 5],
      [OTHER, 2],
    ]);
    expect(
      packagesWanted(
        logs,
        OWN,
        [all],
        lying(() => 0),
      ),
    ).toEqual([]);
  });

  it('is nothing for who is linked', () => {
    expect(
      packagesWanted(
        logs,
        OWN,
        [member('c', [], { linked: true })],
        lying(() => 0),
      ),
    ).toEqual([]);
  });

  it('is what a member lacks, of the own log first', () => {
    const one = member('c', [
      [OWN, 3],
      [OTHER, 1],
    ]);
    expect(
      packagesWanted(
        logs,
        OWN,
        [one],
        lying(() => 0),
      ),
    ).toEqual([
      { log: OWN, from: 4, to: 5 },
      { log: OTHER, from: 2, to: 2 },
    ]);
  });

  it('leaves out what lies there still to be read', () => {
    const one = member('c', [[OTHER, 2]], { cursor: 10 });
    const sids = new Map([
      [1, 8],
      [2, 11],
      [3, 12],
    ]);
    expect(
      packagesWanted(
        logs,
        OWN,
        [one],
        lying((of, number) => (of === OWN ? (sids.get(number) ?? 0) : 0)),
      ),
    ).toEqual([
      { log: OWN, from: 1, to: 1 },
      { log: OWN, from: 4, to: 5 },
    ]);
  });

  it('is put up again for who read past it and lacks it all the same: its state was lost', () => {
    const fresh = member('c', [[OTHER, 2]], { cursor: 20 });
    expect(
      packagesWanted(
        logs,
        OWN,
        [fresh],
        lying(() => 7),
      ),
    ).toEqual([{ log: OWN, from: 1, to: 5 }]);
  });

  it('covers just what somebody lacks and does not find there', () => {
    const someone = fc.record({
      has: fc.nat(8),
      cursor: fc.nat(8),
      linked: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(someone, { maxLength: 4 }),
        fc.array(fc.nat(8), { minLength: 8, maxLength: 8 }),
        (those, sids) => {
          const members = those.map(({ has, cursor, linked }, at) =>
            member(String(at), [[OWN, has]], { cursor, linked }),
          );
          const wanted = packagesWanted(
            [{ log: OWN, member: key('a'), held: 8 }],
            OWN,
            members,
            lying((_, n) => sids[n - 1] as number),
          );
          const numbers = wanted.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
          const expected = sids.flatMap((sid, at) =>
            those.some(({ has, cursor, linked }) => !linked && has < at + 1 && sid <= cursor) ? [at + 1] : [],
          );
          expect(numbers).toEqual(expected);
        },
      ),
    );
  });
});

describe('who puts it up', () => {
  const stretch = { log: OTHER, from: 1, to: 2 };
  it('is the author where it is there', () => {
    const author = member('b', [[OTHER, 2]], { online: true });
    expect(isMineToPutUp(stretch, key('b'), key('a'), [author])).toBe(false);
    expect(isMineToPutUp({ ...stretch, log: OWN }, key('a'), key('a'), [author])).toBe(true);
  });
  it('else the smallest of those who are there and hold it', () => {
    const one = member('c', [[OTHER, 2]], { online: true });
    expect(isMineToPutUp(stretch, key('b'), key('a'), [one])).toBe(true);
    expect(isMineToPutUp(stretch, key('b'), key('d'), [one])).toBe(false);
    expect(isMineToPutUp(stretch, key('b'), key('d'), [{ ...one, online: false }])).toBe(true);
    expect(isMineToPutUp(stretch, key('b'), key('d'), [{ ...one, held: new Map() }])).toBe(true);
  });
});
