import { escapeName, unescapeName } from '../../../record/entry-name.ts';
import type { Plain, Value } from '../../../record/value.ts';
import type { ContentLine } from '../../text/content-lines.ts';
import { canName } from '../cells/cells.ts';
import { RELATIONS } from '../cells/relations.ts';
import { componentsOf, readAddress, writeAddress } from './components.ts';
import { isParam } from './is-param.ts';
import { OLDER_RULES } from './older-lines.ts';
import type { PropertyRule } from './property-rule.ts';
import { formatDate, parseDate } from './vcard-date.ts';
import { formatMedia, holdsMedia, parseMedia } from './vcard-media.ts';
import { escapeText, splitAt, unescapeText, type VcardVersion } from './vcard-text.ts';
import type { Draft, Written } from './written.ts';

/** What one line gives: its own part of an entry. Contexts, preference and unknown parameters are read for all alike. */
export interface ReadEntry {
  readonly map: string;
  readonly value: Plain;
}
const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
const always = (): boolean => true;
/** A line of a text; null: it says nothing, as an entry a peer sent may. */
const written = (value: string): Written | null => (value === '' ? null : { value });
const says = (part: Value | undefined): boolean => typeof part === 'string' && part !== '';

function textRule(name: string, map: string, part: string, fixed: Plain = {}): PropertyRule {
  const stated = Object.entries(fixed);
  return {
    name,
    map,
    text: part,
    read: ({ value }, version) => {
      const plain = unescapeText(value, version);
      if (plain === '') return null;
      const entry: Draft = { [part]: plain };
      for (const [key, each] of stated) entry[key] = each;
      return entry;
    },
    holds: (entry) => says(entry[part]),
    write: (entry, version) => written(escapeText(text(entry[part]), version)),
    owns: stated.length === 0 ? always : (entry) => stated.every(([key, value]) => entry[key] === value),
  };
}

/** Addresses are not escaped, though some programs do. */
const uriIn = (value: string): string => (value.includes('\\') ? value.replace(/\\([:,;])/g, '$1') : value);

function uriRule(name: string, map: string, fixed: Plain = {}): PropertyRule {
  return {
    name,
    map,
    read: ({ value }) => (value === '' ? null : { uri: uriIn(value), ...fixed }),
    holds: (entry) => says(entry.uri),
    write: (entry) => written(text(entry.uri)),
    owns: (entry) =>
      typeof entry.uri === 'string' &&
      (entry.kind ?? null) === (fixed.kind ?? null) &&
      (entry.service ?? null) === (fixed.service ?? null),
  };
}

/** Does a line state by a parameter that its value is of this kind? */
function statesKind({ params }: ContentLine, kind: 'uri' | 'text'): boolean {
  return params.some(({ name, values }) => isParam(name, 'VALUE') && values[0]?.toLowerCase() === kind);
}

/** Words of TYPE that say what a phone is for (FORMATS 2.9). `voice` says nothing: it is what a phone is. */
export const PHONE_FEATURES: ReadonlyMap<string, string> = new Map([
  ['cell', 'mobile'],
  ['fax', 'fax'],
  ['pager', 'pager'],
  ['text', 'text'],
  ['video', 'video'],
  ['textphone', 'textphone'],
  ['main', 'main-number'],
  ['main-number', 'main-number'],
]);

const phone: PropertyRule = {
  name: 'TEL',
  map: 'phones',
  text: 'number',
  features: PHONE_FEATURES,
  read: (line, version) => {
    const { value } = line;
    const number = statesKind(line, 'uri') ? value.replace(/^tel:/i, '') : unescapeText(value, version);
    return number === '' ? null : { number };
  },
  holds: (entry) => says(entry.number),
  write: (entry, version) => written(escapeText(text(entry.number), version)),
  owns: always,
};

/** Parameters that say a part of an address. */
const ADDRESS_PARAMS = [
  ['LABEL', 'full'],
  ['CC', 'countryCode'],
  ['GEO', 'coordinates'],
  ['TZ', 'timeZone'],
] as const;

