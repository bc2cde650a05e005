import { componentName, componentWords } from './component-words.ts';
import type { ValueView } from './contract.ts';
import { capital, isPlain, joined, listOf, type Plain, text } from './plain-value.ts';
import { ruleWords } from './rule-words.ts';
import { alertWords, dateWords, momentWords, whenWords } from './time-words.ts';

/** Fields of files. */
const FILE_FIELDS: { readonly [field: string]: string } = {
  entry: 'Content',
  exists: 'All of it',
  modified: 'Modified',
  executable: 'Executable',
};
const FIELDS: { readonly [field: string]: string } = {
  name: 'Name',
  kind: 'Kind',
  language: 'Language',
  updated: 'Last saved',
  created: 'Made',
  when: 'Time',
  title: 'Title',
  description: 'Description',
  recurrenceRule: 'Repeats',
  status: 'Status',
  privacy: 'Visibility',
  freeBusyStatus: 'Shown as',
  priority: 'Priority',
  color: 'Colour',
  progress: 'Progress',
  percentComplete: 'Done',
  estimatedDuration: 'Takes about',
  sequence: 'Revision',
  progressUpdated: 'Progress changed at',
  organizerCalendarAddress: 'Organizer',
  due: 'Due',
};
const MAPS: { readonly [map: string]: string } = {
  emails: 'E-mail',
  phones: 'Phone',
  addresses: 'Address',
  organizations: 'Company',
  notes: 'Note',
  nicknames: 'Nickname',
  onlineServices: 'Account',
  links: 'Link',
  relatedTo: 'Related to',
  members: 'Member',
  keywords: 'Label',
  locations: 'Place',
  virtualLocations: 'Online',
  participants: 'Attendee',
  alerts: 'Alert',
  recurrenceOverrides: 'Occurrence',
  personalInfo: 'Interest',
  timeZones: 'Time zone',
};
const KINDS: { readonly [kind: string]: string } = {
  birth: 'Birthday',
  wedding: 'Anniversary',
  death: 'Day of death',
  photo: 'Photo',
  logo: 'Logo',
  sound: 'Sound',
  title: 'Title',
  role: 'Role',
};
/** Those of which nothing is left that tells the kind. */
const CLEARED: { readonly [map: string]: string } = { media: 'Picture or sound', titles: 'Title or role' };
const OF_KIND: ReadonlySet<string> = new Set(['anniversaries', 'media', 'titles']);
const FEATURES: { readonly [feature: string]: string } = {
  mobile: 'mobile',
  fax: 'fax',
  pager: 'pager',
  video: 'video',
};

/**
 * What people call a field: `phones/XXXn` of a work phone is `Phone (work)`, `entry` is `Content`. `value`: one the field has or had, which tells
 * more of an entry than its key.
 */
export function fieldWords(path: string, value: ValueView | undefined = null): string {
  const known = FILE_FIELDS[path] ?? FIELDS[path];
  if (known !== undefined) return known;
  const slash = path.indexOf('/');
  const [map, key] = slash < 0 ? [path, ''] : [path.slice(0, slash), path.slice(slash + 1)];
  const plain = isPlain(value) ? value : {};
  const person = samePerson(map, value, plain);
  if (person !== null) return person;
  if (map === 'vCard' || map === 'iCalendar' || map === 'csv' || map === 'ldif')
    return text(plain.name) || (key.split('/')[0] ?? key).toUpperCase();
  if (map === 'anniversaries') return dayName(plain);
  if (OF_KIND.has(map)) return KINDS[text(plain.kind)] ?? (value === null ? CLEARED[map] : undefined) ?? capital(map);
  if (map === 'keywords' || map === 'members' || map === 'relatedTo') return `${MAPS[map]} ${unescaped(key)}`;
  if (map === COMPONENT) return componentName(textOfComponent(value));
  if (map === 'iCalendarParams') return `${fieldWords(key)} (details)`;
  if (map === 'recurrenceOverrides') return `On ${momentWords(key, false)}`;
  const word = MAPS[map];
  if (word === undefined) {
    const words = path.replaceAll('/', ' ').replace(/([a-z])([A-Z])/g, '$1 $2');
    return capital(words);
  }
  const marks = marksOf(plain);
  return marks === '' ? word : `${word} (${marks})`;
}

