import { fieldName } from '../../../src/main/record/ids.ts';
import type { Fields } from '../../../src/main/record/value.ts';
import { sameFields } from '../../../src/main/snapshot/lens.ts';
import { formatNamed } from '../../../src/main/sources/formats.ts';
import type { TextFormat } from '../../../src/main/sources/text/text-format.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { type Edit, editsOf, piecesOf } from './one-edit.ts';
import type { Place, Records, SideBySide } from './side-by-side.ts';

export interface Expected {
  /** May a piece of this name change with a field of this map? */
  readonly says: (map: string, piece: string) => boolean;
  /** Maps of fields that change along with others. */
  readonly besides: RegExp;
}
export interface Tried {
  readonly edits: number;
  /** What was not as it has to be. */
  readonly faults: readonly string[];
}

/** Fields that come along with a change and are none by themselves. */
const INCIDENTAL = /^(?:updated|created|sequence)$/;
/** Entries that are told by what they say: once it is another one, what a table cannot show of it is gone. */
const TOLD_BY_THEMSELVES = /^anniversaries$/;
const FRAME = /_\$!<(.*?)>!\$_/g;

/**
 * Makes edits in the place of this number, one after the other, and takes each back: those that say something else first, for what is removed in a
 * poorer place is removed everywhere, with what that place could not show. `most`: so many at most of each, drawn by chance.
 */
export async function tryEdits(all: SideBySide, at: number, most: number, expected: Expected): Promise<Tried> {
  const place = all.places[at]!;
  const random = new SeededRandom(`edits ${at}`);
  const every = [...all.texts(place)].flatMap(([path, text]) =>
    editsOf(text, place.format).map((edit) => ({ path, edit })),
  );
  const drawn = [false, true].flatMap((removes) => {
    const some = every.filter(({ edit }) => edit.removes === removes);
    while (some.length > most) some.splice(random.int(some.length), 1);
    return some;
  });
  const faults: string[] = [];
  for (const { path, edit } of drawn) {
    const found = await new OneEdit(all, place, path, edit, expected).try();
    faults.push(...found.map((fault) => `${place.format}, ${edit.what}: ${fault}`));
  }
  return { edits: drawn.length, faults };
}

class OneEdit {
  readonly #all: SideBySide;
  readonly #place: Place;
  readonly #path: string;
  readonly #edit: Edit;
  readonly #expected: Expected;
  readonly #texts: ReadonlyMap<Place, ReadonlyMap<string, string>>;
  readonly #records: Records;
  readonly #faults: string[] = [];

  constructor(all: SideBySide, place: Place, path: string, edit: Edit, expected: Expected) {
    this.#all = all;
    this.#place = place;
    this.#path = path;
    this.#edit = edit;
    this.#expected = expected;
    this.#texts = all.all();
    this.#records = all.records();
  }

  async try(): Promise<readonly string[]> {
    const original = this.#texts.get(this.#place)?.get(this.#path) ?? '';
    await this.#save(this.#edit.text);
    this.#checkReached(this.#all.records());
    await this.#save(original);
    this.#checkTakenBack();
    return this.#faults;
  }

