import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExplainView } from '../../src/contract/contract.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';

/** A silent peer is given up after a minute, and a busy machine is slow. */
const PATIENCE = { timeout: 240_000 };
const patiently = { timeout: 200_000, interval: 500 };

let [a, b, c]: Device[] = [];
const [folderA, folderB, folderC] = [new Folder('anna'), new Folder('bert'), new Folder('carl')];
const inStep = () => c!.ask('sync', '--wait', '--timeout', '200');
let collection = '';

/** Hours of a day that are not now. */
function otherHours(): string {
  const hour = (new Date().getHours() + 12) % 24;
  return `${hour}:00-${hour}:01`;
}

// Carl knows where both are: he joined what each of them began.
beforeAll(async () => {
  [a, b, c] = await Promise.all(['anna', 'bert', 'carl'].map((name) => Device.start(name)));
  folderA.write('small', 'x');
  ({ collection } = await a!.add(folderA, '--name', 'docs'));
  await b!.join(a!, collection, folderB);
  await b!.ask('source', collection, '--ignore', 'only-anna');
  await c!.join(a!, collection, folderC);
  const meeting = await b!.add(new Folder('meeting'), '--name', 'meeting');
  await c!.join(b!, meeting.collection, new Folder('meeting-too'));
  await inStep();
});
afterAll(() => end(a, b, c));

it(
  'a peer that is linked and sends nothing holds nobody up: another one is asked, and it is named',
  PATIENCE,
  async () => {
    await c!.stop();
    for (const name of ['both', 'only-anna']) folderA.write(name, randomBytes(300_000));
    await a!.sync('bert');
    await a!.ask('config', 'schedule', otherHours());
    await b!.stop();
    // Carl is linked with Anna first, and so asks her first.
    await c!.restart();
    await expect
      .poll(async () => (await c!.status()).collections[0]?.peers.map(({ state }) => state).sort(), patiently)
      .toEqual(['linked', 'offline']);
    await b!.restart();
    await expect.poll(() => folderC.contents().both, patiently).toBe(folderA.contents().both);
    const { collections } = await c!.status();
    expect(collections.find(({ name }) => name === 'docs')?.contents).toEqual([
      { lacking: 'here', why: 'silent', records: 1, named: ['only-anna'], silent: ['anna'] },
    ]);
    const explained = await c!.ask<ExplainView>('explain', collection, 'only-anna');
    expect(JSON.stringify(explained)).toContain('anna is linked and sends nothing of the contents asked for');

    await a!.ask('config', 'schedule', '');
    await inStep();
    expect(folderC.contents()).toEqual(folderA.contents());
    expect((await c!.status()).collections.flatMap(({ contents }) => contents ?? [])).toEqual([]);
  },
);
