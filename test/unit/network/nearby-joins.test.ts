import { expect, it } from 'vitest';
import type { JoinedView } from '../../../src/contract/contract.ts';
import { type AskNearby, NearbyJoins } from '../../../src/main/network/nearby-joins.ts';

const DESK = { id: 'aa'.repeat(8), name: 'Desk', addresses: ['10.0.0.2:1'] };
const JOINED: JoinedView = { collection: 'c', source: 's', state: 'joined', code: '123456' };

/** Joins what `asked` at each call comes to. */
function joins(waiting = [DESK]) {
  const asked: Parameters<AskNearby>[] = [];
  const nearby = new NearbyJoins({ waiting: () => waiting });
  const ask: AskNearby = async (...args) => {
    asked.push(args);
    const same = await args[1]({ code: '123456', name: 'Desk' });
    if (!same) throw new Error('codes differ');
    return JOINED;
  };
  return { asked, nearby, ask };
}

it('asks a device by what it is listed as, by its name, or by an address', async () => {
  for (const device of [DESK.id, 'Desk', '10.0.0.2:1']) {
    const { asked, nearby, ask } = joins();
    expect(await nearby.begin(device, ask)).toEqual({ code: '123456', name: 'Desk' });
    expect(asked[0]?.[0]).toEqual(['10.0.0.2:1']);
  }
  const { nearby, ask } = joins([DESK, { ...DESK, id: 'bb'.repeat(8) }]);
  expect(() => nearby.begin('Desk', ask)).toThrow(expect.objectContaining({ code: 'ambiguous' }));
  expect(() => nearby.begin('Attic', ask)).toThrow(expect.objectContaining({ code: 'not-nearby' }));
});

it('takes one answer, for the code at hand, and tells what came of it', async () => {
  const { nearby, ask } = joins();
  const { code } = await nearby.begin('Desk', ask);
  expect(() => nearby.begin('Desk', ask)).toThrow(expect.objectContaining({ code: 'busy' }));
  expect(() => nearby.answer('654321', true)).toThrow(expect.objectContaining({ code: 'no-such-pairing' }));
  nearby.answer(code, true);
  expect(() => nearby.answer(code, false)).toThrow(expect.objectContaining({ code: 'no-such-pairing' }));
  expect(await nearby.outcome(code)).toBe(JOINED);
  // The next one may come, and the former is not asked for any more.
  await nearby.begin('Desk', ask);
  nearby.answer(code, false);
  await expect(nearby.outcome(code)).rejects.toThrow('codes differ');
});

it('is given up', async () => {
  const { asked, nearby, ask } = joins();
  await nearby.begin('Desk', ask);
  nearby.giveUp();
  expect(asked[0]?.[2].aborted).toBe(true);
});
