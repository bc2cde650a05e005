/** Components of a calendar that are carried as they are, in words. */
const NAMES: { readonly [component: string]: string } = {
  VJOURNAL: 'Journal entry',
  VFREEBUSY: 'Free and busy times',
  VAVAILABILITY: 'Availability',
  VALARM: 'Alert',
  VLOCATION: 'Place',
  VRESOURCE: 'Resource',
  PARTICIPANT: 'Attendee',
};

/** What people call a component by its text (`BEGIN:VJOURNAL` …). */
export function componentName(text: string): string {
  const name = /^BEGIN:([A-Za-z0-9-]+)/.exec(text)?.[1]?.toUpperCase() ?? '';
  return NAMES[name] ?? (name === '' ? 'Part' : `Part ${name}`);
}

/** What only programs read. */
const UNTOLD = /^(?:BEGIN|END|UID|DTSTAMP|CREATED|LAST-MODIFIED|SEQUENCE)[:;]/i;

/** What a component says, line by line, without what only frames or names it. */
export const componentWords = (text: string): string =>
  text
    .split(/\r?\n/)
    .filter((line) => line !== '' && !UNTOLD.test(line))
    .join('\n');
