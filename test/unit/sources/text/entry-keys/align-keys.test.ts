import { expect, it } from 'vitest';
import { type FieldName, fieldName } from '../../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../../src/main/record/value.ts';
import { alignKeys } from '../../../../../src/main/sources/text/entry-keys/align-keys.ts';

const entry = (map: string, value: Value) => ({ map, value });
const before: Fields = new Map<FieldName, Value>([
  [fieldName('organizations/a'), { name: 'Netscape Communications Corp.' }],
  [fieldName('emails/home'), { address: 'ana@example.org', contexts: { private: true } }],
  [fieldName('emails/work'), { address: 'garcia@example.com', contexts: { work: true } }],
]);

it('what is written in the place of something quite different is that entry, changed', () => {
  expect(alignKeys([entry('organizations', { name: 'Mozilla' })], before)).toEqual(['organizations/a']);
});

it('a birthday is never another day, changed, though it stands in its place', () => {
  const birth: Fields = new Map([[fieldName('anniversaries/b'), { kind: 'birth', date: { year: 1980 } }]]);
  const keyOf = (kind: string) => alignKeys([entry('anniversaries', { kind, date: { year: 1981 } })], birth)[0];
  expect([keyOf('birth') === 'anniversaries/b', keyOf('other') === 'anniversaries/b']).toEqual([true, false]);
});

it('what is of another sort, in another place, is a new entry', () => {
  const keys = alignKeys(
    [
      entry('emails', { address: 'ana@example.org', contexts: { private: true } }),
      entry('emails', { address: 'garcia@example.com', contexts: { work: true } }),
      entry('emails', { address: 'x@y.zz', contexts: { private: true } }),
    ],
    before,
  );
  expect(keys.slice(0, 2)).toEqual(['emails/home', 'emails/work']);
  expect(keys[2]).not.toBe('emails/home');
});

it('entries no person has, so many and so long, are new ones: to compare them would take too long', () => {
  const texts = (sign: string, count: number) => Array.from({ length: count }, (_, at) => `${at} ${sign.repeat(190)}`);
  const kept = (count: number) => {
    const known: Fields = new Map(texts('ab', count).map((note, at) => [fieldName(`notes/known${at}`), { note }]));
    const keys = alignKeys(
      texts('ac', count).map((note) => entry('notes', { note })),
      known,
    );
    return keys.filter((key) => key.startsWith('notes/known')).length;
  };
  expect([kept(20), kept(100)]).toEqual([20, 0]);
});