/** Is it what is said of one occurrence of a series? Where nothing is said of it any more nothing is deleted: it is as its series says. */
export const isOccurrence = (path: string): boolean => path.startsWith('recurrenceOverrides/');
/** What a side of a conflict says that says nothing of a field any more. */
export const deletedWords = (path: string): string => (isOccurrence(path) ? 'as its series says' : 'deleted');

/** A component nobody looks into: a record that is one, or a part of one. */
const COMPONENT = 'iCalendarComponent';
const textOfComponent = (value: ValueView): string => (isPlain(value) ? text(value.text) : text(value));

/** Of contacts found to be one person; null: the field says nothing of the kind. */
function samePerson(map: string, value: ValueView, plain: Plain): string | null {
  const said = (by: ValueView | undefined): string =>
    Array.isArray(by) ? by.filter((each) => typeof each === 'string').join(', ') : '';
  if (map === 'aliasOf') return `Same person as ${text(value)}`.trim();
  if (map === 'matchedBy') return `Known by ${said(value)}`.trim();
  if (map === 'also') return `Same person as ${text(plain.record)} by ${said(plain.by)}`;
  return map === 'apart' ? 'Somebody else' : null;
}

const unescaped = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~');

/** What an entry says by its key: the word of `keywords/Choir`. */
export const entryName = (path: string): string => unescaped(path.slice(path.indexOf('/') + 1));

/** Apple's own labels stand in a frame. */
const withoutFrame = (label: string): string => label.replace(/^_\$!<(.*)>!\$_$/, '$1');

/** A day by its label, where it is none everybody has a name for. */
function dayName({ kind, label }: Plain): string {
  const [known, own] = [KINDS[text(kind)], withoutFrame(text(label))];
  if (known === undefined) return own === '' ? 'Date' : own;
  return own === '' ? known : `${known} (${own})`;
}

/** What tells one entry from its neighbours: its own label, else what it is for. */
function marksOf({ label, contexts, features, service }: Plain): string {
  if (typeof label === 'string') return withoutFrame(label);
  const marks: string[] = [];
  if (typeof service === 'string') marks.push(service);
  for (const [feature, word] of Object.entries(FEATURES))
    if (isPlain(features) && features[feature] === true) marks.push(word);
  if (isPlain(contexts) && contexts.work === true) marks.push('work');
  if (isPlain(contexts) && contexts.private === true) marks.push('home');
  return marks.join(', ');
}

/** The value of a contact's or event's field in one line, and of any record whether it is there; null: it is nothing, or of no kind that is known here. */
export function contactWords(path: string, value: ValueView): string | null {
  if (path === 'exists' && typeof value === 'boolean') return value ? 'there' : 'deleted';
  if (value === null && isOccurrence(path)) return deletedWords(path);
  const map = path.split('/')[0] ?? path;
  if (map === 'keywords' || map === 'members') return value === true ? 'yes' : null;
  // What it says is told by what the field is called.
  if (map === 'also' || map === 'matchedBy') return value === null ? null : 'yes';
  if (map === COMPONENT) return componentWords(textOfComponent(value));
  if (!isPlain(value)) return null;
  switch (map) {
    case 'name':
      return (
        text(value.full) ||
        joined(
          listOf(value.components).map((part) => text(part.value)),
          ' ',
        )
      );
    case 'phones':
      return text(value.number);
    case 'emails':
      return text(value.address);
    case 'addresses':
      return text(value.full) || streetWords(listOf(value.components));
    case 'organizations':
      return joined([text(value.name), ...listOf(value.units).map((unit) => text(unit.name))], ', ');
    case 'notes':
      return text(value.note);
    case 'titles':
    case 'nicknames':
    case 'locations':
    case 'virtualLocations':
      return text(value.name) || text(value.uri);
    case 'onlineServices':
      return text(value.user) || text(value.uri);
    case 'links':
      return linkWords(text(value.uri) || text(value.href));
    case 'anniversaries':
      return dateWords(value.date);
    case 'relatedTo':
      return relationWords(value);
    case 'media':
      return text(value.uri) || pictureWords(value);
    case 'when':
      return whenWords(value);
    case 'recurrenceRule':
      return ruleWords(value);
    case 'recurrenceOverrides':
      return overrideWords(value);
    case 'alerts':
      return alertWords(value);
    case 'participants':
      return participantWords(value);
    case 'vCard':
    case 'iCalendar':
      return typeof value.value === 'string' ? value.value : null;
    default:
      return null;
  }
}

