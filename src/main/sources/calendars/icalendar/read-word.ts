import type { FieldName } from '../../../record/ids.ts';
import { remembering } from '../../text/remembering.ts';
import { entryField } from './keys.ts';
import { unescapeText } from './property.ts';

/** What a member of CATEGORIES or CONCEPT says; null: nothing. */
export interface Word {
  readonly slot: string;
  readonly field: FieldName;
}

/** Of CATEGORIES. */
export const keywordOf = remembering(1_000, (member) => readWord('CATEGORIES', 'keywords', member));
/** Of CONCEPT. */
export const conceptOf = remembering(1_000, (member) => readWord('CONCEPT', 'categories', member));

function readWord(name: string, map: string, member: string): Word | null {
  const word = unescapeText(member).replaceAll('\n', ' ').trim();
  return word === '' ? null : { slot: `${name}/${word}`, field: entryField(map, word) };
}
