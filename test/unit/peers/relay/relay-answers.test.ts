import { describe, expect, it } from 'vitest';
import {
  BadAnswer,
  MOST_HEADS_ANSWER,
  MOST_ITEMS_ANSWER,
  readAcl,
  readChallenge,
  readEvent,
  readGrant,
  readHeads,
  readItems,
  readLocation,
  readMissing,
  readSid,
} from '../../../../src/main/peers/relay/relay-answers.ts';

const G = 'ab'.repeat(16);
const K = 'cd'.repeat(32);

function listed(sid: bigint, length: number, bytes = length): Buffer {
  const head = Buffer.alloc(12 + bytes);
  head.writeBigUInt64BE(sid);
  head.writeUInt32BE(length, 8);
  return head;
}
const headsOf = (key: number, length: number): Buffer => {
  const of = Buffer.alloc(32);
  of.writeUInt32BE(key);
  return Buffer.concat([of, listed(5n, length)]);
};
const many = (count: number, each: (at: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, at) => each(at)));

describe('what a relay may answer', () => {
  it('has limits, to the byte', () => {
    expect([MOST_ITEMS_ANSWER, MOST_HEADS_ANSWER]).toEqual([9_568_256, 26_223_200]);
    const item = 1_179_648;
    expect(readItems(listed(1n, item), 0)[0]?.bytes.length).toBe(item);
    expect(() => readItems(listed(1n, item + 1), 0)).toThrow('longer than it may be');
    expect(readHeads(headsOf(1, 131_072))[0]?.bytes.length).toBe(131_072);
    expect(() => readHeads(headsOf(1, 131_073))).toThrow('longer than it may be');
    expect(
      readItems(
        many(10_000, (at) => listed(BigInt(at + 1), 0)),
        0,
      ),
    ).toHaveLength(10_000);
    expect(() =>
      readItems(
        many(10_001, (at) => listed(BigInt(at + 1), 0)),
        0,
      ),
    ).toThrow('out of order');
    expect(readHeads(many(1000, (at) => headsOf(at, 0)))).toHaveLength(1000);
    expect(() => readHeads(many(1001, (at) => headsOf(at, 0)))).toThrow('too many members');
    const keys = (count: number) => ({ gen: 1, keys: Array.from({ length: count }, () => ({ k: K, admin: false })) });
    expect(readAcl(keys(1000)).keys).toHaveLength(1000);
    expect(() => readAcl(keys(1001))).toThrow(BadAnswer);
    const groups = (count: number) => ({
      token: K,
      groups: Array.from({ length: count }, () => ({ g: G, error: null })),
    });
    expect(readGrant(groups(10_000)).groups.size).toBe(1);
    expect(() => readGrant(groups(10_001))).toThrow(BadAnswer);
    const place = (length: number) => ({ api: 'x'.repeat(length), events: '', live: '', blob: { base: '' }, ttl: 0 });
    expect(readLocation(place(512)).api).toHaveLength(512);
    expect(() => readLocation(place(513))).toThrow(BadAnswer);
  });

  it('is not kept alive by what it was read from', () => {
    const body = listed(1n, 4);
    const [item] = readItems(body, 0);
    body.fill(9);
    expect([...(item?.bytes ?? [])]).toEqual([0, 0, 0, 0]);
  });

  it('says of each group whether it is open, and of each key whether it is an admin', () => {
    const other = '12'.repeat(16);
    const said = {
      token: K,
      groups: [
        { g: G, error: null },
        { g: other, error: 'not-a-member' },
      ],
    };
    expect([...readGrant(said).groups.values()]).toEqual([null, 'not-a-member']);
    const keys = [true, false, 1, 'true'].map((admin) => ({ k: K, admin }));
    expect(readAcl({ gen: 0, keys }).keys.map(({ admin }) => admin)).toEqual([true, false, false, false]);
    expect([readSid({ sid: 0 }), readMissing({ missing: ['b', 'x'] }, ['a', 'b'])]).toEqual([0, ['b']]);
  });

  it.each<[string, () => unknown]>([
    ['a sid that is none', () => readSid({ sid: -1 })],
    ['a sid too large for a number', () => readSid({ sid: 2 ** 53 })],
    ['an item too late for a number', () => readItems(listed(1n << 60n, 0), 0)],
    ['a list that is none', () => readMissing({ missing: {} }, ['a'])],
    ['more that is missing than was asked for', () => readMissing({ missing: ['a', 'b'] }, ['a'])],
    ['hex that is short', () => readChallenge({ challenge: K.slice(2), time: 1 })],
    ['hex that is long', () => readChallenge({ challenge: `${K}00`, time: 1 })],
    ['hex in capitals', () => readChallenge({ challenge: K.toUpperCase(), time: 1 })],
    ['hex that is a list', () => readChallenge({ challenge: Array.from(K), time: 1 })],
    ['a reason that is no word', () => readGrant({ token: K, groups: [{ g: G, error: 'Call 555' }] })],
    ['a reason that is a number', () => readGrant({ token: K, groups: [{ g: G, error: 5 }] })],
    ['an address that is none', () => readLocation({ api: 5, events: '', live: '', blob: { base: '' }, ttl: 0 })],
    ['nothing', () => readLocation(undefined)],
    ['an event that is a list', () => readEvent('[]')],
    ['too many who are there', () => readEvent(JSON.stringify({ is: 'presence', g: G, online: Array(1001).fill(K) }))],
  ])('is not %s', (_what, read) => expect(read).toThrow(BadAnswer));
});
