import { escapeName } from '../../../record/entry-name.ts';
import { type FieldName, fieldName } from '../../../record/ids.ts';
import { isMadeUp } from '../../../record/made-up-name.ts';
import { memberField } from '../../../record/record-uid.ts';
import type { Fields, Plain, Value } from '../../../record/value.ts';
import type { Component, ContentLine, Param } from '../../text/content-lines.ts';
import { alignKeys, type KeylessEntry } from '../../text/entry-keys/align-keys.ts';
import { withAgents } from './agent.ts';
import { readName } from './components.ts';
import { addParams, leaveOutLabelWord, paramOf, unknownParams } from './line-params.ts';
import { placeAsKept } from './place-on-earth.ts';
import type { PropertyRule } from './property-rule.ts';
import { keyedField, ruleNamed } from './property-table.ts';
import { type Again, Restated, SECOND } from './restated.ts';
import { splitAt, unescapePart, unescapeText, type VcardVersion } from './vcard-text.ts';
import type { Draft } from './written.ts';

/** A field of a card and the lines that say it. `part`: which item of a line that lists several. */
export interface CardField {
  readonly field: FieldName;
  readonly value: Value;
  readonly lines: readonly ContentLine[];
  readonly part: number | null;
  /** Those by other names that say it too. */
  readonly again: Again;
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

/** Is it a value without a word? Programs keep the line of an address that was emptied, with what stands between its parts (`ADR:;;;;;;`). */
export const saysNothing = (value: Value | undefined): boolean => typeof value === 'string' && /^[;\s]*$/.test(value);

/** The fields of a card, each with its lines. `before`: what it held when last read, whose keys of entries stay. */
export function readCard(given: Component, before: Fields | null): ReadCard {
  const card = withAgents(given);
  const reader = new CardReader(versionOf(card), groupsOf(card), before);
  for (const line of card.lines) reader.take(line);
  return reader.read();
}

/** An entry whose key is not known before all are read. */
interface KeylessField extends KeylessEntry {
  field: FieldName;
  readonly lines: readonly ContentLine[];
  readonly part: number | null;
  readonly again: Again;
}
const NO_LINES: readonly never[] = [];
const NO_FIELD = fieldName('');

class CardReader {
  readonly #version: VcardVersion;
  readonly #groups: Groups;
  readonly #before: Fields | null;
  readonly #fields: CardField[] = [];
  readonly #known = new Set<FieldName>();
  readonly #keyless: KeylessField[] = [];
  #said: Restated | null = null;
  #fullName: ContentLine | null = null;
  #nameParts: ContentLine | null = null;

  constructor(version: VcardVersion, groups: Groups, before: Fields | null) {
    this.#version = version;
    this.#groups = groups;
    this.#before = before;
  }

