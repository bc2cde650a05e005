import { describe, expect, it } from 'vitest';
import { fieldName, type RecordId, recordId } from '../../../../../src/main/record/ids.ts';
import { recordIdOfUid } from '../../../../../src/main/record/record-uid.ts';
import type { Fields, Value } from '../../../../../src/main/record/value.ts';
import { writeItemRevision } from '../../../../../src/main/sources/text/item-revision.ts';
import { knownRevisions } from '../../../../../src/main/sources/text/known-revisions.ts';
import { digestOf, type Loaded } from '../../../../../src/main/sources/text/loaded-text.ts';
import type { TextFormat } from '../../../../../src/main/sources/text/text-format.ts';
import { AssignItems } from '../../../../../src/main/sources/text/which-record/assign-items.ts';
import { derivedUid } from '../../../../../src/main/sources/text/which-record/item-ids.ts';
import { tinyFormat } from '../../../../fakes/tiny-text-format.ts';
import { card, folderRoom } from '../in-files/folder-room.ts';

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

const person = (name: string, more: { readonly [field: string]: Value } = {}): Fields =>
  new Map(Object.entries({ name, ...more }).map(([field, value]) => [fieldName(field), value]));
const block = (uid: string, fields: Fields): string =>
  `@ ${uid}\n${[...fields].map(([field, value]) => `${field}=${JSON.stringify(value)}\n`).join('')}`;
const ANN = person('Ann');
const BO = person('Bo');
const CY = person('Cy');
const DERIVED = recordIdOfUid(derivedUid(ANN));

interface Room {
  readonly format?: TextFormat;
  readonly writable?: boolean;
  /** As the snapshot knows the text: each record, and its block. */
  readonly known?: { readonly [id: string]: string };
  /** What records are to say that the snapshot does not know. */
  readonly shown?: { readonly [id: string]: Fields };
  readonly isOneWith?: { readonly [id: string]: string };
}

/** Which record each block of a text is, what had to be read for that, and what is claimed in the end. */
function assigned(blocks: readonly string[], room: Room = {}) {
  const { format = tinyFormat(), writable = true, known = {}, shown = {}, isOneWith = {} } = room;
  const load = (some: readonly string[]): Loaded => {
    const bytes = Buffer.from(some.join('\n'));
    const text = format.split(bytes);
    const revision = new Uint8Array(0);
    return {
      name: '',
      revision,
      fresh: false,
      size: 0,
      bytes,
      text,
      ids: text.items.map(() => null),
      isOurs: false,
      isJudged: false,
    } as Loaded;
  };
  const items = Object.entries(known).map(([id, one]) => {
    const { text } = load([one]);
    const [item] = text.items;
    if (item === undefined) throw new Error(`${id} is no block`);
    const rest = { document: new Uint8Array(0), name: '', uid: '', readAs: '', pieces: 1, endsBare: false };
    const revision = writeItemRevision({ digest: digestOf(text, item), ...rest });
    return { id: recordId(id), revision, native: format.read(text, item, null) };
  });
  const revisions = new Map(items.map(({ id, revision }) => [id, { revision, vouches: true }]));
  const snapshot = {
    revisions: () => revisions,
    native: (id: RecordId) => items.find((one) => one.id === id)?.native ?? null,
    shown: (id: RecordId) => shown[id] ?? null,
    isOneWith: (id: RecordId) => (isOneWith[id] === undefined ? null : recordId(isOneWith[id])),
    isNamed: () => false,
    awaited: () => Object.keys(shown).map((id) => recordId(id)),
  };
  const anew: string[] = [];
  const assign = new AssignItems(format, { many: false, writable }, snapshot, (_, fields) =>
    anew.push(String(fields.get(fieldName('name')))),
  );
  const document = load(blocks);
  const claimed = new Set<RecordId>();
  assign.assign([document], knownRevisions(snapshot), claimed);
  return { ids: document.ids, anew, claimed: [...claimed] };
}

describe('items that state one UID', () => {
  it('keep the number by which their bytes are known, each but once', () => {
    const known = { 'a#3': block('a', ANN) };
    expect(assigned([block('a', ANN), block('a', BO)], { known }).ids).toEqual(['a#3', 'a']);
    expect(assigned([block('a', ANN), block('a', ANN)], { known }).ids).toEqual(['a#3', 'a']);
  });
  it('do not where another one states just that record, and says what it is to say', () => {
    const room = { known: { 'a#3': block('a', ANN) }, shown: { 'a#3': CY } };
    expect(assigned([block('a', ANN), block('a#3', CY)], room).ids).toEqual(['a', 'a#3']);
  });
});

describe('items that state one UID in a place the snapshot does not know', () => {
  const edited = person('Ann', { note: 1 });
  it('are the records that are to say what they say, in whatever order they stand', () => {
    const shown = { a: edited, 'a#2': ANN, 'a#3': BO };
    expect(assigned([block('a', ANN), block('a', edited)], { shown }).ids).toEqual(['a#2', 'a']);
    expect(assigned([block('a', BO), block('a', ANN), block('a', edited)], { shown }).ids).toEqual(['a#3', 'a#2', 'a']);
    expect(assigned([block('a', edited), block('a', BO)], { shown }).ids).toEqual(['a', 'a#3']);
  });
  it('are the first of them, and of the first numbers, where nobody is to say that', () => {
    const shown = { a: edited, 'a#2': BO };
    expect(assigned([block('a', CY), block('a', ANN)], { shown }).ids).toEqual(['a', 'a#2']);
    expect(assigned([block('a', ANN), block('a', ANN), block('a', BO)]).ids).toEqual(['a', 'a#2', 'a#3']);
  });
});

