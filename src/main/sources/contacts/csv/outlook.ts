import type { Plain } from '../../../record/value.ts';
import { type AddressCell, addressCodec } from '../cells/addresses.ts';
import { plainText } from '../cells/cells.ts';
import { dateCodec } from '../cells/dates.ts';
import { contextOf, featureOf, markedAs } from '../cells/labels.ts';
import type { EntriesPart, Layout, Part, Slot } from '../cells/layout.ts';
import { namePart } from '../cells/names.ts';
import { organizationCodec } from '../cells/organizations.ts';
import { isRelation, relationCodec, relationsPart } from '../cells/relations.ts';
import { plainSlot, textCodec, withStale } from '../cells/slots.ts';
import { keywordsPart } from '../cells/words.ts';
import { isTitle, OWN_GROUPS } from './google.ts';

const entries = (name: string, slots: readonly Slot[]): EntriesPart => ({ is: 'entries', name, slots });

/** Phones whose column says who or what they are for, which the universal format tells by a label. */
const LABELLED_PHONES: readonly (readonly [column: string, label: string])[] = [
  ["Assistant's Phone", 'Assistant'],
  ['Callback', 'Callback'],
  ['Car Phone', 'Car'],
  ['ISDN', 'ISDN'],
  ['Primary Phone', 'Primary'],
  ['Radio Phone', 'Radio'],
  ['Telex', 'Telex'],
];
/** `[column, context, feature]`; `*`: whatever the context. */
const PHONES: readonly (readonly [column: string, context: string, feature: string])[] = [
  ['Business Phone', 'work', ''],
  ['Business Phone 2', 'work', ''],
  ['Home Phone', 'private', ''],
  ['Home Phone 2', 'private', ''],
  ['Other Phone', '', ''],
  ['Mobile Phone', '*', 'mobile'],
  ['Business Fax', 'work', 'fax'],
  ['Home Fax', 'private', 'fax'],
  ['Other Fax', '', 'fax'],
  ['Pager', '*', 'pager'],
  ['Company Main Phone', '*', 'main-number'],
  ['TTY/TDD Phone', '*', 'textphone'],
];

/** The label of a phone that has a column of its own for it. */
function labelColumn(value: Plain): string | null {
  const label = plainText(value.label)?.trim().toLowerCase();
  return LABELLED_PHONES.find(([, each]) => each.toLowerCase() === label)?.[0] ?? null;
}

const number = textCodec('number');
const phones = (): readonly Slot[] => [
  ...PHONES.map(([column, context, feature]) =>
    plainSlot(
      [column],
      number,
      markedAs(context === '*' ? '' : context, feature),
      (value) =>
        labelColumn(value) === null &&
        featureOf(value) === feature &&
        (context === '*' || contextOf(value) === context),
    ),
  ),
  ...LABELLED_PHONES.map(([column, label]) =>
    plainSlot([column], number, { label }, (value) => labelColumn(value) === column),
  ),
];

const ADDRESS_CELLS: readonly (readonly [end: string, cell: AddressCell])[] = [
  ['Street', 'name'],
  ['Street 2', 'street2'],
  ['Street 3', 'street3'],
  ['City', 'locality'],
  ['State', 'region'],
  ['Postal Code', 'postcode'],
  ['Country/Region', 'country'],
  ['Address PO Box', 'postOfficeBox'],
  ['Address', 'full'],
];
const address = addressCodec(ADDRESS_CELLS.map(([, cell]) => cell));
const addressSlot = (place: string, context: string): Slot =>
  plainSlot(
    ADDRESS_CELLS.map(([end]) => `${place} ${end}`),
    address,
    markedAs(context, ''),
    (value) => contextOf(value) === context,
  );

const EMAILS = ['E-mail', 'E-mail 2', 'E-mail 3'];
const emailSlot = (name: string): Slot =>
  withStale(plainSlot([`${name} Address`], textCodec('address')), [`${name} Type`, `${name} Display Name`]);

const anniversary = (column: string, kind: string): Slot =>
  plainSlot([column], dateCodec('american'), { kind }, (value) => value.kind === kind);

const relation = (column: string, kind: string): Slot =>
  plainSlot([column], relationCodec(kind), {}, (value) => isRelation(value, kind));

