import { splitCsv, textsOfItem } from './csv-text.ts';
import { type CsvLayoutName, csvLayoutNamed } from './layouts.ts';

/** A cell that a spreadsheet may take for a formula. */
export interface FormulaCell {
  /** Among the rows of items, from 0 on. */
  readonly row: number;
  readonly column: string;
  readonly value: string;
}

const BEGINS_ONE = /^[=+\-@\t]/;

/** Those of a table of this layout. They are told, not changed: what is written has to say the same when it is read again. */
export function formulaCells(table: Uint8Array, layout: CsvLayoutName): readonly FormulaCell[] {
  const text = splitCsv(table, csvLayoutNamed(layout));
  return text.items.flatMap((item, row) =>
    textsOfItem(text, item).raw.flatMap((value, at) =>
      BEGINS_ONE.test(value) ? [{ row, column: text.header?.[at] ?? '', value }] : [],
    ),
  );
}
