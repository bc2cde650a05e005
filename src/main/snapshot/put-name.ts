import { fullNameIn, isMadeUpOf } from '../record/made-up-name.ts';
import { type Fields, isPlain, type Value } from '../record/value.ts';
import { isOfParts, kindOf, type Part, textOf } from './put-parts.ts';

/**
 * A name that was edited (`put`) in a source that has no place for the whole of it, and makes one of the parts: the whole the record states (`full`)
 * is still somebody's own words. It follows word by word, where a part that is another one now stands in it; what it says otherwise stays ("Dr. Bob"
 * of a Robert). Where no part is what it was and none stood in it, it was another person's. Any other value as it is; whether the source shows that
 * as it says it by now is for the caller to see.
 */
export function nameBeside(put: Value, full: Value, before: Value, now: Value): Value {
  if (![put, full, before, now].every(isPlain)) return put;
  const [value, own, was, is] = [put, full, before, now] as readonly [Part, Part, Part, Part];
  const [parts, edited] = [was.components ?? [], is.components ?? []];
  if (!isOfParts(parts) || !isOfParts(edited)) return put;
  const { full: _, ...rest } = value;
  if (isAlone(own, was) && edited.length === 1 && textOf(edited[0] as Part) === is.full) {
    const { components: __, ...whole } = rest;
    return { ...whole, full: is.full as string };
  }
  if (own.full === was.full) return put;
  const said = typeof own.full === 'string' ? following(own.full, parts, edited) : '';
  if (said === null) return put;
  return said === '' ? rest : { ...rest, full: said };
}

/**
 * The name that a source says, which had none in full, but one that was made up of what else it said (`before`): where that is another thing by now,
 * and the line that was made up was left as it was, nobody is called so. null: it says nothing else. Any other name as it is.
 */
export function withoutFormerName(name: Value, before: Fields, now: Fields): Value {
  const full = fullNameIn(now);
  if (typeof full !== 'string' || fullNameIn(before) !== null || !isPlain(name)) return name;
  if (!isMadeUpOf(full, before) || isMadeUpOf(full, now)) return name;
  const { full: _, fullParams: __, ...rest } = name;
  return Object.keys(rest).length === 0 ? null : rest;
}

/** Is only the whole known, which the source shows where one of the parts would stand? */
function isAlone({ full, components }: Part, was: Part): boolean {
  return typeof full === 'string' && components === undefined && was.full === full && was.components !== undefined;
}

/** null: none of the parts is as it was, and it is made of none of them. */
function following(full: string, before: readonly Part[], now: readonly Part[]): string | null {
  const kinds = [...new Set(before.map(kindOf))];
  const changed = kinds.flatMap((kind) => {
    const [was, is] = [before, now].map((parts) => wordsOf(parts, kind)) as [string, string];
    return was === is ? [] : [{ was, is, at: placeIn(full, was) }];
  });
  const found = changed.filter(({ at }) => at >= 0).sort((a, b) => b.at - a.at);
  if (found.length === 0) return kinds.length > 1 && changed.length === kinds.length ? null : full;
  let said = full;
  for (const { was, is, at } of found) said = said.slice(0, at) + is + said.slice(at + was.length);
  return said.replace(/\s+(?=[\s,])/g, '').replace(/^[\s,]+|[\s,]+$/g, '');
}

export const wordsOf = (parts: readonly Part[], kind: string): string =>
  parts.flatMap((part) => (kindOf(part) === kind ? (textOf(part) ?? []) : [])).join(' ');

const WORD = /[\p{L}\p{N}]/u;
/** Where words stand in a text, as words of their own; -1: nowhere, or it cannot be told which of them are meant. */
export function placeIn(text: string, words: string): number {
  const at = text.indexOf(words);
  if (at < 0 || at !== text.lastIndexOf(words)) return -1;
  const isOneWord = (a: string | undefined, b: string | undefined): boolean => WORD.test(a ?? '') && WORD.test(b ?? '');
  const isWithin = isOneWord(text[at - 1], words[0]) || isOneWord(words.at(-1), text[at + words.length]);
  return isWithin ? -1 : at;
}
