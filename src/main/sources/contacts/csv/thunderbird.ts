import type { Plain } from '../../../record/value.ts';
import { type AddressCell, addressCodec } from '../cells/addresses.ts';
import { datePartsCodec } from '../cells/dates.ts';
import { contextOf, featureOf, markedAs } from '../cells/labels.ts';
import type { EntriesPart, Layout, Part, Slot } from '../cells/layout.ts';
import { namePart } from '../cells/names.ts';
import { organizationCodec } from '../cells/organizations.ts';
import { plainSlot, type TextName, textCodec } from '../cells/slots.ts';
import { isTitle } from './google.ts';

/** What Thunderbird's older address books know of a contact, by the columns of its CSV. LDIF and old databases have other names for the same. */
export const THUNDERBIRD_COLUMNS = [
  'First Name',
  'Last Name',
  'Display Name',
  'Nickname',
  'Primary Email',
  'Secondary Email',
  'Screen Name',
  'Work Phone',
  'Home Phone',
  'Fax Number',
  'Pager Number',
  'Mobile Number',
  'Home Address',
  'Home Address 2',
  'Home City',
  'Home State',
  'Home ZipCode',
  'Home Country',
  'Work Address',
  'Work Address 2',
  'Work City',
  'Work State',
  'Work ZipCode',
  'Work Country',
  'Job Title',
  'Department',
  'Organization',
  'Web Page 1',
  'Web Page 2',
  'Birth Year',
  'Birth Month',
  'Birth Day',
  'Custom 1',
  'Custom 2',
  'Custom 3',
  'Custom 4',
  'Notes',
] as const;
export type ThunderbirdColumn = (typeof THUNDERBIRD_COLUMNS)[number];

const entries = (name: string, slots: readonly Slot[], isGuest?: EntriesPart['isGuest']): EntriesPart => ({
  is: 'entries',
  name,
  slots,
  ...(isGuest === undefined ? {} : { isGuest }),
});
/** One that is for nothing in particular has no place of its own, and is no less needed: it stands where one for work or home would. */
const isAnyPhone = (value: Plain): boolean => featureOf(value) === '' && contextOf(value) === '';

const ADDRESS_CELLS: readonly (readonly [end: string, cell: AddressCell])[] = [
  ['Address', 'name'],
  ['Address 2', 'apartment'],
  ['City', 'locality'],
  ['State', 'region'],
  ['ZipCode', 'postcode'],
  ['Country', 'country'],
];
const address = addressCodec(ADDRESS_CELLS.map(([, cell]) => cell));

/** The parts of such a contact, whatever its cells are called. */
export function thunderbirdParts(nameOf: (column: ThunderbirdColumn) => string): readonly Part[] {
  const slot = (column: ThunderbirdColumn, value: TextName): Slot => plainSlot([nameOf(column)], textCodec(value));
  const phone = (column: ThunderbirdColumn, context: string, feature: string): Slot =>
    plainSlot(
      [nameOf(column)],
      textCodec('number'),
      markedAs(context === '*' ? '' : context, feature),
      (value) =>
        featureOf(value) === feature &&
        (context === '*' || contextOf(value) === context || (feature === '' && contextOf(value) === '')),
    );
  const addressSlot = (place: 'Home' | 'Work', context: string): Slot =>
    plainSlot(
      ADDRESS_CELLS.map(([end]) => nameOf(`${place} ${end}` as ThunderbirdColumn)),
      address,
      markedAs(context, ''),
      (value) => contextOf(value) === context,
    );
  const link = (column: ThunderbirdColumn, context: string): Slot =>
    plainSlot(
      [nameOf(column)],
      textCodec('uri'),
      markedAs(context, ''),
      (value) => value.kind === undefined && (contextOf(value) || 'work') === context,
    );
  return [
    namePart({
      full: nameOf('Display Name'),
      parts: { given: nameOf('First Name'), surname: nameOf('Last Name') },
    }),
    entries('nicknames', [slot('Nickname', 'name')]),
    entries('emails', [slot('Primary Email', 'address'), slot('Secondary Email', 'address')]),
    entries(
      'phones',
      [
        phone('Work Phone', 'work', ''),
        phone('Home Phone', 'private', ''),
        phone('Fax Number', '*', 'fax'),
        phone('Pager Number', '*', 'pager'),
        phone('Mobile Number', '*', 'mobile'),
      ],
      isAnyPhone,
    ),
    entries('addresses', [addressSlot('Home', 'private'), addressSlot('Work', 'work')]),
    entries('organizations', [plainSlot([nameOf('Organization'), nameOf('Department')], organizationCodec)]),
    entries('titles', [plainSlot([nameOf('Job Title')], textCodec('name'), { kind: 'title' }, isTitle)]),
    entries('links', [link('Web Page 1', 'work'), link('Web Page 2', 'private')]),
    entries('anniversaries', [
      plainSlot(
        [nameOf('Birth Year'), nameOf('Birth Month'), nameOf('Birth Day')],
        datePartsCodec,
        { kind: 'birth' },
        (value) => value.kind === 'birth',
      ),
    ]),
    entries('notes', [slot('Notes', 'note')]),
  ];
}

/** What each column of a Thunderbird CSV says of a contact. */
export const THUNDERBIRD: Layout = {
  parts: thunderbirdParts((column) => column),
  columns: THUNDERBIRD_COLUMNS,
};
