import type { DuplicateView, FieldView } from './contract.ts';
import { contactWords, fieldWords } from './field-words.ts';
import { isPlain, text } from './plain-value.ts';

const LONGEST = 60;

/** What a contact says alone, in one line: `E-mail ada@example.org, Phone (work) +44 1`. '' where it says nothing more. */
export const aloneWords = (alone: readonly FieldView[]): string => alone.map(fieldInWords).join(', ');

function fieldInWords({ path, value }: FieldView): string {
  const told = contactWords(path, value) ?? (isPlain(value) ? text(value.uri) : text(value));
  const words = told.replace(/\s*\n\s*/g, ' ').trim();
  const name = fieldWords(path, value);
  if (words === '') return name;
  return `${name} ${words.length > LONGEST ? `${words.slice(0, LONGEST - 1)}…` : words}`;
}

/** What tells two contacts apart, so that two pairs of the same name do not read alike: `One also says E-mail ada@example.org; the other Phone +44 1`. */
export function differenceWords({ records }: Pick<DuplicateView, 'records'>): string {
  const [one = '', other = ''] = records.map(({ alone }) => aloneWords(alone));
  if (one === '' && other === '') return 'Otherwise they say the same';
  if (one === '' || other === '') return `One also says ${one}${other}`;
  return `One also says ${one}; the other ${other}`;
}
