import { type FieldName, fieldName } from '../../../record/ids.ts';
import type { Value } from '../../../record/value.ts';
import { type Cells, type CellTexts, entry, type Plain, plain, plainText, said } from './cells.ts';
import type { FieldsPart } from './layout.ts';

/** The field a contact's name is in. */
export const NAME: FieldName = fieldName('name');

/** The kinds of name components a layout has a column for, in the order of vCard's N. */
const KINDS = ['surname', 'given', 'given2', 'title', 'credential'] as const;
export type NameKind = (typeof KINDS)[number];
/** What stands in the column of another kind, where there is none for it. */
const INSTEAD: { readonly [kind: string]: NameKind } = { generation: 'credential', surname2: 'surname' };
/** How the parts follow each other in a name that is said. */
const SPOKEN: readonly NameKind[] = ['title', 'given', 'given2', 'surname', 'credential'];

export interface NameColumns {
  readonly parts: { readonly [Kind in NameKind]?: string };
  readonly phonetic?: { readonly [Kind in NameKind]?: string };
  /** The whole name; absent: it is made of the parts. */
  readonly full?: string;
}

/** A name. Where there is no column for the whole of it, it is what the parts say together, so that it follows them. */
export function namePart({ parts, phonetic = {}, full }: NameColumns): FieldsPart {
  const columns = [...Object.values(parts), ...Object.values(phonetic), ...(full === undefined ? [] : [full])];
  const read = (cells: Cells): Plain | null => {
    const components = KINDS.flatMap((kind) => {
      const value = textOf(cells, parts[kind]);
      return value === null ? [] : [entry({ kind, value, phonetic: textOf(cells, phonetic[kind]) ?? undefined })];
    });
    const whole = full === undefined || cells.text(full) === null ? spoken(components) : said(cells, full);
    if (components.length === 0 && whole === null) return null;
    return entry({ full: whole ?? undefined, components: components.length === 0 ? undefined : components });
  };
  return {
    is: 'fields',
    columns,
    owns: (field) => field === NAME,
    read(cells) {
      const name = read(cells);
      return name === null ? new Map() : new Map<FieldName, Value>([[NAME, name]]);
    },
    write(fields, cells) {
      const name = plain(fields.get(NAME));
      const said = componentsOf(name, parts);
      const whole = plainText(name?.full);
      // A name of which only the whole is known is written where a person would look for it.
      if (said.size === 0 && whole !== null && (full === undefined || cells.text(full) === null))
        said.set('given', { value: whole, phonetic: null });
      const texts = new Map<string, string>();
      for (const kind of KINDS) {
        const [own, sound] = [parts[kind], phonetic[kind]];
        if (own !== undefined) texts.set(own, said.get(kind)?.value ?? '');
        if (sound !== undefined) texts.set(sound, said.get(kind)?.phonetic ?? '');
      }
      if (full !== undefined) texts.set(full, whole ?? '');
      return sameCellsStay(texts, cells);
    },
  };
}

function componentsOf(
  name: Plain | null,
  parts: NameColumns['parts'],
): Map<NameKind, { value: string; phonetic: string | null }> {
  const found = new Map<NameKind, { value: string; phonetic: string | null }>();
  for (const each of Array.isArray(name?.components) ? (name.components as readonly Value[]) : []) {
    const component = plain(each);
    const [kind, value] = [component?.kind, plainText(component?.value)];
    if (typeof kind !== 'string' || value === null) continue;
    const own = KINDS.find((known) => known === kind) ?? INSTEAD[kind];
    if (own === undefined || parts[own] === undefined) continue;
    const before = found.get(own);
    const phonetic = plainText(component?.phonetic);
    found.set(own, {
      value: before === undefined ? value : `${before.value} ${value}`,
      phonetic: [before?.phonetic, phonetic].filter((text) => typeof text === 'string').join(' ') || null,
    });
  }
  return found;
}

/** The whole name its components make. */
function spoken(components: readonly Plain[]): string | null {
  const words = SPOKEN.flatMap((kind) => components.filter((each) => each.kind === kind).map(({ value }) => value));
  return words.length === 0 ? null : words.join(' ');
}

const textOf = (cells: Cells, column: string | undefined): string | null =>
  column === undefined ? null : said(cells, column);

/** A blank cell stays as blank as it is. */
function sameCellsStay(texts: ReadonlyMap<string, string>, cells: Cells): CellTexts {
  return new Map(
    [...texts].map(([column, text]) => [
      column,
      text === '' && said(cells, column) === null ? (cells.text(column) ?? '') : text,
    ]),
  );
}
