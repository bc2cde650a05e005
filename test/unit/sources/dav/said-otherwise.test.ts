import { afterEach, beforeEach, expect, it } from 'vitest';
import { fieldName, type RecordId, recordId } from '../../../../src/main/record/ids.ts';
import type { Fields } from '../../../../src/main/record/value.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { ConstructOutcome, Revision } from '../../../../src/main/sources/source-adapter.ts';
import { TextAdapter } from '../../../../src/main/sources/text/text-adapter.ts';
import { BOOK, bookOf } from './book-of-cards.ts';

const ID = recordId('a');
let here: Awaited<ReturnType<typeof bookOf>>;
let adapter: TextAdapter;
const known = new Map<RecordId, { revision: Revision; vouches: boolean; native: Fields }>();
const snapshot = {
  revisions: () => new Map(known),
  native: (id: RecordId) => known.get(id)?.native ?? null,
  shown: () => null,
  isOneWith: () => null,
  isNamed: () => false,
  awaited: () => [],
};
const text = (): string => here.book.cards.get(`${BOOK}a.vcf`)!.text;
const say = (etag: string, name: string, revised: string): void => {
  const said = `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:${name}\r\nREV:${revised}\r\nEND:VCARD\r\n`;
  here.book.cards.set(`${BOOK}a.vcf`, { etag, text: said });
};
const look = async (): Promise<void> => {
  await adapter.list(null, null, () => undefined, new AbortController().signal);
  for (const reading of await adapter.read([ID]))
    if ('fields' in reading)
      known.set(reading.id, { revision: reading.revision, vouches: true, native: reading.fields });
};
const write = async (name: string): Promise<ConstructOutcome> => {
  const { revision, native } = known.get(ID)!;
  const fields = new Map([...native, [fieldName('name'), { full: name }]]);
  const items = [{ id: ID, fields, expected: revision, native: null, replaces: null, content: null }];
  return (await adapter.construct(items))[0]!;
};

beforeEach(async () => {
  here = await bookOf([]);
  adapter = new TextAdapter(vcardFormat('3.0'), here.place, snapshot);
  known.clear();
  say('"1"', 'Ada', '20260101T000000Z');
  await look();
});
afterEach(() => here.server.end());

it('a card that says another time with each reading, and is the same version, is written to', async () => {
  say('"1"', 'Ada', '20260202T000000Z');
  expect(await write('Ada Lovelace')).toMatchObject({ done: 'written' });
  expect(text()).toContain('Ada Lovelace');
});

it('one that is another version is not', async () => {
  say('"2"', 'Ada King', '20260202T000000Z');
  expect(await write('Ada Lovelace')).toMatchObject({ done: 'refused', reason: 'changed-underneath' });
  expect(text()).toContain('FN:Ada King');
});
