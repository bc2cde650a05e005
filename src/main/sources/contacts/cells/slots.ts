import type { Plain, Value } from '../../../record/value.ts';
import { isBlank, type Made, plain, plainText, type Texts } from './cells.ts';
import { type LabelWords, readLabel, sameLabel, withLabel, writeLabel } from './labels.ts';
import type { Slot } from './layout.ts';

/** How the value of an entry is written into cells: one for `address` of an e-mail, several for an address. */
export interface ValueCodec {
  /** The cells of an entry, in the order of the columns, a list of its own; null: it cannot be written. `now`: what they say. */
  toTexts(value: Plain, now: Texts): string[] | null;
  /** What cells say that are not all blank, a value of its own. null: nothing. */
  fromTexts(texts: Texts): Made | null;
  /** `text` as it is to be written where the cell says `now`: `now` itself where both mean the same. Absent: just `text`. */
  like?(column: number, now: string, text: string): string;
}

/** Values that are one text under a name. Each is made at once: one whose name is computed is not. */
const MADE = {
  address: (address: string): Made => ({ address }),
  name: (name: string): Made => ({ name }),
  note: (note: string): Made => ({ note }),
  number: (number: string): Made => ({ number }),
  uri: (uri: string): Made => ({ uri }),
};
export type TextName = keyof typeof MADE;

/** An entry whose value is one text under this name. */
export function textCodec(name: TextName): ValueCodec {
  const made = MADE[name];
  return {
    toTexts(value) {
      const text = plainText(value[name]);
      return text === null ? null : [text];
    },
    fromTexts: ([text]) => (text === null || text === undefined || isBlank(text) ? null : made(text)),
  };
}

export const NO_ENTRIES: readonly Value[] = [];

/** One entry in cells of its own. `marks`: what its place says of it; `fits`: does an entry belong there? */
export function plainSlot(
  columns: readonly string[],
  codec: ValueCodec,
  marks: Plain = {},
  fits: (value: Plain) => boolean = () => true,
): Slot {
  const marked = Object.keys(marks);
  return {
    columns,
    read(texts) {
      const value = areBlank(texts) ? null : codec.fromTexts(texts);
      if (value === null) return NO_ENTRIES;
      for (const name of marked) value[name] = marks[name] as Value;
      return [value];
    },
    write(entries, now) {
      const value = plain(entries[0]);
      if (entries.length > 1 || value === null || !fits(value)) return null;
      const texts = codec.toTexts(value, now);
      if (texts !== null)
        for (let at = 0; at < texts.length; at++) texts[at] = kept(codec, at, now[at] ?? '', texts[at] as string);
      return texts;
    },
  };
}

/** Between several values of one cell. */
const SEPARATOR = ' ::: ';
const FORBIDDEN = ':::';

/** Google's place for entries: a label, and values of which several share the cells when they share the label. */
export function labelledSlot(label: string, columns: readonly string[], codec: ValueCodec, words: LabelWords): Slot {
  const read = (texts: Texts, said: string): Value | null => {
    const value = codec.fromTexts(texts);
    return value === null ? null : withLabel(value, readLabel(said, words));
  };
  const blank = ['', ...columns.map(() => '')];
  return {
    columns: [label, ...columns],
    read(texts) {
      const own = texts.slice(1);
      if (areBlank(own)) return NO_ENTRIES;
      const said = texts[0] ?? '';
      if (!own.some(isShared)) {
        const value = read(own, said);
        return value === null ? NO_ENTRIES : [value];
      }
      return rowsOf(own).flatMap((row) => read(row, said) ?? []);
    },
    write(entries, texts) {
      const now = texts.slice(1);
      let own = '';
      let rows: (readonly string[])[] | null = null;
      for (const entry of entries) {
        const value = plain(entry);
        if (value === null) return null;
        const said = writeLabel(value, words);
        if (rows !== null && !sameLabel(said, own, words)) return null;
        const row = codec.toTexts(value, now);
        if (row === null || row.some(isForbidden)) return null;
        if (rows === null) [own, rows] = [said, [row]];
        else rows.push(row);
      }
      if (rows === null) return null;
      const before = texts[0] ?? '';
      const written = blank.slice();
      written[0] = sameLabel(before, own, words) ? before : own;
      for (let at = 0; at < columns.length; at++) written[at + 1] = kept(codec, at, now[at] ?? '', inOne(rows, at));
      return written;
    },
  };
}

const isForbidden = (text: string): boolean => text.includes(FORBIDDEN);

/** What several rows say in one cell. */
function inOne(rows: readonly (readonly string[])[], at: number): string {
  if (rows.length === 1) return rows[0]?.[at] ?? '';
  const texts = rows.map((row) => row[at] ?? '');
  return texts.every((text) => text === '') ? '' : texts.join(SEPARATOR);
}

const isBlankOrNone = (text: string | null): boolean => text === null || isBlank(text);
const areBlank = (texts: Texts): boolean => texts.every(isBlankOrNone);

const isShared = (text: string | null): boolean => text?.includes(SEPARATOR) === true;

/** Cells of several values each, taken apart where all have as many; else they are taken as one. */
function rowsOf(texts: Texts): readonly Texts[] {
  const lists = texts.map((text) => (text === null || isBlank(text) ? null : text.split(SEPARATOR)));
  const count = lists.find((list) => list !== null)?.length ?? 0;
  if (lists.some((list) => list !== null && list.length !== count)) return [texts];
  return Array.from({ length: count }, (_, at) => lists.map((list) => list?.[at] ?? ''));
}

/** A text as it is to be written in a cell: as what stands there, where both mean the same. */
function kept(codec: ValueCodec, column: number, now: string, text: string): string {
  if (text === '' && isBlank(now)) return now;
  return codec.like?.(column, now, text) ?? text;
}

/** Cells that only tell of another one, and are stale when that changes. */
export const withStale = (slot: Slot, stale: readonly string[]): Slot => ({ ...slot, stale });
