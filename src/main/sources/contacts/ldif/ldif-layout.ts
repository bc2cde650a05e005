import { placesOf, type Table, tableOf } from '../cells/bound.ts';
import { plainSlot, textCodec } from '../cells/slots.ts';
import { type ThunderbirdColumn, thunderbirdParts } from '../csv/thunderbird.ts';

/** Attributes as Thunderbird exports them, each with what else it is called. The first is written. */
const ATTRIBUTES: readonly (readonly [column: ThunderbirdColumn, ...attributes: string[]])[] = [
  ['First Name', 'givenName', 'gn'],
  ['Last Name', 'sn', 'surname'],
  ['Display Name', 'cn', 'commonName', 'displayName'],
  ['Nickname', 'mozillaNickname', 'xmozillanickname'],
  ['Primary Email', 'mail'],
  ['Secondary Email', 'mozillaSecondEmail', 'xmozillasecondemail'],
  ['Work Phone', 'telephoneNumber'],
  ['Home Phone', 'homePhone'],
  ['Fax Number', 'facsimileTelephoneNumber', 'fax'],
  ['Pager Number', 'pager', 'pagerPhone'],
  ['Mobile Number', 'mobile', 'cellPhone'],
  ['Home Address', 'mozillaHomeStreet', 'homePostalAddress'],
  ['Home Address 2', 'mozillaHomeStreet2', 'mozillaHomePostalAddress2'],
  ['Home City', 'mozillaHomeLocalityName'],
  ['Home State', 'mozillaHomeState'],
  ['Home ZipCode', 'mozillaHomePostalCode'],
  ['Home Country', 'mozillaHomeCountryName'],
  ['Work Address', 'street', 'streetAddress', 'postalAddress'],
  ['Work Address 2', 'mozillaWorkStreet2', 'mozillaPostalAddress2'],
  ['Work City', 'l', 'locality'],
  ['Work State', 'st', 'region'],
  ['Work ZipCode', 'postalCode', 'zip'],
  ['Work Country', 'c', 'countryName'],
  ['Job Title', 'title'],
  ['Department', 'ou', 'department', 'orgUnit'],
  ['Organization', 'o', 'company'],
  ['Web Page 1', 'mozillaWorkUrl', 'workurl'],
  ['Web Page 2', 'mozillaHomeUrl', 'homeurl'],
  ['Birth Year', 'birthyear'],
  ['Birth Month', 'birthmonth'],
  ['Birth Day', 'birthday'],
  ['Notes', 'description', 'notes'],
];

const places = new Map(
  ATTRIBUTES.flatMap(([, ...all], place) => all.map((each) => [each.toLowerCase(), place] as const)),
);

/** Columns of e-mails beyond those that Thunderbird has names for: of directories, which say each by the same name. */
const FURTHER = Array.from({ length: 8 }, (_, at) => `Further Email ${at + 1}`);
/** The most of these a record can have. */
export const MOST_FURTHER = FURTHER.length;
/** The places of them. */
export const FURTHER_PLACES: readonly number[] = FURTHER.map((_, at) => ATTRIBUTES.length + at);

const parts = thunderbirdParts((column) => column);
const columns = placesOf([...ATTRIBUTES.map(([column]) => column as string), ...FURTHER]);
const tables = Array.from({ length: MOST_FURTHER + 1 }, (_, further) => {
  const more = FURTHER.slice(0, further).map((column) => plainSlot([column], textCodec('address')));
  const all = parts.map((part) =>
    part.is === 'entries' && part.name === 'emails' ? { ...part, slots: [...part.slots, ...more] } : part,
  );
  return tableOf({ parts: all }, columns);
});

/**
 * What the attributes of an entry say of a contact (as Thunderbird writes them). Their columns are in this order. `further`: how many e-mails it has
 * beyond two. Nobody else's entry gets more: Thunderbird takes the last of one name for the first.
 */
export const ldifTable = (further: number): Table => tables[Math.min(Math.max(0, further), MOST_FURTHER)] as Table;
/** How many columns there are. */
export const COLUMNS = ATTRIBUTES.length + MOST_FURTHER;
/** The place of a column. */
export const placeOf = (column: ThunderbirdColumn): number => ATTRIBUTES.findIndex(([each]) => each === column);
/** The attribute a column is written as, by its place. */
export const attributeAt = (place: number): string => ATTRIBUTES[place]?.[1] ?? 'mail';
/** The place of the column an attribute is, which is in lower case; null: none that is understood. */
export const placeOfAttribute = (attribute: string): number | null => places.get(attribute) ?? null;

/** What tells of the record and not of the contact. */
export const NOTATION = new Set(['dn', 'objectclass', 'modifytimestamp', 'version']);
/** What a new entry is said to be. */
export const OBJECT_CLASSES = ['top', 'person', 'organizationalPerson', 'inetOrgPerson', 'mozillaAbPersonAlpha'];
