import type { ExportView } from './contract.ts';
import { numberText } from './number-text.ts';
import { listed } from './overall-state.ts';

/** What computes to nothing but a number: phone numbers begin so. */
const NUMBER = /^[+-][\d\s()./-]*$/;
const NAMED = 3;

/** That a spreadsheet may take cells of a copy for formulas, in which columns; null: it has none but plain numbers. */
export function formulaWords({ formulas = [] }: Pick<ExportView, 'formulas'>): string | null {
  const cells = formulas.filter(({ value }) => !NUMBER.test(value));
  if (cells.length === 0) return null;
  const columns = [...new Set(cells.map(({ column }) => column))];
  const others = columns.length - NAMED;
  const shown = columns.slice(0, NAMED);
  const names = listed(others > 0 ? [...shown, `${numberText(others)} more`] : shown);
  const they = cells.length === 1 ? 'One cell begins' : `${numberText(cells.length)} cells begin`;
  return `${they} with =, +, -, @ or a tab (in ${names}): a spreadsheet may take that for a formula. Open the copy only where that does no harm.`;
}
