import { afterEach, expect, it } from 'vitest';
import { collectionId } from '../../../src/main/record/ids.ts';
import { formatNamed, type SourceFormat } from '../../../src/main/sources/formats.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { SimulatedDav, serveDav } from '../../fakes/simulated-dav.ts';
import { PORT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { SimulatedGroup } from '../../simulation/simulated-group.ts';
import { cardOf } from '../../simulation/text-room.ts';

const BOOK = '/home/book.vcf';
/** One server, as each of two computers reaches it. */
const HOSTS = ['a.example', 'b.example'] as const;
const format = formatNamed('carddav') as SourceFormat;
const said = (phone: string): string => cardOf('u1', 'P1', `TEL:${phone}\r\n`);
let group: SimulatedGroup;
afterEach(() => {
  for (const device of group.devices) device.end();
});

async function open() {
  const random = new SeededRandom('deleted there beside an edit');
  group = new SimulatedGroup(random);
  const add = (): SimulatedDevice => group.addDevice({ skewed: false, folding: false });
  const [a, b] = [add(), add()];
  const servers = [a, b].map(() => new SimulatedDav('contacts', (text) => text)) as [SimulatedDav, SimulatedDav];
  // What each does there the other sees; one of them may not get there for a while.
  const [server, same] = servers;
  for (const each of ['set', 'list', 'changesSince', 'texts', 'write'] as const)
    same[each] = server[each].bind(server) as never;
  servers.forEach((each, at) => {
    serveDav(HOSTS[at] as string, {
      server: each,
      random: random.fork(`dav ${at}`),
      clock: group.clock,
      process: () => a.running,
    });
  });
  a.user.mkdirp('/home');
  a.user.writeFile(BOOK, said('1') + cardOf('u0', 'P0', ''));
  for (const device of [a, b]) await group.start(device);
  const adding = a.engine.add({ location: BOOK, name: 'people', format: 'vcard', kind: 'contacts' });
  group.collection = collectionId((await group.until(a, adding))?.collection ?? '');
  const take = async (device: SimulatedDevice, host: string) => {
    const replica = group.replica(device);
    if (replica === null) throw new Error('no member');
    await group.until(device, device.engine.addSource(replica, { path: `https://${host}/people/`, format }));
  };
  await take(a, HOSTS[0]);
  b.engine.openCollection(group.admit(b, a).id, 'people', 'contacts');
  a.engine.network.suggest(b.identity.id, [`${b.host}:${PORT}`]);
  b.engine.network.suggest(a.identity.id, [`${a.host}:${PORT}`]);
  await take(b, HOSTS[1]);
  await group.pass(200_000);
  return { a, server, byA: server, byB: same };
}

it('what was deleted at a server that two share, beside an edit that did not get there, stays away until it is decided', async () => {
  const { a, server, byA } = await open();
  byA.trouble = 'busy';
  a.user.writeFile(BOOK, (a.user.readText(BOOK) ?? '').replace('TEL:1', 'TEL:2'));
  await group.pass(15_000);
  const [path = ''] = [...server.cards].find(([, { text }]) => text.includes('UID:u1')) ?? [];
  server.set(path, null);
  await group.pass(130_000);
  byA.trouble = null;
  await group.pass(700_000);
  expect(a.user.readText(BOOK)).toContain('TEL:2');
  expect([...server.cards.values()].map(({ text }) => text.match(/^UID:.*/m)?.[0])).toEqual(['UID:u0']);
  for (const device of group.devices) expect(group.replica(device)?.collection.records.conflicts).toBe(1);
});
