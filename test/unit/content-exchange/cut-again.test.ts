import { expect, it } from 'vitest';
import { ENTRY, fileEntry } from '../../../src/main/record/file-entry.ts';
import { recordId } from '../../../src/main/record/ids.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

const DAY_MS = 24 * 3600_000;

it('gives chunks of a file that it never cut to a peer that knows how it is cut', async () => {
  const text = Buffer.from(new SeededRandom('large').bytes(150_000)).toString('hex');
  const room = await KeepRoom.open('cut again', 2, { large: text, small: 'small' });
  const [holds, lacks] = room.devices as [SimulatedDevice, SimulatedDevice];
  const select = (change: { readonly only: readonly string[] }) =>
    room.group.until(lacks, Promise.resolve(lacks.running?.handlers['source:change'](room.replica(lacks).id, change)));
  const values = room.replica(lacks).collection.records.find(recordId('large'))?.state.fields.get(ENTRY) ?? [];
  const [chunks] = values.flatMap(({ value }) => {
    const entry = fileEntry(value);
    return entry?.type === 'file' && entry.chunks !== undefined ? entry.chunks : [];
  });
  if (chunks === undefined) throw new Error('it is one chunk');
  lacks.engine.config.set('history.days', '0');
  await select({ only: ['small'] });
  lacks.user.fs.unlink(`${ROOT}/large`);
  await room.run(3 * DAY_MS);
  // As where the file came whole out of the version store, after the database was lost.
  holds.running?.database.exec('DELETE FROM chunk_list');
  expect([holds, lacks].map(({ engine }) => engine.contentStore.chunkList(chunks) !== null)).toEqual([false, true]);
  await select({ only: [] });
  await room.run(10_000);
  expect(room.read(lacks, 'large') === text).toBe(true);
  room.expectNoFaults();
});
