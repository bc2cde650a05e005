import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { putFields } from '../../../src/main/snapshot/lens.ts';
import { csvFormat } from '../../../src/main/sources/contacts/csv/csv-format.ts';
import type { CsvLayoutName } from '../../../src/main/sources/contacts/csv/layouts.ts';
import { ldifFormat } from '../../../src/main/sources/contacts/ldif/ldif-format.ts';
import { vcardFormat } from '../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { TextFormat } from '../../../src/main/sources/text/text-format.ts';

const part = (kind: string, value: string): Value => ({ kind, value });
const ADA: Fields = new Map<never, Value>(
  Object.entries({
    name: {
      full: 'Lady Ada Augusta Lovelace, FRS',
      components: [
        part('surname', 'Lovelace'),
        { ...(part('given', 'Ada') as object), phonetic: 'Eida' },
        part('given2', 'Augusta'),
        part('title', 'Lady'),
        part('credential', 'FRS'),
      ],
    },
    'addresses/a': {
      contexts: { private: true },
      components: [
        part('apartment', 'Apt 5'),
        part('name', '1 Infinite Loop'),
        part('locality', 'Cupertino'),
        part('country', 'USA'),
      ],
    },
    'organizations/o': { name: 'Engines', units: [{ name: 'R&D' }, { name: 'Team Two' }] },
  }) as never,
);

const WITHOUT_SUITE: Fields = new Map<never, Value>([
  ...ADA,
  [
    fieldName('addresses/a'),
    { components: [part('name', '1 Infinite Loop'), part('locality', 'Cupertino'), part('country', 'USA')] },
  ],
] as never);

/** What the record says after an edit of the text in which `format` shows it. */
function edited(
  format: TextFormat,
  from: string,
  to: string,
  full: Fields = ADA,
  shows = true,
): { [field: string]: unknown } {
  const held = format.project(full);
  const bytes = format.write(format.split(format.empty(), null), [{ item: null, before: null, after: held, uid: 'u' }]);
  const was = Buffer.from(bytes).toString();
  expect(was).toContain(from);
  const text = format.split(Buffer.from(was.replace(from, to)), null);
  const now = format.read(text, text.items[0] as never, held);
  const put = putFields('contacts', full, held, now, (each) => format.project(each));
  // What it holds then is what was written there.
  if (shows) expect(format.project(put)).toEqual(now);
  return Object.fromEntries(put);
}
const said = (value: unknown, list = 'components') =>
  (value as { [list: string]: { kind?: string; name?: string; value?: string }[] })[list]?.map(
    ({ kind = '', value, name }) => `${kind} ${value ?? name}`.trim(),
  );
const table = (name: CsvLayoutName): TextFormat => csvFormat(name);

describe('an edit of a part, where others have no place', () => {
  it.each([
    ['csv-thunderbird', table('csv-thunderbird'), 'Ada,', 'Adah,'],
    ['ldif', ldifFormat as TextFormat, 'givenName: Ada', 'givenName: Adah'],
  ])('of a name changes that one: %s', (_, format, from, to) => {
    const { name } = edited(format, from, to);
    expect(said(name)).toEqual(['surname Lovelace', 'given Adah', 'given2 Augusta', 'title Lady', 'credential FRS']);
    expect(name).toMatchObject({ full: 'Lady Ada Augusta Lovelace, FRS' });
    expect(JSON.stringify(name)).toContain('Eida');
  });

  it('of an address changes that one, also where two are shown as one text', () => {
    const of = (from: string, to: string) => said(edited(table('csv-outlook-com'), from, to)['addresses/a']);
    const [apartment, street, place, country] = [
      'apartment Apt 5',
      'name 1 Infinite Loop',
      'locality Cupertino',
      'country USA',
    ];
    expect(of('Cupertino', 'San Jose')).toEqual([apartment, street, 'locality San Jose', country]);
    expect(of('Loop', 'Road')).toEqual([apartment, 'name 1 Infinite Road', place, country]);
    expect(of('Apt 5', 'Apt 17')).toEqual(['apartment Apt 17', street, place, country]);
    expect(of('Apt 5 ', '')).toEqual([street, place, country]);
    expect(of('Apt 5 1 Infinite Loop', 'Main St 2')).toEqual(['name Main St 2', place, country]);
    expect(of('Apt 5 1 Infinite Loop', '')).toEqual([place, country]);
    expect(of('Cupertino', '')).toEqual([apartment, street, country]);
  });

  it('of a company changes that unit', () => {
    const of = (from: string, to: string) => said(edited(table('csv-google'), from, to)['organizations/o'], 'units');
    expect(of('Team Two', 'Team Three')).toEqual(['R&D', 'Team Three']);
    expect(of('R&D, Team Two', 'Sales')).toEqual(['Sales']);
    expect(of('Engines', 'Motors')).toEqual(['R&D', 'Team Two']);
  });
});

it('a part that comes stands where the source has it', () => {
  const full = new Map(ADA).set(fieldName('addresses/a'), {
    contexts: { private: true },
    components: [part('apartment', 'Apt 5'), part('name', 'Loop'), part('country', 'USA')],
  });
  const format = table('csv-outlook-com');
  const held = format.project(full);
  const now = new Map(held).set(fieldName('addresses/a'), {
    contexts: { private: true },
    components: [part('name', 'Apt 5 Loop'), part('locality', 'Cupertino'), part('country', 'USA')],
  });
  const put = putFields('contacts', full, held, now, (each) => format.project(each));
  expect(said(put.get(fieldName('addresses/a')))).toEqual([
    'apartment Apt 5',
    'name Loop',
    'locality Cupertino',
    'country USA',
  ]);
});

describe.each([
  ['csv-outlook-com', table('csv-outlook-com')],
  ['a card of 3.0', vcardFormat('3.0')],
])('an address of which only the whole is known: %s', (_, format) => {
  const address = { contexts: { private: true }, full: 'Main St 2, Vienna' };
  const full = new Map(ADA).set(fieldName('addresses/a'), address);
  const of = (from: string, to: string) => edited(format, from, to, full)['addresses/a'];

  it('stands where a street would, and stays the whole where it is edited there', () => {
    const comma = format.kind === 'contacts' && format.namesMembers === true ? '\\,' : ',';
    expect(of(`Main St 2${comma}`, `Main St 3${comma}`)).toEqual({ ...address, full: 'Main St 3, Vienna' });
    expect(edited(format, 'Lovelace', 'King', full)['addresses/a']).toEqual(address);
  });
});

it('it has parts once it is given some', () => {
  const format = vcardFormat('3.0');
  const full = new Map(ADA).set(fieldName('addresses/a'), { full: 'Main St 2' });
  const put = edited(format, ':;;Main St 2;;;;', ':;;Main St 2;Vienna;;;', full);
  expect(put['addresses/a']).toEqual({ components: [part('name', 'Main St 2'), part('locality', 'Vienna')] });
});

it('the whole of an address that Google made of its parts is no part of it once one of those is edited beside it', () => {
  const google = table('csv-google');
  const street = edited(google, ',1 Infinite Loop,', ',2 Infinite Loop,', WITHOUT_SUITE, false)['addresses/a'];
  expect(said(street)).toContain('name 2 Infinite Loop');
  expect(street).not.toHaveProperty('full');
  // Words of a person's own are.
  const whole = edited(google, '"1 Infinite Loop\nCupertino\nUSA"', 'By the river', WITHOUT_SUITE)['addresses/a'];
  expect(whole).toHaveProperty('full', 'By the river');
});
