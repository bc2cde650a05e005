import { expect, it } from 'vitest';
import type { Collection } from '../../../src/main/collection.ts';
import { EXISTS } from '../../../src/main/record/file-entry.ts';
import { fieldName, type RecordId, recordId } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import type { Reading, SourceAdapter } from '../../../src/main/sources/source-adapter.ts';
import { DirtyItems } from '../../../src/main/take-in/dirty-items.ts';
import { GoneItems } from '../../../src/main/take-in/gone-items.ts';
import type { HeldItems } from '../../../src/main/take-in/held-items.ts';
import { followRenamed } from '../../../src/main/take-in/renamed-contacts.ts';
import { dot } from '../../fakes/tiny-records.ts';

type Said = { readonly [field: string]: Value };
const named = (full: string, more: Said = {}): Said => ({ name: { full }, ...more });
const phone = (number: string): Said => ({ 'phones/p': { number } });
const fieldsOf = (said: Said): Fields => new Map(Object.entries(said).map(([name, value]) => [fieldName(name), value]));

/** What is read as what, where a book held `were` and `came` stands in it: each item that came, by the contact it is read as. */
async function followed(
  were: { readonly [id: string]: Said },
  came: { readonly [id: string]: Said },
  kind = 'contacts',
) {
  const ids = Object.keys(were);
  const records = {
    at: (row: number) => (ids[row] === undefined ? null : { row, id: recordId(ids[row]) }),
    keepAtHand: () => undefined,
    snapshot: () => ({ revision: Uint8Array.of(0, 1), native: null }),
  };
  const collection = { kind, records } as unknown as Collection;
  const of = ({ id }: { readonly id: string }) =>
    new Map(
      [...fieldsOf(were[id] as Said), [EXISTS, true] as const].map(([field, value]) => [
        field,
        { value, dots: [dot(1)] },
      ]),
    );
  const held = { source: 1, project: null, of } as unknown as HeldItems;
  const gone = new GoneItems(collection, held);
  for (const [row, id] of ids.entries()) gone.add(recordId(id), row);
  const dirty = new DirtyItems(10);
  for (const id of Object.keys(came)) dirty.add({ id: recordId(id), size: 7 });
  const readAs: Record<string, string> = {};
  const adapter = {
    recognize(item: RecordId, record: RecordId) {
      readAs[item] = record;
      return Uint8Array.of(1);
    },
    shownAs: () => null,
  } as unknown as SourceAdapter;
  async function* read(): AsyncGenerator<readonly Reading[]> {
    yield Object.entries(came).map(([id, said]) => ({ id: recordId(id), fields: fieldsOf(said) }) as Reading);
  }
  await followRenamed(collection, adapter, held, { dirty, gone }, read);
  // Whoever is read as a contact is gone no more, and read under that one's id.
  const taken = new Set(Object.values(readAs));
  expect(new Set(gone.ids())).toEqual(new Set(ids.filter((id) => !taken.has(id))));
  const left = Object.keys(came).map((id) => readAs[id] ?? id);
  expect(dirty.all().map(({ id, size }) => [id, size])).toHaveLength(left.length);
  expect(new Set(dirty.all().map(({ id }) => id))).toEqual(new Set(left));
  return readAs;
}

it.each<
  readonly [string, { readonly [id: string]: Said }, { readonly [id: string]: Said }, { readonly [id: string]: string }]
>([
  ['says the same under another UID', { a: named('Ann') }, { b: named('Ann') }, { b: 'a' }],
  [
    'has the name and a number, and says more',
    { a: named('Ann Lee', phone('+43 1 2345678')) },
    { b: named('Lee, Ann', { ...phone('0043 1 2345678'), 'titles/t': { name: 'Dr' } }) },
    { b: 'a' },
  ],
  ['has its UID in other letters', { ABC: named('Ann') }, { abc: named('Anna') }, { abc: 'ABC' }],
  [
    'has no more than the name, and says something else',
    { a: named('Ann', phone('1234567')) },
    { b: named('Ann') },
    {},
  ],
  ['may be either of two', two('a', 'b'), { c: named('Ann', { ...phone('1234567'), x: 1 }) }, {}],
  ['is one of several who say the same', { a: named('Ann'), b: named('Ann') }, { c: named('Ann') }, { c: 'a' }],
])('who %s is or is not who went', async (_, were, came, expected) => {
  expect(await followed(were, came)).toEqual(expected);
});

function two(...ids: readonly string[]): { readonly [id: string]: Said } {
  return Object.fromEntries(ids.map((id) => [id, named('Ann', { ...phone('1234567'), own: id })]));
}

it('of events nothing is taken for another', async () => {
  expect(await followed({ a: { title: 'T' } }, { b: { title: 'T' } }, 'calendar')).toEqual({});
});
