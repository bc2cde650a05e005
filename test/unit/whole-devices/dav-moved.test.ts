import { afterEach, expect, it } from 'vitest';
import { collectionId } from '../../../src/main/record/ids.ts';
import { formatNamed, type SourceFormat } from '../../../src/main/sources/formats.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { SimulatedDav, serveDav } from '../../fakes/simulated-dav.ts';
import { PORT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { SimulatedGroup } from '../../simulation/simulated-group.ts';
import { cardOf } from '../../simulation/text-room.ts';

const BOOK = '/home/book.vcf';
const HOST = 'dav.example';
const format = formatNamed('carddav') as SourceFormat;
let group: SimulatedGroup;
afterEach(() => {
  for (const device of group.devices) device.end();
});

/** Two computers with the same book on a server, the first one also in a file. */
async function open(seed: string) {
  const random = new SeededRandom(seed);
  group = new SimulatedGroup(random);
  const [a, b] = [0, 1].map(() => group.addDevice({ skewed: false, folding: false })) as [
    SimulatedDevice,
    SimulatedDevice,
  ];
  const server = new SimulatedDav('contacts', (text) => text);
  server.tellsPassing = false;
  serveDav(HOST, { server, random: random.fork('dav'), clock: group.clock, process: () => a.running });
  a.user.mkdirp('/home');
  a.user.writeFile(BOOK, cardOf('u1', 'P1', 'TEL:1\r\n'));
  for (const device of [a, b]) await group.start(device);
  const adding = a.engine.add({ location: BOOK, name: 'people', format: 'vcard', kind: 'contacts' });
  group.collection = collectionId((await group.until(a, adding))?.collection ?? '');
  const take = async (device: SimulatedDevice) => {
    const replica = group.replica(device);
    if (replica === null) throw new Error('no member');
    await group.until(device, device.engine.addSource(replica, { path: `https://${HOST}/people/`, format }));
  };
  await take(a);
  // No longer than until it is put there and read back.
  await group.pass(5000);
  b.engine.openCollection(group.admit(b, a).id, 'people', 'contacts');
  a.engine.network.suggest(b.identity.id, [`${b.host}:${PORT}`]);
  b.engine.network.suggest(a.identity.id, [`${a.host}:${PORT}`]);
  const [path = '', { text } = { text: '' }] = [...server.cards][0] ?? [];
  await take(b);
  server.set(path, null);
  server.set('/people/moved.vcf', text.replace('TEL:1', 'TEL:2'));
  return { a, server };
}

it('what another client names otherwise, and edits, right after it was put there is there once', async () => {
  for (let seed = 0; seed < 3; seed++) {
    const { a, server } = await open(`moved ${seed}`);
    await group.pass(130_000);
    expect([...server.cards.values()].map(({ text }) => text.match(/^TEL.*/m)?.[0])).toEqual(['TEL:2']);
    expect(a.user.readText(BOOK)?.match(/^(?:BEGIN|TEL).*/gm)).toEqual(['BEGIN:VCARD', 'TEL:2']);
    for (const device of group.devices) device.end();
  }
});
