import type { Value } from '../../../record/value.ts';
import { type Cells, type CellTexts, type Plain, plain, plainText, said } from './cells.ts';
import { type LabelWords, readLabel, sameLabel, writeLabel } from './labels.ts';
import type { Slot } from './layout.ts';

/** How the value of an entry is written into cells: one for `address` of an e-mail, several for an address. */
export interface ValueCodec {
  /** The cells of an entry, in the order of the columns; null: it cannot be written. `there`: which of the columns there are. */
  toTexts(value: Plain, there: readonly boolean[]): readonly string[] | null;
  fromTexts(texts: readonly string[]): Plain | null;
  /** `text` as it is to be written where the cell says `now`: `now` itself where both mean the same. Absent: just `text`. */
  like?(column: number, now: string, text: string): string;
}

/** An entry whose value is one text under this name. */
export function textCodec(name: string): ValueCodec {
  return {
    toTexts(value) {
      const text = plainText(value[name]);
      return text === null ? null : [text];
    },
    fromTexts: ([text = '']) => (text.trim() === '' ? null : { [name]: text }),
  };
}

const NO_ENTRIES: readonly Value[] = [];

/** One entry in cells of its own. `marks`: what its place says of it; `fits`: does an entry belong there? */
export function plainSlot(
  columns: readonly string[],
  codec: ValueCodec,
  marks: Plain = {},
  fits: (value: Plain) => boolean = () => true,
): Slot {
  return {
    columns,
    read(cells) {
      const texts = columns.map((column) => cells.text(column) ?? '');
      const value = texts.every((text) => text.trim() === '') ? null : codec.fromTexts(texts);
      return value === null ? NO_ENTRIES : [{ ...value, ...marks }];
    },
    write(entries, cells) {
      if (entries.length === 0) return new Map(columns.map((column) => [column, '']));
      const value = plain(entries[0]);
      if (entries.length > 1 || value === null || !fits(value)) return null;
      const texts = codec.toTexts(value, thereOf(columns, cells));
      return texts === null ? null : kept(columns, texts, codec, cells);
    },
  };
}

/** Between several values of one cell. */
const SEPARATOR = ' ::: ';
const FORBIDDEN = ':::';

/** Google's place for entries: a label, and values of which several share the cells when they share the label. */
export function labelledSlot(label: string, columns: readonly string[], codec: ValueCodec, words: LabelWords): Slot {
  return {
    columns: [label, ...columns],
    read(cells) {
      const rows = rowsOf(columns.map((column) => cells.text(column) ?? ''));
      if (rows.length === 0) return NO_ENTRIES;
      const marks = readLabel(cells.text(label) ?? '', words);
      return rows.flatMap((texts) => {
        const value = codec.fromTexts(texts);
        return value === null ? [] : { ...value, ...marks };
      });
    },
    write(entries, cells) {
      if (entries.length === 0) return new Map([label, ...columns].map((column) => [column, '']));
      const values: readonly Plain[] = entries.map(plain).filter((each) => each !== null);
      const [first] = values;
      if (first === undefined || values.length < entries.length) return null;
      const own = writeLabel(first, words);
      if (values.some((each) => !sameLabel(writeLabel(each, words), own, words))) return null;
      const rows = values.flatMap((each) => {
        const texts = codec.toTexts(each, thereOf(columns, cells));
        return texts === null || texts.some((text) => text.includes(FORBIDDEN)) ? [] : [texts];
      });
      if (rows.length < values.length) return null;
      const texts = columns.map((_, at) => {
        const column = rows.map((row) => row[at] ?? '');
        return column.every((text) => text === '') ? '' : column.join(SEPARATOR);
      });
      const now = cells.text(label) ?? '';
      return new Map([[label, sameLabel(now, own, words) ? now : own], ...kept(columns, texts, codec, cells)]);
    },
  };
}

const thereOf = (columns: readonly string[], cells: Cells): readonly boolean[] =>
  columns.map((column) => cells.text(column) !== null);

/** Cells of several values each, taken apart where all have as many; else they are taken as one. */
function rowsOf(texts: readonly string[]): readonly (readonly string[])[] {
  if (texts.every((text) => text.trim() === '')) return [];
  if (!texts.some((text) => text.includes(SEPARATOR))) return [texts];
  const lists = texts.map((text) => (text.trim() === '' ? null : text.split(SEPARATOR)));
  const count = lists.find((list) => list !== null)?.length ?? 0;
  if (lists.some((list) => list !== null && list.length !== count)) return [texts];
  return Array.from({ length: count }, (_, at) => lists.map((list) => list?.[at] ?? ''));
}

function kept(columns: readonly string[], texts: readonly string[], codec: ValueCodec, cells: Cells): CellTexts {
  return new Map(
    columns.map((column, at) => {
      const [now, text] = [cells.text(column) ?? '', texts[at] ?? ''];
      if (text === '' && now.trim() === '') return [column, now];
      return [column, codec.like?.(at, now, text) ?? text];
    }),
  );
}

/** Cells that only tell of another one, and are stale when that changes: blank then. */
export function withStale(slot: Slot, stale: readonly string[]): Slot {
  const [first = ''] = slot.columns;
  return {
    columns: slot.columns,
    read: (cells) => slot.read(cells),
    write(entries, cells) {
      const texts = slot.write(entries, cells);
      if (texts === null || texts.get(first) === (said(cells, first) ?? '')) return texts;
      return new Map<string, string>([...texts, ...stale.map((column) => [column, ''] as const)]);
    },
  };
}
