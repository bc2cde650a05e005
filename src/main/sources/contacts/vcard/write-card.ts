import { unescapeName } from '../../../record/entry-name.ts';
import type { FieldName } from '../../../record/ids.ts';
import { equalValues, type Fields, type Value } from '../../../record/value.ts';
import {
  type Component,
  type ContentLine,
  composeLine,
  type Edit,
  type LineStyle,
  type Param,
} from '../../text/content-lines.ts';
import { displayName } from './display-name.ts';
import { isNotation, type ParamStyle, paramStyleOf, writeParams } from './line-params.ts';
import { componentsOf, entryOf, type PropertyRule, RULES, ruleFor, writeName } from './property-table.ts';
import { type CardField, COUNTRY, namesUnknown, readCard } from './read-card.ts';
import { composeValue } from './strict-vcard.ts';
import { withoutYear } from './vcard-date.ts';
import { escapePart, escapeText, quotedPrintable, splitAt, type VcardVersion } from './vcard-text.ts';
import type { Plain } from './written.ts';

const NON_ASCII = /[^\x20-\x7e\t]/;
/** A soft line break in quoted-printable is another than a fold: such a line is left long. */
const NEVER_FOLD = 1 << 20;
/** Fields by which alone nothing is written. */
const INCIDENTAL: ReadonlySet<string> = new Set(['updated', 'created']);

/** Edits that bring a card from what it says (`before`) to what it shall say; lines of what is equal in both stay as they are. */
export function patchCard(card: Component, before: Fields, after: Fields, style: LineStyle): readonly Edit[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const changed = names.filter((field) => !equalValues(before.get(field) ?? null, after.get(field) ?? null));
  if (changed.every((field) => INCIDENTAL.has(field))) return [];
  return new CardPatch(card, before, after, style).edits(changed);
}