const PARTS: readonly Part[] = [
  namePart({
    full: 'Name',
    parts: {
      title: 'Title',
      given: 'First Name',
      given2: 'Middle Name',
      surname: 'Last Name',
      credential: 'Suffix',
    },
    phonetic: { given: 'Given Name Yomi', surname: 'Family Name Yomi' },
  }),
  entries('organizations', [plainSlot(['Company', 'Department'], organizationCodec)]),
  entries('titles', [plainSlot(['Job Title'], textCodec('name'), { kind: 'title' }, isTitle)]),
  entries('emails', EMAILS.map(emailSlot)),
  entries('phones', phones()),
  entries('addresses', [addressSlot('Business', 'work'), addressSlot('Home', 'private'), addressSlot('Other', '')]),
  entries('anniversaries', [anniversary('Birthday', 'birth'), anniversary('Anniversary', 'wedding')]),
  entries('notes', [plainSlot(['Notes'], textCodec('note'))]),
  entries('links', [plainSlot(['Web Page'], textCodec('uri'), {}, (value) => value.kind === undefined)]),
  relationsPart([relation('Spouse', 'spouse'), relation('Children', 'child')]),
  keywordsPart('Categories', ';', OWN_GROUPS, false),
];

const address3 = (place: string): readonly string[] =>
  ['Street', 'Street 2', 'Street 3', 'City', 'State', 'Postal Code', 'Country/Region'].map((end) => `${place} ${end}`);

const NOTATION = EMAILS.flatMap((name) => [`${name} Type`, `${name} Display Name`]);
const ALIASES = ['Business', 'Home', 'Other'].map((place) => [`${place} Country`, `${place} Country/Region`] as const);

/** Columns that both exports have, in this order. */
const NAME_COLUMNS = ['Title', 'First Name', 'Middle Name', 'Last Name', 'Suffix'];
const NUMBER_COLUMNS = [
  "Assistant's Phone",
  'Business Fax',
  'Business Phone',
  'Business Phone 2',
  'Callback',
  'Car Phone',
  'Company Main Phone',
  'Home Fax',
  'Home Phone',
  'Home Phone 2',
  'ISDN',
  'Mobile Phone',
  'Other Fax',
  'Other Phone',
  'Pager',
  'Primary Phone',
  'Radio Phone',
  'TTY/TDD Phone',
  'Telex',
];

/** Outlook on a desktop, in English. */
export const OUTLOOK: Layout = {
  parts: PARTS,
  notation: NOTATION,
  aliases: ALIASES,
  columns: [
    ...NAME_COLUMNS,
    'Company',
    'Department',
    'Job Title',
    ...address3('Business'),
    ...address3('Home'),
    ...address3('Other'),
    ...NUMBER_COLUMNS,
    'Account',
    'Anniversary',
    "Assistant's Name",
    'Billing Information',
    'Birthday',
    'Business Address PO Box',
    'Categories',
    'Children',
    'Directory Server',
    'E-mail Address',
    'E-mail Type',
    'E-mail Display Name',
    'E-mail 2 Address',
    'E-mail 2 Type',
    'E-mail 2 Display Name',
    'E-mail 3 Address',
    'E-mail 3 Type',
    'E-mail 3 Display Name',
    'Gender',
    'Government ID Number',
    'Hobby',
    'Home Address PO Box',
    'Initials',
    'Internet Free Busy',
    'Keywords',
    'Language',
    'Location',
    "Manager's Name",
    'Mileage',
    'Notes',
    'Office Location',
    'Organizational ID Number',
    'Other Address PO Box',
    'Priority',
    'Private',
    'Profession',
    'Referred By',
    'Sensitivity',
    'Spouse',
    'User 1',
    'User 2',
    'User 3',
    'User 4',
    'Web Page',
  ],
};

const addressOnline = (place: string): readonly string[] =>
  ['Street', 'City', 'State', 'Postal Code', 'Country/Region'].map((end) => `${place} ${end}`);

/** Outlook on the web (outlook.com). */
export const OUTLOOK_COM: Layout = {
  parts: PARTS,
  notation: NOTATION,
  aliases: ALIASES,
  columns: [
    ...NAME_COLUMNS,
    'Given Name Yomi',
    'Family Name Yomi',
    ...addressOnline('Home'),
    'Company',
    'Department',
    'Job Title',
    'Office Location',
    ...addressOnline('Business'),
    ...addressOnline('Other'),
    ...NUMBER_COLUMNS,
    'Anniversary',
    'Birthday',
    'E-mail Address',
    'E-mail Type',
    'E-mail 2 Address',
    'E-mail 2 Type',
    'E-mail 3 Address',
    'E-mail 3 Type',
    'Notes',
    'Spouse',
    'Web Page',
  ],
};
