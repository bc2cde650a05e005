import { withoutFrame } from '../../../record/framed-label.ts';
import { addressCodec } from '../cells/addresses.ts';
import { isBlank, type Made, plain, plainText, said, type Texts } from '../cells/cells.ts';
import { dateCodec } from '../cells/dates.ts';
import { eventLabel, eventOf } from '../cells/events.ts';
import { PHONE_WORDS, PLACE_WORDS } from '../cells/labels.ts';
import type { EntriesPart, Layout, Part, Slot } from '../cells/layout.ts';
import { namePart } from '../cells/names.ts';
import { organizationCodec } from '../cells/organizations.ts';
import { labelledRelation, relationsPart } from '../cells/relations.ts';
import { labelledSlot, NO_ENTRIES, plainSlot, type TextName, textCodec, type ValueCodec } from '../cells/slots.ts';
import { keywordsPart } from '../cells/words.ts';

/** So many of each are understood, and a new file has; others may have fewer. Columns of more than that travel as they are. */
const MOST = 10;
const SEPARATOR = ' ::: ';
/** Groups Google makes itself, and marks with a star. */
export const OWN_GROUPS = ['myContacts', 'starred'];

const entries = (name: string, slots: readonly Slot[]): EntriesPart => ({ is: 'entries', name, slots });
const numbered = (make: (at: number) => Slot): readonly Slot[] => Array.from({ length: MOST }, (_, at) => make(at + 1));
const counted = (name: string, ...ends: string[]): readonly string[] =>
  Array.from({ length: MOST }, (_, at) => ends.map((end) => `${name} ${at + 1} - ${end}`)).flat();

const photo: ValueCodec = {
  toTexts(value) {
    const uri = plainText(value.uri);
    return uri === null || uri.startsWith('data:') ? null : [uri];
  },
  fromTexts: ([uri]) => ({ uri: uri ?? '' }),
};

const ADDRESS_CELLS = [
  ['Formatted', 'full'],
  ['Street', 'name'],
  ['City', 'locality'],
  ['PO Box', 'postOfficeBox'],
  ['Region', 'region'],
  ['Postal Code', 'postcode'],
  ['Country', 'country'],
  ['Extended Address', 'apartment'],
] as const;

/** What both of Google's layouts have; `label` is the word for it. */
function common(label: 'Label' | 'Type', keywords: string): readonly Part[] {
  const labelled = (name: string, value: TextName, words = PLACE_WORDS): readonly Slot[] =>
    numbered((at) => labelledSlot(`${name} ${at} - ${label}`, [`${name} ${at} - Value`], textCodec(value), words));
  const address = addressCodec(ADDRESS_CELLS.map(([, cell]) => cell));
  return [
    entries('nicknames', [plainSlot(['Nickname'], textCodec('name'))]),
    entries('notes', [plainSlot(['Notes'], textCodec('note'))]),
    keywordsPart(keywords, SEPARATOR, OWN_GROUPS, true),
    entries('emails', labelled('E-mail', 'address')),
    entries('phones', labelled('Phone', 'number', PHONE_WORDS)),
    entries(
      'addresses',
      numbered((at) =>
        labelledSlot(
          `Address ${at} - ${label}`,
          ADDRESS_CELLS.map(([end]) => `Address ${at} - ${end}`),
          address,
          PLACE_WORDS,
        ),
      ),
    ),
    entries('links', labelled('Website', 'uri').map(withoutKind)),
    entries('media', [plainSlot(['Photo'], photo, { kind: 'photo' }, (value) => value.kind === 'photo')]),
    entries('anniversaries', [
      plainSlot(['Birthday'], dateCodec('iso'), { kind: 'birth' }, (value) => value.kind === 'birth'),
      ...numbered((at) => eventSlot(`Event ${at} - ${label}`, `Event ${at} - Value`)),
    ]),
    relationsPart(numbered((at) => labelledRelation(`Relation ${at} - ${label}`, `Relation ${at} - Value`))),
  ];
}

/** Links of a kind of their own (a page to write to somebody) are no web sites. */
function withoutKind(slot: Slot): Slot {
  return {
    ...slot,
    write: (values, now) => (values.some((value) => plain(value)?.kind !== undefined) ? null : slot.write(values, now)),
  };
}

/** A day other than the birthday, with a label that says which. */
function eventSlot(label: string, column: string): Slot {
  const codec = dateCodec('iso');
  return {
    columns: [label, column],
    read([text, day]) {
      const date = said(day) === null ? null : codec.fromTexts([day ?? '']);
      if (date === null) return NO_ENTRIES;
      const { kind, label: own } = eventOf(text ?? '');
      date.kind = kind;
      if (own !== undefined) date.label = own;
      return [date];
    },
    write(values, [label, day]) {
      const value = plain(values[0]);
      if (values.length > 1 || value === null || value.kind === 'birth' || value.kind === 'death') return null;
      const [text] = codec.toTexts(value, NO_TEXTS) ?? [];
      if (text === undefined) return null;
      const [now, own] = [label ?? '', withoutFrame(eventLabel(value))];
      const [before, after] = [eventOf(now), eventOf(own)];
      const isSame = before.kind === after.kind && before.label === after.label;
      return [isSame ? now : own, codec.like?.(0, day ?? '', text) ?? text];
    },
  };
}

