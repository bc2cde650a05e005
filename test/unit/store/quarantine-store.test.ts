import { expect, it } from 'vitest';
import { logId, memberKey } from '../../../src/main/record/ids.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { QuarantineStore } from '../../../src/main/store/quarantine-store.ts';

const [ONE, OTHER] = [memberKey('1'.repeat(64)), memberKey('2'.repeat(64))];
const [A, B] = [logId('a'.repeat(16)), logId('b'.repeat(16))];

it('what is set aside is told in the order in which it can be taken: each log from its first package on', () => {
  const quarantine = new QuarantineStore(openDatabase(':memory:'), 1);
  const hashes = ['3', '1', '2', '0'].map((digit) => digit.repeat(64));
  for (const [at, log] of [B, A, A, B].entries())
    quarantine.add({ log, number: at + 1, hash: hashes[at] as string, member: ONE, bytes: Uint8Array.of(at) });
  expect(quarantine.all().map(({ log, number }) => [log, number])).toEqual([
    [A, 2],
    [A, 3],
    [B, 1],
    [B, 4],
  ]);
});

it('who is no member any more does not fill the disk, and takes no room from others', () => {
  const quarantine = new QuarantineStore(openDatabase(':memory:'), 1);
  const add = (member: typeof ONE, number: number): boolean =>
    quarantine.add({ log: A, number, hash: `${number}`.padStart(64, '0'), member, bytes: Uint8Array.of(1) });
  for (let number = 1; number <= 256; number++) expect(add(ONE, number)).toBe(true);
  expect([add(ONE, 257), add(OTHER, 258)]).toEqual([false, true]);
  quarantine.letGo(ONE);
  expect([add(ONE, 1), quarantine.all().map(({ member }) => member)]).toEqual([false, [OTHER]]);
});
