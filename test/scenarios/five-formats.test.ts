import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { Device, end, unseenBy } from './device.ts';
import { scratch } from './folder.ts';

// One address book on three computers, in five places of five formats; edits at random places, as programs make them.
const EDITS = Number(process.env.LOCKSTEP_EDITS ?? 60);
const PEOPLE = 40;
const AT_ONCE = 5;

/** A place of cards; the texts that are in it. */
interface Place {
  readonly device: () => Device;
  readonly path: string;
  readonly isFolder: boolean;
}
let [anna, bert, carl]: Device[] = [];
let collection = '';
const root = scratch('five-formats');
const places: readonly Place[] = [
  { device: () => anna!, path: join(root, 'contacts.vcf'), isFolder: false },
  { device: () => bert!, path: join(root, 'cards'), isFolder: true },
  { device: () => bert!, path: join(root, 'outlook.csv'), isFolder: false },
  { device: () => carl!, path: join(root, 'google.csv'), isFolder: false },
  { device: () => carl!, path: join(root, 'book.ldif'), isFolder: false },
];
const [book, cards] = places as [Place, Place];

const filesOf = ({ path, isFolder }: Place): readonly string[] =>
  isFolder
    ? readdirSync(path)
        .filter((name) => name.endsWith('.vcf'))
        .map((name) => join(path, name))
    : [path];
const textOf = (place: Place): string =>
  filesOf(place)
    .map((path) => readFileSync(path, 'utf8'))
    .join('');
/** Numbers are only in phones, and each is of one person: whoever shows the same of them shows the same. */
const numbersIn = (place: Place): readonly string[] => (textOf(place).match(/\+1 555 \d{6}/g) ?? []).sort();

const card = (person: number, number: string): string =>
  [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `UID:person-${person}`,
    `N:Last${person};First${person};;;`,
    `FN:First${person} Last${person}`,
    `EMAIL;TYPE=INTERNET,HOME:p${person}@example.org`,
    `EMAIL;TYPE=WORK:w${person}@example.com`,
    `EMAIL:x${person}@example.net`,
    `EMAIL:the-fourth-${person}@example.edu`,
    `TEL;TYPE=CELL:${number}`,
    `NOTE:note of ${person}`,
    `X-FOO;X-P=1:bar${person}`,
    'END:VCARD',
    '',
  ].join('\r\n');

beforeAll(async () => {
  [anna, bert, carl] = await Promise.all(['anna', 'bert', 'carl'].map((name) => Device.start(name)));
  writeFileSync(book.path, Array.from({ length: PEOPLE }, (_, at) => card(at, numberOf(at))).join(''));
  ({ collection } = await anna!.ask<{ collection: string }>('add', book.path));
  for (const [device, path, format] of [
    [bert!, cards.path, 'vcard-folder'],
    [carl!, places[3]!.path, 'csv-google'],
  ] as const) {
    const { link } = await anna!.ask<{ link: string }>('invite', collection, '--approve-first');
    await device.ask('join', link, path, '--format', format, '--wait');
  }
  await bert!.ask('source', collection, '--add', places[2]!.path, '--format', 'csv-outlook');
  await carl!.ask('source', collection, '--add', places[4]!.path, '--format', 'ldif');
  await inStep();
});
afterAll(() => end(anna, bert, carl));

let numbers = 0;
const numberOf = (at: number): string => `+1 555 ${String(at + 100_000)}`;
const nextNumber = (): string => `+1 555 ${String(500_000 + numbers++)}`;

/** Bert and Carl know only Anna. Twice: what one place says while the others are asked reaches all of them with the second. */
async function inStep(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await bert!.sync('anna');
    await carl!.sync('anna');
    await anna!.sync();
  }
}

it('claims 49, 52, 53, 70: five sources of five formats on three computers show the same people', () => {
  for (const place of places) expect(numbersIn(place)).toHaveLength(PEOPLE);
});

it(
  `${EDITS} edits at random places: all are equal in what each can hold, and nobody is gone who was not deleted`,
  async () => {
    const random = new SeededRandom(process.env.LOCKSTEP_SEED ?? 'five formats');
    const deleted = new Set<string>();
    let made = PEOPLE;
    for (let edit = 0; edit < EDITS; edit += AT_ONCE) {
      await unseenBy([anna!, bert!, carl!], () => {
        const touched = new Set<string>();
        for (let each = 0; each < AT_ONCE; each++) {
          const place = places[random.int(places.length)]!;
          const files = filesOf(place);
          const what = random.int(10);
          if (what === 0) {
            const text = card(made, nextNumber());
            made++;
            if (random.int(2) === 0) writeFileSync(book.path, readFileSync(book.path, 'utf8') + text);
            else writeFileSync(join(cards.path, `new-${made}.vcf`), text);
            continue;
          }
          const shown = numbersIn(place).filter((number) => !touched.has(number));
          const number = shown[random.int(shown.length)]!;
          const file = files.find((path) => readFileSync(path, 'utf8').includes(number))!;
          touched.add(number);
          if (what === 1 && deleted.size < 8) {
            const at = filesOf(cards).find((path) => readFileSync(path, 'utf8').includes(number))!;
            rmSync(at);
            deleted.add(number);
          } else {
            const other = nextNumber();
            touched.add(other);
            writeFileSync(file, readFileSync(file, 'utf8').replace(number, other));
          }
        }
      });
      await inStep();
    }
    const all = numbersIn(book);
    expect(all).toHaveLength(made - deleted.size);
    for (const place of places) expect(numbersIn(place), place.path).toEqual(all);
    // What a CSV of Outlook has no place for is still there.
    for (const place of [book, cards, places[3]!])
      expect(textOf(place).match(/the-fourth-\d+@/g)).toHaveLength(made - deleted.size);
    expect(textOf(book).match(/X-FOO;X-P=1:bar/g)).toHaveLength(made - deleted.size);
    const roots = await Promise.all([anna!, bert!, carl!].map((device) => device.root(collection)));
    expect(roots.map(({ root: hash, differs }) => [hash, differs])).toEqual(roots.map(() => [roots[0]!.root, []]));
    expect(await anna!.conflicts()).toEqual([]);
  },
  600_000 + EDITS * 2000,
);

it('ten quiet rounds write nothing', async () => {
  const prints = () => places.map((place) => filesOf(place).map((path) => `${path} ${statSync(path).mtimeMs}`));
  const packages = async () => (await anna!.history(collection, '--limit', '1')).map(({ id }) => id);
  const [before, last] = [prints(), await packages()];
  for (let round = 0; round < 5; round++) await inStep();
  expect(prints()).toEqual(before);
  expect(await packages()).toEqual(last);
});
