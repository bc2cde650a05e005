import { expect, it } from 'vitest';
import { ConflictContents } from '../../../src/main/keep/keep-conflicts.ts';
import { KeepLists } from '../../../src/main/keep/keep-lists.ts';
import type { KeepPort } from '../../../src/main/keep/keep-port.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import type { Digest } from '../../../src/main/record/ids.ts';
import { ContentStore } from '../../../src/main/store/content-store.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const DAY_MS = 24 * 3600_000;
const named = (name: string): Digest => digestOf(Buffer.from(name));

/** A device with no collection, and lists of ten chunks each. */
function make() {
  const clock = new FakeClock();
  const database = openDatabase(':memory:');
  const kept = new ContentStore(database);
  const setBack = { by: 0 };
  const port = {
    clock: { now: () => clock.now() - setBack.by, after: clock.after.bind(clock) },
    kept,
    transact: <T>(work: () => T) => database.transaction(work)(),
    collections: () => [],
    whoHolds: () => [],
  } as unknown as KeepPort;
  const lists = new KeepLists(port, new ConflictContents(), 720, 3600);
  const put = (name: string, chunks = 10): void =>
    kept.putChunkList(named(`list ${name}`), named(name), Buffer.alloc(36 * chunks, name));
  const run = async (): Promise<void> => {
    while (await lists.step());
  };
  const has = (name: string): boolean => kept.chunkList(named(`list ${name}`)) !== null;
  const count = (table: string): unknown => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  return { clock, setBack, kept, lists, put, run, has, count };
}

it('leaves the latest lists of contents that are no more, and those of what is here', async () => {
  const { kept, put, run, has, count } = make();
  for (let version = 0; version < 200; version++) put(`v${version}`);
  kept.noteHolder(named('v7'), 1, 1);
  kept.noteKept(named('v9'), 100_000, 1);
  await run();
  expect(['v7', 'v9', 'v197', 'v198', 'v199'].map(has)).toEqual([true, true, true, true, true]);
  expect(['v0', 'v8', 'v196'].map(has)).toEqual([false, false, false]);
  expect([count('chunk_list'), count('chunk_at')]).toEqual([5, 50]);
  // Rows go on from the last one: what is known of a list by its row stays true.
  put('next');
  const [place] = kept.chunkPlaces(Buffer.from('nextne').toString('hex').padEnd(64, '0') as Digest);
  expect(place).toEqual({ list: 201, place: 0, content: named('next') });
});

it('looks again a day later, and before that where many came', async () => {
  const { clock, put, run, has } = make();
  await run();
  for (const version of ['v0', 'v1', 'v2', 'v3']) put(version);
  await run();
  expect(has('v0')).toBe(true);
  await clock.advance(DAY_MS);
  await run();
  expect([has('v0'), has('v1')]).toEqual([false, true]);
  put('large', 100);
  await run();
  expect([has('v1'), has('large')]).toEqual([false, true]);
  // Those are counted once.
  put('next');
  await run();
  expect(has('large')).toBe(true);
});

it('does not wait until a clock that was set back has come there again', async () => {
  const { setBack, put, run, has } = make();
  await run();
  for (const version of ['v0', 'v1', 'v2', 'v3']) put(version);
  setBack.by = 365 * DAY_MS;
  await run();
  expect(has('v0')).toBe(false);
});

it('looks at some, and drops a few bytes of them, in one step, and goes on from there', async () => {
  const { lists, put, run, has } = make();
  for (let version = 0; version < 100; version++) put(`v${version}`);
  expect([await lists.step(), has('v0'), has('v90')]).toEqual([true, true, false]);
  await run();
  expect(has('v0')).toBe(false);
  for (const name of ['first', 'second', 'third']) put(name, 30_000);
  expect([await lists.step(), has('first'), has('second')]).toEqual([true, true, false]);
  await run();
  expect(['first', 'third'].map(has)).toEqual([false, true]);
});
