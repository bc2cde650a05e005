import { afterEach, describe, expect, it, vi } from 'vitest';
import { fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { composeValue, shapeOf, whyNotStrict } from '../../../../src/main/sources/contacts/vcard/strict-vcard.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';

const composed = vi.hoisted(() => [] as string[]);
vi.mock('vcard4', async (original) => {
  const real = await original<typeof import('vcard4')>();
  const TelProperty = new Proxy(real.TelProperty, {
    construct(target, given) {
      const made = Reflect.construct(target, given) as { repr(): string };
      composed.push(made.repr());
      return made;
    },
  });
  return { ...real, TelProperty };
});
afterEach(() => void composed.splice(0));

const fieldsOf = (fields: Record<string, Value>): Fields =>
  new Map(Object.entries(fields).map(([field, value]) => [fieldName(field), value]));
const make = (version: '3.0' | '4.0', fields: Fields): string => {
  const format = vcardFormat(version);
  const after = format.project(fields);
  const write = { item: null, before: null, after, uid: 'uid-1' };
  return Buffer.from(format.write(format.split(format.empty()), [write])).toString();
};
const ana = fieldsOf({
  name: { full: 'Ana; with, everything' },
  'phones/a': { number: '+1 555; 0100', contexts: { work: true }, label: 'Desk' },
});

describe('vcard4', () => {
  it('composes the values of a new 4.0 card, and of no other', () => {
    expect(make('4.0', ana)).toContain('item1.TEL;TYPE=work:+1 555\\; 0100\r\n');
    expect(composed).toEqual(['TEL:+1 555\\; 0100']);
    composed.splice(0);
    make('3.0', ana);
    expect(composed).toEqual([]);
  });

  it('composes every value just as its own property would, but for the colon, which RFC 6350 has no escape for', async () => {
    const { TelProperty, TextType } = await vi.importActual<typeof import('vcard4')>('vcard4');
    const values = [
      '+1 555 0100',
      'a"b',
      'Zo\u00eb <x&y>',
      "it's",
      'a,b',
      'a;b',
      'a\\b',
      'a\nb',
      'x'.repeat(200),
      ' a ',
      '^n',
      '\t',
    ];
    for (const value of values)
      expect(`TEL:${composeValue('TEL', value)}`).toBe(
        new TelProperty([], new TextType(value)).repr().replace(/\r\n[ \t]/g, ''),
      );
    expect(composeValue('NOTE', 'https://a.example/?b,c \\: d')).toBe('https://a.example/?b\\,c \\\\: d');
  });

  it('writes just the card it judged, also where the style of the text is another', () => {
    const format = vcardFormat('4.0');
    const after = format.project(ana);
    const added = (before: string, judge: boolean): string => {
      const text = format.split(Buffer.from(before));
      const fields = new Map(after);
      if (judge) expect(format.refuses?.(fields, 'uid-1', text)).toBe(null);
      return Buffer.from(format.write(text, [{ item: null, before: null, after: fields, uid: 'uid-1' }])).toString();
    };
    const card = make('4.0', ana);
    for (const before of ['', card, card.replaceAll('\r\n', '\n')])
      expect(added(before, true)).toBe(added(before, false));
  });

  it('judges every new 4.0 card: one that is none is refused in its words', () => {
    const format = vcardFormat('4.0');
    const empty = format.split(format.empty());
    const twice = fieldsOf({
      name: { full: 'Ana' },
      'anniversaries/a': { kind: 'birth', date: { year: 1990 } },
      'anniversaries/b': { kind: 'birth', date: { year: 1991 } },
    });
    expect(format.refuses?.(twice, 'uid-1', empty)).toBe('it would be no vCard 4.0: it says BDAY more than once');
    expect(format.refuses?.(format.project(ana), 'uid-1', empty)).toBe(null);
    expect(vcardFormat('3.0').refuses).toBe(undefined);
  });

  it('is asked once for cards that differ in words and numbers alone, and anew for every other', () => {
    const shapes = (lines: readonly string[]): ReadonlySet<string> =>
      new Set(lines.map((line) => shapeOf(`BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ana\r\n${line}END:VCARD\r\n`)));
    const alike = ['NOTE:a\\nlong n\r\n ote\r\n', 'NOTE:Zo\u00eb\\n2\r\nX-OWN;X-P=2:3\r\n', 'NOTE:a (b) <c>\\n-\r\n'];
    expect(shapes(alike).size).toBe(1);
    const others = [
      'NOTE:\r\n',
      'NOTE:a\r\n',
      'NOTE:a,a\r\n',
      'NOTE:a\\,a\r\n',
      'NOTE:a\\;a\r\n',
      'NOTE:a\\:a\r\n',
      'NOTE:a"a\r\n',
      'NOTE:a\\\r\n',
      'NOTE:a\ta\r\n',
      'NOTE;TYPE=home:a\r\n',
      'NOTE;TYPE=work:a\r\n',
      'NOTE;TYPE="a:b":a\r\n',
      'NOTE;TYPE="a:c":a\r\n',
      'item1.NOTE:a\r\n',
      'TITLE:a\r\n',
      'NOTE:a\r\nNOTE:a\r\n',
      'X-OWN;ENCODING=b:a\r\n',
    ];
    expect(shapes(others).size).toBe(others.length);
  });

  it('does not judge what came after it, nor what is somebody else’s own', () => {
    const card = (...lines: readonly string[]): string =>
      ['BEGIN:VCARD', 'VERSION:4.0', 'FN:Ana', ...lines, 'END:VCARD', ''].join('\r\n');
    expect(whyNotStrict(card('EMAIL;PROP-ID=e1:a@example.com', 'PRONOUNS:they', 'LABEL:old', 'X-OWN:1'))).toBe(null);
    expect(whyNotStrict(card('N;SORT-AS="a,b":Li;Wei;;;;x;y', 'ADR:;;a;b;;;;1;2'))).toBe(null);
    expect(whyNotStrict(card('UID:1', 'UID:2'))).toBe('it says UID more than once');
    expect(whyNotStrict(card('BDAY:19870927', 'N:a;b;;;', 'BDAY:19960415'))).toBe('it says BDAY more than once');
  });
});