const address: PropertyRule = {
  name: 'ADR',
  map: 'addresses',
  read: ({ value, params }, version) => {
    const { components, whole } = readAddress(value, version);
    const entry: Draft = {};
    if (components.length > 0) entry.components = components as unknown as Value;
    const param = (name: string): string | null =>
      params.find((each) => isParam(each.name, name))?.values.join(',') ?? null;
    const [full, country, geo, zone] = [param('LABEL') ?? whole, param('CC'), param('GEO'), param('TZ')];
    if (components.length === 0 && full === null) return null;
    if (full !== null) entry.full = full.replace(/\\n/gi, '\n').replace(/\^n/g, '\n');
    if (country !== null) entry.countryCode = country.toUpperCase();
    if (geo !== null) entry.coordinates = geo;
    if (zone !== null) entry.timeZone = zone;
    return entry;
  },
  holds: (entry, version) =>
    componentsOf(entry).length > 0 ||
    (version === '4.0' && ADDRESS_PARAMS.some(([, part]) => typeof entry[part] === 'string')),
  write: (entry, version) => {
    const components = componentsOf(entry);
    const params: (readonly [string, string])[] = [];
    if (version === '4.0')
      for (const [name, part] of ADDRESS_PARAMS)
        if (typeof entry[part] === 'string') params.push([name, text(entry[part]).replace(/\n/g, '\\n')]);
    if (components.length === 0 && params.length === 0) return null;
    return { value: writeAddress(components, version), params };
  },
  owns: always,
};

/** The name of an organization, and those of its units. */
const organizationNames = (entry: Plain): readonly string[] => [
  text(entry.name),
  ...(Array.isArray(entry.units) ? (entry.units as readonly (Plain | null)[]).map((unit) => text(unit?.name)) : []),
];

const organization: PropertyRule = {
  name: 'ORG',
  map: 'organizations',
  read: ({ value }, version) => {
    const [name = '', ...units] = splitAt(value, ';').map((part) => unescapeText(part, version));
    while (units.at(-1) === '') units.pop();
    if (name === '' && units.length === 0) return null;
    const entry: Draft = {};
    if (name !== '') entry.name = name;
    if (units.length > 0) entry.units = units.map((unit) => ({ name: unit }));
    return entry;
  },
  holds: (entry) => says(entry.name) || organizationNames(entry).some((each) => each !== ''),
  write: (entry, version) => {
    const names = organizationNames(entry);
    if (names.every((each) => each === '')) return null;
    return { value: names.map((each) => escapeText(each, version)).join(';') };
  },
  owns: always,
};

/** `isLater`: only 4.0 has it. */
function dateRule(name: string, kind: string, isLater: boolean): PropertyRule {
  const write = (entry: Plain, version: VcardVersion): Written | null =>
    isLater && version !== '4.0' ? null : formatDate(entry.date, version);
  return {
    name,
    map: 'anniversaries',
    read: (line, version) => {
      const date = parseDate(line, version);
      return date === null ? null : { kind, date };
    },
    holds: (entry, version) => write(entry, version) !== null,
    write,
    owns: (entry) => entry.kind === kind,
  };
}

/** Older cards that have it keep it. */
const wedding: PropertyRule = {
  ...dateRule('ANNIVERSARY', 'wedding', false),
  owns: (entry, version) => version === '4.0' && entry.kind === 'wedding',
  says: (entry, version) => entry.kind === 'wedding' && wedding.holds(entry, version),
  restates: true,
};

function mediaRule(name: string, kind: string): PropertyRule {
  return {
    name,
    map: 'media',
    read: (line) => {
      const media = parseMedia(line, kind);
      return media === null ? null : { kind, ...media };
    },
    holds: holdsMedia,
    write: formatMedia,
    owns: (entry) => entry.kind === kind,
  };
}

function infoRule(name: string, kind: string): PropertyRule {
  const rule = textRule(name, 'personalInfo', 'value', { kind });
  return {
    ...rule,
    holds: (entry, version) => version === '4.0' && rule.holds(entry, version),
    write: (entry, version) => (version === '4.0' ? rule.write(entry, version) : null),
  };
}

/** Names under which programs write an account at a service before IMPP came. */
const SERVICES = [
  'AIM',
  'SKYPE',
  'ICQ',
  'JABBER',
  'MSN',
  'YAHOO',
  'GADUGADU',
  'GROUPWISE',
  'GOOGLE-TALK',
  'TWITTER',
  'QQ',
];
const service = (word: string): PropertyRule => {
  const fixed = { service: word, vCardName: `X-${word}` };
  return textRule(`X-${word}`, 'onlineServices', 'user', fixed);
};

const account: PropertyRule = {
  ...uriRule('IMPP', 'onlineServices'),
  owns: (entry) => typeof entry.uri === 'string' && entry.vCardName === undefined,
};
const profile = (name: string): PropertyRule => ({
  ...uriRule(name, 'onlineServices', { vCardName: name }),
  owns: (entry) => entry.vCardName === name,
});