/** A new card. */
export function composeCard(fields: Fields, uid: string, version: VcardVersion, style: LineStyle): string {
  const lines = new CardLines(version, paramStyleOf([], version), style);
  const written = [
    plainLine('BEGIN', 'VCARD'),
    plainLine('VERSION', version),
    plainLine(
      'UID',
      version === '4.0' && UUID.test(uid) ? `urn:uuid:${uid}` : escapeText(uid, version === '2.1' ? '2.1' : '3.0'),
    ),
  ].map((line) => lines.text(line));
  const name = (fields.get('name' as FieldName) ?? {}) as Plain;
  written.push(lines.text(lines.fullName(name.full ?? null, fields)));
  // 2.1 and 3.0 cannot do without.
  if (name.components !== undefined || version !== '4.0') written.push(lines.text(lines.nameParts(name, null)));
  const groups = { next: 1 };
  const entries = [...fields].flatMap(([field, value]) => {
    const entry = entryOf(field, value as Plain);
    const rule = ruleFor(mapOf(field), entry);
    return rule === null ? [] : [{ rule, value: entry }];
  });
  entries.sort((a, b) => RULES.indexOf(a.rule) - RULES.indexOf(b.rule));
  for (const { rule, value } of entries) written.push(...lines.entry(rule, value, null, groups));
  for (const [field, value] of fields) written.push(...lines.other(field, value, fields, groups));
  return [...written, lines.text(plainLine('END', 'VCARD'))].join('');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

type Line = Pick<ContentLine, 'group' | 'name' | 'params' | 'value'>;
const plainLine = (name: string, value: string): Line => ({ group: null, name, params: [], value });
/** The map a field is an entry of: `phones` of `phones/x`; '' where it is none. */
export const mapOf = (field: string): string => field.slice(0, Math.max(0, field.lastIndexOf('/')));
const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');

/** What parameters say of an entry. */
const OF_PARAMS = ['contexts', 'features', 'relation', 'pref', 'vCardParams'] as const;
const saysSame = (a: Plain, b: Plain): boolean =>
  OF_PARAMS.every((part) => equalValues(a[part] ?? null, b[part] ?? null));

/** Parameters that say a part of an address. */
const IN_ADDRESS: ReadonlySet<string> = new Set(['LABEL', 'CC', 'GEO', 'TZ']);
const IN_ADDRESS_PARTS = ['full', 'countryCode', 'coordinates', 'timeZone'] as const;

const LABEL_NAME = 'X-ABLabel';

/** Lines in one version and the style of one card. */
class CardLines {
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
    const isQuoted = line.params.some(({ values }) => values.some((value) => /^quoted-printable$/i.test(value)));
    // Whatever charset the old line was in, the new one is UTF-8.
    const own = line.params.filter(({ name }) => name.toUpperCase() !== 'CHARSET');
    if (!isQuoted && (this.version !== '2.1' || !(NON_ASCII.test(line.value) || line.value.includes('\n'))))
      return composeLine({ ...line, params: own }, this.#style);
    const params: Param[] = line.params.filter(
      ({ name, values }) =>
        name.toUpperCase() !== 'CHARSET' && !values.some((value) => /^quoted-printable$/i.test(value)),
    );
    params.push({ name: 'ENCODING', values: ['QUOTED-PRINTABLE'], quoted: [false] });
    params.push({ name: 'CHARSET', values: ['UTF-8'], quoted: [false] });
    const value = quotedPrintable(line.value);
    return composeLine({ ...line, params, value }, { ...this.#style, foldAt: NEVER_FOLD });
  }

  fullName(full: Value, fields: Fields, existing: ContentLine | null = null): Line {
    if (typeof full === 'string')
      return { ...(existing ?? plainLine('FN', '')), value: escapeText(full, this.version) };
    const value = escapeText(madeUpName(fields), this.version);
    const derived = [{ name: 'DERIVED', values: ['TRUE'], quoted: [false] }];
    return { ...plainLine('FN', value), params: derived };
  }

  nameParts(name: Plain, existing: ContentLine | null): Line {
    const value = writeName(componentsOf(name), this.version);
    if (existing !== null) return { ...existing, value };
    const params = Object.entries((name.vCardParams ?? {}) as Plain).flatMap(([key, values]) =>
      /^[A-Za-z0-9-]{1,64}$/.test(key) && Array.isArray(values)
        ? [{ name: key.toUpperCase(), values: values as string[], quoted: values.map(() => false) }]
        : [],
    );
    return { ...plainLine('N', value), params };
  }

  /** An entry's line, and those that say more of it. `groups`: the number of the next new group. */
  entry(
    rule: PropertyRule,
    entry: Plain,
    existing: readonly ContentLine[] | null,
    groups: { next: number },
    before: Plain | null = null,
  ): readonly string[] {
    const written = rule.write(entry, this.version);
    if (written === null) return [];
    const [own = null, ...about] = existing ?? [];
    const more = this.#about(entry, about, before);
    const group = own?.group ?? (more.length === 0 ? null : `item${groups.next++}`);
    // Parameters that say the same stay as they are written.
    const isSame = own !== null && before !== null && this.#saysSame(rule, before, entry, own);
    const params = isSame
      ? own.params.filter(
          ({ name, values }) =>
            !/^X-APPLE-OMIT-YEAR$/i.test(name) && !(/^VALUE$/i.test(name) && /^(?:uri|text)$/i.test(values[0] ?? '')),
        )
      : writeParams(entry, written, rule, this.version, this.#params, own);
    const isNew = own === null && this.version === '4.0';
    const composed = isNew && rule.text !== undefined ? composeValue(rule.name, text(entry[rule.text])) : null;
    const value = composed ?? written.value;
    const isUri = own?.params.some(
      ({ name, values }) => name.toUpperCase() === 'VALUE' && values[0]?.toLowerCase() === 'uri',
    );
    // A number with anything else in it is no address: it is text.
    const isTel = rule.name === 'TEL' && isUri === true && /^[+\d().*#-]+$/.test(text(entry.number));
    const line: Line = {
      group,
      name: own?.name ?? rule.name,
      params: isTel ? [{ name: 'VALUE', values: ['uri'], quoted: [false] }, ...params] : params,
      value: isTel ? `tel:${value}` : value,
      ...(own === null ? null : withoutYear(own, value)),
    };
    return [this.text(line), ...more.map((each) => this.text({ ...each, group }))];
  }

  /** Do the parameters of its line say of `after` what they say of `before`? */
  #saysSame(rule: PropertyRule, before: Plain, after: Plain, own: ContentLine): boolean {
    const [former = null, latter = null] = [before, after].map((each) => rule.write(each, this.version)?.params ?? []);
    const isStated = own.params.some(({ name }) => IN_ADDRESS.has(name.toUpperCase()));
    return (
      equalValues(former as Value, latter as Value) &&
      // A URI or words: that is in the parameter, and is looked at anew.
      !latter?.some(([name]) => name === 'VALUE') &&
      saysSame(before, after) &&
      (!isStated || IN_ADDRESS_PARTS.every((part) => equalValues(before[part] ?? null, after[part] ?? null)))
    );
  }

  /** The lines that say more of an entry: those it has (`existing`) in their order, and as they are written where they say the same. */
  #about(entry: Plain, existing: readonly ContentLine[], before: Plain | null): readonly Line[] {
    const wanted: { readonly name: string; readonly value: string; readonly isSame: boolean }[] = [];
    const isSame = (part: 'label' | 'countryCode'): boolean => before !== null && before[part] === entry[part];
    if (typeof entry.label === 'string')
      wanted.push({ name: LABEL_NAME, value: escapeText(entry.label, '3.0'), isSame: isSame('label') });
    if (typeof entry.countryCode === 'string' && this.version !== '4.0')
      wanted.push({ name: COUNTRY, value: entry.countryCode.toLowerCase(), isSame: isSame('countryCode') });
    const lines = wanted.map(({ name, value, isSame }) => {
      const at = existing.findIndex((each) => each.name.toUpperCase() === name.toUpperCase());
      const known = existing[at];
      const line = known === undefined ? plainLine(name, value) : { ...known, value: isSame ? known.value : value };
      return { line, at: at < 0 ? existing.length : at };
    });
    return lines.sort((a, b) => a.at - b.at).map(({ line }) => line);
  }

  /** Fields of no keyed map, as new lines. */
  other(field: FieldName, value: Value, fields: Fields, groups: { next: number }): readonly string[] {
    const key = field.slice(field.lastIndexOf('/') + 1);
    const map = mapOf(field);
    if (field === 'updated') return [this.text(plainLine('REV', compact(text(value), this.version)))];
    if (field === 'created')
      return this.version === '4.0' ? [this.text(plainLine('CREATED', compact(text(value), '4.0')))] : [];
    if (field === 'language') return [this.text(plainLine('LANGUAGE', text(value)))];
    if (field === 'kind')
      return [this.text(plainLine(this.version === '4.0' ? 'KIND' : 'X-ADDRESSBOOKSERVER-KIND', text(value)))];
    if (map === 'keywords') return [this.text(plainLine('CATEGORIES', escapePart(unescapeName(key), this.version)))];
    if (map === 'members') {
      const uid = unescapeName(key);
      const urn = UUID.test(uid) ? `urn:uuid:${uid}` : uid;
      const isApple = this.version !== '4.0' && fields.get('kind' as FieldName) === 'group';
      return [this.text(plainLine(isApple ? 'X-ADDRESSBOOKSERVER-MEMBER' : 'MEMBER', urn))];
    }
    if (map === 'nicknames')
      return [this.text(plainLine('NICKNAME', escapePart(text((value as Plain).name), this.version)))];
    if (map.startsWith('vCard/')) return this.unknown(value as Plain, null, groups);
    return [];
  }

  /** A line nobody knows, and the label of its group. `existing`: the lines it replaces, and what they said. */
  unknown(
    entry: Plain,
    existing: { readonly lines: readonly ContentLine[]; readonly before: Plain } | null,
    groups: { next: number },
  ): readonly string[] {
    const { name, value, params = {} } = entry;
    if (!namesUnknown(name)) return [];
    const [own = null, ...about] = existing?.lines ?? [];
    const more = this.#about({ label: entry.label ?? null }, about, existing?.before ?? null);
    const group = own?.group ?? (more.length === 0 ? null : `item${groups.next++}`);
    const isSame = own !== null && !own.params.some(isNotation) && equalValues(existing?.before.params ?? {}, params);
    const line = {
      group,
      name: own?.name ?? name,
      params: isSame ? own.params : unknownParams(params as Plain),
      value: text(value),
    };
    return [this.text(line), ...more.map((each) => this.text({ ...each, group }))];
  }
}

function unknownParams(params: Plain): readonly Param[] {
  return Object.entries(params).flatMap(([key, given]) => {
    if ((key !== '' && !/^[A-Za-z0-9-]{1,64}$/.test(key)) || !Array.isArray(given)) return [];
    const values = given.map(String);
    const quoted = values.map((each) => /[:;,]/.test(each));
    // Words that stand alone in 2.1 are a parameter each.
    if (key === '') return values.map((value, at) => ({ name: '', values: [value], quoted: [quoted[at] === true] }));
    return [{ name: key.toUpperCase(), values, quoted }];
  });
}

function madeUpName(fields: Fields): string {
  const name = (fields.get('name' as FieldName) ?? {}) as Plain;
  return displayName(
    componentsOf(name),
    [...fields].map(([field, value]) => ({ map: mapOf(field), value })),
  );
}

/** A moment as a card writes it: 4.0 without separators. */
const compact = (moment: string, version: VcardVersion): string =>
  version === '4.0' ? moment.replace(/^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})/, '$1$2$3T$4$5$6') : moment;

class CardPatch {
  readonly #card: Component;
  readonly #before: Fields;
  readonly #after: Fields;
  readonly #fields: ReadonlyMap<FieldName, CardField>;
  readonly #lines: CardLines;
  readonly #edits: Edit[] = [];
  readonly #lists = new Set<ContentLine>();
  readonly #groups: { next: number };

  constructor(card: Component, before: Fields, after: Fields, style: LineStyle) {
    const { version, fields } = readCard(card, before);
    this.#card = card;
    this.#before = before;
    this.#after = after;
    this.#fields = new Map(fields.map((each) => [each.field, each]));
    this.#lines = new CardLines(version, paramStyleOf(card.lines, version), style);
    const numbers = card.lines.map(({ group }) => Number(/^item(\d+)$/i.exec(group ?? '')?.[1] ?? 0));
    this.#groups = { next: Math.max(0, ...numbers) + 1 };
  }

  edits(changed: readonly FieldName[]): readonly Edit[] {
    for (const field of changed) this.#change(field);
    return this.#edits;
  }

  #change(field: FieldName): void {
    const known = this.#fields.get(field);
    const value = this.#after.get(field) ?? null;
    const map = mapOf(field);
    if (field === 'name') this.#changeName(known, value as Plain | null);
    else if (known !== undefined && known.part !== null) this.#changeList(known.lines[0] as ContentLine);
    else if (value === null) this.#remove(known);
    else if (known === undefined) this.#insert(this.#composed(field, value), map);
    else {
      const [entry, former] = [value, known.value].map((each) => entryOf(field, each as Plain)) as [Plain, Plain];
      const rule = ruleFor(map, entry);
      // Another kind of it is another property.
      if (rule !== null && rule !== ruleFor(map, former))
        this.#exchange(known, this.#lines.entry(rule, entry, null, this.#groups));
      else if (rule !== null) this.#exchange(known, this.#lines.entry(rule, entry, known.lines, this.#groups, former));
      else if (map.startsWith('vCard/')) {
        const existing = { lines: known.lines, before: former };
        this.#exchange(known, this.#lines.unknown(value as Plain, existing, this.#groups));
      } else this.#exchange(known, this.#lines.other(field, value, this.#after, this.#groups));
    }
  }

  #composed(field: FieldName, value: Value): readonly string[] {
    const entry = entryOf(field, value as Plain);
    const rule = ruleFor(mapOf(field), entry);
    if (rule !== null) return this.#lines.entry(rule, entry, null, this.#groups);
    return this.#lines.other(field, value, this.#after, this.#groups);
  }

  #changeName(known: CardField | undefined, value: Plain | null): void {
    const before = (this.#before.get('name' as FieldName) ?? {}) as Plain;
    const after = value ?? {};
    const [full = null, parts = null] = ['FN', 'N'].map(
      (name) => known?.lines.find((line) => line.name.toUpperCase() === name) ?? null,
    );
    if (!equalValues(before.full ?? null, after.full ?? null)) {
      const any = full ?? this.#card.lines.find((line) => line.name.toUpperCase() === 'FN') ?? null;
      const line = this.#lines.text(this.#lines.fullName(after.full ?? null, this.#after, full));
      if (any === null) this.#insert([line], 'name');
      else this.#replace(any, line);
    }
    if (equalValues(before.components ?? null, after.components ?? null)) return;
    const line = this.#lines.text(this.#lines.nameParts(after, parts));
    if (parts === null) this.#insert([line], 'name');
    else this.#replace(parts, line);
  }

  /** A line that lists several words is written anew with those that stay. */
  #changeList(line: ContentLine): void {
    if (this.#lists.has(line)) return;
    this.#lists.add(line);
    const parts = [...this.#fields.values()].filter((each) => each.part !== null && each.lines[0] === line);
    const raw = splitAt(line.value, ',');
    const kept = parts.flatMap(({ field, part }) => {
      const after = this.#after.get(field) ?? null;
      if (after === null) return [];
      const isSame = equalValues(this.#before.get(field) ?? null, after);
      return [isSame ? (raw[part as number] as string) : escapePart(text((after as Plain).name), this.#lines.version)];
    });
    this.#replace(line, kept.length === 0 ? '' : this.#lines.text({ ...line, value: kept.join(',') }));
  }

  #remove(known: CardField | undefined): void {
    // A label two entries share stays with the other one.
    const others = [...this.#fields.values()].filter(
      (each) => each !== known && (this.#after.get(each.field) ?? null) !== null,
    );
    for (const line of known?.lines ?? [])
      if (known?.part !== null || !others.some(({ lines }) => lines.includes(line))) this.#replace(line, '');
  }

  /** The lines of a field, each in the place of the one it replaces; more of them right behind. */
  #exchange({ lines }: CardField, written: readonly string[]): void {
    lines.forEach((line, at) => {
      const isLast = at === lines.length - 1;
      this.#replace(line, isLast ? written.slice(at).join('') : (written[at] ?? ''));
    });
  }

  #replace({ start, end }: ContentLine, line: string): void {
    this.#edits.push({ start, end, text: line });
  }

  /** Behind the last line of its kind, else at the end. */
  #insert(lines: readonly string[], map: string): void {
    const like = [...this.#fields.values()].filter((each) =>
      map === 'name' ? each.field === 'name' : mapOf(each.field) === map,
    );
    const ends = like.flatMap((each) => each.lines.map((line) => line.end));
    // Behind a component that is never closed, everything is part of it.
    const { components, inner } = this.#card;
    const last = components.find(({ problem }) => problem !== null)?.start ?? inner.end;
    const at = ends.length > 0 && map !== '' ? Math.max(...ends) : last;
    this.#edits.push({ start: at, end: at, text: lines.join('') });
  }
}
