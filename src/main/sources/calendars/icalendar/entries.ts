import { digestOf } from '../../../platform/hash.ts';
import { compareTexts } from '../../../record/compare-texts.ts';
import { isSnooze } from '../../../record/field-rules.ts';
import { isPlain, type Plain, type Value } from '../../../record/value.ts';
import type { Telling } from './assign-keys.ts';
import {
  cleanText,
  cleanWord,
  escapeText,
  isName,
  otherParams,
  type Param,
  type Property,
  param,
  paramOf,
  paramsOf,
  paramText,
  property,
  unescapeText,
} from './property.ts';

/** Properties of which a component may have many, each an entry of a keyed map of the record. */
export interface EntryCodec extends Telling {
  /** The map: `participants`. */
  readonly map: string;
  readonly names: readonly string[];
  /** null: it cannot be understood as that, and is carried as it is. */
  read(of: Property): Value;
  /** null: the entry cannot be said in iCalendar. */
  compose(value: Value): Property | null;
}

const lower = (text: string): string => text.toLowerCase();
/** Schemes and hosts have no case; what is before the `@` keeps it. */
function normalAddress(text: string): string {
  const clean = cleanWord(text);
  if (!/^mailto:/i.test(clean)) return clean;
  const address = clean.slice('mailto:'.length).trimStart();
  const at = address.lastIndexOf('@');
  return `mailto:${at < 0 ? address : address.slice(0, at) + lower(address.slice(at))}`;
}

const ROLES: Readonly<Record<string, string>> = {
  'CHAIR': 'chair',
  'OPT-PARTICIPANT': 'optional',
  'NON-PARTICIPANT': 'informational',
};
const KINDS: Readonly<Record<string, string>> = {
  GROUP: 'group',
  RESOURCE: 'resource',
  ROOM: 'location',
  UNKNOWN: 'unknown',
};
const ADDRESS_LISTS: readonly (readonly [name: string, key: string])[] = [
  ['DELEGATED-TO', 'delegatedTo'],
  ['DELEGATED-FROM', 'delegatedFrom'],
  ['MEMBER', 'memberOf'],
];
const ATTENDEE_PARAMS = new Set(
  'CN CUTYPE ROLE PARTSTAT RSVP SENT-BY EMAIL LANGUAGE DELEGATED-TO DELEGATED-FROM MEMBER VALUE JSID SCHEDULE-STATUS'.split(
    ' ',
  ),
);
/** A word of a parameter that we have a place for: iCalendar's token, in small letters. */
const word = (text: string): string | null => (/^[A-Za-z0-9-]{1,64}$/.test(text) ? lower(text) : null);
const inverse = (table: Readonly<Record<string, string>>, value: string): string | undefined =>
  Object.keys(table).find((key) => table[key] === value);

const participants: EntryCodec = {
  map: 'participants',
  names: ['ATTENDEE'],
  read(of) {
    const entry: { [key: string]: Value } = { calendarAddress: normalAddress(of.value) };
    const name = paramText(of, 'CN');
    if (name !== null && name !== '') entry.name = cleanWord(name);
    const kind = word(paramOf(of, 'CUTYPE') ?? '');
    if (kind !== null && kind !== 'individual') entry.kind = KINDS[kind.toUpperCase()] ?? kind;
    const role = word(paramOf(of, 'ROLE') ?? '');
    if (role !== null && role !== 'req-participant') entry.roles = { [ROLES[role.toUpperCase()] ?? role]: true };
    const status = word(paramOf(of, 'PARTSTAT') ?? '');
    if (status !== null && status !== 'needs-action') entry.participationStatus = status;
    if (lower(paramOf(of, 'RSVP') ?? '') === 'true') entry.expectReply = true;
    const sender = paramOf(of, 'SENT-BY');
    if (sender !== null) entry.sentBy = normalAddress(sender);
    const email = paramOf(of, 'EMAIL');
    if (email !== null) entry.email = cleanWord(email);
    const language = paramOf(of, 'LANGUAGE');
    if (language !== null) entry.language = cleanWord(language);
    for (const [list, key] of ADDRESS_LISTS) {
      if (paramOf(of, list) === null) continue;
      const addresses = of.params.filter(({ name }) => name === list).flatMap(({ values }) => values);
      entry[key] = Object.fromEntries(addresses.map((each) => [normalAddress(each), true]));
    }
    return withParams(entry, of, ATTENDEE_PARAMS);
  },
  compose(value) {
    if (!isPlain(value)) return null;
    const address = textOf(value.calendarAddress);
    if (address === '') return null;
    const params: Param[] = [];
    const add = (name: string, text: string | undefined): void => {
      if (text !== undefined && text !== '') params.push(param(name, text));
    };
    add('CN', textOf(value.name));
    const kind = word(textOf(value.kind));
    if (kind !== null) add('CUTYPE', inverse(KINDS, kind) ?? kind.toUpperCase());
    const role = isPlain(value.roles) ? word(Object.keys(value.roles)[0] ?? '') : null;
    if (role !== null) add('ROLE', inverse(ROLES, role) ?? role.toUpperCase());
    add('PARTSTAT', word(textOf(value.participationStatus))?.toUpperCase());
    if (value.expectReply === true) params.push(param('RSVP', 'TRUE'));
    add('SENT-BY', textOf(value.sentBy));
    add('EMAIL', textOf(value.email));
    add('LANGUAGE', textOf(value.language));
    for (const [name, key] of ADDRESS_LISTS) {
      const listed = value[key];
      const addresses = isPlain(listed) ? Object.keys(listed).map(cleanWord) : NO_TEXTS;
      if (addresses.length > 0) params.push({ name, values: addresses });
    }
    if (value.iCalendarParams !== undefined) params.push(...carried(value, ATTENDEE_PARAMS));
    return property('ATTENDEE', address, params);
  },
  identity: (value) => lower(textOf((value as { calendarAddress?: Value }).calendarAddress)),
};

