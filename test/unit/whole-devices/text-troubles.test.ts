import { afterEach, expect, it } from 'vitest';
import { formatNamed, type SourceFormat } from '../../../src/main/sources/formats.ts';
import { PORT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { cardOf, TextRoom } from '../../simulation/text-room.ts';

const BOOK = [1, 2, 3].map((at) => cardOf(`u${at}`, `P${at}`)).join('');
const DAMAGED = BOOK.replace('FN:P2\r\nEND:VCARD\r\n', 'FN:P2\r\n');
const WITHOUT = BOOK.replace(cardOf('u2', 'P2'), '');
let room: TextRoom;
afterEach(() => room.end());

async function open(): Promise<[SimulatedDevice, SimulatedDevice]> {
  room = await TextRoom.open('troubles', 2, BOOK);
  return room.devices as [SimulatedDevice, SimulatedDevice];
}

it('a card that was damaged and is byte for byte as before is no problem any more', async () => {
  const [a] = await open();
  room.write(a, DAMAGED);
  await room.look(a);
  expect(room.problems(a)).toEqual(['u2: malformed']);
  room.write(a, BOOK);
  await room.look(a);
  expect(room.problems(a)).toEqual([]);
});

it('a text that changed while it was read leaves no problems behind', async () => {
  const [a] = await open();
  room.write(a, `${BOOK}\r\n`);
  a.onCall = ({ name, path }) => {
    if (name === 'fstat' || (name === 'read' && path.endsWith('book.vcf'))) {
      a.onCall = null;
      room.write(a, `${BOOK}\r\n\r\n`);
    }
    return null;
  };
  await room.look(a);
  expect(room.problems(a)).toEqual(['u1: changing', 'u2: changing', 'u3: changing']);
  await room.group.pass(10_000);
  await room.look(a);
  expect(room.problems(a)).toEqual([]);
});

it('what is to be written where a damaged card stands waits for it to be mended, without looking again and again', async () => {
  const [a, b] = await open();
  room.write(a, DAMAGED);
  await room.look(a);
  room.write(b, BOOK.replace('FN:P2', 'FN:P2 of b'));
  await room.look(b);
  await room.group.pass(10_000);
  const { calls } = a;
  await room.group.pass(60_000);
  expect(a.calls).toBe(calls);
  expect(room.read(a)).toBe(DAMAGED);
  room.write(a, BOOK);
  await room.look(a);
  await room.group.pass(5000);
  expect(room.read(a)).toBe(BOOK.replace('FN:P2', 'FN:P2 of b'));
  expect(room.problems(a)).toEqual([]);
});

it('a text that is cut off is not written until the rest of it is there: nothing of it is deleted, and then all that came is', async () => {
  const [a, b] = await open();
  const cut = BOOK.slice(0, BOOK.indexOf('FN:P2'));
  room.write(a, cut);
  await room.look(a);
  await room.group.pass(10_000);
  room.write(b, BOOK.replace('FN:P1', 'FN:P1 of b') + cardOf('u4', 'P4'));
  await room.look(b);
  await room.group.pass(10_000);
  expect(room.read(a)).toBe(cut);
  expect(room.problems(a).toSorted()).toEqual([1, 2, 3, 4].map((at) => `u${at}: malformed`));
  const { calls } = a;
  await room.group.pass(60_000);
  expect([a.calls, room.deletions(a), room.live(b)]).toEqual([calls, [], 4]);
  room.write(a, BOOK);
  await room.look(a);
  await room.group.pass(5000);
  expect([room.read(a), room.problems(a)]).toEqual([room.read(b), []]);
});

it('a text that another program adds to slowly is not written before it is done: its rest would be lost', async () => {
  const [a, b] = await open();
  const finish = a.user.appendInTwoSteps(room.placeOf(a).path, cardOf('u4', 'P4'));
  const half = room.read(a);
  room.write(b, BOOK.replace('FN:P1', 'FN:P1 of b') + cardOf('u5', 'P5'));
  await room.look(b);
  // However long it takes, and whoever looks meanwhile.
  await room.group.pass(60_000);
  await room.look(a);
  await room.group.pass(60_000);
  expect([room.read(a), room.problems(a).toSorted()]).toEqual([
    half,
    ['a card: malformed', 'u1: malformed', 'u5: malformed'],
  ]);
  finish();
  await room.look(a);
  await room.group.pass(10_000);
  expect([room.read(a), room.problems(a), room.live(b)]).toEqual([
    BOOK.replace('FN:P1', 'FN:P1 of b') + cardOf('u4', 'P4') + cardOf('u5', 'P5'),
    [],
    5,
  ]);
});

it('what was cut off is deleted nowhere, though another program goes on behind it', async () => {
  const [a, b] = await open();
  const cut = BOOK.slice(0, BOOK.indexOf('FN:P2') + 4);
  room.write(a, cut);
  await room.look(a);
  room.write(a, cut + cardOf('u4', 'P4'));
  await room.look(a);
  await room.group.pass(10_000);
  expect([room.deletions(b), room.live(b), room.problems(a)]).toEqual([[], 4, ['u2: malformed', 'u3: malformed']]);
  room.write(b, room.read(b).replace('FN:P4', 'FN:P4 of b'));
  await room.look(b);
  await room.group.pass(10_000);
  expect(room.read(a)).toBe(cut + cardOf('u4', 'P4 of b'));
  room.write(a, BOOK + cardOf('u4', 'P4 of b'));
  await room.look(a);
  await room.group.pass(10_000);
  expect([room.deletions(b), room.live(b), room.problems(a)]).toEqual([[], 4, []]);
});

it('what is new, and had no place in a text that was cut off, is written as soon as that is mended', async () => {
  const [a, b] = await open();
  a.watchesTexts = true;
  a.kill();
  await room.group.start(a);
  b.engine.network.suggest(a.identity.id, [`${a.host}:${PORT}`]);
  a.engine.network.suggest(b.identity.id, [`${b.host}:${PORT}`]);
  await room.group.pass(10_000);
  room.write(a, BOOK.slice(0, BOOK.indexOf('FN:P2')));
  await room.group.pass(10_000);
  room.write(b, BOOK + cardOf('u4', 'P4'));
  await room.look(b);
  await room.group.pass(10_000);
  expect(room.problems(a)).toContain('u4: malformed');
  room.write(a, BOOK);
  await room.group.pass(15_000);
  expect([room.read(a), room.problems(a)]).toEqual([room.read(b), []]);
});

it('what waited for a text to be mended is written there after a restart too, if the program ended before it was', async () => {
  const [a, b] = await open();
  room.write(a, BOOK.slice(0, BOOK.indexOf('FN:P2')));
  await room.look(a);
  await room.group.pass(10_000);
  room.write(b, BOOK.replace('FN:P1', 'FN:P1 of b'));
  await room.look(b);
  await room.group.pass(10_000);
  room.write(a, BOOK);
  let died = '';
  a.onCall = ({ name }) => {
    if (name !== 'write') return null;
    died = name;
    a.onCall = null;
    return { dies: 'before' };
  };
  // Nobody is told how that look ends.
  void room.look(a).catch(() => undefined);
  await room.group.pass(10_000);
  expect([died, room.read(a)]).toEqual(['write', BOOK]);
  await room.group.start(a);
  await room.group.pass(10_000);
  expect([room.read(a), room.problems(a)]).toEqual([room.read(b), []]);
});

it('a reader who puts a card back byte for byte follows the others again', async () => {
  const [a, b] = await open();
  room.group.setRole(b, 'reader', a);
  await room.group.pass(5000);
  room.write(b, BOOK.replace('FN:P2', 'FN:P2 of b'));
  await room.look(b);
  expect(room.problems(b)).toEqual(['u2: read-only']);
  room.write(b, BOOK);
  await room.look(b);
  expect(room.problems(b)).toEqual([]);
  room.write(a, BOOK.replace('FN:P2', 'FN:P2 of a'));
  await room.look(a);
  await room.group.pass(5000);
  expect(room.read(b)).toBe(BOOK.replace('FN:P2', 'FN:P2 of a'));
});

it('a reader who takes away a card that was never taken in has it again as the others do', async () => {
  const [a, b] = await open();
  room.group.setRole(b, 'reader', a);
  await room.group.pass(5000);
  const { path, format } = room.placeOf(b);
  const replica = room.replica(b);
  await room.group.until(b, b.engine.removeSource(replica, room.synchronizer(b).source.row));
  room.write(b, BOOK.replace('FN:P2', 'FN:P2 of b'));
  await room.group.until(b, b.engine.addSource(replica, { path, format: formatNamed(format) as SourceFormat }));
  await room.group.pass(5000);
  expect(room.problems(b)).toEqual(['u2: read-only']);
  room.write(b, WITHOUT);
  await room.group.pass(5000);
  await room.look(b);
  await room.group.pass(5000);
  expect(room.problems(b)).toEqual([]);
  expect(room.read(b)).toContain('FN:P2');
});

it('a person who asks for a look while a text is written in steps gets it once that is written, and nothing is deleted', async () => {
  const [a, b] = await open();
  room.write(a, BOOK.slice(0, BOOK.length / 3));
  const looked = room.asked(a);
  await room.group.pass(300);
  expect([looked.isOver, room.live(a)]).toEqual([false, 3]);
  room.write(a, BOOK.replace('FN:P3', 'FN:P3 of a'));
  await room.group.pass(10_000);
  expect([looked.isOver, room.deletions(a)]).toEqual([true, []]);
  expect(room.read(b)).toBe(BOOK.replace('FN:P3', 'FN:P3 of a'));
});

it('a person who asks for a look is told after a card that was deleted just before is deleted elsewhere', async () => {
  const [a] = await open();
  room.write(a, WITHOUT);
  await room.look(a);
  expect(room.live(a)).toBe(2);
});

it('a look ends where a text is written on and on, and takes nothing for deleted', async () => {
  const [a] = await open();
  const looked = room.asked(a);
  for (let each = 0; each < 30; each++) {
    room.write(a, `${WITHOUT}${'\r\n'.repeat(each)}`);
    await room.group.pass(1000);
  }
  expect([looked.isOver, room.live(a)]).toEqual([true, 3]);
});

it('a text whose times are ahead rests as any other, once it was seen unchanged for as long', async () => {
  const [a] = await open();
  room.write(a, WITHOUT);
  a.wall.jump(-3600_000);
  await room.look(a);
  expect(room.live(a)).toBe(2);
  const { calls } = a;
  await room.group.pass(60_000);
  expect(a.calls).toBe(calls);
});

it('what is refused again and again, though it stands there as it was expected, is named and tried with the next look', async () => {
  const [a, b] = await open();
  a.onCall = ({ name }) => (name === 'link' ? { fails: 'EEXIST' } : null);
  room.write(b, BOOK.replace('FN:P2', 'FN:P2 of b'));
  await room.look(b);
  await room.group.pass(30_000);
  expect(room.problems(a)).toEqual(['u2: changed-underneath']);
  const { calls } = a;
  await room.group.pass(60_000);
  expect(a.calls).toBe(calls);
  expect(room.synchronizer(a).construction.open).toBe(0);
  await room.look(a);
  await room.group.pass(100);
  expect([room.problems(a), room.synchronizer(a).construction.open]).toEqual([['u2: changed-underneath'], 0]);
  a.onCall = null;
  await room.look(a);
  await room.group.pass(5000);
  expect([room.read(a), room.problems(a)]).toEqual([BOOK.replace('FN:P2', 'FN:P2 of b'), []]);
});

it('a photo longer than any chunk of a file reaches the others', async () => {
  const [a, b] = await open();
  const photo = `PHOTO:data:image/jpeg;base64,${Buffer.alloc((4 << 20) + 3, 7).toString('base64')}\r\n`;
  room.write(a, BOOK + cardOf('u4', 'P4', photo));
  await room.look(a);
  await room.group.pass(10_000);
  expect(room.read(b).replace(/\r\n /g, '').includes(photo.trim())).toBe(true);
});

it('a photo that is too long to be passed on is a problem of its card, and the others go on', async () => {
  const [a, b] = await open();
  const photo = `PHOTO:data:image/jpeg;base64,${Buffer.alloc((64 << 20) + 3, 7).toString('base64')}\r\n`;
  room.write(a, BOOK.replace('FN:P3', 'FN:P3 of a') + cardOf('u4', 'P4', photo));
  await room.look(a);
  await room.group.pass(10_000);
  expect(room.problems(a)).toEqual(['u4: invalid-change']);
  expect(room.read(b)).toBe(BOOK.replace('FN:P3', 'FN:P3 of a'));
});

/** A card of some 1.3 MiB, no part of which is large: more than a package may have. */
const manyLines = (first: string): string =>
  cardOf(
    'u4',
    'P4',
    Array.from({ length: 3000 }, (_, at) => `X-OWN-${at}:${at === 0 ? first : ''}${'x'.repeat(440)}\r\n`).join(''),
  );

const unfolded = (device: SimulatedDevice): string => room.read(device).replaceAll('\r\n ', '');

it('a card that is longer than a package may be reaches the others, and so do its edits', async () => {
  const [a, b] = await open();
  const text = BOOK + manyLines('made');
  room.write(a, text);
  await room.look(a);
  await room.group.pass(10_000);
  expect(room.problems(a)).toEqual([]);
  expect(unfolded(b) === text).toBe(true);
  const edited = text.replace('X-OWN-0:made', 'X-OWN-0:edited').replaceAll('xxx\r\n', 'xyz\r\n');
  room.write(b, edited);
  await room.look(b);
  await room.group.pass(10_000);
  expect(unfolded(a) === edited).toBe(true);
  const { calls } = a;
  await room.group.pass(60_000);
  expect([a.calls - calls, room.problems(a), room.problems(b)]).toEqual([0, [], []]);
});

it('a note that is too long for a package is a problem of its card, and the others go on', async () => {
  const [a, b] = await open();
  const note = 'NOTE:' + '\u00fc'.repeat(500_000) + '\r\n';
  room.write(a, BOOK.replace('FN:P3', 'FN:P3 of a') + cardOf('u4', 'P4', note));
  await room.look(a);
  await room.group.pass(10_000);
  expect(room.problems(a)).toEqual(['u4: invalid-change']);
  expect(room.read(b)).toBe(BOOK.replace('FN:P3', 'FN:P3 of a'));
  room.write(a, room.read(a).replace('\u00fc'.repeat(100_000), ''));
  await room.look(a);
  await room.group.pass(10_000);
  expect([room.problems(a), room.read(b).includes('FN:P4')]).toEqual([[], true]);
});
