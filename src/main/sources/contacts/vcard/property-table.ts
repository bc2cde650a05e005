import { escapeName, unescapeName } from '../../../record/entry-name.ts';
import type { Value } from '../../../record/value.ts';
import type { ContentLine } from '../../text/content-lines.ts';
import { canName } from '../cells/cells.ts';
import { RELATIONS } from '../cells/relations.ts';
import { formatDate, parseDate } from './vcard-date.ts';
import { formatMedia, parseMedia } from './vcard-media.ts';
import { escapePart, escapeText, splitAt, unescapePart, unescapeText, type VcardVersion } from './vcard-text.ts';
import type { Plain, Written } from './written.ts';

/** What one line gives: its own part of an entry. Contexts, preference and unknown parameters are read for all alike. */
export interface ReadEntry {
  readonly map: string;
  readonly value: Plain;
}
/** One property: line ↔ entry. */
export interface PropertyRule {
  readonly name: string;
  readonly map: string;
  /** null: it cannot be understood, and is carried as it is. */
  read(line: ContentLine, version: VcardVersion): Plain | null;
  /** null: this version has no such property, or it cannot hold this entry. */
  write(entry: Plain, version: VcardVersion): Written | null;
  /** Does an entry of its map belong to this property? */
  owns(entry: Plain): boolean;
  /** Words of TYPE that are features of the entry, by what the entry calls them. */
  readonly features?: ReadonlyMap<string, string>;
  /** The part of the entry they are in, where it is not `features`. */
  readonly featuresIn?: string;
  /** The part of the entry that is its key (`relatedTo/<who>`): in the field's name, not in its value. */
  readonly key?: string;
  /** The part of the entry that its value is, where it is one text. */
  readonly text?: string;
}

const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
const always = (): boolean => true;
/** A line of a text; null: it says nothing, as an entry a peer sent may. */
const written = (value: string): Written | null => (value === '' ? null : { value });

function textRule(name: string, map: string, part: string, fixed: Plain = {}): PropertyRule {
  return {
    name,
    map,
    text: part,
    read: ({ value }, version) => {
      const plain = unescapeText(value, version);
      return plain === '' ? null : { [part]: plain, ...fixed };
    },
    write: (entry, version) => written(escapeText(text(entry[part]), version)),
    owns: (entry) => Object.entries(fixed).every(([key, value]) => entry[key] === value),
  };
}

function uriRule(name: string, map: string, fixed: Plain = {}): PropertyRule {
  return {
    name,
    map,
    // Addresses are not escaped, though some programs do.
    read: ({ value }) => (value === '' ? null : { uri: value.replace(/\\([:,;])/g, '$1'), ...fixed }),
    write: (entry) => written(text(entry.uri)),
    owns: (entry) =>
      typeof entry.uri === 'string' &&
      (entry.kind ?? null) === (fixed.kind ?? null) &&
      (entry.service ?? null) === (fixed.service ?? null),
  };
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
  read: ({ value, params }, version) => {
    const isUri = params.some(
      ({ name, values }) => name.toUpperCase() === 'VALUE' && values[0]?.toLowerCase() === 'uri',
    );
    const number = isUri ? value.replace(/^tel:/i, '') : unescapeText(value, version);
    return number === '' ? null : { number };
  },
  write: (entry, version) => written(escapeText(text(entry.number), version)),
  owns: always,
};

/** Parts of an address in their order (RFC 6350 6.3.1, RFC 9554 2.1). */
export const ADDRESS_KINDS = [
  'postOfficeBox',
  'apartment',
  'name',
  'locality',
  'region',
  'postcode',
  'country',
  'room',
  'floor',
  'number',
  'building',
  'block',
  'subdistrict',
  'district',
  'landmark',
  'direction',
] as const;
const PLAIN_PARTS = 7;
/** Where RFC 9554 puts the parts beyond the seventh: room; apartment; floor; number; name; building; block; … */
const EXTENDED = [
  'room',
  null,
  'floor',
  'number',
  null,
  'building',
  'block',
  'subdistrict',
  'district',
  'landmark',
  'direction',
];

export type Component = { readonly kind: string; readonly value: string };
/** The parts of a name or an address; what is no part, as a peer may send it, is left out. */
export const componentsOf = (entry: Plain): readonly Component[] =>
  Array.isArray(entry.components)
    ? (entry.components as readonly unknown[] as readonly (Partial<Component> | null)[]).filter(
        (each): each is Component => typeof each?.kind === 'string' && typeof each.value === 'string',
      )
    : [];

