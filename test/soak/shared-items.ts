import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeededRandom } from '../fakes/seeded-random.ts';

/** What is written of one item; each value has a number that nobody wrote before, so that it is found in any format. */
export type Field = 'phone' | 'mail' | 'title' | 'note';
const FIELDS: readonly Field[] = ['phone', 'mail', 'title', 'note'];
const VALUES: { readonly [F in Field]: RegExp } = {
  phone: /\+1 555 \d{6}/,
  mail: /m\d{6}@example\.org/,
  title: /title-\d{6}/,
  note: /note-\d{6}/,
};
const textOf = (field: Field, number: number): string =>
  ({ phone: `+1 555 ${number}`, mail: `m${number}@example.org`, title: `title-${number}`, note: `note-${number}` })[
    field
  ];

/** How one device has the items. */
export interface Place {
  /** Who writes at it. */
  readonly person: string;
  readonly path: string;
  readonly shape: 'cards' | 'card-folder' | 'google' | 'events' | 'event-folder';
}
type Item = { readonly [F in Field]: string };

const PIECES = {
  cards: /BEGIN:VCARD[\s\S]*?END:VCARD\r?\n/g,
  google: /^Person\d[^\n]*\n?/gm,
  events: /BEGIN:VEVENT[\s\S]*?END:VEVENT\r?\n/g,
};
const CALENDAR = ['BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//soak//EN\r\n', 'END:VCALENDAR\r\n'] as const;

/**
 * One address book, or calendar, at the places of several people. Of every fourth item all is written by one of them, who may delete it too; of the
 * others each field is one person's. So all that anybody wrote has to be everywhere in the end, and nothing is a conflict.
 */
export class SharedItems {
  readonly places: readonly Place[];
  readonly #random: SeededRandom;
  readonly #are = new Map<number, { readonly [F in Field]: string }>();
  #made = 0;
  #number = 100_000;

  constructor(places: readonly Place[], random: SeededRandom) {
    this.places = places;
    this.#random = random;
  }
  get count(): number {
    return this.#are.size;
  }

  /** Fills the first place, before it is added. */
  fill(count: number): void {
    const [place] = this.places as [Place];
    for (let made = 0; made < count; made++) this.#add(place);
  }

  /** What somebody does in one sitting at this place, which nothing else writes to meanwhile. */
  work(place: Place): void {
    for (let left = this.#random.between(1, 6); left > 0; left--) {
      const kind = this.#random.int(10);
      if (kind === 0) this.#add(place);
      else if (kind === 1) this.#remove(place);
      else this.#edit(place);
    }
  }

