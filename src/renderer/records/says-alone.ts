import type { ShownRecordView } from '../../contract/contract.ts';
import { fieldValueText } from '../components/value-text.ts';

type Field = ShownRecordView['fields'][number];

/** What a field says, whatever its key and label are; of a picture what it is, not its size. */
function said({ path, value }: Field): string {
  const map = path.split('/')[0] ?? path;
  return `${map}\n${map === 'media' ? JSON.stringify(value) : fieldValueText(path, value).toLowerCase()}`;
}

/** The fields of one record of which another does not say the same, by path. */
export function saysAlone(fields: readonly Field[], others: readonly Field[]): ReadonlySet<string> {
  const known = new Set(others.map(said));
  return new Set(fields.filter((field) => !known.has(said(field))).map(({ path }) => path));
}