/** Where it leads; null: nowhere, or it has all of it in itself. */
const linkWords = (address: string): string | null => (address === '' || address.startsWith('data:') ? null : address);

/** A house number stands beside its street, all else after a comma. */
function streetWords(components: readonly Plain[]): string {
  const parts = components.filter((part) => part.kind !== 'separator' && text(part.value) !== '');
  return parts.reduce((said, part, at) => {
    const isBeside = part.kind === 'number' || parts[at - 1]?.kind === 'number';
    return said === '' ? text(part.value) : `${said}${isBeside ? ' ' : ', '}${text(part.value)}`;
  }, '');
}

/** What somebody is to a contact, or something to an event: a label as it was written, a word of the format as labels mostly are. */
function relationWords({ relation, label }: Plain): string {
  const words = isPlain(relation) ? Object.keys(relation).filter((word) => relation[word] === true) : [];
  const own = withoutFrame(text(label));
  return own === '' ? capital(words.join(', ') || 'related') : [own, ...words].join(', ');
}

/** Two pictures differ at least in their size, or nobody could tell that anything changed. */
function pictureWords({ kind, data, mediaType }: Plain): string {
  const size = data instanceof Uint8Array ? data.length : isPlain(data) ? data.size : null;
  const what = kind === 'sound' ? 'a sound' : 'a picture';
  const amount = typeof size !== 'number' ? '' : size < 1000 ? `${size} B` : `${Math.round(size / 1000)} kB`;
  const more = joined(
    [
      text(mediaType)
        .replace(/^image\//, '')
        .toUpperCase(),
      amount,
    ],
    ', ',
  );
  return more === '' ? what : `${what} (${more})`;
}

/** What differs on that day. Keys are fields of the event, entries as `participants/…`. */
function overrideWords(patch: Plain): string {
  if (patch.excluded === true) return 'does not take place';
  // Which form of the series it was said of is a program's business.
  const parts = Object.entries(patch).flatMap(([path, value]) => {
    if (path === 'series' || path === 'says' || path === 'added') return [];
    const said = typeof value === 'string' ? value : contactWords(path, value);
    const what = fieldWords(path, value);
    return value === null ? `${what}: none` : said === null || said === '' ? what : `${what}: ${said}`;
  });
  return parts.length === 0 ? 'takes place too' : parts.join('; ');
}

const ANSWERS: { readonly [status: string]: string } = { 'needs-action': 'has not answered', 'tentative': 'perhaps' };

function participantWords({ name, calendarAddress, participationStatus }: Plain): string {
  const status = text(participationStatus);
  const who = text(name) || text(calendarAddress).replace(/^mailto:/i, '');
  return joined([who, ANSWERS[status] ?? status], ', ');
}

const UNTOLD: ReadonlySet<string> = new Set([
  'uid',
  'prodId',
  'version',
  'exists',
  'updated',
  'created',
  'sequence',
  'kind',
]);

/** Does a person read this field of a card or an event? What a program keeps for itself is not told. */
export const isTold = (path: string): boolean =>
  !path.startsWith('@') && !path.startsWith('aliasOf') && !path.startsWith('apart/') && !UNTOLD.has(path);
