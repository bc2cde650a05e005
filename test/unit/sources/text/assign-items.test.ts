import { describe, expect, it } from 'vitest';
import { card, folderRoom } from './folder-room.ts';

const nameless = (name: string): string => `BEGIN:VCARD\r\nVERSION:4.0\r\nFN:${name}\r\nEND:VCARD\r\n`;

describe('items that state no UID', () => {
  it('are as many as there are, though they are just alike, and stay those they are', async () => {
    const room = await folderRoom(nameless('Ann').repeat(3));
    await room.look();
    const three = room.known();
    expect(new Set(three).size).toBe(3);
    room.write(nameless('Bo') + nameless('Ann').repeat(3));
    await room.look();
    expect([room.known().length, three.every((id) => room.known().includes(id)), room.gone]).toEqual([4, true, []]);
  });
  it('are one less where one of several that are alike goes', async () => {
    const room = await folderRoom(nameless('Ann').repeat(3));
    await room.look();
    const [first, second, third] = room.known();
    room.write(nameless('Ann').repeat(2));
    await room.look();
    expect([room.known(), room.gone]).toEqual([[first, second], [third]]);
  });
  it('are what stood there before where they have a text of their own, and else somebody new', async () => {
    const room = await folderRoom(nameless('Ann'));
    room.write(nameless('Bo') + nameless('Cy'), 'second.txt');
    await room.look();
    const [ann, bo, cy] = ['people.txt', 'second.txt'].flatMap((file) =>
      room.known().filter((id) => room.files()[id] === file),
    );
    room.write(nameless('Anna'));
    room.write(nameless('Bo') + nameless('Dan'), 'second.txt');
    await room.look();
    expect([room.files()[ann as string], room.files()[bo as string], room.gone]).toEqual([
      'people.txt',
      'second.txt',
      [cy],
    ]);
    expect(room.known()).toHaveLength(3);
  });
  it('are none that another text holds still', async () => {
    const room = await folderRoom(nameless('Ann'));
    await room.look();
    room.write(nameless('Ann'), 'second.txt');
    await room.look();
    expect([new Set(Object.values(room.files())), room.gone]).toEqual([new Set(['people.txt', 'second.txt']), []]);
  });
});

it('an item of another UID is somebody else in a text that is written to, though it stands alone where one of its name stood', async () => {
  const room = await folderRoom(card('a', 'Ann'));
  await room.look();
  room.write(card('b', 'Ann'));
  await room.look();
  expect([room.known(), room.gone]).toEqual([['b'], ['a']]);
});

describe('items of one UID', () => {
  it('are one each where another record stands for that', async () => {
    const room = await folderRoom(card('mine'));
    await room.look();
    room.recognize('mine', 'theirs');
    room.write(card('mine') + card('mine', 'second'));
    await room.look();
    expect([new Set(room.known()), room.gone]).toEqual([new Set(['theirs', 'mine']), []]);
  });
});
