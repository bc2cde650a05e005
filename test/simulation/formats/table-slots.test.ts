import { afterEach, expect, it } from 'vitest';
import { type Place, SideBySide } from './side-by-side.ts';

const [A, B] = ['+43 664 1111111', '+43 664 2222222'];
const card = (...lines: string[]): string =>
  ['BEGIN:VCARD', 'VERSION:4.0', 'UID:ana', 'FN:Ana', 'N:;Ana;;;', ...lines, 'END:VCARD', ''].join('\r\n');

let all: SideBySide | null = null;
afterEach(() => all?.end());

/** A card, and tables that have one column for a mobile. */
async function sideBySide(text: string) {
  all = await SideBySide.of('contacts', [
    { on: 0, format: 'vcard', text },
    { on: 0, format: 'csv-outlook' },
    { on: 1, format: 'csv-thunderbird' },
    { on: 1, format: 'ldif' },
  ]);
  return new Room(all);
}

class Room {
  readonly #all: SideBySide;
  readonly card: Place;
  readonly tables: readonly Place[];

  constructor(all: SideBySide) {
    this.#all = all;
    [this.card, ...this.tables] = all.places as unknown as [Place, ...Place[]];
  }

  /** Somebody saves a place, and all is said. */
  async save(place: Place, text: string): Promise<void> {
    place.device.user.writeFile(place.path, text);
    for (let round = 0; round < 3; round++) await this.#all.rest();
    expect(this.#all.troubles()).toEqual([]);
    expect(this.text(place)).toBe(text);
  }
  text(place: Place): string {
    return [...this.#all.texts(place).values()].join('');
  }
  texts(): readonly string[] {
    return this.tables.map((table) => this.text(table));
  }
  /** Which of both mobiles each of the tables shows. */
  shows(): readonly string[] {
    return this.texts().map((text) => [A, B].filter((number) => text.includes(number)).join());
  }
}

it.each([
  [A, B],
  [B, A],
])('a table that has one column for a mobile goes on showing %s where %s comes to it elsewhere', async (own, other) => {
  const room = await sideBySide(card(`TEL;TYPE=cell:${own}`));
  expect(room.shows()).toEqual([own, own, own]);
  const before = room.texts();
  await room.save(room.card, card(`TEL;TYPE=cell:${own}`, `TEL;TYPE=cell;PREF=1:${other}`));
  expect(room.texts()).toEqual(before);
  // What is said of other things leaves it where it is, wherever that is said.
  const both = [`TEL;TYPE=cell:${own}`, `TEL;TYPE=cell;PREF=1:${other}`];
  await room.save(room.card, card(...both, 'NOTE:Met in Linz'));
  expect(room.shows()).toEqual([own, own, own]);
  for (const table of room.tables) await room.save(table, room.text(table).replace('Met in Linz', 'Met in Linz again'));
  expect(room.shows()).toEqual([own, own, own]);
  expect(room.text(room.card)).toContain(`TEL;TYPE=cell;PREF=1:${other}`);
  // An edit of it is one of it.
  const [outlook] = room.tables as [Place];
  await room.save(outlook, room.text(outlook).replace(own, `${own}9`));
  expect(room.text(room.card)).toContain(`TEL;TYPE=cell:${own}9\r\nTEL;TYPE=cell;PREF=1:${other}\r\n`);
  expect(room.shows()).toEqual([own, own, own]);
  expect(room.texts().filter((text) => !text.includes(`${own}9`))).toEqual([]);
  // Once it is gone there is room for the other one.
  await room.save(room.card, card(`TEL;TYPE=cell;PREF=1:${other}`));
  expect(room.shows()).toEqual([other, other, other]);
});

it('a phone that is shown as one at work stays there where another one is for nothing in particular, or is edited', async () => {
  const room = await sideBySide(card(`TEL;TYPE=cell;PREF=1:${A}`, `TEL:${B}`));
  const ldif = room.tables.at(-1) as Place;
  expect(room.text(ldif)).toContain(`telephoneNumber: ${B}`);
  await room.save(room.card, card(`TEL;PREF=1:${A}`, `TEL:${B}`));
  expect(room.text(ldif)).toContain(`telephoneNumber: ${B}`);
  expect(room.text(ldif)).toContain(`homePhone: ${A}`);
  await room.save(room.card, card(`TEL;PREF=1:${A}`, `TEL:${B}9`));
  expect(room.text(ldif)).toContain(`telephoneNumber: ${B}9`);
  await room.save(room.card, card(`TEL;TYPE=cell;PREF=1:${A}`, `TEL:${B}9`));
  expect(room.text(ldif)).toContain(`telephoneNumber: ${B}9`);
});

it('what is removed in a table lets the next one in elsewhere, and is not there once more where somebody emptied the cell', async () => {
  const room = await sideBySide(card(`TEL;TYPE=cell:${A}`, `TEL;TYPE=cell:${B}`));
  const [outlook] = room.tables as [Place];
  const [shown] = room.shows();
  const other = shown === A ? B : A;
  const text = room.text(outlook).replace(String(shown), '');
  outlook.device.user.writeFile(outlook.path, text);
  for (let round = 0; round < 3; round++) await all?.rest();
  expect(room.shows()).toEqual(['', other, other]);
  expect(room.text(room.card)).not.toContain(shown);
});