const URI = /^[a-z][a-z0-9+.-]*:[^\s\p{Cc}]+$/iu;

/** Somebody, by a URI or in words: whichever it is shows by itself. Older cards that have it keep it. */
const relation: PropertyRule = {
  name: 'RELATED',
  map: 'relatedTo',
  key: 'who',
  featuresIn: 'relation',
  features: new Map([...RELATIONS].map((word) => [word, word])),
  read: (line, version) => {
    const { value } = line;
    const who = (statesKind(line, 'text') ? unescapeText(value, version) : value).trim();
    return canName(who) ? { who, relation: {} } : null;
  },
  holds: (entry) => canName(text(entry.who)),
  write: (entry, version) => {
    const who = text(entry.who);
    if (!canName(who)) return null;
    return URI.test(who) ? { value: who } : { value: escapeText(who, version), params: [['VALUE', 'text']] };
  },
  owns: (_, version) => version === '4.0',
  says: (entry) => canName(text(entry.who)),
  restates: true,
};

/** Properties that are entries of keyed maps, in the order in which new lines are written. */
const RULES: readonly PropertyRule[] = [
  textRule('EMAIL', 'emails', 'address'),
  phone,
  address,
  organization,
  textRule('TITLE', 'titles', 'name', { kind: 'title' }),
  textRule('ROLE', 'titles', 'name', { kind: 'role' }),
  account,
  profile('X-SOCIALPROFILE'),
  profile('SOCIALPROFILE'),
  ...SERVICES.map(service),
  uriRule('URL', 'links'),
  { ...uriRule('CONTACT-URI', 'links', { kind: 'contact' }) },
  dateRule('BDAY', 'birth', false),
  wedding,
  dateRule('DEATHDATE', 'death', true),
  textRule('NOTE', 'notes', 'note'),
  mediaRule('PHOTO', 'photo'),
  mediaRule('LOGO', 'logo'),
  mediaRule('SOUND', 'sound'),
  infoRule('EXPERTISE', 'expertise'),
  infoRule('HOBBY', 'hobby'),
  infoRule('INTEREST', 'interest'),
  relation,
  ...OLDER_RULES,
];
const BY_NAME = new Map(RULES.map((rule) => [rule.name, rule]));
const BY_MAP = new Map(
  [...new Set(RULES.map(({ map }) => map))].map((map) => [map, RULES.filter((rule) => rule.map === map)]),
);
const PLACES = new Map(RULES.map((rule, at) => [rule, at]));

/** The rule for a property, named in upper case; null: it is carried as it is. */
export const ruleNamed = (name: string): PropertyRule | null => BY_NAME.get(name) ?? null;
/** Where it is among `RULES`. */
export const placeOf = (rule: PropertyRule): number => PLACES.get(rule) as number;

const KEY_OF = new Map(RULES.flatMap(({ map, key }) => (key === undefined ? [] : [[map, key] as const])));

/** Are entries of a map told by what they say (`relatedTo/<who>`)? */
export const hasOwnKey = (map: string): boolean => KEY_OF.has(map);

/** An entry of a map as its rule reads and writes it: with its key, where that says something. */
export function entryOf(map: string, field: string, value: Plain): Plain {
  const part = KEY_OF.get(map);
  return part === undefined ? value : { ...value, [part]: unescapeName(field.slice(map.length + 1)) };
}

/** The field an entry is by its own key, and what is left of it; null: it has none of its own. */
export function keyedField({ map, key }: PropertyRule, entry: Plain): { field: string; value: Plain } | null {
  if (key === undefined) return null;
  const { [key]: own, ...value } = entry;
  return { field: `${map}/${escapeName(text(own))}`, value };
}

/** The property a new entry is written as in this version; null: no card of it can hold it. */
export function ruleFor(map: string, entry: Plain, version: VcardVersion): PropertyRule | null {
  const rules = BY_MAP.get(map);
  if (rules !== undefined) for (const rule of rules) if (rule.owns(entry, version)) return rule;
  return null;
}

/** The property a line of this name stays, now that it is to say an entry that is written as `rule`; null: it can be no such line. */
export function ruleForLine(
  name: string,
  map: string,
  entry: Plain,
  rule: PropertyRule,
  version: VcardVersion,
): PropertyRule | null {
  const own = ruleNamed(name.toUpperCase());
  if (own?.map !== map) return null;
  return own === rule || own.says?.(entry, version) === true ? own : null;
}
