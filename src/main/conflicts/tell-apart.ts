import type { FieldView } from '../../contract/contract.ts';
import { contactWords, fieldWords, isTold } from '../../contract/field-words.ts';
import { canonicalText } from '../past/canonical-text.ts';
import { valueView } from '../past/value-view.ts';
import { compareTexts } from '../record/compare-texts.ts';
import type { FieldName } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';
import { entryMark } from './contact-marks.ts';

/** So many things tell two contacts apart well enough; a person opens them to see the rest. */
const MOST = 3;
/** What people know somebody by comes first. */
const ORDER = [
  'emails',
  'phones',
  'organizations',
  'titles',
  'anniversaries',
  'addresses',
  'nicknames',
  'onlineServices',
  'links',
  'notes',
  'media',
];

/** What each of two contacts says that the other one does not, as a person reads it: the most telling first. Pure. */
export function tellApart(one: Fields, other: Fields): readonly [readonly FieldView[], readonly FieldView[]] {
  return [alone(one, other), alone(other, one)];
}

function alone(fields: Fields, other: Fields): readonly FieldView[] {
  const there = new Set([...other].map(([field, value]) => readAs(field, value)));
  const found = [...fields].filter(([field, value]) => isTold(field) && !there.has(readAs(field, value)));
  const rank = (field: FieldName): number => {
    const at = ORDER.indexOf(mapOf(field));
    return at < 0 ? ORDER.length : at;
  };
  return found
    .sort(([a], [b]) => rank(a) - rank(b) || compareTexts(a, b))
    .slice(0, MOST)
    .map(([path, value]) => ({ path, value: valueView(value) }));
}

const mapOf = (field: FieldName): string => field.split('/')[0] ?? field;

/** Equal where a person reads the same: whatever its key, and however a number is spaced. */
function readAs(field: FieldName, value: Value): string {
  const said = entryMark(field, value) ?? (contactWords(field, valueView(value)) || canonicalText(field, value));
  const of = mapOf(field);
  return `${of === field ? fieldWords(field) : of} ${said.toLowerCase()}`;
}