  /** What is not as it was left; empty: all is. */
  wrongAt(place: Place): readonly string[] {
    const wrong: string[] = [];
    const there = new Map<number, Item[]>();
    for (const { piece } of piecesOf(place)) {
      const at = numberOf(piece);
      there.set(at, [...(there.get(at) ?? []), itemIn(piece)]);
    }
    for (const at of new Set([...there.keys(), ...this.#are.keys()])) {
      const [is, wanted] = [there.get(at) ?? [], this.#are.get(at)];
      const name = `Person${at} at ${place.path}`;
      if (wanted === undefined) wrong.push(`${name}: is there, and was deleted`);
      else if (is.length !== 1) wrong.push(`${name}: is there ${is.length} times`);
      else
        for (const field of FIELDS)
          if (is[0]?.[field] !== wanted[field])
            wrong.push(`${name}: ${field} is '${is[0]?.[field]}', not '${wanted[field]}'`);
    }
    return wrong;
  }

  #writerOf(at: number, field: Field): string {
    const people = this.places.map(({ person }) => person);
    return people[(at + (at % 4 === 0 ? 0 : FIELDS.indexOf(field))) % people.length] as string;
  }

  #add(place: Place): void {
    const at = this.#made++;
    const item = Object.fromEntries(FIELDS.map((field) => [field, textOf(field, this.#number++)])) as Item;
    this.#are.set(at, item);
    const isFolder = place.shape === 'card-folder' || place.shape === 'event-folder';
    const path = isFolder
      ? join(place.path, `new-${at}${place.shape === 'card-folder' ? '.vcf' : '.ics'}`)
      : place.path;
    const before = isFolder ? '' : readFileSync(path, 'utf8');
    if (place.shape === 'google')
      write(path, before + rowOf(before.slice(0, before.indexOf('\n')).trimEnd(), at, item), this.#random);
    else if (place.shape === 'cards' || place.shape === 'card-folder')
      write(path, before + cardOf(at, item), this.#random);
    else {
      const body = before === '' ? CALENDAR[0] : before.slice(0, before.lastIndexOf('END:VCALENDAR'));
      write(path, body + eventOf(at, item) + CALENDAR[1], this.#random);
    }
  }

  #edit(place: Place): void {
    const mine = piecesOf(place).filter(({ piece }) => this.#are.has(numberOf(piece)));
    if (mine.length === 0) return;
    const { path, piece } = this.#random.pick(mine);
    const at = numberOf(piece);
    const fields = FIELDS.filter((field) => this.#writerOf(at, field) === place.person);
    if (fields.length === 0) return;
    const field = this.#random.pick(fields);
    const old = itemIn(piece)[field];
    // What others made may have come here in part only, where somebody writes on.
    if (old === '') return;
    const value = textOf(field, this.#number++);
    write(path, readFileSync(path, 'utf8').replace(piece, piece.replace(old, value)), this.#random);
    this.#are.set(at, { ...(this.#are.get(at) as Item), [field]: value });
  }

  #remove(place: Place): void {
    const isOwn = (at: number): boolean =>
      at % 4 === 0 && this.#writerOf(at, 'note') === place.person && this.#are.has(at);
    const own = piecesOf(place).filter(({ piece }) => isOwn(numberOf(piece)));
    if (own.length < 5) return;
    const { path, piece } = this.#random.pick(own);
    if (path === place.path) write(path, readFileSync(path, 'utf8').replace(piece, ''), this.#random);
    else rmSync(path);
    this.#are.delete(numberOf(piece));
  }
}

const numberOf = (piece: string): number => Number(/Person(\d+)/.exec(piece)?.[1]);
const itemIn = (piece: string): Item =>
  Object.fromEntries(FIELDS.map((field) => [field, VALUES[field].exec(piece)?.[0] ?? ''])) as Item;

/** The items of a place as they stand, each with the text it is in. */
function piecesOf({ path, shape }: Place): { readonly path: string; readonly piece: string }[] {
  const ending = { 'card-folder': '.vcf', 'event-folder': '.ics' }[shape as string];
  const paths =
    ending === undefined
      ? [path]
      : readdirSync(path)
          .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
          .map((name) => join(path, name));
  const kind = shape === 'google' ? 'google' : shape.startsWith('card') ? 'cards' : 'events';
  return paths.flatMap((each) => {
    const pieces: readonly string[] = readFileSync(each, 'utf8').match(PIECES[kind]) ?? [];
    return pieces.map((piece) => ({ path: each, piece }));
  });
}

const cardOf = (at: number, { phone, mail, title, note }: Item): string =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:soak-${at}\r\nFN:Person${at} Meyer\r\nN:Meyer;Person${at};;;\r\nTEL;TYPE=CELL:${phone}\r\nEMAIL;TYPE=HOME:${mail}\r\nTITLE:${title}\r\nNOTE:${note}\r\nEND:VCARD\r\n`;
const eventOf = (at: number, { phone, mail, title, note }: Item): string =>
  `BEGIN:VEVENT\r\nUID:soak-${at}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Vienna:20270${1 + (at % 9)}01T${10 + (at % 10)}0000\r\nDURATION:PT1H\r\n${at % 3 === 0 ? 'RRULE:FREQ=WEEKLY;COUNT=4\r\n' : ''}SUMMARY:Person${at} ${title}\r\nLOCATION:${phone}\r\nURL:mailto:${mail}\r\nDESCRIPTION:${note}\r\nEND:VEVENT\r\n`;

function rowOf(header: string, at: number, { phone, mail, title, note }: Item): string {
  const cells: { readonly [column: string]: string } = {
    'First Name': `Person${at}`,
    'Last Name': 'Meyer',
    'E-mail 1 - Value': mail,
    'Phone 1 - Value': phone,
    'Organization Title': title,
    Notes: note,
  };
  return `${header
    .split(',')
    .map((column) => cells[column.replace(/^\uFEFF/, '')] ?? '')
    .join(',')}\n`;
}

/** As different programs do it: in place, or beside and moved in. */
function write(path: string, text: string, random: SeededRandom): void {
  if (random.chance(0.5)) writeFileSync(path, text);
  else {
    const beside = `${path}~`;
    writeFileSync(beside, text);
    renameSync(beside, path);
  }
}