function readParts(value: string, version: VcardVersion, kindAt: (at: number) => string | null): readonly Component[] {
  return splitAt(value, ';').flatMap((part, at) => {
    const kind = kindAt(at);
    if (kind === null) return [];
    return splitAt(part, ',').flatMap((each) => {
      const plain = unescapePart(each, version);
      return plain === '' ? [] : [{ kind, value: plain }];
    });
  });
}
const writePart = (components: readonly Component[], kind: string, version: VcardVersion): string =>
  components
    .filter((each) => each.kind === kind)
    .map((each) => escapePart(each.value, version))
    .join(',');

const address: PropertyRule = {
  name: 'ADR',
  map: 'addresses',
  read: ({ value, params }, version) => {
    const components = readParts(value, version, (at) =>
      at < PLAIN_PARTS ? (ADDRESS_KINDS[at] ?? null) : (EXTENDED[at - PLAIN_PARTS] ?? null),
    );
    const param = (name: string): string | null =>
      params.find((each) => each.name.toUpperCase() === name)?.values.join(',') ?? null;
    const [full, country, geo, zone] = [param('LABEL'), param('CC'), param('GEO'), param('TZ')];
    if (components.length === 0 && full === null) return null;
    return {
      ...(components.length === 0 ? {} : { components: components as unknown as Value }),
      ...(full === null ? {} : { full: full.replace(/\\n/gi, '\n').replace(/\^n/g, '\n') }),
      ...(country === null ? {} : { countryCode: country.toUpperCase() }),
      ...(geo === null ? {} : { coordinates: geo }),
      ...(zone === null ? {} : { timeZone: zone }),
    };
  },
  write: (entry, version) => {
    const components = componentsOf(entry);
    const isExtended = version === '4.0' && components.some(({ kind }) => EXTENDED.includes(kind));
    const plain = ADDRESS_KINDS.slice(0, PLAIN_PARTS).map((kind) => writePart(components, kind, version));
    const more = isExtended ? EXTENDED.map((kind) => (kind === null ? '' : writePart(components, kind, version))) : [];
    const params: (readonly [string, string])[] = [];
    if (version === '4.0') {
      for (const [name, part] of [
        ['LABEL', 'full'],
        ['CC', 'countryCode'],
        ['GEO', 'coordinates'],
        ['TZ', 'timeZone'],
      ] as const)
        if (typeof entry[part] === 'string') params.push([name, text(entry[part]).replace(/\n/g, '\\n')]);
    }
    if (components.length === 0 && params.length === 0) return null;
    return { value: [...plain, ...more].join(';'), params };
  },
  owns: always,
};

const organization: PropertyRule = {
  name: 'ORG',
  map: 'organizations',
  read: ({ value }, version) => {
    const [name = '', ...units] = splitAt(value, ';').map((part) => unescapeText(part, version));
    while (units.at(-1) === '') units.pop();
    if (name === '' && units.length === 0) return null;
    return {
      ...(name === '' ? {} : { name }),
      ...(units.length === 0 ? {} : { units: units.map((unit) => ({ name: unit })) }),
    };
  },
  write: (entry, version) => {
    const units = Array.isArray(entry.units) ? (entry.units as readonly (Plain | null)[]) : [];
    const parts = [text(entry.name), ...units.map((unit) => text(unit?.name))];
    return parts.every((part) => part === '')
      ? null
      : { value: parts.map((part) => escapeText(part, version)).join(';') };
  },
  owns: always,
};

function dateRule(name: string, kind: string, oldName: string | null = null): PropertyRule {
  return {
    name,
    map: 'anniversaries',
    read: (line, version) => {
      const date = parseDate(line, version);
      return date === null ? null : { kind, date };
    },
    write: (entry, version) => {
      if (version !== '4.0' && name !== 'BDAY' && oldName === null) return null;
      return formatDate(entry.date, version);
    },
    owns: (entry) => entry.kind === kind,
  };
}

function mediaRule(name: string, kind: string): PropertyRule {
  return {
    name,
    map: 'media',
    read: (line) => {
      const media = parseMedia(line, kind);
      return media === null ? null : { kind, ...media };
    },
    write: (entry, version) => formatMedia(entry, version),
    owns: (entry) => entry.kind === kind,
  };
}

function infoRule(name: string, kind: string): PropertyRule {
  const rule = textRule(name, 'personalInfo', 'value', { kind });
  return { ...rule, write: (entry, version) => (version === '4.0' ? rule.write(entry, version) : null) };
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
  read: ({ value }) => (value === '' ? null : { uri: value.replace(/\\([:,;])/g, '$1') }),
  owns: (entry) => typeof entry.uri === 'string' && entry.vCardName === undefined,
};
const profile = (name: string): PropertyRule => ({
  ...uriRule(name, 'onlineServices', { vCardName: name }),
  owns: (entry) => entry.vCardName === name,
});

