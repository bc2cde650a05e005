import { expect, it } from 'vitest';
import { logId, memberKey } from '../../../src/main/record/ids.ts';
import { HeadsSaid } from '../../../src/main/sharing/heads-said.ts';

const [one, other] = ['1', '2'].map((digit) => logId(digit.repeat(16))) as [
  ReturnType<typeof logId>,
  ReturnType<typeof logId>,
];
const [ana, ben] = ['a', 'b'].map((digit) => memberKey(digit.repeat(64))) as [
  ReturnType<typeof memberKey>,
  ReturnType<typeof memberKey>,
];

it('remembers the furthest that somebody had seen and that is not here, from when it was first missed', () => {
  const said = new HeadsSaid();
  const held = () => 3;
  said.note(ana, [{ log: one, number: 3 }], held, 100);
  expect(said.isEmpty).toBe(true);
  said.note(ana, [{ log: one, number: 5 }], held, 100);
  said.note(ben, [{ log: one, number: 4 }], held, 200);
  said.note(ben, [{ log: one, number: 7 }], held, 300);
  said.note(ben, [{ log: other, number: 4 }], held, 300);
  expect(said.missingSince(99, held)).toEqual([]);
  expect(said.missingSince(100, held)).toEqual([{ log: one, number: 7, of: null, by: ben, since: 100 }]);
  expect(said.missingSince(300, held).map(({ log }) => log)).toEqual([one, other]);
});

it('forgets what came, and what nobody waits for', () => {
  const said = new HeadsSaid();
  said.note(ana, [{ log: one, number: 5 }], () => 1, 0);
  said.note(ana, [{ log: other, number: 5 }], () => 1, 0);
  expect(said.missingSince(0, (log) => (log === one ? 5 : 1)).map(({ log }) => log)).toEqual([other]);
  expect(said.missingSince(0, () => null)).toEqual([]);
  expect(said.isEmpty).toBe(true);
  said.note(ana, [{ log: one, number: 5 }], () => null, 0);
  expect(said.isEmpty).toBe(true);
});

it('remembers no more of one member than an honest one could name', () => {
  const said = new HeadsSaid();
  const logs = Array.from({ length: 200 }, (_, at) => ({
    log: logId(at.toString(16).padStart(16, '0')),
    number: 1,
    member: ana,
  }));
  said.note(ben, logs, () => 0, 0);
  said.note(ana, [{ log: other, number: 1 }], () => 0, 0);
  expect(said.missingSince(0, () => 0).map(({ by }) => by)).toEqual([...Array(64).fill(ben), ana]);
});