const LINK_NAMES: Readonly<Record<string, string>> = { ATTACH: 'enclosure', IMAGE: 'icon' };
const LINK_PARAMS = new Set('VALUE ENCODING FMTTYPE SIZE FILENAME DISPLAY LINKREL LABEL JSID'.split(' '));
const MEDIA_TYPE = /^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}$/;

/** What is attached, by address or by its bytes; pages about it; pictures of it. */
const links: EntryCodec = {
  map: 'links',
  names: ['ATTACH', 'IMAGE', 'URL', 'LINK'],
  read(of) {
    const entry: { [key: string]: Value } = {};
    const isInline =
      /^(?:base64|b)$/i.test(paramOf(of, 'ENCODING') ?? '') || /^binary$/i.test(paramOf(of, 'VALUE') ?? '');
    if (isInline) {
      const data = decodeBase64(of.value);
      if (data === null) return null;
      entry.data = data;
    } else {
      const data = /^data:([^;,]*);base64,(.*)$/is.exec(of.value);
      const bytes = data === null ? null : decodeBase64(data[2] ?? '');
      if (bytes !== null && (data?.[1] === '' || MEDIA_TYPE.test(data?.[1] ?? ''))) {
        entry.data = bytes;
        if (data?.[1] !== '') entry.contentType = lower(data?.[1] ?? '');
      } else entry.href = cleanWord(of.value);
      if (entry.href === '') return null;
    }
    const type = paramOf(of, 'FMTTYPE');
    if (type !== null && type !== '') entry.contentType = lower(cleanWord(type));
    const size = paramOf(of, 'SIZE');
    if (size !== null && /^\d{1,15}$/.test(size)) entry.size = Number(size);
    const title = paramText(of, 'FILENAME') ?? paramText(of, 'LABEL');
    if (title !== null && title !== '') entry.title = cleanWord(title);
    const display = paramOf(of, 'DISPLAY');
    if (display !== null) entry.display = lower(cleanWord(display));
    const relation = of.name === 'LINK' ? cleanWord(paramOf(of, 'LINKREL') ?? '') : (LINK_NAMES[of.name] ?? '');
    if (relation !== '') entry.rel = relation;
    if (of.name === 'LINK') entry.iCalendarName = 'link';
    return withParams(entry, of, LINK_PARAMS);
  },
  compose(value) {
    if (!isPlain(value)) return null;
    const { data } = value;
    const relation = textOf(value.rel);
    const name = linkName(value);
    const isLink = name === 'LINK';
    const params: Param[] = [];
    if (name !== 'URL') {
      if (isLink && relation !== '') params.push(param('LINKREL', relation));
      if (textOf(value.contentType) !== '') params.push(param('FMTTYPE', textOf(value.contentType)));
      if (typeof value.size === 'number') params.push(param('SIZE', String(value.size)));
      if (textOf(value.title) !== '') params.push(param(isLink ? 'LABEL' : 'FILENAME', textOf(value.title)));
      if (textOf(value.display) !== '') params.push(param('DISPLAY', textOf(value.display).toUpperCase()));
    }
    params.push(...carried(value, LINK_PARAMS));
    if (data instanceof Uint8Array)
      return property(name, toBase64(data), [...params, param('ENCODING', 'BASE64'), param('VALUE', 'BINARY')]);
    const href = textOf(value.href);
    // RFC 7986 5.10, RFC 9253 8.2: these two have no type by default.
    if (isLink || name === 'IMAGE') params.push(param('VALUE', 'URI'));
    return href === '' ? null : property(name, href, params);
  },
  identity: (value) => {
    const { href, data } = value as { href?: Value; data?: Value };
    return data instanceof Uint8Array
      ? `data:${digestOf(data)}`
      : isPlain(data)
        ? `data:${textOf(data.content)}`
        : textOf(href);
  },
  sort: (value) => (isPlain(value) ? linkName(value) : null),
  singles: new Set(['URL']),
};

