import { describe, expect, it } from 'vitest';
import { contactMarks } from '../../../src/main/conflicts/contact-marks.ts';
import { matchContacts } from '../../../src/main/conflicts/match-contacts.ts';
import { type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';

const told = (id: string, full: string, ...emails: readonly string[]) => ({
  id: recordId(id),
  marks: contactMarks(
    new Map<FieldName, Value>([
      [fieldName('name'), { full }],
      ...emails.map((address) => [fieldName(`emails/${address}`), { address }] as const),
    ]),
  ),
});
type Told = ReturnType<typeof told>;
const matched = (records: readonly Told[], items: readonly Told[]) =>
  [...matchContacts(records, items)].map(([item, { record }]) => [item, record]);

describe('contacts of a book that meets a collection', () => {
  it('are those of the same name with an e-mail or phone in common, and it is said by what', () => {
    const found = matchContacts([told('r', 'Ada Lovelace', 'ada@x.org')], [told('i', 'LOVELACE, Ada', 'Ada@x.org')]);
    expect([...found]).toEqual([['i', { record: 'r', by: ['email ada@x.org', 'name ada lovelace'] }]]);
  });

  it('are nobody who only may be it', () => {
    expect(matched([told('r', 'Ada', 'ada@x.org')], [told('i', 'Ada'), told('j', 'Bob', 'ada@x.org')])).toEqual([]);
  });

  it('are nobody where another is as sure, in the collection or in the book', () => {
    const [r, i] = [told('r', 'Ada', 'ada@x.org'), told('i', 'Ada', 'ada@x.org')];
    expect(matched([r, told('r2', 'Ada', 'ada@x.org')], [i])).toEqual([]);
    expect(matched([r], [i, told('i2', 'Ada', 'ada@x.org')])).toEqual([]);
    // Each of the two shares something else with it.
    const both = told('r', 'Ada', 'ada@x.org', 'ada@y.org');
    expect(matched([both], [i, told('i2', 'Ada', 'ada@y.org')])).toEqual([]);
    expect(matched([], [i, told('i2', 'Ada', 'ada@x.org')])).toEqual([]);
    expect(matched([r], [i, told('i2', 'Ada')])).toEqual([['i', 'r']]);
  });

  it('are those with whom most is shared, where others share less', () => {
    const [whole, part] = [told('r', 'Ada', 'ada@x.org', 'ada@y.org'), told('r2', 'Ada', 'ada@x.org')];
    const item = told('i', 'Ada', 'ada@x.org', 'ada@y.org');
    expect(matched([whole, part], [item])).toEqual([['i', 'r']]);
    expect(matched([whole], [told('i2', 'Ada', 'ada@x.org'), item])).toEqual([['i', 'r']]);
    // Of two in the book, or two in the collection, that have most in common with each other nobody knows.
    expect(matched([part], [item, told('i2', 'Ada', 'ada@x.org', 'ada@y.org')])).toEqual([]);
    expect(matched([whole, told('r3', 'Ada', 'ada@x.org', 'ada@y.org')], [told('i', 'Ada', 'ada@x.org')])).toEqual([]);
  });

  it('are all found, however many they are', () => {
    const book = (id: string) =>
      Array.from({ length: 5000 }, (_, at) => told(`${id}${at}`, `Person ${at}`, `p${at}@x.org`));
    expect(matched(book('r'), book('i'))).toHaveLength(5000);
  });
});