const URI = /^[a-z][a-z0-9+.-]*:[^\s\p{Cc}]+$/iu;

/** Somebody, by a URI or in words: whichever it is shows by itself. */
const relation: PropertyRule = {
  name: 'RELATED',
  map: 'relatedTo',
  key: 'who',
  featuresIn: 'relation',
  features: new Map([...RELATIONS].map((word) => [word, word])),
  read: ({ value, params }, version) => {
    const isText = params.some(
      ({ name, values }) => name.toUpperCase() === 'VALUE' && values[0]?.toLowerCase() === 'text',
    );
    const who = (isText ? unescapeText(value, version) : value).trim();
    return canName(who) ? { who, relation: {} } : null;
  },
  write: (entry, version) => {
    const who = text(entry.who);
    if (version !== '4.0' || !canName(who)) return null;
    return URI.test(who) ? { value: who } : { value: escapeText(who, version), params: [['VALUE', 'text']] };
  },
  owns: always,
};

/** Properties that are entries of keyed maps, in the order in which new lines are written. */
export const RULES: readonly PropertyRule[] = [
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
  dateRule('BDAY', 'birth'),
  dateRule('ANNIVERSARY', 'wedding'),
  dateRule('DEATHDATE', 'death'),
  textRule('NOTE', 'notes', 'note'),
  mediaRule('PHOTO', 'photo'),
  mediaRule('LOGO', 'logo'),
  mediaRule('SOUND', 'sound'),
  infoRule('EXPERTISE', 'expertise'),
  infoRule('HOBBY', 'hobby'),
  infoRule('INTEREST', 'interest'),
  relation,
];
const BY_NAME = new Map(RULES.map((rule) => [rule.name, rule]));
const BY_MAP = new Map(
  [...new Set(RULES.map(({ map }) => map))].map((map) => [map, RULES.filter((rule) => rule.map === map)]),
);

/** The rule for a property; null: it is carried as it is. */
export const ruleNamed = (name: string): PropertyRule | null => BY_NAME.get(name.toUpperCase()) ?? null;

const KEY_OF = new Map(RULES.flatMap(({ map, key }) => (key === undefined ? [] : [[map, key] as const])));

/** An entry as its rule reads and writes it: with its key, where that says something. */
export function entryOf(field: string, value: Plain): Plain {
  const slash = field.indexOf('/');
  const part = KEY_OF.get(field.slice(0, Math.max(0, slash)));
  return part === undefined ? value : { ...value, [part]: unescapeName(field.slice(slash + 1)) };
}

/** The field an entry is by its own key, and what is left of it; null: it has none of its own. */
export function keyedField({ map, key }: PropertyRule, entry: Plain): { field: string; value: Plain } | null {
  if (key === undefined) return null;
  const { [key]: own, ...value } = entry;
  return { field: `${map}/${escapeName(text(own))}`, value };
}

/** The property an entry is written as; null: no card can hold it. */
export const ruleFor = (map: string, entry: Plain): PropertyRule | null =>
  BY_MAP.get(map)?.find((rule) => rule.owns(entry)) ?? null;

/** Parts of a name in the order of N (RFC 9554 2.2). */
const NAME_KINDS = ['surname', 'given', 'given2', 'title', 'credential', 'surname2', 'generation'] as const;
const PLAIN_NAME_PARTS = 5;
const partsOfName = (version: VcardVersion): number => (version === '4.0' ? NAME_KINDS.length : PLAIN_NAME_PARTS);

/** The parts of N (RFC 6350 6.2.2; with RFC 9554 of vCard 4.0). */
export function readName(value: string, version: VcardVersion): readonly Component[] {
  const kinds = NAME_KINDS.slice(0, partsOfName(version));
  return readParts(value, version, (at) => kinds[at] ?? null);
}
/** N: as long as its parts and the version ask for. */
export function writeName(components: readonly Component[], version: VcardVersion): string {
  const isLong = version === '4.0' && components.some(({ kind }) => kind === 'surname2' || kind === 'generation');
  const kinds = NAME_KINDS.slice(0, isLong ? NAME_KINDS.length : PLAIN_NAME_PARTS);
  return kinds.map((kind) => writePart(components, kind, version)).join(';');
}
/** The parts of a name N can hold in this version. */
export const holdsNamePart = (kind: string, version: VcardVersion): boolean =>
  NAME_KINDS.slice(0, partsOfName(version)).some((each) => each === kind);
