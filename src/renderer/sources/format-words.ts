import type { ChoiceOption } from '../components/choice-field.tsx';

/** The choice that leaves it to the instance to see what is there. */
export const RECOGNIZED = 'recognized';

/** What a place on this device can be, in words; a server's formats are told from its address. */
export const FORMAT_CHOICES: readonly ChoiceOption[] = [
  { id: RECOGNIZED, label: 'What it looks like' },
  { id: 'folder', label: 'A folder of any files' },
  { id: 'vcard', label: 'Contacts: one .vcf file' },
  { id: 'vcard3', label: 'Contacts: one .vcf file, vCard 3.0' },
  { id: 'vcard-folder', label: 'Contacts: a folder of .vcf files' },
  { id: 'vcard3-folder', label: 'Contacts: a folder of .vcf files, vCard 3.0' },
  { id: 'csv-google', label: 'Contacts: Google CSV' },
  { id: 'csv-google-legacy', label: 'Contacts: Google CSV, as before 2024' },
  { id: 'csv-outlook', label: 'Contacts: Outlook CSV' },
  { id: 'csv-outlook-com', label: 'Contacts: outlook.com CSV' },
  { id: 'csv-thunderbird', label: 'Contacts: Thunderbird CSV' },
  { id: 'ldif', label: 'Contacts: LDIF' },
  { id: 'thunderbird', label: 'Contacts: Thunderbird’s address book' },
  { id: 'icalendar', label: 'A calendar: one .ics file' },
  { id: 'icalendar-folder', label: 'A calendar: a folder of .ics files' },
];

const BEGINS: { readonly [kind in 'contacts' | 'calendar']: string } = {
  contacts: 'Contacts: ',
  calendar: 'A calendar: ',
};

/** What a place of such a collection can be. */
export const formatChoices = (kind: 'contacts' | 'calendar'): readonly ChoiceOption[] =>
  FORMAT_CHOICES.filter(({ id, label }) => id === RECOGNIZED || label.startsWith(BEGINS[kind]));

/** What was recognized or chosen, for a sentence about it; a format of a later version by its name. */
export const formatWords = (format: string): string =>
  ({ carddav: 'CardDAV', caldav: 'CalDAV', subscription: 'subscription' })[format] ??
  FORMAT_CHOICES.find(({ id }) => id === format)?.label.replace(/^.*?: /, '') ??
  format;

const ADVICE: { readonly [code: string]: string } = {
  'not-reachable': 'Nothing was added. Once that is mended, press the button again.',
  'not-allowed': 'Many services want a password made for one app, not the one you log in with.',
  'no-collections': 'Look in the settings of the service for its CardDAV or CalDAV address.',
  'other-host': 'Your password was not sent there.',
  'bad-address': 'An address begins with https://, as https://dav.example.com/.',
  'no-such-path': 'Look at the part of the address after the name of the server.',
};

/** What to do about an account that could not be connected; null: what failed says it all. */
export const accountAdvice = (code: string): string | null => ADVICE[code] ?? null;
