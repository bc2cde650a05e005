import { escapeName } from '../../../record/entry-name.ts';
import { type FieldName, fieldName } from '../../../record/ids.ts';
import type { Fields, Value } from '../../../record/value.ts';
import { alignKeys, type KeylessEntry } from '../../text/align-keys.ts';
import type { Component, ContentLine } from '../../text/content-lines.ts';
import { withAgents } from './agent.ts';
import { displayName } from './display-name.ts';
import { isNotation, paramOf, readParams } from './line-params.ts';
import { keyedField, readName, ruleNamed } from './property-table.ts';
import { splitAt, unescapePart, unescapeText, type VcardVersion } from './vcard-text.ts';
import type { Plain } from './written.ts';

/** A field of a card and the lines that say it. `part`: which item of a line that lists several. */
export interface CardField {
  readonly field: FieldName;
  readonly value: Value;
  readonly lines: readonly ContentLine[];
  readonly part: number | null;
}
export interface ReadCard {
  readonly version: VcardVersion;
  readonly fields: readonly CardField[];
}

/** What carries no data of its own: notation, or churn (FORMATS 2.5). The UID is the record's id. */
const LEFT_OUT: ReadonlySet<string> = new Set(['VERSION', 'PRODID', 'UID', 'BEGIN', 'END']);
const LABEL = 'X-ABLABEL';
/** Apple's line for the country an address is laid out for. */
export const COUNTRY = 'X-ABADR';

/** The version a card says it is in; 3.0 where it says none that is known. */
export function versionOf(card: Component): VcardVersion {
  const stated = card.lines.find(({ name }) => name.toUpperCase() === 'VERSION')?.value.trim();
  return stated === '2.1' || stated === '4.0' ? stated : '3.0';
}

const PROPERTY_NAME = /^[A-Za-z0-9-]{1,64}$/;
/** Can a line nobody knows have this name? What frames a card, or says what it is, is none, whoever says so. */
export const namesUnknown = (name: Value | undefined): name is string =>
  typeof name === 'string' && PROPERTY_NAME.test(name) && !LEFT_OUT.has(name.toUpperCase());

/** The fields of a card, each with its lines. `before`: what it held when last read, whose keys of entries stay. */
export function readCard(given: Component, before: Fields | null): ReadCard {
  const card = withAgents(given);
  const version = versionOf(card);
  const groups = groupsOf(card);
  const fields: CardField[] = [];
  const known = new Set<FieldName>();
  const keyless: { entry: KeylessEntry; lines: readonly ContentLine[]; part: number | null }[] = [];
  const add = (map: string, value: Plain, lines: readonly ContentLine[], part: number | null = null): void => {
    const key = lines[0] === undefined ? null : paramOf(lines[0], 'PROP-ID');
    keyless.push({ entry: { map, value, key }, lines, part });
  };
  const set = (field: string, value: Value, lines: readonly ContentLine[], part: number | null = null): void => {
    const name = fieldName(field);
    if (known.has(name)) return;
    known.add(name);
    fields.push({ field: name, value, lines, part });
  };
  const names: { full: ContentLine | null; parts: ContentLine | null } = { full: null, parts: null };
  for (const line of card.lines) {
    const name = line.name.toUpperCase();
    if (LEFT_OUT.has(name) || groups.used.has(line)) continue;
    const rule = ruleNamed(name);
    if (name === 'FN' && names.full === null) {
      names.full = line;
    } else if (name === 'N' && names.parts === null) names.parts = line;
    else if (name === 'REV' || name === 'CREATED') {
      const moment = momentOf(line.value);
      if (moment !== null) set(name === 'REV' ? 'updated' : 'created', moment, [line]);
    } else if (name === 'KIND' || name === 'X-ADDRESSBOOKSERVER-KIND') {
      const kind = line.value.trim().toLowerCase();
      if (kind !== '' && kind !== 'individual') set('kind', kind, [line]);
    } else if (name === 'LANGUAGE') set('language', line.value.trim(), [line]);
    else if (name === 'MEMBER' || name === 'X-ADDRESSBOOKSERVER-MEMBER')
      set(`members/${escapeName(line.value.trim().replace(/^urn:uuid:/i, ''))}`, true, [line]);
    else if (name === 'CATEGORIES')
      splitAt(line.value, ',').forEach((each, part) => {
        const word = unescapePart(each, version).trim();
        if (word !== '') set(`keywords/${escapeName(word)}`, true, [line], part);
      });
    else if (name === 'NICKNAME')
      splitAt(line.value, ',').forEach((each, part) => {
        const nick = unescapePart(each, version).trim();
        if (nick !== '') add('nicknames', { name: nick, ...readParams(line, null, version) }, [line], part);
      });
    else {
      const read = rule?.read(line, version) ?? null;
      if (rule === null || read === null) {
        const { label, lines } = groups.ofUnknown(line);
        const unknown = { ...unknownOf(line), ...(label === null ? {} : { label }) };
        if (line.value !== '') add(`vCard/${name.toLowerCase()}`, unknown, [line, ...lines]);
        continue;
      }
      const { label, country, lines } = groups.of(line);
      const entry = {
        ...read,
        ...readParams(line, rule, version),
        ...(label === null ? {} : { label }),
        ...(country === null || rule.map !== 'addresses' ? {} : { countryCode: country }),
      };
      const keyed = keyedField(rule, entry);
      if (keyed === null) add(rule.map, entry, [line, ...lines]);
      // Of two lines with one key the second travels as it is.
      else if (known.has(fieldName(keyed.field))) add(`vCard/${name.toLowerCase()}`, unknownOf(line), [line]);
      else set(keyed.field, keyed.value, [line, ...lines]);
    }
  }
  const name = nameOf(
    names,
    version,
    keyless.map(({ entry }) => entry),
  );
  if (name !== null) fields.unshift({ field: fieldName('name'), ...name, part: null });
  const keys = alignKeys(
    keyless.map(({ entry }) => entry),
    before,
  );
  keyless.forEach(({ entry, lines, part }, at) => {
    fields.push({ field: keys[at] as FieldName, value: entry.value, lines, part });
  });
  return { version, fields };
}

