import { placesOf, type Table, tableOf } from '../cells/bound.ts';
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

/** What the attributes of an entry say of a contact (as Thunderbird writes them). Their columns are in this order. */
export const LDIF_TABLE: Table = tableOf(
  { parts: thunderbirdParts((column) => column) },
  placesOf(ATTRIBUTES.map(([column]) => column)),
);
/** How many columns there are. */
export const COLUMNS = ATTRIBUTES.length;
/** The place of a column. */
export const placeOf = (column: ThunderbirdColumn): number => ATTRIBUTES.findIndex(([each]) => each === column);
/** The attribute a column is written as, by its place. */
export const attributeAt = (place: number): string => ATTRIBUTES[place]?.[1] as string;
/** The place of the column an attribute is, which is in lower case; null: none that is understood. */
export const placeOfAttribute = (attribute: string): number | null => places.get(attribute) ?? null;

/** What tells of the record and not of the contact. */
export const NOTATION = new Set(['dn', 'objectclass', 'modifytimestamp', 'version']);
/** What a new entry is said to be. */
export const OBJECT_CLASSES = ['top', 'person', 'organizationalPerson', 'inetOrgPerson', 'mozillaAbPersonAlpha'];
