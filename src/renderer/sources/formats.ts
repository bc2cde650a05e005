import type { ChoiceOption } from '../components/choice-field.tsx';

/** What a place can hold. `auto`: recognized from what is there. */
export const FORMATS: readonly ChoiceOption[] = [
  { id: 'auto', label: 'Recognize it' },
  { id: 'folder', label: 'Folder of files' },
  { id: 'vcard', label: 'Contacts: vCard file' },
  { id: 'vcard3', label: 'Contacts: vCard 3.0 file' },
  { id: 'vcard-folder', label: 'Contacts: folder of vCards' },
  { id: 'vcard3-folder', label: 'Contacts: folder of vCards 3.0' },
  { id: 'csv-google', label: 'Contacts: Google CSV' },
  { id: 'csv-google-legacy', label: 'Contacts: Google CSV, older' },
  { id: 'csv-outlook', label: 'Contacts: Outlook CSV' },
  { id: 'csv-outlook-com', label: 'Contacts: Outlook.com CSV' },
  { id: 'csv-thunderbird', label: 'Contacts: Thunderbird CSV' },
  { id: 'ldif', label: 'Contacts: LDIF' },
  { id: 'thunderbird', label: 'Contacts: Thunderbird address book' },
  { id: 'carddav', label: 'Contacts: CardDAV address' },
  { id: 'icalendar', label: 'Calendar: iCalendar file' },
  { id: 'icalendar-folder', label: 'Calendar: folder of iCalendar files' },
  { id: 'caldav', label: 'Calendar: CalDAV address' },
  { id: 'subscription', label: 'Calendar: subscription' },
];
