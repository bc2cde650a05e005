import type { LackView } from './contract.ts';

const MANY: { readonly [map: string]: readonly [one: string, many: string] } = {
  emails: ['e-mail address', 'e-mail addresses'],
  phones: ['phone number', 'phone numbers'],
  addresses: ['address', 'addresses'],
  organizations: ['company', 'companies'],
  notes: ['note', 'notes'],
  nicknames: ['nickname', 'nicknames'],
  onlineServices: ['account', 'accounts'],
  links: ['link', 'links'],
  relatedTo: ['related person', 'related persons'],
  members: ['member of a group', 'members of groups'],
  keywords: ['label', 'labels'],
  locations: ['place', 'places'],
  virtualLocations: ['online meeting', 'online meetings'],
  participants: ['attendee', 'attendees'],
  alerts: ['alert', 'alerts'],
  recurrenceOverrides: ['changed occurrence', 'changed occurrences'],
  personalInfo: ['interest', 'interests'],
  cryptoKeys: ['key', 'keys'],
  calendars: ['calendar', 'calendars'],
  schedulingAddresses: ['address for invitations', 'addresses for invitations'],
  directories: ['directory', 'directories'],
  preferredLanguages: ['language', 'languages'],
  photo: ['photo', 'photos'],
  logo: ['logo', 'logos'],
  sound: ['sound', 'sounds'],
  birth: ['birthday', 'birthdays'],
  wedding: ['anniversary', 'anniversaries'],
  death: ['day of death', 'days of death'],
  anniversaries: ['other date', 'other dates'],
  media: ['photo', 'photos'],
  title: ['title', 'titles'],
  role: ['role', 'roles'],
  titles: ['title', 'titles'],
  name: ['name', 'names'],
  when: ['time', 'times'],
  record: ['an entry it has no place for', 'entries it has no place for'],
  group: ['group', 'groups'],
};
const NTH = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const APART: ReadonlySet<string> = new Set(['vCard', 'iCalendar', 'csv', 'ldif']);

/** Of these it is not told how many are held: other programs have any number of them. */
const APART_HOW: { readonly [how: string]: string } = { more: 'some of ', part: 'parts of ' };

/** They are held or not: what is lost of one is what it is for, as work or home. Nobody shall think of half a number. */
const LABELLED: ReadonlySet<string> = new Set(['emails', 'phones', 'nicknames']);

/** What a source or a copy does not hold: `photos`, `a fourth e-mail address`, `parts of names`. */
export function lackWords({ map, kind, how, held }: LackView): string {
  if (APART.has(map)) return `${APART_HOW[how] ?? ''}what other programs added`;
  const [one, many] = MANY[kind ?? map] ?? MANY[map] ?? plain(map);
  if (how === 'part') return `${LABELLED.has(map) ? 'labels' : 'parts'} of ${many}`;
  if (how === 'all') return many;
  if (how === 'away') return `${many} that are on no device in reach now`;
  const nth = NTH[held];
  return nth === undefined ? `more than ${held} ${many}` : `a ${nth} ${one}`;
}

const plain = (map: string): readonly [string, string] => {
  const words = map.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return [words, words];
};
