import { unescapeName } from '../../../record/entry-name.ts';
import type { FieldName } from '../../../record/ids.ts';
import { madeUpName } from '../../../record/made-up-name.ts';
import { equalValues, type Fields, type Plain, type Value } from '../../../record/value.ts';
import { type ContentLine, composeLine, type LineStyle, type Param } from '../../text/content-lines.ts';
import { componentsOf, writeName } from './components.ts';
import { isParam } from './is-param.ts';
import {
  isNotation,
  newParam,
  ownParams,
  type ParamStyle,
  paramStyleOf,
  writeParams,
  writtenUnknown,
} from './line-params.ts';
import { placeAsWritten } from './place-on-earth.ts';
import type { PropertyRule } from './property-rule.ts';
import { entryOf, placeOf, ruleFor } from './property-table.ts';
import { COUNTRY, namesUnknown } from './read-card.ts';
import { composeValue } from './strict-vcard.ts';
import { OMITTED, omittingYear, spelledAs, withoutYear } from './vcard-date.ts';
import { escapePart, escapeText, quotedPrintable, type VcardVersion } from './vcard-text.ts';
import { mapOf, type Written } from './written.ts';

const NON_ASCII = /[^\x20-\x7e\t]/;
/** RFC 3966 3: a number, and what is to be dialled beside it (`;ext=102`). */
const TEL_ADDRESS = /^[+\d().*#-]+(?:;[a-z\d-]+(?:=[\w.!~*'()[\]/:&+$%-]*)?)*$/i;
/** A soft line break in quoted-printable is another than a fold: such a line is left long. */
const NEVER_FOLD = 1 << 20;

/** A new card. */
export function composeCard(fields: Fields, uid: string, version: VcardVersion, style: LineStyle): string {
  const lines = new CardLines(version, paramStyleOf([], version), style);
  const { lineEnd } = style;
  const isUrn = version === '4.0' && UUID.test(uid);
  let card = `BEGIN:VCARD${lineEnd}VERSION:${version}${lineEnd}`;
  card += lines.text(plainLine('UID', isUrn ? `urn:uuid:${uid}` : escapeText(uid, version === '2.1' ? '2.1' : '3.0')));
  const name = (fields.get('name' as FieldName) ?? {}) as Plain;
  card += lines.text(lines.fullName(name, fields));
  // 2.1 and 3.0 cannot do without.
  if (name.components !== undefined || version !== '4.0') card += lines.text(lines.nameParts(name, null));
  const groups = { next: 1 };
  const entries: { readonly rule: PropertyRule; readonly place: number; readonly entry: Plain }[] = [];
  const others: FieldName[] = [];
  fields.forEach((value, field) => {
    const map = mapOf(field);
    const entry = entryOf(map, field, value as Plain);
    const rule = ruleFor(map, entry, version);
    if (rule === null) others.push(field);
    else entries.push({ rule, place: placeOf(rule), entry });
  });
  entries.sort((a, b) => a.place - b.place);
  for (const { rule, entry } of entries) for (const line of lines.entry(rule, entry, null, groups)) card += line;
  for (const list of inLists(others)) for (const line of lines.other(list, fields, groups)) card += line;
  return `${card}END:VCARD${lineEnd}`;
}

/** Fields whose lines are written together. */
type FieldList = readonly [FieldName, ...FieldName[]];

/**
 * Each field by itself, but for the keywords: many programs show those of the first line alone. A nickname has a line of its own all the same,
 * for vobject (khard, Radicale) takes the first of a line for all of it, and saves no more.
 */
export function inLists(names: readonly FieldName[]): readonly FieldList[] {
  const [first, ...keywords] = names.filter((field) => mapOf(field) === 'keywords');
  return names.flatMap((field): readonly FieldList[] => {
    if (mapOf(field) !== 'keywords') return [[field]];
    return field === first ? [[first, ...keywords]] : [];
  });
}

/** Do the parameters of their lines say the same of both? */
export const areAlike = (a: Value, b: Value): boolean =>
  OF_PARAMS.every((part) => equalValues((a as Plain)[part] ?? null, (b as Plain)[part] ?? null));

/** What else a member may be: `mailto:…`. Names of cards may have colons too, behind digits mostly. */
const ADDRESS = /^[a-z]+:/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A line of a name that is there, and the name it said. */
interface Former {
  readonly line: ContentLine;
  readonly before: Plain;
}
type Line = Pick<ContentLine, 'group' | 'name' | 'params' | 'value'>;
const NO_PARAMS: readonly Param[] = [];
const plainLine = (name: string, value: string): Line => ({ group: null, name, params: NO_PARAMS, value });
const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');

/** What parameters say of an entry. */
const OF_PARAMS = ['contexts', 'pref', 'vCardParams'] as const;
const saysSame = ({ featuresIn = 'features' }: PropertyRule, a: Plain, b: Plain): boolean =>
  [...OF_PARAMS, featuresIn].every((part) => equalValues(a[part] ?? null, b[part] ?? null));

/** Parameters that say a part of an address. */
const IN_ADDRESS: ReadonlySet<string> = new Set(['LABEL', 'CC', 'GEO', 'TZ']);
const IN_ADDRESS_PARTS = ['full', 'countryCode', 'coordinates', 'timeZone'] as const;

/** Parameters that older cards do not have, by what they say of an entry. What comes first (PREF=1) is a TYPE there. */
const LATER: ReadonlyMap<string, string> = new Map([
  ['PREF', 'pref'],
  ['LABEL', 'full'],
  ['GEO', 'coordinates'],
  ['TZ', 'timeZone'],
]);

const NO_LINES: readonly never[] = [];
const ownLabel = ({ label }: Plain): Value | undefined => label;
const LABEL_NAME = 'X-ABLabel';
const isCharset = ({ name }: Param): boolean => isParam(name, 'CHARSET');
const QUOTED_PRINTABLE = /^quoted-printable$/i;
const isQuotedPrintable = (value: string): boolean => value.length === 16 && QUOTED_PRINTABLE.test(value);
const BASE64 = /^(?:base64|b)$/i;
const saysBase64 = ({ values }: Param): boolean => values.some((value) => value.length < 7 && BASE64.test(value));
const saysQuoted = ({ values }: Param): boolean => values.some(isQuotedPrintable);

const NUMBERED = /^item\d+$/i;
/** The group of a line; null: none. A number it had for what is not said of it any more (`about`) goes with that. */
function groupOf(
  own: ContentLine | null,
  about: readonly ContentLine[],
  more: readonly Line[],
  groups: { next: number },
): string | null {
  const group = own?.group ?? null;
  if (more.length > 0) return group ?? `item${groups.next++}`;
  return group !== null && about.length > 0 && NUMBERED.test(group) ? null : group;
}

/** Lines in one version and the style of one card. */
export class CardLines {
  readonly version: VcardVersion;
  readonly #params: ParamStyle;
  readonly #style: LineStyle;

  constructor(version: VcardVersion, params: ParamStyle, style: LineStyle) {
    this.version = version;
    this.#params = params;
    this.#style = style;
  }

  /** As it stands in a file: 2.1 needs quoted-printable for all but ASCII. */
  text(line: Line): string {
    const isQuoted = line.params.some(saysQuoted);
    // Whatever charset the old line was in, the new one is UTF-8.
    const hasCharset = line.params.some(isCharset);
    if (!isQuoted && (this.version !== '2.1' || !(NON_ASCII.test(line.value) || line.value.includes('\n')))) {
      const own = hasCharset ? { ...line, params: line.params.filter((each) => !isCharset(each)) } : line;
      // In 2.1 the blank that begins a folded line is one of the value, and most programs that write it never fold.
      const isFolded = this.version !== '2.1' || line.params.some(saysBase64);
      return composeLine(own, isFolded ? this.#style : { ...this.#style, foldAt: NEVER_FOLD });
    }
    const params = line.params.filter((each) => !isCharset(each) && !saysQuoted(each));
    params.push(newParam('ENCODING', ['QUOTED-PRINTABLE']), newParam('CHARSET', ['UTF-8']));
    const value = quotedPrintable(line.value);
    return composeLine({ ...line, params, value }, { ...this.#style, foldAt: NEVER_FOLD });
  }

  /** `existing`: the line it replaces, and what that said. Parameters that say the same stay as they are written. */
  fullName({ full, fullParams = null }: Plain, fields: Fields, existing: Former | null = null): Line {
    if (typeof full === 'string') {
      const value = escapeText(full, this.version);
      if (existing === null || !equalValues(existing.before.fullParams ?? null, fullParams))
        return { ...(existing?.line ?? plainLine('FN', '')), params: this.#named(fullParams), value };
      // Nobody made it up.
      return { ...existing.line, params: existing.line.params.filter(({ name }) => !isParam(name, 'DERIVED')), value };
    }
    const value = escapeText(madeUpName(fields), this.version);
    return { ...plainLine('FN', value), params: [newParam('DERIVED', ['TRUE'])] };
  }

  #named(params: Value): readonly Param[] {
    return params === null ? NO_PARAMS : writtenUnknown(params as Plain, this.version);
  }

  nameParts(name: Plain, existing: Former | null): Line {
    const value = writeName(componentsOf(name), this.version);
    if (existing !== null && equalValues(existing.before.vCardParams ?? null, name.vCardParams ?? null))
      return { ...existing.line, value };
    return { ...(existing?.line ?? plainLine('N', '')), params: ownParams(name.vCardParams), value };
  }

  /** An entry's line, and those that say more of it. `groups`: the number of the next new group. */
  entry(
    rule: PropertyRule,
    entry: Plain,
    existing: readonly ContentLine[] | null,
    groups: { next: number },
    before: Plain | null = null,
  ): readonly string[] {
    const isOld = existing !== null && existing.length > 0;
    const written = (isOld ? null : this.#composed(rule, entry)) ?? rule.write(entry, this.version);
    if (written === null) return NO_LINES;
    if (isOld) return this.#again(rule, entry, written, existing, groups, before);
    const more = this.#about(entry, NO_LINES, before, rule.labelOf);
    const group = groupOf(null, NO_LINES, more, groups);
    const now = rule.map === 'anniversaries' && this.#params.omitsYear ? omittingYear(written) : written;
    const params = writeParams(entry, now, rule, this.version, this.#params, null);
    const number = text(entry.number);
    // What is to be dialled beside it is told in an address alone.
    const isTel = rule.name === 'TEL' && this.version === '4.0' && number.includes(';') && TEL_ADDRESS.test(number);
    const line = this.text(
      isTel
        ? { group, name: rule.name, params: [newParam('VALUE', ['uri']), ...params], value: `tel:${number}` }
        : { group, name: rule.name, params, value: now.value },
    );
    return more.length === 0 ? [line] : [line, ...more.map((each) => this.text({ ...each, group }))];
  }

  /** The value of a new line, where its property is composed as vcard4 does; null: it is another one. */
  #composed({ name, text: part }: PropertyRule, entry: Plain): Written | null {
    const value = this.version === '4.0' && part !== undefined ? composeValue(name, text(entry[part])) : null;
    return value === null ? null : { value };
  }

  /** The same of one that has lines already. */
  #again(
    rule: PropertyRule,
    entry: Plain,
    written: Written,
    existing: readonly ContentLine[],
    groups: { next: number },
    before: Plain | null,
  ): readonly string[] {
    const [own, ...about] = existing as [ContentLine, ...ContentLine[]];
    const more = this.#about(entry, about, before, rule.labelOf);
    const group = groupOf(own, about, more, groups);
    // Parameters that say the same stay as they are written.
    const params =
      before !== null && this.#saysSame(rule, before, entry, own)
        ? own.params.filter(
            ({ name, values }) =>
              !isParam(name, OMITTED) && !(isParam(name, 'VALUE') && /^(?:uri|text)$/i.test(values[0] ?? '')),
          )
        : [
            ...writeParams(entry, written, rule, this.version, this.#params, own),
            ...this.#laterParams(own, entry, before),
          ];
    const isUri = own.params.some(({ name, values }) => isParam(name, 'VALUE') && values[0]?.toLowerCase() === 'uri');
    // A number with anything else in it is no address: it is text.
    const isTel = rule.name === 'TEL' && isUri && TEL_ADDRESS.test(text(entry.number));
    const line: Line = {
      group,
      name: own.name,
      params: isTel ? [newParam('VALUE', ['uri']), ...params] : params,
      value: isTel
        ? `tel:${text(entry.number)}`
        : rule.map === 'anniversaries'
          ? spelledAs(own.value, written.value)
          : written.value,
      ...withoutYear(own, written.value),
    };
    return [this.text(line), ...more.map((each) => this.text({ ...each, group }))];
  }

  /** Parameters of 4.0 in the line of an older card, as far as they say what they said: nothing else there can. */
  #laterParams(own: ContentLine, entry: Plain, before: Plain | null): readonly Param[] {
    if (this.version === '4.0' || before === null) return NO_PARAMS;
    return own.params.filter(({ name }) => {
      const part = LATER.get(name.toUpperCase());
      const said = part === undefined ? null : (entry[part] ?? null);
      return said !== null && said !== 1 && equalValues(said, before[part as string] ?? null);
    });
  }

  /** Do the parameters of its line say of `after` what they say of `before`? */
  #saysSame(rule: PropertyRule, before: Plain, after: Plain, own: ContentLine): boolean {
    const [former = null, latter = null] = [before, after].map((each) => rule.write(each, this.version)?.params ?? []);
    const isStated = own.params.some(({ name }) => IN_ADDRESS.has(name.toUpperCase()));
    return (
      equalValues(former as Value, latter as Value) &&
      // A URI or words: that is in the parameter, and is looked at anew.
      !latter?.some(([name]) => name === 'VALUE') &&
      saysSame(rule, before, after) &&
      (!isStated || IN_ADDRESS_PARTS.every((part) => equalValues(before[part] ?? null, after[part] ?? null)))
    );
  }

  /** The lines that say more of an entry: those it has (`existing`) in their order, and as they are written where they say the same. */
  #about(
    entry: Plain,
    existing: readonly ContentLine[],
    before: Plain | null,
    labelOf: (entry: Plain) => Value | undefined = ownLabel,
  ): readonly Line[] {
    const label = labelOf(entry);
    const hasCountry = typeof entry.countryCode === 'string' && this.version !== '4.0';
    if (typeof label !== 'string' && !hasCountry) return NO_LINES;
    const wanted: { readonly name: string; readonly value: string; readonly isSame: boolean }[] = [];
    if (typeof label === 'string')
      wanted.push({
        name: LABEL_NAME,
        value: escapeText(label, '3.0'),
        isSame: before !== null && labelOf(before) === label,
      });
    if (hasCountry)
      wanted.push({
        name: COUNTRY,
        value: text(entry.countryCode).toLowerCase(),
        isSame: before !== null && before.countryCode === entry.countryCode,
      });
    const lines = wanted.map(({ name, value, isSame }) => {
      const at = existing.findIndex((each) => each.name.toUpperCase() === name.toUpperCase());
      const known = existing[at];
      const line = known === undefined ? plainLine(name, value) : { ...known, value: isSame ? known.value : value };
      return { line, at: at < 0 ? existing.length : at };
    });
    return lines.sort((a, b) => a.at - b.at).map(({ line }) => line);
  }

  /** A field of no keyed map, as new lines; or several of what goes into one line (`inLists`). */
  other([field, ...more]: FieldList, fields: Fields, groups: { next: number }): readonly string[] {
    const value = fields.get(field) as Value;
    const key = field.slice(field.lastIndexOf('/') + 1);
    const map = mapOf(field);
    if (field === 'updated') return [this.text(plainLine('REV', compact(text(value), this.version)))];
    if (field === 'created')
      return this.version === '4.0' ? [this.text(plainLine('CREATED', compact(text(value), '4.0')))] : [];
    if (field === 'language') return [this.text(plainLine('LANGUAGE', text(value)))];
    if (field === 'kind')
      return [this.text(plainLine(this.version === '4.0' ? 'KIND' : 'X-ADDRESSBOOKSERVER-KIND', text(value)))];
    if (map === 'keywords') {
      const words = [field, ...more].map((each) => this.word(each, true));
      return [this.text(plainLine('CATEGORIES', words.join(',')))];
    }
    if (map === 'nicknames') {
      const params = writeParams(value as Plain, {}, null, this.version, this.#params, null);
      return [this.text({ ...plainLine('NICKNAME', this.word(field, value)), params })];
    }
    if (map === 'members') {
      const uid = unescapeName(key);
      // Who reads it expects an address, and takes the name of a card for one only in this form, also where it is no UUID; unless this card has them bare.
      const urn = ADDRESS.test(uid) || this.#params.hasBareMembers ? uid : `urn:uuid:${uid}`;
      const isApple = this.version !== '4.0' && fields.get('kind' as FieldName) === 'group';
      return [this.text(plainLine(isApple ? 'X-ADDRESSBOOKSERVER-MEMBER' : 'MEMBER', urn))];
    }
    if (map.startsWith('vCard/')) return this.unknown(value as Plain, null, groups);
    return NO_LINES;
  }

  /** One of several words of a line. */
  word(field: FieldName, value: Value): string {
    const word =
      mapOf(field) === 'nicknames' ? text((value as Plain).name) : unescapeName(field.slice('keywords/'.length));
    return escapePart(word, this.version);
  }

  /** A line nobody knows, and the label of its group. `existing`: the lines it replaces, and what they said. */
  unknown(
    entry: Plain,
    existing: { readonly lines: readonly ContentLine[]; readonly before: Plain } | null,
    groups: { next: number },
  ): readonly string[] {
    const { name, params = {} } = entry;
    if (!namesUnknown(name)) return [];
    const value = placeAsWritten(entry, this.version);
    const [own = null, ...about] = existing?.lines ?? [];
    const more = this.#about({ label: entry.label ?? null }, about, existing?.before ?? null);
    const group = groupOf(own, about, more, groups);
    const isSame = own !== null && !own.params.some(isNotation) && equalValues(existing?.before.params ?? {}, params);
    const line = {
      group,
      name: own?.name ?? name,
      params: isSame ? own.params : writtenUnknown(params as Plain, this.version),
      // A card within a card is one line of 3.0 in every version.
      value: this.version === '2.1' && !/^agent$/i.test(name) ? withRealBreaks(text(value)) : text(value),
    };
    return [this.text(line), ...more.map((each) => this.text({ ...each, group }))];
  }
}

/** 2.1 has no escape for line breaks: they stand in quoted-printable, from where they were read. A backslash that is escaped escapes nothing. */
const withRealBreaks = (value: string): string =>
  value.includes('\\') ? value.replace(/\\([\\nN])/g, (whole, char: string) => (char === '\\' ? whole : '\n')) : value;

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/;
/** A moment as a card writes it: 4.0 without separators. */
function compact(moment: string, version: VcardVersion): string {
  if (version !== '4.0' || !MOMENT.test(moment)) return moment;
  const [date, time] = [moment.slice(0, 10), moment.slice(11, 19)];
  return `${date.replaceAll('-', '')}T${time.replaceAll(':', '')}${moment.slice(19)}`;
}