/** A property nobody knows: its name and value as written, for whoever knows it. */
function unknownOf({ name, value, params }: ContentLine): Plain {
  const kept = params.filter((each) => !isNotation(each));
  const written: Record<string, readonly string[]> = {};
  // Words of one parameter may stand in several.
  for (const { name, values } of kept)
    written[name.toLowerCase()] = [...(written[name.toLowerCase()] ?? []), ...values];
  // A value needs its line breaks escaped everywhere but in quoted-printable.
  const plain = value.replace(/\r\n?|\n/g, '\\n');
  return { name: name.toUpperCase(), value: plain, ...(kept.length === 0 ? {} : { params: written }) };
}

function nameOf(
  { full, parts }: { readonly full: ContentLine | null; readonly parts: ContentLine | null },
  version: VcardVersion,
  entries: readonly KeylessEntry[],
): { readonly value: Value; readonly lines: readonly ContentLine[] } | null {
  const stated = full === null ? '' : unescapeText(full.value, version).trim();
  const components = parts === null ? [] : readName(parts.value, version);
  // Made up by whoever wrote the card; but a person may have changed it since.
  const isDerived = full !== null && paramOf(full, 'DERIVED')?.toLowerCase() === 'true';
  const text = isDerived && stated === displayName(components, entries) ? '' : stated;
  if (text === '' && components.length === 0) return null;
  const params = parts === null ? {} : readParams(parts, null, version);
  const value: Plain = {
    ...(text === '' ? {} : { full: text }),
    ...(components.length === 0 ? {} : { components: components as unknown as Value }),
    ...(params.vCardParams === undefined ? {} : { vCardParams: params.vCardParams }),
  };
  return { value, lines: [full, parts].flatMap((line) => line ?? []) };
}

interface About {
  readonly label: string | null;
  readonly country: string | null;
  readonly lines: readonly ContentLine[];
}

/** Properties that are no entries: a label beside them is a line of its own. */
const NO_ENTRIES: ReadonlySet<string> = new Set([
  ...LEFT_OUT,
  'FN',
  'N',
  'REV',
  'CREATED',
  'KIND',
  'X-ADDRESSBOOKSERVER-KIND',
  'LANGUAGE',
  'MEMBER',
  'X-ADDRESSBOOKSERVER-MEMBER',
  'CATEGORIES',
  'NICKNAME',
]);

/** Lines that only say something of another one of their group: its label, the country of its address. */
function groupsOf(card: Component): {
  readonly used: ReadonlySet<ContentLine>;
  of(line: ContentLine): About;
  /** A property nobody knows has a label at most. */
  ofUnknown(line: ContentLine): About;
} {
  const about = new Map<string, ContentLine[]>();
  const [subjects, labelled] = [new Set<string>(), new Set<string>()];
  for (const line of card.lines) {
    if (line.group === null) continue;
    const group = line.group.toLowerCase();
    const name = line.name.toUpperCase();
    if (name === LABEL || name === COUNTRY) about.set(group, [...(about.get(group) ?? []), line]);
    else if (ruleNamed(name) !== null) subjects.add(group);
    else if (!NO_ENTRIES.has(name) && line.value !== '') labelled.add(group);
  }
  const isLabel = ({ name }: ContentLine): boolean => name.toUpperCase() === LABEL;
  const used = new Set(
    [...about].flatMap(([group, lines]) => {
      if (subjects.has(group)) return lines;
      return labelled.has(group) ? lines.filter(isLabel) : [];
    }),
  );
  const ofLines = (lines: readonly ContentLine[]): About => {
    const said = (name: string): string | null => {
      const found = lines.find((each) => each.name.toUpperCase() === name)?.value.trim();
      return found === undefined || found === '' ? null : found;
    };
    const label = said(LABEL);
    return {
      // Apple's own words stand in a frame; it is notation.
      label: label === null ? null : unescapeText(label, '3.0'),
      country: said(COUNTRY)?.toUpperCase() ?? null,
      lines,
    };
  };
  const linesOf = ({ group }: ContentLine) => (group === null ? [] : (about.get(group.toLowerCase()) ?? []));
  return {
    used,
    of: (line) => ofLines(linesOf(line)),
    ofUnknown: (line) => ofLines(isLabel(line) ? [] : linesOf(line).filter(isLabel)),
  };
}

const MOMENT = /^(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2}):?(\d{2})(?:[.,]\d+)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** When a card was saved, in one spelling; null: it cannot be told. */
function momentOf(value: string): string | null {
  const match = MOMENT.exec(value.trim());
  if (match === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = match;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`;
}
