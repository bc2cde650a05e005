import { expect, it } from 'vitest';
import { EXISTS } from '../../../src/main/record/file-entry.ts';
import { type Dot, fieldName } from '../../../src/main/record/ids.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { type Sent, SentStore } from '../../../src/main/store/sent-store.ts';

const sent = (title: string): Sent => ({
  held: new Map([
    [EXISTS, { value: true, dots: [1 as Dot] }],
    [fieldName('title'), { value: title, dots: [2 as Dot] }],
  ]),
  native: new Map([[fieldName('title'), title]]),
});

it('remembers what a record was given, the last of it first, and each once, until it is dropped', () => {
  const store = new SentStore(openDatabase(':memory:'));
  for (const title of ['one', 'two', 'two']) store.note(1, 7, sent(title));
  store.note(1, 8, sent('other'));
  store.note(2, 7, sent('elsewhere'));
  expect(store.of(1, 7)).toEqual([sent('two'), sent('one')]);
  store.drop(1, 7);
  expect([store.of(1, 7), store.of(1, 8), store.hasAny(1)]).toEqual([[], [sent('other')], true]);
  store.dropAll(1);
  expect([store.hasAny(1), store.of(2, 7)]).toEqual([false, [sent('elsewhere')]]);
});
