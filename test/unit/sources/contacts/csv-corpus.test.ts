import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FieldName, fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { csvFormat } from '../../../../src/main/sources/contacts/csv/csv-format.ts';
import { type CsvText, rowOf, textsOf } from '../../../../src/main/sources/contacts/csv/csv-text.ts';
import type { CsvLayoutName } from '../../../../src/main/sources/contacts/csv/layouts.ts';
import { recognizeContacts } from '../../../../src/main/sources/contacts/recognize-contacts.ts';
import { differs, readAll } from '../../../fakes/text-format-laws.ts';

const CORPUS = resolve(process.env.LOCKSTEP_CORPUS ?? '../shared/corpus');
const isThere = existsSync(CORPUS);
const NAME = fieldName('name');
const LAYOUTS: { readonly [name: string]: CsvLayoutName } = {
  'csv-layouts/data/google-2024.csv': 'csv-google',
  'csv-layouts/data/google-legacy.csv': 'csv-google-legacy',
  'csv-layouts/data/outlook-com.csv': 'csv-outlook-com',
  'csv-layouts/data/outlook-google-export.csv': 'csv-outlook',
  'google-shared-contacts-client/data/outlook.csv': 'csv-outlook',
};

/** The value with an `x` more in it; null: there is no text in it to change. */
function edited(field: FieldName, value: Value): Value {
  if (typeof value === 'string') return `${value}x`;
  const own = value as { readonly [key: string]: Value };
  if (field === NAME) {
    const [first, ...rest] = (own.components ?? []) as readonly { readonly [key: string]: Value }[];
    return first === undefined
      ? { ...own, full: `${own.full}x` }
      : { ...own, components: [{ ...first, value: `${first.value}x` }, ...rest] };
  }
  for (const part of ['address', 'number', 'name', 'note', 'uri', 'full'])
    if (typeof own[part] === 'string') return { ...own, [part]: `${own[part]}x` };
  return null;
}

describe(`CSV files other programs made (${isThere ? CORPUS : `skipped: ${CORPUS} is not there`})`, () => {
  it.skipIf(!isThere)('are recognized, stay byte for byte unless edited, and an edit changes one cell', () => {
    const count = { files: 0, rows: 0, fields: 0, edits: 0 };
    const names = readdirSync(CORPUS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.csv'));
    expect(new Set(names)).toEqual(new Set(Object.keys(LAYOUTS)));
    for (const name of names) {
      const bytes = readFileSync(join(CORPUS, name));
      const layout = recognizeContacts(bytes, name);
      expect(layout).toBe(LAYOUTS[name]);
      const format = csvFormat(layout as CsvLayoutName);
      const text = format.split(bytes) as CsvText;
      expect(text.damaged).toEqual([]);
      const rows = readAll(format, text);
      count.files++;
      count.rows += rows.length;
      const all = text.items.map((item, at) => ({ item, before: rows[at] ?? null, after: rows[at] ?? null, uid: '' }));
      expect(Buffer.compare(format.write(text, all), bytes)).toBe(0);
      const cells = text.items.flatMap((each) => textsOf(text, rowOf(text, each)));
      for (const [at, fields] of rows.entries())
        for (const [field, value] of fields) {
          count.fields++;
          const other = value === true ? null : edited(field, value);
          if (other === null) continue;
          const after: Fields = new Map<FieldName, Value>([...fields, [field, other]]);
          const item = text.items[at] ?? null;
          const written = format.split(format.write(text, [{ item, before: fields, after, uid: '' }])) as CsvText;
          const now = written.items.flatMap((each) => textsOf(written, rowOf(written, each)));
          const changed = now.flatMap((cell, index) => (cell === cells[index] ? [] : [[cells[index], cell]]));
          expect(changed).toHaveLength(1);
          expect(changed[0]?.[1]).toHaveLength((changed[0]?.[0]?.length ?? 0) + 1);
          expect(written.bytes.length - bytes.length).toBe(1);
          if (field !== NAME)
            expect(differs(format.read(written, written.items[at] as never, after), after)).toBe(null);
          count.edits++;
        }
    }
    console.log(`CSV: ${JSON.stringify(count)}`);
  });
});
