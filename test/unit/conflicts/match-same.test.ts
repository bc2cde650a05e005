import { expect, it } from 'vitest';
import { matchSame, saidBy } from '../../../src/main/conflicts/match-same.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';

const said = (...fields: readonly (readonly [string, Value])[]) =>
  saidBy(new Map<FieldName, Value>(fields.map(([field, value]) => [fieldName(field), value])));
const told = (id: string, text: string) => ({ id: recordId(id), said: digestOf(text) });
const matched = (records: readonly string[], items: readonly string[]) =>
  [
    ...matchSame(
      records.map((each) => told(each, each[0]!)),
      items.map((each) => told(each, each[0]!)),
    ),
  ].map(([item, { record }]) => `${item} is ${record}`);

it('two say the same whatever the keys of their entries are, and when they did', () => {
  const one = said(['emails/x', { address: 'a' }], ['emails/y', { address: 'b' }], ['updated', 1], ['notes/n', null]);
  expect(said(['emails/1', { address: 'b' }], ['emails/2', { address: 'a' }], ['updated', 2], ['exists', true])).toBe(
    one,
  );
  expect(said(['emails/1', { address: 'b' }])).not.toBe(one);
  expect(said(['emails/1', { address: 'b' }], ['phones/2', { address: 'a' }])).not.toBe(one);
});

it('two whose words, or people, are others say something else; members of a group have other names in each book', () => {
  expect(said(['keywords/friend', true])).not.toBe(said(['keywords/work', true]));
  expect(said(['relatedTo/Bo', { relation: {} }])).not.toBe(said(['relatedTo/Cy', { relation: {} }]));
  expect(said(['members/a1', true])).toBe(said(['members/b1', true]));
  expect(said(['members/a1', true])).not.toBe(said(['members/a1', true], ['members/a2', true]));
  const known = (uid: string) =>
    saidBy(new Map([[fieldName(`members/${uid}`), true]]), (each) => recordId(each.at(-1)!));
  expect(known('a1')).toBe(known('b1'));
  expect(known('a1')).not.toBe(known('a2'));
});

it('as many are found as there are on both sides, the first by their ids', () => {
  expect(matched(['a2', 'a1', 'b1'], ['aj', 'ai', 'ak', 'c'])).toEqual(['ai is a1', 'aj is a2']);
  expect(matched(['a1', 'a2'], ['ai'])).toEqual(['ai is a1']);
});