  /** Two more rounds write nothing. */
  async #save(text: string): Promise<void> {
    this.#place.device.user.writeFile(this.#path, text);
    await this.#all.rest();
    this.#faults.push(...this.#all.troubles());
    const rested = this.#all.all();
    for (let round = 0; round < 2; round++) await this.#all.rest();
    for (const [place, texts] of rested)
      for (const [path, was] of texts)
        if (this.#all.texts(place).get(path) !== was)
          this.#faults.push(`${place.format} is written once more: ${path}`);
    if (this.#all.texts(this.#place).get(this.#path) !== text) this.#faults.push('it is written itself');
  }

  #checkReached(known: Records): void {
    const changed = this.#changed(this.#records, known);
    const { says, besides } = this.#expected;
    const maps = [...new Set(changed.map(({ field }) => mapOf(field)))];
    const items = new Set(changed.map(({ id }) => id.replace(/#.*/, '')));
    if (maps.filter((map) => !besides.test(map)).length > 1 || items.size > 1)
      this.#faults.push(`it changes ${shown(changed)}`);
    for (const place of this.#all.places) {
      if (place === this.#place) continue;
      const pieces = this.#changedPieces(place);
      const wrong = pieces.filter((piece) => !maps.some((map) => says(map, piece)));
      if (wrong.length > 0) this.#faults.push(`in ${place.format} ${wrong} changes with ${shown(changed)}`);
      const shows = this.#changed(shownBy(place, this.#records), shownBy(place, known));
      if (shows.length === 0 && pieces.length > 0)
        this.#faults.push(`${place.format} is written for nothing: ${pieces}`);
      // Older cards hold less than their place can.
      if (shows.length > 0 && pieces.length === 0 && !place.isForeign)
        this.#faults.push(`${place.format} is not written: ${shown(shows)}`);
    }
  }

  #checkTakenBack(): void {
    const [before, after] = [this.#records, this.#all.records()];
    const lost = this.#changed(before, after);
    const mayLose = this.#edit.removes || lost.every(({ field }) => TOLD_BY_THEMSELVES.test(mapOf(field)));
    const left = mayLose ? this.#changed(shownBy(this.#place, before), shownBy(this.#place, after)) : lost;
    if (left.length > 0) this.#faults.push(`taken back, ${shown(left)} is not as before`);
    if (lost.length > 0 || this.#edit.removes) return;
    for (const [place, texts] of this.#texts)
      for (const [path, was] of texts) {
        const is = this.#all.texts(place).get(path) ?? '';
        if (was === is) continue;
        const isSame =
          place.isForeign || this.#all.kind === 'calendar'
            ? said(place, was) === said(place, is)
            : linesIn(was) === linesIn(is);
        if (!isSame) this.#faults.push(`taken back, ${place.format} differs: ${difference(was, is)}`);
      }
  }

  #changed(before: Records, after: Records): readonly Changed[] {
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
      const [was, is] = [before.get(id), after.get(id)];
      const fields = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])];
      return fields
        .filter((field) => !INCIDENTAL.test(field) && !sameFields(this.#all.kind, one(was, field), one(is, field)))
        .map((field) => ({ id, field }));
    });
  }

  /** Names of the pieces that the texts of a place did not have before, or do not have any more. */
  #changedPieces(place: Place): readonly string[] {
    const [before, after] = [this.#texts.get(place)!, this.#all.texts(place)];
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((path) => {
      const [was, is] = [before, after].map((texts) =>
        piecesOf(texts.get(path) ?? '', place.format).map(({ name, text }) => `${name}\n${text}`),
      ) as [string[], string[]];
      const more = is.filter((each) => {
        const at = was.indexOf(each);
        if (at >= 0) was.splice(at, 1);
        return at < 0;
      });
      return [...new Set([...was, ...more].map((each) => each.slice(0, each.indexOf('\n'))))];
    });
  }
}

interface Changed {
  readonly id: string;
  readonly field: string;
}
const mapOf = (field: string): string => field.replace(/\/[^/]*$/, '');
const shown = (changed: readonly Changed[]): string => changed.map(({ id, field }) => `${id} ${field}`).join(', ');

/** One field by itself, without the frame Apple has around its own words: tables show none. */
function one(fields: Fields | undefined, field: string): Fields {
  const value = [...(fields ?? [])].find(([each]) => each === field)?.[1];
  if (value === undefined) return new Map();
  return new Map([[fieldName(field), JSON.parse(JSON.stringify(value).replace(FRAME, '$1'))]]);
}

const formatOf = (place: Place): TextFormat => formatNamed(place.format)!.text!();

function shownBy(place: Place, records: Records): Records {
  const format = formatOf(place);
  return new Map([...records].map(([id, full]) => [id, format.project(full)]));
}

/** What a text says, however it is written. */
function said(place: Place, text: string): string {
  const format = formatOf(place);
  const split = format.split(Buffer.from(text));
  const items = split.items.map((item) => [...format.read(split, item, null)].sort());
  // Parameters in no order too, where they are kept by themselves.
  return JSON.stringify(items, (_, value: unknown) => inOneOrder(value)).replace(FRAME, '$1');
}
const inOneOrder = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** A text line by line, in no order of lines and words, whatever number a program gives a label, and with or without quotes that a cell does not need. */
const linesIn = (text: string): string =>
  text
    .replace(/\r?\n[ \t]/g, '')
    .replace(/^item\d+\./gm, 'item.')
    .replace(/(?<=[,\n])"([^",\r\n]*)"(?=[,\r])/g, '$1')
    .replace(FRAME, '$1')
    .split('\n')
    .map((line) =>
      line
        .split(/[,:]|::: /)
        .sort()
        .join(),
    )
    .sort()
    .join('\n');

/** Lines that one of two texts has and the other has not. */
function difference(before: string, after: string): string {
  const [was, is] = [before.split('\n'), after.split('\n')];
  return JSON.stringify([was.filter((line) => !is.includes(line)), is.filter((line) => !was.includes(line))]);
}
