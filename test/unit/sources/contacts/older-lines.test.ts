import { describe, expect, it } from 'vitest';
import { escapeName } from '../../../../src/main/record/entry-name.ts';
import type { FieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { putFields } from '../../../../src/main/snapshot/lens.ts';
import { csvFormat } from '../../../../src/main/sources/contacts/csv/csv-format.ts';
import type { CsvLayoutName } from '../../../../src/main/sources/contacts/csv/layouts.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { VcardVersion } from '../../../../src/main/sources/contacts/vcard/vcard-text.ts';
import type { TextFormat } from '../../../../src/main/sources/text/text-format.ts';
import { withNew } from '../../../fakes/text-format-laws.ts';

type Plain = { readonly [key: string]: Value };

const readIn = (format: TextFormat, bytes: Uint8Array, before: Fields | null = null): Fields => {
  const split = format.split(bytes);
  return format.read(split, split.items[0]!, before);
};
const textOf = (version: VcardVersion, lines: readonly string[]): string =>
  ['BEGIN:VCARD', `VERSION:${version}`, 'UID:u', 'N:Doe;Ana;;;', ...lines, 'END:VCARD', ''].join('\r\n');

function cardOf(version: VcardVersion, ...lines: readonly string[]) {
  const format = vcardFormat(version);
  const text = textOf(version, lines);
  const fields = readIn(format, Buffer.from(text));
  const said = (map: string): Record<string, Value> =>
    Object.fromEntries([...fields].filter(([field]) => field.startsWith(`${map}/`)));
  const written = (after: Fields): string => {
    const split = format.split(Buffer.from(text));
    const [item = null] = split.items;
    const projected = format.project(after);
    const bytes = format.write(split, [{ item, before: fields, after: projected, uid: 'u' }]);
    expect(Object.fromEntries(readIn(format, bytes, projected))).toEqual(Object.fromEntries(projected));
    return Buffer.from(bytes).toString();
  };
  return {
    text,
    fields,
    days: Object.values(said('anniversaries')),
    people: Object.fromEntries(Object.entries(said('relatedTo')).map(([field, value]) => [field.slice(10), value])),
    unknown: Object.entries(said('vCard')).map(([field, value]) => [field.slice(0, field.lastIndexOf('/')), value]),
    /** The text once the entry of a map at this place says something else; null: once it is gone. */
    changed(map: string, change: (entry: Plain) => Value, at = 0): string {
      const field = Object.keys(said(map))[at] as FieldName;
      const after = new Map(fields);
      const value = change(fields.get(field) as Plain);
      if (value === null) after.delete(field);
      else after.set(field, value);
      return written(after);
    },
    renamed(from: string, to: string): string {
      const after = new Map(fields);
      const value = after.get(`relatedTo/${escapeName(from)}` as FieldName) as Value;
      after.delete(`relatedTo/${escapeName(from)}` as FieldName);
      after.set(`relatedTo/${escapeName(to)}` as FieldName, value);
      return written(after);
    },
    with: (field: string, value: Value): string => written(new Map([...fields, [field as FieldName, value]])),
    in: (other: VcardVersion): string =>
      Buffer.from(withNew(vcardFormat(other), new Uint8Array(0), vcardFormat(other).project(fields))).toString(),
  };
}
const date = { year: 2010, month: 5, day: 6 };

describe('days', () => {
  const apple = cardOf(
    '3.0',
    'item1.X-ABDATE;type=pref:2010-05-06',
    'item1.X-ABLabel:_$!<Anniversary>!$_',
    'item2.X-ABDATE;X-APPLE-OMIT-YEAR=1604:1604-02-03',
    'item2.X-ABLabel:Nameday\\, hers',
    'X-ABDATE:20110102',
  );

  it('are what their label says', () => {
    expect(apple.days).toEqual([
      { kind: 'wedding', date, pref: 1 },
      { kind: 'other', label: 'Nameday, hers', date: { month: 2, day: 3 } },
      { kind: 'other', date: { year: 2011, month: 1, day: 2 } },
    ]);
    expect(vcardFormat('3.0').project(apple.fields)).toEqual(apple.fields);
  });

  it('change in their lines alone, and their label goes with them', () => {
    expect(apple.changed('anniversaries', (day) => ({ ...day, date: { ...date, day: 7 } }))).toBe(
      apple.text.replace('2010-05-06', '2010-05-07'),
    );
    expect(apple.changed('anniversaries', (day) => ({ ...day, date: { month: 2, day: 4 } }), 1)).toBe(
      apple.text.replace('1604-02-03', '1604-02-04'),
    );
    expect(apple.changed('anniversaries', (day) => ({ ...day, label: 'First met' }), 1)).toBe(
      apple.text.replace('Nameday\\, hers', 'First met'),
    );
    expect(apple.changed('anniversaries', (day) => ({ ...day, kind: 'wedding' }), 2)).toBe(
      apple.text.replace('X-ABDATE:20110102', 'item3.X-ABDATE:20110102\r\nitem3.X-ABLabel:_$!<Anniversary>!$_'),
    );
    expect(apple.changed('anniversaries', () => null, 1)).toBe(apple.text.replace(/item2.*\r\n/g, ''));
    expect(apple.changed('anniversaries', ({ label: _, ...day }) => ({ ...day, kind: 'wedding' }), 1)).toBe(
      apple.text.replace('Nameday\\, hers', '_$!<Anniversary>!$_'),
    );
  });

  it.each(['X-ANNIVERSARY', 'X-EVOLUTION-ANNIVERSARY', 'X-KADDRESSBOOK-X-Anniversary', 'x-anniversary'])(
    'by the name of %s are weddings, and stay by that name while they are',
    (name) => {
      const card = cardOf('3.0', `${name}:2010-05-06`);
      expect(card.days).toEqual([{ kind: 'wedding', date }]);
      expect(card.unknown).toEqual([]);
      expect(card.changed('anniversaries', (day) => ({ ...day, date: { ...date, day: 7 } }))).toBe(
        card.text.replace('05-06', '05-07'),
      );
      expect(card.changed('anniversaries', (day) => ({ ...day, kind: 'other', label: 'Party' }))).toBe(
        card.text.replace(`${name}:2010-05-06`, 'item1.X-ABDATE:2010-05-06\r\nitem1.X-ABLabel:Party'),
      );
    },
  );

  it('are written into older cards as Apple does, into 4.0 as it has them', () => {
    const later = cardOf('4.0', 'ANNIVERSARY:20100506', 'item1.X-ABDATE:2011-01-02', 'item1.X-ABLabel:Party');
    expect(later.days).toEqual([
      { kind: 'wedding', date },
      { kind: 'other', label: 'Party', date: { year: 2011, month: 1, day: 2 } },
    ]);
    for (const version of ['2.1', '3.0'] as const)
      expect(later.in(version)).toContain(
        '\r\nitem1.X-ABDATE:2010-05-06\r\nitem1.X-ABLabel:_$!<Anniversary>!$_\r\nitem2.X-ABDATE:2011-01-02\r\nitem2.X-ABLabel:Party\r\n',
      );
    expect(cardOf('3.0', ...apple.text.split('\r\n').slice(4, -2)).in('4.0')).toMatch(
      /\r\nANNIVERSARY;PREF=1:20100506\r\nitem1.X-ABDATE:--02-03\r\nitem1.X-ABLabel:Nameday\\, hers\r\nX-ABDATE:2011-01-02\r\n/,
    );
  });

  it('said by several names are one, and remain so', () => {
    const card = cardOf(
      '3.0',
      'X-ANNIVERSARY;VALUE=DATE:2010-05-06',
      'NOTE:between',
      'ITEM1.X-ABDATE:20100506',
      'ITEM1.X-ABLABEL:_$!<anniversary>!$_',
    );
    expect(card.days).toEqual([{ kind: 'wedding', date }]);
    expect(card.changed('anniversaries', (day) => ({ ...day, date: { ...date, day: 7 } }))).toBe(
      card.text.replace('05-06', '05-07').replace('20100506', '20100507'),
    );
    expect(card.changed('anniversaries', (day) => ({ ...day, kind: 'other', label: 'Party' }))).toBe(
      card.text.replace('X-ANNIVERSARY;VALUE=DATE:2010-05-06\r\n', '').replace('_$!<anniversary>!$_', 'Party'),
    );
    expect(card.changed('anniversaries', () => null)).toBe(textOf('3.0', ['NOTE:between']));
  });

  it('by several names that come to the same remain two, which is what whoever changed one has', () => {
    const card = cardOf('3.0', 'X-ANNIVERSARY:2010-05-01', 'item1.X-ABDATE:2011-05-01', 'item1.X-ABLabel:Anniversary');
    const later = card.days.findIndex((day) => (day as { date: Plain }).date.year === 2011);
    const written = card.changed('anniversaries', (day) => ({ ...day, date: { year: 2010, month: 5, day: 1 } }), later);
    expect(written).toBe(card.text.replace('2011-05-01', '2010-05-01'));
  });

  it('of an older card that has ANNIVERSARY, or a label beside a name that says enough, lose nothing', () => {
    const card = cardOf('3.0', 'ANNIVERSARY:2010-05-06');
    expect(card.changed('anniversaries', (day) => ({ ...day, date: { ...date, day: 7 } }))).toBe(
      card.text.replace('05-06', '05-07'),
    );
    const labelled = cardOf('3.0', 'item1.X-ANNIVERSARY:2010-05-06', 'item1.X-ABLabel:Silver');
    expect([labelled.days, labelled.unknown]).toEqual([
      [],
      [['vCard/x-anniversary', { name: 'X-ANNIVERSARY', value: '2010-05-06', label: 'Silver' }]],
    ]);
    expect(vcardFormat('3.0').project(labelled.fields)).toEqual(labelled.fields);
  });
});

describe('people a contact is related to', () => {
  const apple = cardOf(
    '3.0',
    'item1.X-ABRELATEDNAMES;type=pref:Jane Doe',
    'item1.X-ABLabel:_$!<Spouse>!$_',
    'item2.X-ABRELATEDNAMES:Doe\\, Mary',
    'item2.X-ABLabel:_$!<Mother>!$_',
    'item3.X-ABRELATEDNAMES:Max',
    'item3.X-ABLabel:Cousin',
    'X-ABRELATEDNAMES:Al',
  );

  it('are what their label says', () => {
    expect(apple.people).toEqual({
      'Jane Doe': { relation: { spouse: true }, pref: 1 },
      'Doe, Mary': { relation: {}, label: '_$!<Mother>!$_' },
      'Max': { relation: {}, label: 'Cousin' },
      'Al': { relation: {} },
    });
    expect(vcardFormat('3.0').project(apple.fields)).toEqual(apple.fields);
  });

  it('change in their lines alone, and their label goes with them', () => {
    expect(apple.changed('relatedTo', (person) => ({ ...person, relation: { friend: true } }))).toBe(
      apple.text.replace('Spouse', 'Friend'),
    );
    expect(apple.changed('relatedTo', () => ({ relation: { parent: true } }), 1)).toBe(
      apple.text.replace('Mother', 'Parent'),
    );
    expect(apple.changed('relatedTo', () => null, 2)).toBe(apple.text.replace(/item3.*\r\n/g, ''));
    expect(apple.renamed('Jane Doe', 'Jane Roe')).toBe(apple.text.replace('Jane Doe', 'Jane Roe'));
  });

  it.each([
    ['X-SPOUSE', { relation: { spouse: true } }],
    ['X-EVOLUTION-SPOUSE', { relation: { spouse: true } }],
    ['X-KADDRESSBOOK-X-SpousesName', { relation: { spouse: true } }],
    ['X-MANAGER', { relation: {}, label: 'Manager' }],
    ['X-EVOLUTION-MANAGER', { relation: {}, label: 'Manager' }],
    ['X-KADDRESSBOOK-X-ManagersName', { relation: {}, label: 'Manager' }],
    ['X-ASSISTANT', { relation: {}, label: 'Assistant' }],
    ['X-EVOLUTION-ASSISTANT', { relation: {}, label: 'Assistant' }],
    ['X-KADDRESSBOOK-X-AssistantsName', { relation: {}, label: 'Assistant' }],
  ])('by the name of %s stay by that name while that says what they are', (name, said) => {
    const card = cardOf('2.1', `${name}:Jane`);
    expect(card.people).toEqual({ Jane: said });
    expect(card.unknown).toEqual([]);
    expect(card.renamed('Jane', 'Janet; Roe')).toBe(card.text.replace('Jane', 'Janet\\; Roe'));
    expect(card.changed('relatedTo', () => ({ relation: { friend: true } }))).toBe(
      card.text.replace(`${name}:Jane`, 'item1.X-ABRELATEDNAMES:Jane\r\nitem1.X-ABLabel:_$!<Friend>!$_'),
    );
    expect(card.changed('relatedTo', () => null)).toBe(textOf('2.1', []));
  });

  it('are written into older cards as Apple does, as far as a label says it', () => {
    const later = cardOf(
      '4.0',
      'RELATED;TYPE=spouse,friend:urn:uuid:1',
      'item1.RELATED;TYPE=colleague;VALUE=text:Max',
      'item1.X-ABLabel:Boss',
      'RELATED;VALUE=text:Al',
    );
    expect(later.in('3.0')).toContain(
      [
        '',
        'item1.X-ABRELATEDNAMES:urn:uuid:1',
        'item1.X-ABLabel:_$!<Friend>!$_',
        'item2.X-ABRELATEDNAMES:Max',
        'item2.X-ABLabel:Boss',
        'X-ABRELATEDNAMES:Al',
        '',
      ].join('\r\n'),
    );
    const old = vcardFormat('3.0');
    const shown = old.project(later.fields);
    expect(readIn(old, Buffer.from(later.in('3.0')), shown)).toEqual(shown);
    expect(putFields('contacts', later.fields, shown, shown)).toEqual(later.fields);
    expect(apple.in('4.0')).toContain('\r\nRELATED;TYPE=spouse;VALUE=text;PREF=1:Jane Doe\r\n');
  });

  it('are in a card of 4.0 as they were written while that says all of it', () => {
    const card = cardOf('4.0', 'item1.X-ABRELATEDNAMES:Jane', 'item1.X-ABLabel:_$!<Spouse>!$_');
    expect(card.changed('relatedTo', () => ({ relation: { child: true } }))).toBe(card.text.replace('Spouse', 'Child'));
    expect(card.changed('relatedTo', () => ({ relation: { child: true, friend: true } }))).toBe(
      card.text.replace(/item1[\s\S]*\$_\r\n/, 'RELATED;TYPE=child,friend;VALUE=text:Jane\r\n'),
    );
  });

  it('are told by several names: as one where they say the same, else the second as it is', () => {
    const same = cardOf('3.0', 'X-SPOUSE:Jane', 'NOTE:n', 'X-EVOLUTION-SPOUSE:Jane');
    expect([same.people, same.unknown]).toEqual([{ Jane: { relation: { spouse: true } } }, []]);
    expect(same.renamed('Jane', 'Joan')).toBe(same.text.replaceAll('Jane', 'Joan'));
    const other = cardOf('3.0', 'RELATED;TYPE=friend:Jane', 'item1.X-ABRELATEDNAMES:Jane', 'item1.X-ABLabel:Boss');
    expect(other.people).toEqual({ Jane: { relation: { friend: true } } });
    expect(other.unknown).toEqual([['vCard/related', { name: 'X-ABRELATEDNAMES', value: 'Jane', label: 'Boss' }]]);
    expect(vcardFormat('3.0').project(other.fields)).toEqual(other.fields);
    expect(cardOf('3.0', ...other.text.split('\r\n').slice(4, -2)).in('4.0')).toMatch(
      /RELATED;TYPE=friend;VALUE=text:Jane\r\nitem1.X-ABRELATEDNAMES:Jane\r\nitem1.X-ABLabel:Boss\r\n/,
    );
    expect(other.changed('relatedTo', () => null)).toBe(textOf('3.0', []));
  });
  it('stay two where the first comes to say what the second does by another name', () => {
    const card = cardOf('3.0', 'X-ABRELATEDNAMES:Max', 'X-SPOUSE:Max');
    expect(card.unknown).toEqual([['vCard/related', { name: 'X-SPOUSE', value: 'Max' }]]);
    expect(card.changed('relatedTo', () => ({ relation: { spouse: true } }))).toBe(
      card.text.replace('X-ABRELATEDNAMES:Max\r\n', 'item1.X-ABRELATEDNAMES:Max\r\nitem1.X-ABLabel:_$!<Spouse>!$_\r\n'),
    );
  });

  it('of an older card that has RELATED stay in it, with what only that says', () => {
    const card = cardOf('3.0', 'RELATED;TYPE=co-worker,crush;VALUE=text:Ägidius', 'TEL:1');
    const format = vcardFormat('3.0');
    const shown = format.project(card.fields);
    const split = format.split(Buffer.from(card.text));
    const [item = null] = split.items;
    const write = (after: Fields): string =>
      Buffer.from(format.write(split, [{ item, before: card.fields, after, uid: 'u' }])).toString();
    const phone = [...shown.keys()].find((field) => field.startsWith('phones/')) as FieldName;
    expect(write(new Map([...shown, [phone, { number: '2' }]]))).toBe(card.text.replace('TEL:1', 'TEL:2'));
    const person = `relatedTo/${'Ägidius'}` as FieldName;
    expect(write(new Map([...shown, [person, { relation: { friend: true } }]]))).toBe(
      card.text.replace('co-worker,crush', 'friend'),
    );
  });
});

describe('what was stored of such lines before they were understood', () => {
  it('is no second line beside the entry', () => {
    const old: Fields = new Map<FieldName, Value>([
      ['vCard/x-spouse/a' as FieldName, { name: 'X-SPOUSE', value: 'Jane' }],
      ['vCard/x-abdate/b' as FieldName, { name: 'X-ABDATE', value: '2010-05-06', label: '_$!<Anniversary>!$_' }],
      ['vCard/x-spouse/c' as FieldName, { name: 'X-SPOUSE', value: 'two\\nlines' }],
      ['relatedTo/Jane' as FieldName, { relation: { friend: true } }],
    ]);
    expect([...vcardFormat('3.0').project(old).keys()]).toEqual(['vCard/x-spouse/c', 'relatedTo/Jane']);
  });
});

describe('in tables', () => {
  const card = cardOf(
    '3.0',
    'item1.X-ABDATE:2010-05-06',
    'item1.X-ABLabel:_$!<Anniversary>!$_',
    'item2.X-ABDATE:2011-01-02',
    'item2.X-ABLabel:_$!<Nameday>!$_',
    'item3.X-ABRELATEDNAMES:Jane',
    'item3.X-ABLabel:_$!<Spouse>!$_',
    'item4.X-ABRELATEDNAMES:Mary',
    'item4.X-ABLabel:_$!<Mother>!$_',
    'item5.TEL:+43 1 5550',
    'item5.X-ABLabel:_$!<Car>!$_',
  );
  const table = (layout: CsvLayoutName) => {
    const format = csvFormat(layout);
    const shown = format.project(card.fields);
    const bytes = withNew(format, format.empty(), shown);
    return { format, shown, bytes, read: readIn(format, bytes), text: Buffer.from(bytes).toString() };
  };

  it('labels stand without the frame, which stays everywhere else', () => {
    const { text, shown, format } = table('csv-google');
    for (const words of [
      'Anniversary,2010-05-06',
      'Nameday,2011-01-02',
      'Spouse,Jane',
      'Mother,Mary',
      'Car,+43 1 5550',
    ])
      expect(text).toContain(words);
    expect(text).not.toContain('_$!<');
    expect(putFields('contacts', card.fields, shown, shown)).toEqual(card.fields);
    const mother = 'relatedTo/Mary' as FieldName;
    expect(shown.get(mother)).toEqual({ relation: {}, label: 'Mother' });
    const named = new Map([...shown, [mother, { relation: {}, label: 'Stepmother' } as Value]]);
    expect(putFields('contacts', card.fields, shown, format.project(named)).get(mother)).toEqual({
      relation: {},
      label: 'Stepmother',
    });
  });

  it('they are the same entries, whichever is read first', () => {
    for (const layout of ['csv-google', 'csv-google-legacy', 'csv-outlook'] as const) {
      const { shown, read } = table(layout);
      expect([layout, [...read.keys()].sort()]).toEqual([layout, [...shown.keys()].sort()]);
    }
    expect(table('csv-outlook').text).toContain('Jane');
  });
});
