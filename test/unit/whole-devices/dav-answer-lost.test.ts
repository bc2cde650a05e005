import { afterEach, describe, expect, it } from 'vitest';
import { LockstepError } from '../../../src/main/platform/trouble.ts';
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

/** A computer with its book in a file and on a server. `writes`: how that writes what it is given. */
async function open(writes: (text: string) => string) {
  const random = new SeededRandom('answer lost');
  const group = new SimulatedGroup(random);
  device = group.addDevice({ skewed: false, folding: false });
  const server = new SimulatedDav('contacts', writes);
  serveDav(HOST, { server, random: random.fork('dav'), clock: group.clock, process: () => device.running });
  device.user.mkdirp('/home');
  device.user.writeFile(
    BOOK,
    cardOf('u1', 'P1', 'TEL:0301234561\r\nEMAIL:one@example.org\r\n') + cardOf('u0', 'P0', ''),
  );
  await group.start(device);
  const adding = device.engine.add({ location: BOOK, name: 'people', format: 'vcard', kind: 'contacts' });
  group.collection = collectionId((await group.until(device, adding))?.collection ?? '');
  const format = formatNamed('carddav') as SourceFormat;
  const replica = group.replica(device);
  if (replica === null) throw new Error('no member');
  await group.until(device, device.engine.addSource(replica, { path: `https://${HOST}/people/`, format }));
  await group.pass(200_000);
  const file = (): string => device.user.readText(BOOK) ?? '';
  const save = (text: string): void => {
    device.user.writeFile(BOOK, text);
    // The file is looked at: it is the first source.
    for (const schedule of [...device.engine.schedules.values()].slice(0, 1)) void schedule.lookNow();
  };
  const there = (uid: string): readonly string[] =>
    [...server.cards.values()].flatMap(({ text }) => (text.includes(`UID:${uid}\r\n`) ? text : []));
  /** What is written there next is done, and the answer is lost, as is the way there until `back`. `dies`: so does the program. */
  const loseAnswer = (dies: boolean): void => {
    const write = server.write.bind(server);
    server.write = (...asked) => {
      const answer = write(...asked);
      server.write = write;
      server.trouble = 'away';
      if (!dies) throw new LockstepError('not-reachable', `${HOST} cannot be reached.`);
      device.kill();
      return answer;
    };
  };
  /** A person does something while the server is away. */
  const meanwhile = async (act: () => void): Promise<void> => {
    await group.pass(2000);
    expect(server.trouble).toBe('away');
    if (device.running === null) await group.start(device);
    act();
    await group.pass(2000);
  };
  const back = async (): Promise<void> => {
    server.trouble = null;
    await group.pass(700_000);
  };
  const conflicts = (): number => group.replica(device)?.collection.records.conflicts ?? -1;
  return { group, server, file, save, there, loseAnswer, meanwhile, back, conflicts };
}

const PLAIN = (text: string): string => text;
const SPELLS = (text: string): string => text.replace(/^(TEL.*:)0(\d+)/gm, '$1+49$2').replace(/^NOTE.*\r\n/gm, '');
const WAYS = [
  ['as they are', false, PLAIN],
  ['in its own way', false, SPELLS],
  ['as they are, and the program is killed', true, PLAIN],
] as const;

describe.each(WAYS)('at a server whose answer is lost, which writes cards %s', (_, dies, writes) => {
  it('what is edited here once more before the server is asked again is no conflict, and gets there', async () => {
    const { file, save, there, loseAnswer, meanwhile, back, conflicts, server, group } = await open(writes);
    loseAnswer(dies);
    save(file().replace('0301234561', '0301234562'));
    await meanwhile(() => save(file().replace('0301234562', '0301234563')));
    await back();
    expect([conflicts(), there('u1')[0]?.includes('301234563'), file().includes('0301234563')]).toEqual([
      0,
      true,
      true,
    ]);
    const { changed } = server;
    await group.pass(700_000);
    expect(server.changed).toBe(changed);
  });

  it('what was edited there on top of it stands beside what was edited here', async () => {
    const { file, save, there, loseAnswer, meanwhile, back, conflicts, server } = await open(writes);
    loseAnswer(dies);
    save(file().replace('0301234561', '0301234562'));
    await meanwhile(() => {
      save(file().replace('0301234562', '0301234563'));
      const [path, { text }] = [...server.cards].find(([, card]) => card.text.includes('UID:u1\r\n')) ?? [
        '',
        { text: '' },
      ];
      server.set(path, text.replace('one@', 'two@'));
    });
    await back();
    expect(conflicts()).toBe(0);
    for (const text of [file(), there('u1')[0]]) {
      expect(text).toContain('two@example.org');
      expect(text).toContain('301234563');
    }
  });

  it('a new card that is deleted here before the server is asked again goes there, too', async () => {
    const { file, save, there, loseAnswer, meanwhile, back } = await open(writes);
    loseAnswer(dies);
    const before = file();
    save(before + cardOf('u2', 'P2', 'TEL:0307654321\r\nNOTE:of mine\r\n'));
    await meanwhile(() => save(before));
    await back();
    expect([there('u2'), file()]).toEqual([[], before]);
  });

  it('a new card that is deleted here, and was edited there meanwhile, stays', async () => {
    const { file, save, there, loseAnswer, meanwhile, back, server } = await open(writes);
    loseAnswer(dies);
    const before = file();
    save(before + cardOf('u2', 'P2', 'TEL:0307654321\r\nNOTE:of mine\r\n'));
    await meanwhile(() => {
      save(before);
      const [path, { text }] = [...server.cards].find(([, card]) => card.text.includes('UID:u2\r\n')) ?? [
        '',
        { text: '' },
      ];
      server.set(path, text.replace('END:', 'EMAIL:new@example.org\r\nEND:'));
    });
    await back();
    expect(there('u2')[0]).toContain('new@example.org');
    expect(file()).toContain('new@example.org');
  });
});
