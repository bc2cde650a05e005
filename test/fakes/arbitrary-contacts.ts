import fc from 'fast-check';
import { escapeName } from '../../src/main/record/entry-name.ts';
import { type FieldName, fieldName } from '../../src/main/record/ids.ts';
import type { Fields, Value } from '../../src/main/record/value.ts';

/** What people write, and what somebody hostile would. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom(
    'Ana',
    'García',
    'a, b',
    'he said "no"',
    'first\nsecond',
    'first\r\nsecond',
    '=HYPERLINK("http://x")',
    '+1-2',
    '-1',
    '@SUM(A1)',
    'a ::: b',
    'a::b',
    ' lead',
    'trail ',
    '* star',
    '"',
    '""',
    ',',
    ';',
    'a;b',
    '\t',
    'dn: cn=x',
    'x\ndn: cn=y\nmail: z@example.org',
    '<b>',
    ': x',
    '#no',
    'Home',
    'Work',
    'Other',
    '2001-02-03',
  ),
);
const anyKey = fc.stringMatching(/^[A-Za-z0-9_-]{1,6}$/);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const setOf = (...words: string[]): fc.Arbitrary<Value> =>
  fc.subarray(words, { minLength: 1 }).map((own) => Object.fromEntries(own.map((word) => [word, true])));

const marks = {
  contexts: maybe(setOf('work', 'private', 'billing')),
  pref: maybe(fc.integer({ min: 1, max: 3 })),
  label: maybe(fc.oneof({ weight: 3, arbitrary: fc.constantFrom('School', 'Car', 'Telex') }, anyText)),
};
const component = (...kinds: string[]): fc.Arbitrary<Value> =>
  fc.record({ kind: fc.constantFrom(...kinds), value: anyText });
const date: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({
    year: maybe(fc.integer({ min: 1, max: 9999 })),
    month: maybe(fc.integer({ min: 1, max: 12 })),
    day: maybe(fc.integer({ min: 1, max: 31 })),
  }),
  fc.constant({ utc: '2001-02-03T04:05:06Z' }),
);

/** Entries of each map, as the universal format has them. */
export const ENTRIES: { readonly [map: string]: fc.Arbitrary<unknown> } = {
  emails: fc.record({ address: fc.oneof(fc.constantFrom('a@example.org', 'b@example.org'), anyText), ...marks }),
  phones: fc.record({
    number: anyText,
    features: maybe(setOf('mobile', 'voice', 'fax', 'pager', 'textphone', 'main-number')),
    ...marks,
  }),
  addresses: fc.record({
    components: maybe(
      fc.array(
        component(
          'postOfficeBox',
          'apartment',
          'name',
          'number',
          'floor',
          'locality',
          'region',
          'postcode',
          'country',
          'x',
        ),
        { maxLength: 4 },
      ),
    ),
    full: maybe(anyText),
    ...marks,
  }),
  organizations: fc.record({
    name: maybe(anyText),
    units: maybe(fc.array(fc.record({ name: anyText }), { maxLength: 2 })),
  }),
  titles: fc.record({ name: anyText, kind: maybe(fc.constantFrom('title', 'role')) }),
  anniversaries: fc.record({
    kind: maybe(fc.constantFrom('birth', 'wedding', 'death', 'other')),
    label: maybe(anyText),
    date,
  }),
  notes: fc.record({ note: anyText, author: maybe(anyText) }),
  nicknames: fc.record({ name: anyText }),
  links: fc.record({ uri: anyText, kind: maybe(fc.constant('contact')), ...marks }),
  onlineServices: fc.record({ service: maybe(anyText), user: maybe(anyText), uri: maybe(anyText) }),
  media: fc.record({ kind: fc.constantFrom('photo', 'logo'), uri: maybe(anyText) }),
  wrong: fc.constantFrom<Value>(null, 1, 'text', [], {}),
};

const entry: fc.Arbitrary<readonly [string, unknown]> = fc
  .constantFrom(...Object.keys(ENTRIES))
  .chain((map) =>
    fc.tuple(
      map === 'wrong' ? fc.constantFrom('emails', 'phones', 'name') : fc.constant(map),
      anyKey,
      ENTRIES[map] as fc.Arbitrary<unknown>,
    ),
  )
  .map(([map, key, value]) => [map === 'name' ? 'name' : `${map}/${key}`, value] as const);

const name: fc.Arbitrary<unknown> = fc.record({
  full: maybe(anyText),
  fullParams: maybe(
    fc.constantFrom<Value>(
      { language: ['de'] },
      { type: ['WORK'], 'x-p': ['a,b', '1'] },
      { derived: ['true'] },
      {},
      'x',
    ),
  ),
  components: maybe(
    fc.array(
      fc.record({
        kind: fc.constantFrom('given', 'given2', 'surname', 'title', 'credential', 'generation', 'separator'),
        value: anyText,
        phonetic: maybe(anyText),
      }),
      { maxLength: 4 },
    ),
  ),
});

/** Contacts with anything in them, also what no source would give. */
export const anyContact: fc.Arbitrary<Fields> = fc
  .record({
    name: maybe(name),
    entries: fc.array(entry, { maxLength: 10 }),
    keywords: fc.array(fc.oneof(anyText, fc.constantFrom('myContacts', 'starred', 'Friends')), { maxLength: 3 }),
    relatedTo: fc.array(
      fc.tuple(
        anyText,
        fc.record({ relation: fc.constantFrom<Value>({ spouse: true }, { child: true }, {}), label: maybe(anyText) }),
      ),
      { maxLength: 3 },
    ),
  })
  .map(({ name: own, entries, keywords, relatedTo }) => {
    const fields = new Map<FieldName, Value>();
    const put = (field: string, value: unknown): void => {
      fields.set(fieldName(field), withoutAbsent(value));
    };
    if (own !== undefined) put('name', own);
    for (const [field, value] of entries) put(field, value);
    for (const word of keywords) put(`keywords/${escapeName(word)}`, true);
    for (const [who, value] of relatedTo) put(`relatedTo/${escapeName(who)}`, value);
    return fields;
  });

function withoutAbsent(value: unknown): Value {
  if (value === null || typeof value !== 'object') return value as Value;
  if (Array.isArray(value)) return value.map((each) => withoutAbsent(each));
  return Object.fromEntries(
    Object.entries(value as object)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, withoutAbsent(each)]),
  );
}