describe('of a text that is only read', () => {
  it('items that state a UID it had are those, whatever number they had', () => {
    const edited = person('Ann', { note: 1 });
    const room = { writable: false, known: { 'a#2': block('a', ANN) } };
    expect(assigned([block('a', edited)], room).ids).toEqual(['a']);
    expect(assigned([block('a#9', edited)], { ...room, known: { 'a#2': block('a', ANN) } }).ids).toEqual(['a#9']);
    // None that it had: who publishes it makes up new ones.
    expect(assigned([block('z', edited)], room).ids).toEqual(['a#2']);
  });
});

describe('an item nobody knows of a record that became another one', () => {
  const isOneWith = { b: 'a' };
  it('is that one, and nobody has the old id', () => {
    const { ids, claimed } = assigned([block('b', BO)], { isOneWith });
    expect([ids, claimed]).toEqual([['a'], ['a']]);
  });
  it('stays what it is where the snapshot knows it, or another item is that one', () => {
    expect(assigned([block('b', CY)], { isOneWith, known: { b: block('b', BO) } }).ids).toEqual(['b']);
    expect(assigned([block('a', ANN), block('b', BO)], { isOneWith }).ids).toEqual(['a', 'b']);
    expect(assigned([block('c', CY)], { isOneWith }).ids).toEqual(['c']);
  });
});

describe('items that state no UID and say the same', () => {
  const none = block('', ANN);
  const shown = { [DERIVED]: person('Ann', { note: 1 }), [`${DERIVED}#2`]: ANN, [`${DERIVED}#3`]: ANN };
  it('are each one of the records of their UID that say just this, in order', () => {
    // Not awaited: what is to be here just so is found before.
    const { ids } = assigned([none, none], { shown, format: { ...tinyFormat(), align: undefined } as never });
    expect(ids).toEqual([`${DERIVED}#2`, `${DERIVED}#3`]);
  });
  it('are new where there are no more such records', () => {
    const { ids } = assigned([none, none, none, none], {
      shown,
      format: { ...tinyFormat(), align: undefined } as never,
    });
    expect(ids).toEqual([`${DERIVED}#2`, `${DERIVED}#3`, DERIVED, `${DERIVED}#4`]);
  });
  it('are a numbered one where an item states the UID itself', () => {
    const { ids } = assigned([block(DERIVED, BO), none], {
      shown,
      format: { ...tinyFormat(), align: undefined } as never,
    });
    expect(ids).toEqual([DERIVED, `${DERIVED}#2`]);
  });
});

describe('an item without a UID that was written, and not noted', () => {
  const known = { old: block('old', BO) };
  it('is that record by its words', () => {
    expect(assigned([block('', ANN)], { shown: { new: ANN } }).ids).toEqual(['new']);
  });
  it('is so by what the format finds alike, where it says the same in other words', () => {
    // A format that tells numbers by their digits.
    const tiny = tinyFormat();
    const format: TextFormat = {
      ...tiny,
      read: (text, item, before) =>
        new Map(
          [...tiny.read(text, item, before)].map(([field, value]) => {
            const was = before?.get(field);
            const isSame = typeof was === 'string' && String(value).replaceAll(' ', '') === was.replaceAll(' ', '');
            return [field, isSame ? was : value];
          }),
        ),
    };
    const shown = { new: person('Ann', { phone: '12 34' }) };
    expect(assigned([block('', person('Ann', { phone: '1234' }))], { format, shown }).ids).toEqual(['new']);
    const other = person('Ann', { phone: '99' });
    expect(assigned([block('', other)], { format, shown }).ids).toEqual([recordIdOfUid(derivedUid(other))]);
  });
  it('is so beside one that was like it: what is unchanged is the other one', () => {
    const alike = { a: block('', ANN), b: block('', ANN) };
    const written = person('Ann', { note: 1 });
    const blocks = [block('', written), block('', ANN)];
    expect(assigned(blocks, { known: alike, shown: { a: written } }).ids).toEqual(['a', 'b']);
    expect(assigned(blocks, { known: alike, shown: { b: written } }).ids).toEqual(['b', 'a']);
  });
  it('is one that the snapshot knows, edited, before what nobody knows', () => {
    const shown = { new: person('Bo', { note: 1 }) };
    expect(assigned([block('', person('Bo', { note: 2 }))], { known, shown }).ids).toEqual(['old']);
    expect(assigned([block('', person('Bo', { note: 1 }))], { known, shown }).ids).toEqual(['new']);
  });
});

it('what had to be read is told, once, and only what can be understood', () => {
  const known = { a: block('a', ANN), old: '@\nname="Bo"\n' };
  const { ids, anew } = assigned([block('a', ANN), '@\nname="Bo"\n', block('', CY), '@\nno field\n'], { known });
  expect([ids, anew]).toEqual([['a', 'old', recordIdOfUid(derivedUid(CY)), null], ['Cy']]);
});