const NO_TEXTS: Texts = [];

const slotColumns = (label: string): readonly string[] => [
  ...counted('E-mail', label, 'Value'),
  ...counted('Phone', label, 'Value'),
  ...counted('Address', label, ...ADDRESS_CELLS.map(([end]) => end)),
];
const furtherColumns = (label: string): readonly string[] => [
  ...counted('Website', label, 'Value'),
  ...counted('Event', label, 'Value'),
  ...counted('Relation', label, 'Value'),
];

/** Google Contacts' CSV since about 2024. */
export const GOOGLE: Layout = {
  parts: [
    namePart({
      parts: {
        given: 'First Name',
        given2: 'Middle Name',
        surname: 'Last Name',
        title: 'Name Prefix',
        credential: 'Name Suffix',
      },
      phonetic: { given: 'Phonetic First Name', given2: 'Phonetic Middle Name', surname: 'Phonetic Last Name' },
    }),
    entries('organizations', [plainSlot(['Organization Name', 'Organization Department'], organizationCodec)]),
    entries('titles', [plainSlot(['Organization Title'], textCodec('name'), { kind: 'title' }, isTitle)]),
    ...common('Label', 'Labels'),
  ],
  columns: [
    'First Name',
    'Middle Name',
    'Last Name',
    'Phonetic First Name',
    'Phonetic Middle Name',
    'Phonetic Last Name',
    'Name Prefix',
    'Name Suffix',
    'Nickname',
    'File As',
    'Organization Name',
    'Organization Title',
    'Organization Department',
    'Birthday',
    'Notes',
    'Photo',
    'Labels',
    ...slotColumns('Label'),
    ...furtherColumns('Label'),
  ],
};

/** Google Contacts' CSV before that. */
export const GOOGLE_LEGACY: Layout = {
  parts: [
    namePart({
      full: 'Name',
      parts: {
        given: 'Given Name',
        given2: 'Additional Name',
        surname: 'Family Name',
        title: 'Name Prefix',
        credential: 'Name Suffix',
      },
      phonetic: { given: 'Given Name Yomi', given2: 'Additional Name Yomi', surname: 'Family Name Yomi' },
    }),
    entries(
      'organizations',
      numbered((at) => plainSlot([`Organization ${at} - Name`, `Organization ${at} - Department`], organizationCodec)),
    ),
    entries(
      'titles',
      numbered((at) => plainSlot([`Organization ${at} - Title`], textCodec('name'), { kind: 'title' }, isTitle)),
    ),
    ...common('Type', 'Group Membership'),
    entries(
      'onlineServices',
      numbered((at) =>
        labelledSlot(`IM ${at} - Type`, [`IM ${at} - Value`, `IM ${at} - Service`], serviceCodec(), PLACE_WORDS),
      ),
    ),
  ],
  columns: [
    'Name',
    'Given Name',
    'Additional Name',
    'Family Name',
    'Yomi Name',
    'Given Name Yomi',
    'Additional Name Yomi',
    'Family Name Yomi',
    'Name Prefix',
    'Name Suffix',
    'Initials',
    'Nickname',
    'Short Name',
    'Maiden Name',
    'Birthday',
    'Gender',
    'Location',
    'Billing Information',
    'Directory Server',
    'Mileage',
    'Occupation',
    'Hobby',
    'Sensitivity',
    'Priority',
    'Subject',
    'Notes',
    'Language',
    'Photo',
    'Group Membership',
    ...slotColumns('Type').slice(0, 2 * MOST),
    ...counted('IM', 'Type', 'Service', 'Value'),
    ...slotColumns('Type').slice(2 * MOST),
    ...counted(
      'Organization',
      'Type',
      'Name',
      'Yomi Name',
      'Title',
      'Department',
      'Symbol',
      'Location',
      'Job Description',
    ),
    ...furtherColumns('Type'),
  ],
};

/** Is it a title, and no role? */
export function isTitle(value: { readonly [key: string]: unknown }): boolean {
  return value.kind === undefined || value.kind === 'title';
}

/** A user of a service; one who is only known by a URI has no cell. */
function serviceCodec(): ValueCodec {
  return {
    toTexts(value) {
      const user = plainText(value.user);
      return user === null ? null : [user, plainText(value.service) ?? ''];
    },
    fromTexts([user, service]) {
      if (user === null || user === undefined || isBlank(user)) return null;
      const value: Made = { user };
      const name = said(service);
      if (name !== null) value.service = name;
      return value;
    },
  };
}
