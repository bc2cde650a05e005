import { afterEach, expect, it } from 'vitest';
import { collectionId } from '../../../src/main/record/ids.ts';
import { formatNamed, type SourceFormat } from '../../../src/main/sources/formats.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { SimulatedDav, serveDav } from '../../fakes/simulated-dav.ts';
import type { SimulatedDevice } from '../../simulation/simulated-device.ts';
import { SimulatedGroup } from '../../simulation/simulated-group.ts';
import { cardOf } from '../../simulation/text-room.ts';

const BOOK = '/home/book.vcf';
const HOST = 'dav.example';
let device: SimulatedDevice;
afterEach(() => device.end());

/** A computer with its book in a file and on a server, which writes cards in its own way, and so tells no versions of them. */
async function open(writes: (text: string) => string) {
  const random = new SeededRandom('edited at once');
  const group = new SimulatedGroup(random);
  device = group.addDevice({ skewed: false, folding: false });
  const server = new SimulatedDav('contacts', writes);
  serveDav(HOST, { server, random: random.fork('dav'), clock: group.clock, process: () => device.running });
  device.user.mkdirp('/home');
  device.user.writeFile(BOOK, cardOf('u1', 'P1', 'TEL:0301234567\r\n'));
  await group.start(device);
  const adding = device.engine.add({ location: BOOK, name: 'people', format: 'vcard', kind: 'contacts' });
  group.collection = collectionId((await group.until(device, adding))?.collection ?? '');
  const format = formatNamed('carddav') as SourceFormat;
  const replica = group.replica(device);
  if (replica === null) throw new Error('no member');
  await group.until(device, device.engine.addSource(replica, { path: `https://${HOST}/people/`, format }));
  await group.pass(10_000);
  const add = async (card: string): Promise<void> => {
    device.user.writeFile(BOOK, (device.user.readText(BOOK) ?? '') + card);
    for (const schedule of device.engine.schedules.values()) await group.until(device, schedule.lookNow());
    await group.pass(200_000);
  };
  const said = (name: string) => ({
    file: device.user.readText(BOOK)?.match(new RegExp(`UID:${name}\\r\\n[^]*?END:VCARD`))?.[0] ?? '',
    server: [...server.cards.values()].find(({ text }) => text.includes(`UID:${name}\r\n`))?.text ?? '',
  });
  return { group, server, add, said };
}
const SPELLS = (text: string): string => text.replace(/^(TEL.*:)0(\d+)/gm, '$1+49$2').replace(/^NOTE.*\r\n/gm, '');
/** Another client does this to the card of `uid` before it is asked for what was made of it. */
function meanwhile(server: SimulatedDav, uid: string, edit: (text: string) => string): void {
  const wait = (): void => {
    const found = [...server.cards].find(([, { text }]) => text.includes(`UID:${uid}\r\n`));
    if (found === undefined) server.before = wait;
    else server.set(found[0], edit(found[1].text));
  };
  server.before = wait;
}

it('what a server makes of a new card is no change of it', async () => {
  const { group, server, add, said } = await open(SPELLS);
  await add(cardOf('u2', 'P2', 'TEL:0307654321\r\nNOTE:of mine\r\n'));
  expect(said('u2').server).toContain('+49307654321');
  expect(said('u2').file).toContain('TEL:0307654321\r\nNOTE:of mine');
  const { changed } = server;
  await group.pass(2_000_000);
  expect(server.changed).toBe(changed);
});

it.each([
  ['changes', (text: string) => text.replace('307654321', '40111222'), ['40111222'], ['307654321', '0307654321']],
  ['adds', (text: string) => text.replace('END:', 'EMAIL:new@example.org\r\nEND:'), ['new@example.org'], []],
] as const)('what somebody %s in it before it is read back is', async (_, edit, added, gone) => {
  const { group, server, add, said } = await open(SPELLS);
  meanwhile(server, 'u2', edit);
  await add(cardOf('u2', 'P2', 'TEL:0307654321\r\nNOTE:of mine\r\n'));
  for (const part of added) {
    expect(said('u2').file).toContain(part);
    expect(said('u2').server).toContain(part);
  }
  for (const part of gone) expect(said('u2').file).not.toContain(`TEL:${part}`);
  // What the server has no place for is there all the same.
  expect(said('u2').file).toContain('NOTE:of mine');
  expect(group.replica(device)?.collection.records.conflicts).toBe(0);
  const { changed } = server;
  await group.pass(2_000_000);
  expect(server.changed).toBe(changed);
});
