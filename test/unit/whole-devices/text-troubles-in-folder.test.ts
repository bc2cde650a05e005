import { afterEach, expect, it } from 'vitest';
import { PORT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { cardOf, TextRoom } from '../../simulation/text-room.ts';

const PATH = '/home/people/more.vcf';
const MORE = [4, 5, 6].map((at) => cardOf(`u${at}`, `P${at}`)).join('');
const cutOff = (text: string, uid: string, name: string): string =>
  text.replace(cardOf(uid, name), cardOf(uid, name).replace('END:VCARD\r\n', ''));
let room: TextRoom;
afterEach(() => room.end());

/** The second holds the book in a folder, where it has put three more cards into one text. */
async function open(more: string): Promise<[SimulatedDevice, SimulatedDevice]> {
  room = await TextRoom.open('troubles in a folder', 2, cardOf('u1', 'P1'), 'folder');
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  await put(b, more);
  return [a, b];
}
async function put(device: SimulatedDevice, text: string): Promise<void> {
  device.user.writeFile(PATH, text);
  await room.look(device);
  await room.group.pass(10_000);
}
/** What it names, at one look after another and by the program started again. */
async function named(device: SimulatedDevice): Promise<readonly (readonly string[])[]> {
  const all = [room.problems(device)];
  const look = async (): Promise<void> => {
    await room.look(device);
    await room.group.pass(10_000);
    all.push(room.problems(device));
  };
  await look();
  device.kill();
  await room.group.start(device);
  await room.group.pass(10_000);
  await look();
  await look();
  return all;
}
const always = (problems: readonly string[]) => [problems, problems, problems, problems];

it('a damaged card beside others of its text is named until it is mended, and then comes to the others', async () => {
  const [a, b] = await open(cutOff(MORE, 'u5', 'P5'));
  expect(await named(b)).toEqual(always(['u5: malformed']));
  room.write(a, room.read(a).replace('FN:P4', 'FN:P4 of a'));
  await room.look(a);
  await room.group.pass(10_000);
  expect(b.user.readText(PATH)).toContain('P4 of a');
  expect(await named(b)).toEqual(always(['u5: malformed']));
  await put(b, MORE.replace('FN:P4', 'FN:P4 of a'));
  expect([room.problems(b), room.live(a)]).toEqual([[], 4]);
});

it('a card that was damaged is deleted elsewhere only once it is removed', async () => {
  const [a, b] = await open(MORE);
  expect([room.problems(b), room.live(a)]).toEqual([[], 4]);
  await put(b, cutOff(MORE, 'u5', 'P5').replace('UID:u5\r\n', ''));
  expect(await named(b)).toEqual(always(['P5: malformed', 'u5: malformed']));
  expect([room.live(a), room.deletions(a)]).toEqual([4, []]);
  await put(b, MORE.replace(cardOf('u5', 'P5'), ''));
  expect([room.problems(b), room.live(a)]).toEqual([[], 3]);
});

it('a card that cannot be passed on is named as long as it stands beside others', async () => {
  const [a, b] = await open(MORE);
  room.group.setRole(b, 'reader', a);
  await room.group.pass(5000);
  await put(b, MORE + cardOf('u7', 'P7'));
  expect(await named(b)).toEqual(always(['u7: read-only']));
  room.group.setRole(b, 'editor', a);
  await room.group.pass(10_000);
  await room.look(b);
  await room.group.pass(10_000);
  expect([room.problems(b), room.live(a)]).toEqual([[], 5]);
});

it.each([
  ['as it was damaged', false],
  ['after it was damaged', true],
])('a text that gets another name %s takes along what cannot be told in it', async (_, wasSeen) => {
  const [a, b] = await open(MORE);
  const damaged = cutOff(MORE, 'u5', 'P5').replace('UID:u5\r\n', '');
  if (wasSeen) await put(b, damaged);
  const other = '/home/people/other.vcf';
  b.user.writeFile(other, damaged);
  b.user.fs.unlink(PATH);
  await room.look(b);
  await room.group.pass(10_000);
  expect(await named(b)).toEqual(always(['P5: malformed', 'u5: malformed']));
  // Of another text all are deleted.
  const whole = '/home/people/whole.vcf';
  b.user.writeFile(whole, cardOf('u8', 'P8') + cardOf('u9', 'P9'));
  await room.look(b);
  await room.group.pass(10_000);
  expect(room.live(a)).toBe(6);
  b.user.fs.unlink(whole);
  await room.look(b);
  await room.group.pass(10_000);
  expect([room.live(a), room.deletions(a).toSorted()]).toEqual([4, ['u8', 'u9']]);
  b.user.writeFile(other, MORE);
  await room.look(b);
  await room.group.pass(10_000);
  expect([room.problems(b), room.live(a)]).toEqual([[], 4]);
});

it('a damaged card of a text that got another name is deleted elsewhere once it is removed', async () => {
  const [a, b] = await open(MORE);
  const other = '/home/people/other.vcf';
  b.user.writeFile(other, cutOff(MORE, 'u5', 'P5').replace('UID:u5\r\n', ''));
  b.user.fs.unlink(PATH);
  await room.look(b);
  await room.group.pass(10_000);
  b.user.writeFile(other, MORE.replace(cardOf('u5', 'P5'), ''));
  await room.look(b);
  await room.group.pass(10_000);
  expect([room.problems(b), room.live(a), room.deletions(a)]).toEqual([[], 3, ['u5']]);
});

it('a card that was moved to a text nobody told of is not deleted', async () => {
  const [a, b] = await open(MORE);
  b.watchesTexts = true;
  b.kill();
  await room.group.start(b);
  b.engine.network.suggest(a.identity.id, [`${a.host}:${PORT}`]);
  await room.group.pass(10_000);
  b.deafness = 1;
  b.user.writeFile('/home/people/other.vcf', cardOf('u5', 'P5'));
  b.deafness = 0;
  b.user.writeFile(PATH, MORE.replace(cardOf('u5', 'P5'), ''));
  await room.group.pass(10_000);
  expect([room.live(a), room.deletions(a)]).toEqual([4, []]);
  b.deafness = 1;
  b.user.remove('/home/people/other.vcf');
  b.deafness = 0;
  b.user.writeFile(PATH, MORE.replace(cardOf('u5', 'P5'), '').replace('FN:P4', 'FN:P4 of b'));
  await room.group.pass(10_000);
  expect([room.live(a), room.deletions(a)]).toEqual([3, ['u5']]);
});

it('what cannot be read in two files is told of each, by its file where nothing says whose it is', async () => {
  const [, b] = await open(`stray\r\n${MORE}`);
  b.user.writeFile('/home/people/other.vcf', `stray\r\n${cardOf('u7', 'P7')}stray\r\n`);
  await room.look(b);
  await room.group.pass(10_000);
  const told = room.replica(b).collection.problems.of(room.synchronizer(b).source.row);
  expect(told.map(({ record, detail }) => [record, detail.split(':')[0]])).toEqual([
    ['more.vcf, a card', 'line 1 of more.vcf'],
    ['other.vcf, a card', 'line 1 of other.vcf'],
    ['other.vcf, line 7', 'line 7 of other.vcf'],
  ]);
});

it('a card that was put into a text which changes as it is read is deleted nowhere', async () => {
  const [a, b] = await open(MORE);
  const own = b.user.fs.readDirectory('/home/people').find(({ name }) => name?.includes('u1'))?.name ?? '';
  const all = MORE + cardOf('u1', 'P1');
  b.user.writeFile(PATH, all);
  b.user.remove(`/home/people/${own}`);
  await room.group.pass(100);
  let raced = 0;
  b.onCall = ({ name, path }) => {
    if (name === 'read' && path.endsWith('more.vcf')) {
      b.onCall = null;
      raced++;
      b.user.writeFile(PATH, all.replace('FN:P4', 'FN:P4 of b'));
    }
    return null;
  };
  await room.look(b);
  await room.group.pass(10_000);
  await room.look(b);
  await room.group.pass(10_000);
  expect([own, raced, room.deletions(b)]).toEqual(['u1.vcf', 1, []]);
  expect([room.problems(b), room.live(a)]).toEqual([[], 4]);
  expect(room.read(a)).toContain('P4 of b');
});