  read(): ReadCard {
    const keyless = this.#keyless;
    const name = nameOf(this.#fullName, this.#nameParts, this.#version, keyless);
    const fields: CardField[] = name === null ? [] : [name];
    for (const each of this.#fields) fields.push(each);
    const keys = alignKeys(keyless, this.#before);
    for (let at = 0; at < keyless.length; at++) {
      const each = keyless[at] as KeylessField;
      each.field = keys[at] as FieldName;
      fields.push(each);
    }
    return { version: this.#version, fields };
  }

  take(line: ContentLine): void {
    const name = line.name.toUpperCase();
    if (LEFT_OUT.has(name) || this.#groups.used.has(line)) return;
    const rule = ruleNamed(name);
    if (rule !== null) this.#takeEntry(line, name, rule);
    else if (name === 'FN' && this.#fullName === null) this.#fullName = line;
    else if (name === 'N' && this.#nameParts === null) this.#nameParts = line;
    else if (name === 'REV' || name === 'CREATED') {
      const moment = momentOf(line.value);
      if (moment !== null) this.#set(name === 'REV' ? 'updated' : 'created', moment, [line]);
    } else if (name === 'KIND' || name === 'X-ADDRESSBOOKSERVER-KIND') {
      const kind = line.value.trim().toLowerCase();
      if (kind !== '' && kind !== 'individual') this.#set('kind', kind, [line]);
    } else if (name === 'LANGUAGE') this.#set('language', line.value.trim(), [line]);
    else if (name === 'MEMBER' || name === 'X-ADDRESSBOOKSERVER-MEMBER')
      this.#set(memberField(line.value.trim().replace(/^urn:uuid:/i, '')), true, [line]);
    else if (name === 'CATEGORIES')
      splitAt(line.value, ',').forEach((each, part) => {
        const word = unescapePart(each, this.#version).trim();
        if (word !== '') this.#set(`keywords/${escapeName(word)}`, true, [line], part);
      });
    else if (name === 'NICKNAME')
      splitAt(line.value, ',').forEach((each, part) => {
        const nick = unescapePart(each, this.#version).trim();
        if (nick === '') return;
        const entry: Draft = { name: nick };
        addParams(entry, line, null, this.#version);
        this.#add('nicknames', entry, [line], part);
      });
    else this.#takeUnknown(line, name);
  }

  #takeEntry(line: ContentLine, name: string, rule: PropertyRule): void {
    const entry = rule.read(line, this.#version);
    if (entry === null) {
      this.#takeUnknown(line, name);
      return;
    }
    addParams(entry, line, rule, this.#version);
    const { label, country, lines } = this.#groups.of(line);
    if (rule.labelled !== undefined) {
      if (!rule.labelled(entry, label)) {
        this.#takeUnknown(line, name);
        return;
      }
    } else if (label !== null) {
      entry.label = label;
      leaveOutLabelWord(entry, label);
    }
    if (country !== null && rule.map === 'addresses') entry.countryCode = country;
    const all = lines.length === 0 ? [line] : [line, ...lines];
    const keyed = keyedField(rule, entry);
    if (rule.restates === true && this.#said?.has(name, rule.map, entry, all, label) === true) return;
    if (keyed !== null && this.#known.has(fieldName(keyed.field))) {
      // Of two lines with one key the second travels as it is.
      this.#takeUnknown(line, SECOND[rule.map] ?? name);
      return;
    }
    let again: Again = NO_LINES;
    if (rule.restates === true) {
      this.#said ??= new Restated(this.#before);
      again = this.#said.add(name, rule.map, entry);
    }
    if (keyed === null) this.#add(rule.map, entry, all, null, again);
    else this.#set(keyed.field, keyed.value, all, null, again);
  }

  /** A property nobody knows, or what cannot be understood of one. */
  #takeUnknown(line: ContentLine, name: string): void {
    if (saysNothing(line.value)) return;
    const { label, lines } = this.#groups.ofUnknown(line);
    const entry: Draft = { ...placeAsKept(unknownOf(line)) };
    if (label !== null) entry.label = label;
    this.#add(`vCard/${name.toLowerCase()}`, entry, [line, ...lines]);
  }

  #add(
    map: string,
    value: Plain,
    lines: readonly ContentLine[],
    part: number | null = null,
    again: Again = NO_LINES,
  ): void {
    const key = paramOf(lines[0] as ContentLine, 'PROP-ID');
    this.#keyless.push({ map, value, key, field: NO_FIELD, lines, part, again });
  }

  #set(
    field: string,
    value: Value,
    lines: readonly ContentLine[],
    part: number | null = null,
    again: Again = NO_LINES,
  ): void {
    const name = fieldName(field);
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.#fields.push({ field: name, value, lines, part, again });
  }
}

/** A property nobody knows: its name and value as written, for whoever knows it. */
function unknownOf({ name, value, params }: ContentLine): Draft {
  // A value needs its line breaks escaped everywhere but in quoted-printable.
  const plain = /[\r\n]/.test(value) ? value.replace(/\r\n?|\n/g, '\\n') : value;
  const entry: Draft = { name: name.toUpperCase(), value: plain };
  const read = unknownParams(params);
  if (read !== null) entry.params = read;
  return entry;
}

function nameOf(
  full: ContentLine | null,
  parts: ContentLine | null,
  version: VcardVersion,
  entries: readonly KeylessEntry[],
): CardField | null {
  const stated = full === null ? '' : unescapeText(full.value, version).trim();
  const components = parts === null ? [] : readName(parts.value, version);
  // Made up by whoever wrote the card, of what it says; but a person may have changed it since.
  const isDerived = full !== null && paramOf(full, 'DERIVED')?.toLowerCase() === 'true';
  const text = isDerived && isMadeUp(stated, components, entries) ? '' : stated;
  if (text === '' && components.length === 0) return null;
  const value: Draft = {};
  if (text !== '') value.full = text;
  const fullParams = full === null || text === '' ? null : unknownParams(full.params.filter(isOfFullName));
  if (fullParams !== null) value.fullParams = fullParams;
  if (components.length > 0) value.components = components as unknown as Value;
  if (parts !== null && parts.params.length > 0) {
    const said: Draft = {};
    addParams(said, parts, null, version);
    if (said.vCardParams !== undefined) value.vCardParams = said.vCardParams;
  }
  const lines: ContentLine[] = [];
  if (full !== null) lines.push(full);
  if (parts !== null) lines.push(parts);
  return { field: fieldName('name'), value, lines, part: null, again: NO_LINES };
}

/** Who made the name up, its key, and how it is written are notation. */
const isOfFullName = ({ name }: Param): boolean => !/^(?:DERIVED|PROP-ID|VALUE|ENCODING)$/i.test(name);

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
interface Groups {
  readonly used: ReadonlySet<ContentLine>;
  of(line: ContentLine): About;
  /** A property nobody knows has a label at most. */
  ofUnknown(line: ContentLine): About;
}

const NOTHING: About = { label: null, country: null, lines: [] };
const NO_GROUPS: Groups = { used: new Set(), of: () => NOTHING, ofUnknown: () => NOTHING };
const isLabel = ({ name }: ContentLine): boolean => name.toUpperCase() === LABEL;

function groupsOf(card: Component): Groups {
  if (card.lines.every(({ group }) => group === null)) return NO_GROUPS;
  const about = new Map<string, ContentLine[]>();
  const [subjects, labelled] = [new Set<string>(), new Set<string>()];
  for (const line of card.lines) {
    if (line.group === null) continue;
    const group = line.group.toLowerCase();
    const name = line.name.toUpperCase();
    if (name === LABEL || name === COUNTRY) about.set(group, [...(about.get(group) ?? []), line]);
    else if (ruleNamed(name) !== null) subjects.add(group);
    else if (!NO_ENTRIES.has(name) && !saysNothing(line.value)) labelled.add(group);
  }
  const used = new Set<ContentLine>();
  about.forEach((lines, group) => {
    // What they were said of is gone: by themselves they say nothing.
    const isAlone = !subjects.has(group) && !labelled.has(group);
    for (const line of lines) if (isAlone || subjects.has(group) || isLabel(line)) used.add(line);
  });
  const linesOf = ({ group }: ContentLine) => (group === null ? [] : (about.get(group.toLowerCase()) ?? []));
  return {
    used,
    of: (line) => aboutOf(linesOf(line)),
    ofUnknown: (line) => (isLabel(line) ? NOTHING : aboutOf(linesOf(line).filter(isLabel))),
  };
}

function aboutOf(lines: readonly ContentLine[]): About {
  if (lines.length === 0) return NOTHING;
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
}

const MOMENT = /^(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2}):?(\d{2})(?:[.,]\d+)?(Z|[+-]\d{2}:?\d{2})?)?$/;

const MOMENT_IN_4 = /^\d{8}T\d{6}Z$/;
const MOMENT_AS_KEPT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** When a card was saved, in one spelling; null: it cannot be told. */
function momentOf(value: string): string | null {
  if (MOMENT_AS_KEPT.test(value)) return value;
  if (MOMENT_IN_4.test(value)) {
    const day = `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6, 8)}`;
    return `${day}T${value.slice(9, 11)}:${value.slice(11, 13)}:${value.slice(13)}`;
  }
  const match = MOMENT.exec(value.trim());
  if (match === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = match;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`;
}
