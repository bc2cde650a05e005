import { placesOf, type Table, tableOf } from '../cells/bound.ts';
import { columnsIn, type Layout } from '../cells/layout.ts';
import { GOOGLE, GOOGLE_LEGACY } from './google.ts';
import { OUTLOOK, OUTLOOK_COM } from './outlook.ts';
import { THUNDERBIRD } from './thunderbird.ts';

export type CsvLayoutName = 'csv-google' | 'csv-google-legacy' | 'csv-outlook' | 'csv-outlook-com' | 'csv-thunderbird';

/** A layout of CSV files, with the names of its columns at hand. */
export interface CsvLayout extends Layout {
  readonly name: CsvLayoutName;
  /** Columns that are understood; others travel as they are. */
  readonly understood: ReadonlySet<string>;
  /** The column a header names, however it is written; null: it knows none. */
  columnOf(header: string): string | null;
  /** What a new file can say. */
  readonly table: Table;
  /** Does a new file say that it is UTF-8? */
  readonly marked: boolean;
}

function csvLayout(name: CsvLayoutName, layout: Layout, marked: boolean): CsvLayout {
  const understood = columnsIn(layout);
  const names = new Map([...layout.columns, ...understood].map((column) => [column.toLowerCase(), column]));
  for (const [other, column] of layout.aliases ?? []) names.set(other.toLowerCase(), column);
  return {
    ...layout,
    name,
    understood,
    table: tableOf(layout, placesOf(layout.columns)),
    marked,
    columnOf: (header) => names.get(header.trim().toLowerCase()) ?? null,
  };
}

/** Every layout there is, in the order in which a header is compared with them. */
export const CSV_LAYOUTS: readonly CsvLayout[] = [
  csvLayout('csv-google', GOOGLE, true),
  csvLayout('csv-google-legacy', GOOGLE_LEGACY, true),
  csvLayout('csv-outlook', OUTLOOK, true),
  csvLayout('csv-outlook-com', OUTLOOK_COM, true),
  csvLayout('csv-thunderbird', THUNDERBIRD, false),
];

/** The layout of a format by its name. */
export function csvLayoutNamed(name: CsvLayoutName): CsvLayout {
  return CSV_LAYOUTS.find((layout) => layout.name === name) as CsvLayout;
}

/** So many columns of a header have to be known, or all of a smaller one. */
const FEWEST = 3;

/** The layout of a file with this header; null: none that is known. Of several the one that knows most of it, and that a new file of has most of. */
export function layoutOf(header: readonly string[]): CsvLayout | null {
  const own = header.filter((name) => name.trim() !== '');
  const scored = CSV_LAYOUTS.map((layout) => {
    const columns = own.flatMap((name) => layout.columnOf(name) ?? []);
    return { layout, known: columns.length, usual: columns.filter((column) => layout.columns.includes(column)).length };
  });
  const [best] = scored.toSorted((a, b) => b.known - a.known || b.usual - a.usual);
  if (best === undefined || best.known < Math.max(2, Math.min(FEWEST, own.length), own.length / 3)) return null;
  return best.layout;
}

/** How many columns of a header a layout knows. */
export function known(layout: CsvLayout, header: readonly string[]): number {
  return header.filter((name) => layout.columnOf(name) !== null).length;
}
