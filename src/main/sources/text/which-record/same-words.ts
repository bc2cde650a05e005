import { compareTexts } from '../../../record/compare-texts.ts';
import { entryMapOf } from '../../../record/entry-maps.ts';
import { fieldRule } from '../../../record/field-rules.ts';
import type { Fields, Value } from '../../../record/value.ts';
import type { TextFormat } from '../text-format.ts';

/**
 * Pairs of what says the same words, in whatever order and under whatever keys were made up; of several that do the first is the first. By index: who of `known`
 * each of `items` may be; null: nobody.
 */
export function alignSameWords(
  kind: TextFormat['kind'],
  items: readonly (Fields | null)[],
  known: readonly Fields[],
): readonly (number | null)[] {
  const free = new Map<string, number[]>();
  known.forEach((fields, at) => {
    const words = wordsOf(kind, fields);
    const own = free.get(words);
    if (own === undefined) free.set(words, [at]);
    else own.push(at);
  });
  return items.map((fields) => (fields === null ? null : (free.get(wordsOf(kind, fields))?.shift() ?? null)));
}

function wordsOf(kind: TextFormat['kind'], fields: Fields): string {
  const words: string[] = [];
  const within = (value: Value): void => {
    if (value === null) return;
    if (value instanceof Uint8Array || typeof value !== 'object') words.push(String(value));
    else for (const each of Object.values(value)) within(each);
  };
  for (const [field, value] of fields) {
    if (fieldRule(kind, field).concurrent === 'larger') continue;
    if (value !== null && entryMapOf(field) === null) words.push(field);
    within(value);
  }
  return words.sort(compareTexts).join('\0');
}