/** The property a link is written as. Contents of any size may be in the record or beside it. */
function linkName(value: Plain): string {
  if (value.iCalendarName === 'link') return 'LINK';
  const relation = textOf(value.rel);
  return inverse(LINK_NAMES, relation) ?? (value.data !== undefined || relation !== '' ? 'ATTACH' : 'URL');
}

const CONFERENCE_PARAMS = new Set('VALUE FEATURE LABEL LANGUAGE JSID'.split(' '));

const virtualLocations: EntryCodec = {
  map: 'virtualLocations',
  names: ['CONFERENCE'],
  read(of) {
    const uri = cleanWord(of.value);
    if (uri === '') return null;
    const entry: { [key: string]: Value } = { uri };
    const label = paramText(of, 'LABEL');
    if (label !== null && label !== '') entry.name = cleanWord(label);
    const features = of.params.flatMap(({ name, values }) =>
      name === 'FEATURE' ? values.flatMap((each) => each.split(',')) : [],
    );
    const words = features.flatMap((each) => word(each) ?? []);
    if (words.length > 0) entry.features = Object.fromEntries(words.map((each) => [each, true]));
    return withParams(entry, of, CONFERENCE_PARAMS);
  },
  compose(value) {
    if (!isPlain(value) || textOf(value.uri) === '') return null;
    const params = [param('VALUE', 'URI')];
    const features = isPlain(value.features)
      ? Object.keys(value.features).flatMap((each) => word(each)?.toUpperCase() ?? [])
      : [];
    if (features.length > 0) params.push({ name: 'FEATURE', values: features });
    if (textOf(value.name) !== '') params.push(param('LABEL', textOf(value.name)));
    return property('CONFERENCE', textOf(value.uri), [...params, ...carried(value, CONFERENCE_PARAMS)]);
  },
  identity: (value) => textOf((value as { uri?: Value }).uri),
  sort: () => 'CONFERENCE',
};

/** Where: a LOCATION, with the GEO beside it. */
const locations: EntryCodec = {
  map: 'locations',
  names: ['LOCATION', 'GEO'],
  read(of) {
    if (of.name === 'GEO') {
      const [, latitude, longitude] =
        /^\s*([+-]?\d{1,3}(?:\.\d{0,15})?)\s*[;,\\]+\s*([+-]?\d{1,3}(?:\.\d{0,15})?)\s*$/.exec(of.value) ?? [];
      if (latitude === undefined || longitude === undefined) return null;
      return withParams({ coordinates: `geo:${Number(latitude)},${Number(longitude)}` }, of, NO_PARAMS);
    }
    const name = unescapeText(of.value);
    return name === '' ? null : withParams({ name }, of, NO_PARAMS);
  },
  compose(value) {
    if (!isPlain(value) || typeof value.name !== 'string' || cleanText(value.name) === '') return null;
    return property('LOCATION', escapeText(value.name), paramsOf(value.iCalendarParams));
  },
  identity: (value) =>
    textOf((value as { name?: Value }).name) || textOf((value as { coordinates?: Value }).coordinates),
  sort: () => 'LOCATION',
  singles: new Set(['LOCATION']),
};

/** The GEO line of a location; null: it has none. */
export function composeCoordinates(value: Value): Property | null {
  const [, latitude, longitude] =
    (isPlain(value) && /^geo:([+-]?[\d.]{1,20}),([+-]?[\d.]{1,20})$/.exec(textOf(value.coordinates))) || [];
  if (latitude === undefined || longitude === undefined) return null;
  if (!Number.isFinite(Number(latitude)) || !Number.isFinite(Number(longitude))) return null;
  const params = isPlain(value) && value.name === undefined ? paramsOf(value.iCalendarParams) : [];
  return property('GEO', `${Number(latitude)};${Number(longitude)}`, params);
}

