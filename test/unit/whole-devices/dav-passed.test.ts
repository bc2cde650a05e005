import { afterEach, expect, it } from 'vitest';
import { collectionId } from '../../../src/main/record/ids.ts';
import { formatNamed, type SourceFormat } from '../../../src/main/sources/formats.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { type DavTrouble, SimulatedDav, serveDav } from '../../fakes/simulated-dav.ts';
import { PORT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { SimulatedGroup } from '../../simulation/simulated-group.ts';
import { cardOf } from '../../simulation/text-room.ts';

const BOOK = '/home/book.txt';
const format = formatNamed('carddav') as SourceFormat;
let group: SimulatedGroup;
afterEach(() => {
  for (const device of group.devices) device.end();
});

/** Two computers with the same book on a server, the first one also in a file. */
async function open() {
  const random = new SeededRandom('passed');
  group = new SimulatedGroup(random);
  const [a, b] = [0, 1].map(() => group.addDevice({ skewed: false, folding: false })) as [
    SimulatedDevice,
    SimulatedDevice,
  ];
  const server = new SimulatedDav('contacts', (text) => text);
  /** What of the way there is wrong, for each of them. */
  const troubles = new Map<SimulatedDevice, DavTrouble>();
  const hostOf = (device: SimulatedDevice): string => `${device.name.toLowerCase()}.dav.example`;
  for (const device of [a, b]) {
    const seen = new Proxy(server, {
      get(target, key) {
        const value: unknown = key === 'trouble' ? (troubles.get(device) ?? null) : Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const asker = { server: seen, random: random.fork(device.name), clock: group.clock };
    serveDav(hostOf(device), { ...asker, process: () => device.running });
  }
  a.user.mkdirp('/home');
  a.user.writeFile(BOOK, cardOf('u1', 'P1', 'TEL:0301234561\r\n'));
  for (const device of [a, b]) await group.start(device);
  const adding = a.engine.add({ location: BOOK, name: 'people', format: 'vcard', kind: 'contacts' });
  group.collection = collectionId((await group.until(a, adding))?.collection ?? '');
  b.engine.openCollection(group.admit(b, a).id, 'people', 'contacts');
  a.engine.network.suggest(b.identity.id, [`${b.host}:${PORT}`]);
  b.engine.network.suggest(a.identity.id, [`${a.host}:${PORT}`]);
  for (const device of [a, b]) {
    const replica = group.replica(device);
    if (replica === null) throw new Error('no member');
    await group.until(device, device.engine.addSource(replica, { path: `https://${hostOf(device)}/people/`, format }));
    await group.pass(200_000);
  }
  /** The person at the first one writes another number, and it is looked at. */
  const edit = (number: string): void => {
    a.user.writeFile(BOOK, (a.user.readText(BOOK) ?? '').replace(/^TEL.*/m, `TEL:${number}`));
    for (const schedule of [...a.engine.schedules.values()].slice(0, 1)) void schedule.lookNow();
  };
  const numbers = (): readonly string[] =>
    [...server.cards.values()].flatMap(({ text }) => text.match(/^TEL[^\r\n]*/m)?.[0] ?? []);
  return { a, b, server, troubles, edit, numbers };
}

it('what one device put on a server, and another sees there once it has become something else, is no edit', async () => {
  const { a, b, server, troubles, edit, numbers } = await open();
  group.cut(a, b);
  troubles.set(b, 'away');
  edit('0301234562');
  for (let turn = 0; turn < 1000 && !numbers().includes('TEL:0301234562'); turn++) await group.pass(10);
  expect(numbers()).toEqual(['TEL:0301234562']);
  troubles.set(a, 'away');
  edit('0301234563');
  group.mendAll();
  await group.pass(30_000);
  troubles.delete(b);
  await group.pass(400_000);
  troubles.clear();
  await group.pass(700_000);
  expect(numbers()).toEqual(['TEL:0301234563']);
  expect(group.devices.map((device) => group.replica(device)?.collection.records.conflicts)).toEqual([0, 0]);
  const { changed } = server;
  await group.pass(700_000);
  expect(server.changed).toBe(changed);
});
