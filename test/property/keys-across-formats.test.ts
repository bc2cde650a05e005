import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldName } from '../../src/main/record/ids.ts';
import type { Fields, Value } from '../../src/main/record/value.ts';
import { putFields } from '../../src/main/snapshot/lens.ts';
import { csvFormat } from '../../src/main/sources/contacts/csv/csv-format.ts';
import { CSV_LAYOUTS } from '../../src/main/sources/contacts/csv/layouts.ts';
import { ldifFormat } from '../../src/main/sources/contacts/ldif/ldif-format.ts';
import { vcardFormat } from '../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { TextFormat } from '../../src/main/sources/text/text-format.ts';
import { withNew } from '../fakes/text-format-laws.ts';

const FORMATS: readonly (readonly [string, TextFormat])[] = [
  ...(['2.1', '3.0', '4.0'] as const).map((version) => [`vcard ${version}`, vcardFormat(version)] as const),
  ...CSV_LAYOUTS.map(({ name }) => [name, csvFormat(name)] as const),
  ['ldif', ldifFormat],
];
const PAIRS = FORMATS.flatMap(([a, from]) => FORMATS.map(([b, to]) => [a, b, from, to] as const));

// What people write into an address book; every entry of a map is another one.
const word = (prefix: string) => fc.integer({ min: 1, max: 10_000 }).map((number) => `${prefix}${number}`);
const context = fc.constantFrom<Value>({ private: true }, { work: true });
const part = (kind: string, prefix: string) => word(prefix).map((value) => ({ kind, value }));
const some = (arbitrary: fc.Arbitrary<unknown>, most = 2) => fc.array(arbitrary, { maxLength: most });
const day = fc.record({
  year: fc.constant(1990),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
});
const anyEvent = fc.constantFrom<Value>(
  { kind: 'other', label: 'First met' },
  { kind: 'other', label: '_$!<Nameday>!$_' },
  { kind: 'other' },
);
const entries = fc.record({
  emails: some(fc.record({ address: word('Ana').map((name) => `${name}@Example.org`), contexts: context })),
  phones: some(
    fc.record({
      number: word('+43 (0)1 / 555-').map((number) => number),
      contexts: context,
      pref: fc.constantFrom(1, 2),
    }),
  ),
  addresses: some(
    fc.record({
      components: fc.tuple(
        part('name', 'Hauptstraße '),
        part('locality', 'St. Pölten '),
        part('region', 'NÖ'),
        part('postcode', '31'),
        part('country', 'Austria'),
      ),
      contexts: context,
      countryCode: fc.constant('AT'),
    }),
    1,
  ),
  organizations: some(fc.record({ name: word('Firm & Co '), units: fc.tuple(fc.record({ name: word('Unit ') })) }), 1),
  titles: some(fc.record({ name: word('Head of '), kind: fc.constant('title') }), 1),
  notes: some(fc.record({ note: word('met at the fair\nin ') }), 1),
  nicknames: some(fc.record({ name: word('Annie') }), 1),
  links: some(fc.record({ uri: word('https://example.org/~ana/?p='), contexts: fc.constant({ work: true }) }), 1),
  anniversaries: fc
    .tuple(some(fc.constant({ kind: 'birth' }), 1), some(fc.constant({ kind: 'wedding' }), 1), some(anyEvent))
    .chain((kinds) => fc.tuple(...kinds.flat().map((what) => day.map((date) => ({ ...(what as object), date }))))),
  relatedTo: fc.uniqueArray(
    fc.record({
      who: word('Jo Doe '),
      said: fc.constantFrom<Value>(
        { relation: { spouse: true } },
        { relation: { friend: true } },
        { relation: {}, label: '_$!<Mother>!$_' },
        { relation: {}, label: 'Cousin' },
        { relation: {} },
      ),
    }),
    { maxLength: 2, selector: ({ who }) => who },
  ),
});
const contacts = fc.tuple(word('Ana'), word('García'), entries).map(([given, surname, maps]): Fields => {
  const components = [
    { kind: 'surname', value: surname },
    { kind: 'given', value: given },
  ];
  const fields = new Map([[fieldName('name'), { full: `${given} ${surname}`, components } as Value]]);
  for (const [map, all] of Object.entries(maps))
    all.forEach((value, at) => {
      const { who, said } = value as { readonly who?: string; readonly said?: Value };
      fields.set(fieldName(`${map}/${who ?? `k${at}`}`), said ?? (value as Value));
    });
  return fields;
});

/** What a text of one item says to somebody who knows nothing of it, or what it `held`. */
function readIn(format: TextFormat, bytes: Uint8Array, held: Fields | null): Fields {
  const text = format.split(bytes);
  return format.read(text, text.items[0]!, held);
}
const RUNS = { numRuns: Number(process.env.LOCKSTEP_RUNS ?? 3), seed: 20_260_101 };
const entriesIn = (fields: Fields): ReadonlySet<string> =>
  new Set([...fields.keys()].filter((field) => field.includes('/')));

describe.each(PAIRS)('%s and %s', (_from, _to, from, to) => {
  it('give one thing one key, whoever reads it first; what is edited there is the same field here', () => {
    fc.assert(
      fc.property(contacts, (made) => {
        const full = readIn(from, withNew(from, from.empty(), from.project(made)), null);
        const shown = to.project(full);
        const bytes = withNew(to, to.empty(), shown);
        expect(entriesIn(readIn(to, bytes, null))).toEqual(entriesIn(shown));
        const text = to.split(bytes);
        for (const field of shown.keys()) {
          const entry = shown.get(field) as { readonly [part: string]: Value };
          const changes = ['address', 'number', 'note', 'uri'].filter((name) => typeof entry[name] === 'string');
          if (entry.date !== undefined && field.startsWith('anniversaries/')) changes.push('date');
          for (const name of changes) {
            const other = name === 'date' ? { year: 1991, month: 1, day: 31 } : `${String(entry[name])}9`;
            const after = new Map([...shown, [field, { ...entry, [name]: other }]]);
            const written = to.write(text, [{ item: text.items[0]!, before: shown, after, uid: '' }]);
            const now = putFields('contacts', full, shown, readIn(to, written, shown));
            const changed = [...new Set([...full.keys(), ...now.keys()])].filter(
              (each) => JSON.stringify(full.get(each)) !== JSON.stringify(now.get(each)),
            );
            expect(changed).toEqual([field]);
          }
        }
      }),
      RUNS,
    );
  });
});
