import { type FieldName, fieldName } from '../../../record/ids.ts';
import type { Plain, Value } from '../../../record/value.ts';
import { isBlank, type Made, plain, plainText, said, type Texts } from './cells.ts';
import type { Field, FieldsPart } from './layout.ts';

/** The field a contact's name is in. */
export const NAME: FieldName = fieldName('name');

/** The kinds of name components a layout has a column for, in the order of vCard's N. */
const KINDS = ['surname', 'given', 'given2', 'title', 'credential'] as const;
export type NameKind = (typeof KINDS)[number];
const placeOf = (kind: NameKind): number => KINDS.indexOf(kind);
/** The place in `KINDS` of each kind, and of the one whose column it is in where there is none for it. */
const MEANT: ReadonlyMap<string, number> = new Map([
  ...KINDS.map((kind) => [kind as string, placeOf(kind)] as const),
  ['generation', placeOf('credential')],
  ['surname2', placeOf('surname')],
]);
/** How the parts follow each other in a name that is said. */
const SPOKEN = (['title', 'given', 'given2', 'surname', 'credential'] as const).map(placeOf);
const GIVEN = placeOf('given');
const NO_WORDS: readonly string[] = KINDS.map(() => '');
const NO_FIELDS: readonly Field[] = [];

export interface NameColumns {
  readonly parts: { readonly [Kind in NameKind]?: string };
  readonly phonetic?: { readonly [Kind in NameKind]?: string };
  /** The whole name; absent: it is made of the parts. */
  readonly full?: string;
}

/** The words of a name and how they sound, by their places in `KINDS`; `''`: nothing. */
interface Words {
  readonly values: string[];
  readonly sounds: string[];
}

/** A name. Where there is no column for the whole of it, it is what the parts say together, so that it follows them. */
export function namePart({ parts, phonetic = {}, full }: NameColumns): FieldsPart {
  const columns: string[] = [];
  const columnFor = (column: string | undefined): number => (column === undefined ? -1 : columns.push(column) - 1);
  const values: number[] = [];
  const sounds: number[] = [];
  for (const kind of KINDS) {
    values.push(columnFor(parts[kind]));
    sounds.push(columnFor(phonetic[kind]));
  }
  const whole = columnFor(full);
  const blank = columns.map(() => '');
  const read = (texts: Texts): Plain | null => {
    const components: Plain[] = [];
    for (let at = 0; at < KINDS.length; at++) {
      const value = textAt(texts, values[at] as number);
      if (value === null) continue;
      const kind = KINDS[at] as NameKind;
      const sound = textAt(texts, sounds[at] as number);
      components.push(sound === null ? { kind, value } : { kind, value, phonetic: sound });
    }
    const name: Made = {};
    const said = isThere(texts, whole) ? textAt(texts, whole) : spoken(texts, values);
    if (said !== null) name.full = said;
    if (components.length > 0) name.components = components;
    return said === null && components.length === 0 ? null : name;
  };
  return {
    is: 'fields',
    columns,
    owns: (field) => field === NAME,
    read(texts) {
      const name = read(texts);
      return name === null ? NO_FIELDS : [{ field: NAME, value: name }];
    },
    write(fields, now) {
      const name = plain(fields[0]?.value);
      const words = wordsOf(name, values);
      const said = plainText(name?.full);
      // A name of which only the whole is known is written where a person would look for it.
      if (said !== null && !isThere(now, whole) && !words.values.some((each) => each !== ''))
        words.values[GIVEN] = said;
      const texts = blank.slice();
      for (let at = 0; at < KINDS.length; at++) {
        const [own, sound] = [values[at] as number, sounds[at] as number];
        if (own >= 0) texts[own] = words.values[at] as string;
        if (sound >= 0) texts[sound] = words.sounds[at] as string;
      }
      if (whole >= 0) texts[whole] = said ?? '';
      for (let at = 0; at < texts.length; at++) texts[at] = asBlankAs(now[at] ?? '', texts[at] as string);
      return texts;
    },
  };
}

const isThere = (texts: Texts, at: number): boolean => at >= 0 && texts[at] !== null;
const textAt = (texts: Texts, at: number): string | null => (at < 0 ? null : said(texts[at]));

/** A blank cell stays as blank as it is. */
const asBlankAs = (now: string, text: string): string => (text === '' && isBlank(now) ? now : text);

function wordsOf(name: Plain | null, columns: readonly number[]): Words {
  const values = NO_WORDS.slice();
  const sounds = NO_WORDS.slice();
  for (const each of Array.isArray(name?.components) ? (name.components as readonly Value[]) : []) {
    const component = plain(each);
    const value = plainText(component?.value);
    const at = typeof component?.kind === 'string' ? MEANT.get(component.kind) : undefined;
    if (value === null || at === undefined || columns[at] === -1) continue;
    values[at] = joined(values[at] as string, value);
    sounds[at] = joined(sounds[at] as string, plainText(component?.phonetic) ?? '');
  }
  return { values, sounds };
}

const joined = (a: string, b: string): string => (a === '' ? b : b === '' ? a : `${a} ${b}`);

/** The whole name that words make, of which `columns` are. */
function spoken(texts: Texts, columns: readonly number[]): string | null {
  let name: string | null = null;
  for (const kind of SPOKEN) {
    const word = textAt(texts, columns[kind] as number);
    if (word !== null) name = name === null ? word : `${name} ${word}`;
  }
  return name;
}
