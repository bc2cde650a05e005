import { expect, it } from 'vitest';
import { HostCounts, hostKey, Rates } from '../../../src/relay/rules/rates.ts';
import { Room } from '../../../src/relay/rules/room.ts';

it('lets a burst pass, and then as much as time gives back', () => {
  const rates = new Rates(10, 50);
  for (let n = 0; n < 50; n++) expect(rates.take('a', 1, 1000)).toBe(0);
  expect(rates.take('a', 1, 1000)).toBe(1);
  expect(rates.take('b', 1, 1000)).toBe(0);
  expect(rates.take('a', 10, 1999)).toBe(1);
  expect(rates.take('a', 10, 2000)).toBe(0);
  expect(rates.take('a', 30, 2000)).toBe(3);
});

it('lets pass what is more than may pass at once, when nothing is owed, and it is owed then', () => {
  const rates = new Rates(10, 50);
  expect(rates.take('a', 200, 0)).toBe(0);
  expect(rates.take('a', 1, 0)).toBe(16);
  expect(rates.take('a', 1, 15_100)).toBe(0);
});

it('a clock that is set back gives nothing and takes nothing', () => {
  const rates = new Rates(1, 2);
  expect([rates.take('a', 2, 100_000), rates.take('a', 1, 50_000), rates.take('a', 1, 101_000)]).toEqual([0, 1, 0]);
});

it.each([
  ['127.0.0.1', null],
  ['127.3.2.1', null],
  ['::1', null],
  ['::ffff:127.0.0.1', null],
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['1::4:5:6:7:8', '1:0:0:4'],
  ['2001:db8:1:2::', '2001:db8:1:2'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::2', '0:0:0:0'],
])('%s is counted as %s', (address, key) => {
  expect(hostKey(address)).toBe(key);
});

it('a host has so many connections, whichever of its addresses they come from', () => {
  const counts = new HostCounts(2);
  const [first, second] = [counts.enter('2001:db8::1'), counts.enter('2001:db8::2')];
  expect([first === null, second === null, counts.enter('2001:db8::3')]).toEqual([false, false, null]);
  expect(counts.enter('192.0.2.1')).not.toBeNull();
  first?.();
  expect(counts.enter('2001:db8::3')).not.toBeNull();
  second?.();
  expect(counts.enter('2001:db8::4')).not.toBeNull();
  expect(counts.enter('2001:db8::5')).toBeNull();
  for (let n = 0; n < 9; n++) expect(counts.enter('127.0.0.1')).not.toBeNull();
});

it('what is under way of one host holds up no other, and all of it has an end', () => {
  const room = new Room(100, 40);
  const give = room.take('192.0.2.1', 30);
  expect(() => room.take('192.0.2.1', 11)).toThrow(expect.objectContaining({ code: 'too-many', retryAfter: 1 }));
  room.take('192.0.2.2', 40);
  give();
  const again = room.take('192.0.2.1', 40);
  room.take('127.0.0.1', 20);
  expect(() => room.take('127.0.0.1', 1)).toThrow(expect.objectContaining({ code: 'too-many' }));
  again();
  room.take('127.0.0.1', 40);
});
