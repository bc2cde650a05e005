import { framed } from '../../../record/framed-label.ts';
import { equalValues, type Plain, type Value } from '../../../record/value.ts';
import { canName } from '../cells/cells.ts';
import { eventLabel, eventOf, WEDDING } from '../cells/events.ts';
import { relationOf, relationWord, statedLabel } from '../cells/relations.ts';
import type { PropertyRule } from './property-rule.ts';
import { formatDate, parseDate } from './vcard-date.ts';
import { escapeText, unescapeText, type VcardVersion } from './vcard-text.ts';
import type { Draft, Written } from './written.ts';

/*
 * Days and people as programs write them who had to before vCard 4.0 came, and as Apple does to this day: there a label, in a line of its own,
 * says which day it is, and what somebody is to a contact.
 */

const NAMED: Pick<PropertyRule, 'labelled' | 'labelOf' | 'owns'> = {
  // One that has a label too says something else than its name does.
  labelled: (_, label) => label === null,
  labelOf: () => null,
  owns: () => false,
};

/** As all of these programs read it, in whatever version. */
const writeDay = ({ date }: Plain, version: VcardVersion): Written | null =>
  formatDate(date, version === '2.1' ? '2.1' : '3.0');

/** The date once it is written and read; null: it cannot be. */
function shownDate(entry: Plain, version: VcardVersion): Value {
  const { value = '', params = [] } = writeDay(entry, version) ?? {};
  const written = params.map(([name, text]) => ({ name, values: [text] }));
  return parseDate({ value, params: written }, version);
}

const day: Pick<PropertyRule, 'map' | 'restates' | 'holds' | 'write'> = {
  map: 'anniversaries',
  restates: true,
  holds: (entry, version) => shownDate(entry, version) !== null,
  write: writeDay,
};

const labelOfDay = (entry: Plain): string | null =>
  (entry.kind === 'wedding' ? framed(WEDDING) : eventLabel(entry)) || null;

function shownDay(entry: Plain, version: VcardVersion): Plain {
  return saying(entry, { ...eventOf(labelOfDay(entry) ?? ''), date: shownDate(entry, version) });
}

/** A day whose label says which. */
const labelledDay: PropertyRule = {
  ...day,
  name: 'X-ABDATE',
  read: (line, version) => {
    const date = parseDate(line, version);
    return date === null ? null : { kind: 'other', date };
  },
  labelled: (entry, label) => adding(entry, eventOf(label ?? '')),
  labelOf: labelOfDay,
  shown: shownDay,
  owns: ({ kind }, version) => kind === 'other' || (kind === 'wedding' && version !== '4.0'),
  says: (entry, version) => day.holds(entry, version) && shownDay(entry, version) === entry,
};

const weddingDay = (name: string): PropertyRule => ({
  ...day,
  ...NAMED,
  name,
  read: (line, version) => {
    const date = parseDate(line, version);
    return date === null ? null : { kind: 'wedding', date };
  },
  says: (entry, version) => entry.kind === 'wedding' && entry.label === undefined && day.holds(entry, version),
});

const who = ({ who: own }: Plain): string => (typeof own === 'string' ? own : '');

const somebody: Pick<PropertyRule, 'map' | 'restates' | 'key' | 'holds' | 'write'> = {
  map: 'relatedTo',
  restates: true,
  key: 'who',
  holds: (entry) => canName(who(entry)),
  write: (entry, version) => (canName(who(entry)) ? { value: escapeText(who(entry), version) } : null),
};

/** Its own label, else one relation: more does not go into a line. */
function labelOfPerson(entry: Plain): string | null {
  const word = relationWord(entry);
  return statedLabel(entry) || (word === '' ? null : framed(word));
}

const shownPerson = (entry: Plain): Plain => saying(entry, relationOf(labelOfPerson(entry) ?? ''));

/** Somebody whose label says what they are. */
const labelledPerson: PropertyRule = {
  ...somebody,
  name: 'X-ABRELATEDNAMES',
  read: ({ value }, version) => personIn(value, version, {}),
  labelled: (entry, label) => adding(entry, relationOf(label ?? '')),
  labelOf: labelOfPerson,
  shown: shownPerson,
  owns: (_, version) => version !== '4.0',
  says: (entry, version) => somebody.holds(entry, version) && shownPerson(entry) === entry,
};

/** Somebody whose line is named for what they are. */
function namedPerson(name: string, label: string): PropertyRule {
  const stated = relationOf(label);
  return {
    ...somebody,
    ...NAMED,
    name,
    read: ({ value }, version) => personIn(value, version, stated),
    says: (entry, version) => somebody.holds(entry, version) && saying(entry, stated) === entry,
  };
}

function personIn(value: string, version: VcardVersion, stated: Plain): Draft | null {
  const own = unescapeText(value, version).trim();
  return canName(own) ? { who: own, relation: {}, ...stated } : null;
}

/** Parts of an entry that its parameters say, and its key. */
const OF_PARAMS: ReadonlySet<string> = new Set(['contexts', 'pref', 'vCardParams', 'who']);

/** The entry with what its line and its label say of it: itself, where that is what it says. */
function saying(entry: Plain, said: Plain): Plain {
  const shown: Draft = {};
  for (const part of Object.keys(entry)) if (OF_PARAMS.has(part)) shown[part] = entry[part] as Value;
  for (const part of Object.keys(said)) shown[part] = said[part] as Value;
  return equalValues(shown, entry) ? entry : shown;
}

function adding(entry: Draft, said: Plain): true {
  for (const part of Object.keys(said)) entry[part] = said[part] as Value;
  return true;
}

/** Lines by older names, behind those by which new ones are written. */
export const OLDER_RULES: readonly PropertyRule[] = [
  labelledDay,
  ...['X-ANNIVERSARY', 'X-EVOLUTION-ANNIVERSARY', 'X-KADDRESSBOOK-X-ANNIVERSARY'].map(weddingDay),
  labelledPerson,
  ...['X-SPOUSE', 'X-EVOLUTION-SPOUSE', 'X-KADDRESSBOOK-X-SPOUSESNAME'].map((name) => namedPerson(name, 'Spouse')),
  ...['X-MANAGER', 'X-EVOLUTION-MANAGER', 'X-KADDRESSBOOK-X-MANAGERSNAME'].map((name) => namedPerson(name, 'Manager')),
  ...['X-ASSISTANT', 'X-EVOLUTION-ASSISTANT', 'X-KADDRESSBOOK-X-ASSISTANTSNAME'].map((name) =>
    namedPerson(name, 'Assistant'),
  ),
];
