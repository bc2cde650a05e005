import type { FieldName } from '../../../record/ids.ts';
import { recordIdOfUid } from '../../../record/record-uid.ts';
import type { Fields, Plain, Value } from '../../../record/value.ts';
import { composeText } from '../../text/compose-text.ts';
import { placesOf, tableOf } from '../cells/bound.ts';
import { plain, plainText, prefOf, type Row, withPlainBreaks } from '../cells/cells.ts';
import { projectCells, readCells, writeCells } from '../cells/table.ts';
import { THUNDERBIRD_COLUMNS, type ThunderbirdColumn, thunderbirdParts } from '../csv/thunderbird.ts';
import { vcardFormat } from '../vcard/vcard-format.ts';
import type { StoredCard } from './address-book.ts';
import { withPlainSemicolons } from './plain-semicolons.ts';

/** The property that says all of a card, since version 4. */
const VCARD = '_vCard';
const FIRST_WITH_VCARD = 4;
const format = vcardFormat('4.0');

/** What the properties before version 4 are called. */
const PROPERTIES: { readonly [Column in ThunderbirdColumn]: string } = {
  'First Name': 'FirstName',
  'Last Name': 'LastName',
  'Display Name': 'DisplayName',
  'Nickname': 'NickName',
  'Primary Email': 'PrimaryEmail',
  'Secondary Email': 'SecondEmail',
  'Screen Name': '_AimScreenName',
  'Work Phone': 'WorkPhone',
  'Home Phone': 'HomePhone',
  'Fax Number': 'FaxNumber',
  'Pager Number': 'PagerNumber',
  'Mobile Number': 'CellularNumber',
  'Home Address': 'HomeAddress',
  'Home Address 2': 'HomeAddress2',
  'Home City': 'HomeCity',
  'Home State': 'HomeState',
  'Home ZipCode': 'HomeZipCode',
  'Home Country': 'HomeCountry',
  'Work Address': 'WorkAddress',
  'Work Address 2': 'WorkAddress2',
  'Work City': 'WorkCity',
  'Work State': 'WorkState',
  'Work ZipCode': 'WorkZipCode',
  'Work Country': 'WorkCountry',
  'Job Title': 'JobTitle',
  'Department': 'Department',
  'Organization': 'Company',
  'Web Page 1': 'WebPage1',
  'Web Page 2': 'WebPage2',
  'Birth Year': 'BirthYear',
  'Birth Month': 'BirthMonth',
  'Birth Day': 'BirthDay',
  'Custom 1': 'Custom1',
  'Custom 2': 'Custom2',
  'Custom 3': 'Custom3',
  'Custom 4': 'Custom4',
  'Notes': 'Notes',
};
const COLUMNS = THUNDERBIRD_COLUMNS.map((column) => PROPERTIES[column]);
const TABLE = tableOf({ parts: thunderbirdParts((column) => PROPERTIES[column]) }, placesOf(COLUMNS));

/** A card as a text: the vCard it holds, else one of what its properties say. null: it says nothing. */
export function textOfCard({ uid, properties }: StoredCard): Uint8Array | null {
  const stored = properties.get(VCARD);
  if (stored !== undefined) return Buffer.from(stored);
  const fields = readCells(TABLE, rowOf(properties), null);
  return fields.size === 0 ? null : composeText(format, [{ id: recordIdOfUid(uid), full: fields }]);
}

/** The properties of a card that is to say this text, and keeps what it has besides. null: it is no card. */
export function propertiesOfText(
  version: number,
  bytes: Uint8Array,
  before: StoredCard | null,
  now: number,
): ReadonlyMap<string, string> | null {
  const text = format.split(bytes);
  const [item] = text.items;
  if (item === undefined || text.items.length > 1 || text.damaged.length > 0) return null;
  const properties = new Map(before?.properties);
  const isWhole = version >= FIRST_WITH_VCARD || properties.has(VCARD);
  if (isWhole) {
    properties.set(VCARD, Buffer.from(withPlainSemicolons(bytes)).toString());
    for (const [name, value] of mirrorsOf(format.read(text, item, null))) {
      if (value === null) properties.delete(name);
      else properties.set(name, value);
    }
  } else {
    const row = rowOf(properties);
    const held = readCells(TABLE, row, null);
    const wanted = projectCells(TABLE, format.read(text, item, held), held);
    const changed = new Map<number, string>();
    writeCells(TABLE, row, held, wanted, changed);
    for (const [place, said] of changed) {
      const property = COLUMNS[place] as string;
      if (said === '') properties.delete(property);
      else properties.set(property, said);
    }
  }
  properties.set('LastModifiedDate', String(Math.floor(now / 1000)));
  return properties;
}

const rowOf = (properties: ReadonlyMap<string, string>): Row =>
  COLUMNS.map((column) => withPlainBreaks(properties.get(column) ?? ''));

/** What Thunderbird's searches and lists look at beside the card itself. */
function mirrorsOf(fields: Fields): readonly (readonly [string, string | null])[] {
  const name = plain(fields.get('name' as FieldName));
  const components = Array.isArray(name?.components) ? (name.components as readonly Value[]) : [];
  const part = (kind: string): string | null => {
    const words = components.flatMap((each) =>
      plain(each)?.kind === kind ? (plainText(plain(each)?.value) ?? []) : [],
    );
    return words.length === 0 ? null : words.join(' ');
  };
  /** The preferred first, as Thunderbird has them. */
  const firsts = (map: string, what: string): readonly string[] =>
    [...fields]
      .flatMap(([field, value]): readonly Plain[] => {
        const entry = field.startsWith(`${map}/`) ? plain(value) : null;
        return entry === null ? [] : [entry];
      })
      .sort((a, b) => prefOf(a) - prefOf(b))
      .flatMap((entry) => plainText(entry[what]) ?? []);
  const [primary = null, second = null] = firsts('emails', 'address');
  return [
    ['DisplayName', plainText(name?.full)],
    ['FirstName', part('given')],
    ['LastName', part('surname')],
    ['NickName', firsts('nicknames', 'name')[0] ?? null],
    ['PrimaryEmail', primary],
    ['SecondEmail', second],
  ];
}
