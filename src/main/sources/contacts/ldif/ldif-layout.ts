import type { Layout } from '../cells/layout.ts';
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

const names = new Map(ATTRIBUTES.map(([column, attribute]) => [column as string, attribute as string]));
const columns = new Map(
  ATTRIBUTES.flatMap(([column, ...all]) => all.map((each) => [each.toLowerCase(), column as string])),
);

/** What each attribute of an entry says of a contact (as Thunderbird writes them). */
export const LDIF_LAYOUT: Layout = {
  parts: thunderbirdParts((column) => column),
  columns: ATTRIBUTES.map(([column]) => column),
};
/** The attribute a column is written as. */
export const attributeOfColumn = (column: string): string | null => names.get(column) ?? null;
/** The column an attribute is; null: none that is understood. */
export const columnOfAttribute = (attribute: string): string | null => columns.get(attribute.toLowerCase()) ?? null;

/** What tells of the record and not of the contact. */
export const NOTATION = new Set(['dn', 'objectclass', 'modifytimestamp', 'version']);
/** What a new entry is said to be. */
export const OBJECT_CLASSES = ['top', 'person', 'organizationalPerson', 'inetOrgPerson', 'mozillaAbPersonAlpha'];