/** What we know nothing of, carried as it is. */
export const unknown: EntryCodec = {
  map: 'iCalendar',
  names: [],
  read(of) {
    const params = otherParams(of, saysItsOwnType(of) ? VALUE_ONLY : NO_PARAMS);
    const value = cleanText(of.value).replaceAll('\n', ' ');
    return { name: lower(of.name), value, ...(params === null ? {} : { params }) };
  },
  compose(value) {
    if (!isPlain(value)) return null;
    const name = textOf(value.name);
    if (!isName(name) || RESERVED.has(name.toUpperCase()) || typeof value.value !== 'string') return null;
    return property(name.toUpperCase(), cleanText(value.value).replaceAll('\n', ' '), paramsOf(value.params));
  },
  identity: (value) => {
    const { name, value: text } = value as { name?: Value; value?: Value };
    return `${textOf(name)}:${textOf(text)}`;
  },
  sort: (value) => (isPlain(value) ? textOf(value.name) : null),
  singles: { has: isSnooze },
};
/** Names that say which component this is, where it ends, or which item: no peer may have them written as mere data. */
const RESERVED = new Set(['BEGIN', 'END', 'UID', 'RECURRENCE-ID', 'DTSTAMP', 'VERSION']);

/** Properties of which there may be many, each an entry of a map. */
export const ENTRY_CODECS: readonly EntryCodec[] = [participants, links, virtualLocations, locations];

/** Does it say that its value is of the type which it is of anyway (RFC 5545 3.2.20)? Programs differ in whether they do. */
function saysItsOwnType(of: Property): boolean {
  const own = OWN_TYPE.get(of.name) ?? (of.name.startsWith('X-') ? 'TEXT' : null);
  return own !== null && paramOf(of, 'VALUE')?.toUpperCase() === own;
}
const OWN_TYPE: ReadonlyMap<string, string> = new Map([
  ['ATTACH', 'URI'],
  ['URL', 'URI'],
  ['DURATION', 'DURATION'],
  ['SUMMARY', 'TEXT'],
  ['DESCRIPTION', 'TEXT'],
]);
const VALUE_ONLY: ReadonlySet<string> = new Set(['VALUE']);
const NO_PARAMS: ReadonlySet<string> = new Set();
const NO_TEXTS: readonly string[] = [];
const textOf = (value: Value | undefined): string =>
  typeof value === 'string' && value !== '' ? cleanWord(value) : '';
const carried = (value: Plain, known: ReadonlySet<string>): readonly Param[] =>
  paramsOf(value.iCalendarParams).filter(({ name }) => !known.has(name));

function withParams(entry: { [key: string]: Value }, of: Property, known: ReadonlySet<string>): Value {
  const others = of.params.length === 0 ? null : otherParams(of, known);
  if (others !== null) entry.iCalendarParams = others;
  return entry;
}

const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
/** null: it is no base64 (a picture that would be cut short is kept as the text it is). */
function decodeBase64(text: string): Uint8Array | null {
  const plain = text.replace(/\s+/g, '');
  if (plain === '' || !/^[A-Za-z0-9+/]*={0,2}$/.test(plain) || plain.replace(/=+$/, '').length % 4 === 1) return null;
  return new Uint8Array(Buffer.from(plain, 'base64'));
}

/** RELATED-TO: all lines that name one UID are one entry of `relatedTo`. */
const RELATED_PARAMS: ReadonlySet<string> = new Set(['RELTYPE']);
/** A line RELATED-TO; null: it names nobody, or in a way that no word can say. */
export function readRelation(
  of: Property,
): { readonly uid: string; readonly relation: string; readonly params: Value } | null {
  const uid = unescapeText(of.value).replaceAll('\n', ' ');
  const relation = word(paramOf(of, 'RELTYPE') ?? 'parent');
  return uid === '' || relation === null ? null : { uid, relation, params: otherParams(of, RELATED_PARAMS) };
}
/** The lines RELATED-TO of one item; none where it cannot be named. */
export function composeRelations(uid: string, value: Value): readonly Property[] {
  if (!isPlain(value) || !isPlain(value.relation) || cleanWord(uid) === '') return [];
  const params = carried(value, RELATED_PARAMS);
  return Object.keys(value.relation)
    .sort(compareTexts)
    .flatMap((relation) => {
      const type = word(relation);
      const own = type === null || type === 'parent' ? [] : [param('RELTYPE', type.toUpperCase())];
      return type === null ? [] : [property('RELATED-TO', escapeText(uid), [...own, ...params])];
    });
}
