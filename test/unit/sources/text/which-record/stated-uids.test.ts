import { describe, expect, it } from 'vitest';
import { card, folderRoom } from '../in-files/folder-room.ts';

describe('an item that states the very UID of a record, and says what that is to say', () => {
  it('is that record, and what stood for it is what it states', async () => {
    const room = await folderRoom(card('mine'));
    await room.look();
    room.recognize('mine', 'theirs');
    await room.look();
    expect(room.files()).toEqual({ theirs: 'people.txt' });

    room.write(card('theirs', 'mine'), 'theirs.txt');
    await room.look();
    expect(room.files()).toEqual({ mine: 'people.txt', theirs: 'theirs.txt' });
    expect(room.gone).toEqual([]);
  });

  it('is that record also in a text where another one stood for it', async () => {
    const room = await folderRoom(card('mine'));
    await room.look();
    room.recognize('mine', 'theirs');
    room.write(card('mine') + card('theirs', 'mine'));
    await room.look();
    expect(new Set(room.known())).toEqual(new Set(['mine', 'theirs']));
    room.restart();
    expect(await room.construct('theirs', 'they both')).toBe('written');
    expect(room.text()).toBe(card('mine') + card('theirs', 'they both'));
  });

  it('is that record where another one of the UID before it has its number', async () => {
    const room = await folderRoom(card('a') + card('a', 'second'));
    await room.look();
    expect(room.known()).toEqual(['a', 'a#2']);

    // As another program that shares the folder writes it.
    room.write(card('a#2', 'second'), 'second.txt');
    await room.look();
    expect(room.files()).toEqual({ a: 'people.txt', 'a#3': 'people.txt', 'a#2': 'second.txt' });
    await room.look();
    expect(new Set(room.known())).toEqual(new Set(['a', 'a#2', 'a#3']));
    expect(room.gone).toEqual([]);
  });

  it('is another one where it says something else', async () => {
    const room = await folderRoom(card('mine'));
    await room.look();
    room.recognize('mine', 'theirs');
    room.write(card('theirs', 'they'), 'theirs.txt');
    await room.look();
    expect(room.files()).toEqual({ theirs: 'people.txt', 'theirs#2': 'theirs.txt' });
  });

  it('is written where it stands beside one that is just like it', async () => {
    const room = await folderRoom(card('a'));
    await room.look();
    room.write(card('a') + card('a'), 'second.txt');
    await room.look();
    expect(room.files()).toEqual({ a: 'people.txt', 'a#2': 'second.txt', 'a#3': 'second.txt' });
    room.restart();
    expect(await room.construct('a#2', 'somebody else')).toBe('written');
    expect(room.files()).toEqual({ a: 'people.txt', 'a#2': 'second.txt', 'a#3': 'second.txt' });
  });

  it('has a number where another one states the same UID', async () => {
    const room = await folderRoom(card('a'));
    await room.look();
    room.write(card('a', 'second'), 'second.txt');
    await room.look();
    expect(room.files()).toEqual({ a: 'people.txt', 'a#2': 'second.txt' });
    room.write(card('b'), 'third.txt');
    await room.look();
    expect(room.files()).toEqual({ a: 'people.txt', 'a#2': 'second.txt', b: 'third.txt' });
  });
});
