import { describe, expect, it } from 'vitest';
import type { FieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { csvFormat } from '../../../../src/main/sources/contacts/csv/csv-format.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import { withNew } from '../../../fakes/text-format-laws.ts';

const card = vcardFormat('4.0');
const text = (...lines: string[]): Uint8Array =>
  Buffer.from(['BEGIN:VCARD', 'VERSION:4.0', 'UID:u', 'FN:Ana', ...lines, 'END:VCARD', ''].join('\r\n'));
const read = (bytes: Uint8Array): Fields => {
  const split = card.split(bytes);
  return card.read(split, split.items[0]!, null);
};
const related = (fields: Fields): Record<string, Value> =>
  Object.fromEntries([...fields].filter(([field]) => field.startsWith('relatedTo/')));
const changed = (bytes: Uint8Array, field: string, value: Value): string => {
  const split = card.split(bytes);
  const before = read(bytes);
  const after = new Map(before);
  if (value === null) after.delete(field as FieldName);
  else after.set(field as FieldName, value);
  const [item = null] = split.items;
  return Buffer.from(card.write(split, [{ item, before, after, uid: 'u' }])).toString();
};

describe('people a card is related to', () => {
  const bytes = text(
    'RELATED;TYPE=friend:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    'RELATED;TYPE=co-worker;VALUE=text:Doe\\, Jane/2',
    'item1.RELATED;VALUE=text:Max',
    'item1.X-ABLabel:Godfather',
  );

  it('are known by who they are, as in a CSV', () => {
    expect(related(read(bytes))).toEqual({
      'relatedTo/urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6': { relation: { friend: true } },
      'relatedTo/Doe, Jane~12': { relation: { 'co-worker': true } },
      'relatedTo/Max': { relation: {}, label: 'Godfather' },
    });
    const google = csvFormat('csv-google');
    const table = google.split(withNew(google, google.empty(), google.project(read(bytes))));
    expect(related(google.read(table, table.items[0]!, null))).toEqual(related(read(bytes)));
  });

  it('change in their line alone, and go with it', () => {
    const field = 'relatedTo/Doe, Jane~12';
    expect(changed(bytes, field, { relation: { spouse: true } })).toBe(
      Buffer.from(bytes).toString().replace('TYPE=co-worker', 'TYPE=spouse'),
    );
    expect(changed(bytes, 'relatedTo/Max', null)).toBe(
      Buffer.from(bytes)
        .toString()
        .replace(/item1.*\r\n/g, ''),
    );
    expect(changed(text(), 'relatedTo/Al', { relation: { child: true } })).toContain(
      '\r\nRELATED;TYPE=child;VALUE=text:Al\r\n',
    );
  });

  it('are named twice by some: the second line travels as it is', () => {
    const twice = text('RELATED;TYPE=friend:tel:1', 'RELATED;TYPE=spouse:tel:1');
    const fields = read(twice);
    expect(related(fields)).toEqual({ 'relatedTo/tel:1': { relation: { friend: true } } });
    expect([...fields.values()]).toContainEqual({ name: 'RELATED', value: 'tel:1', params: { type: ['spouse'] } });
  });
});
