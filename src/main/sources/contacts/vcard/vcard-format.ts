import type { FieldName } from '../../../record/ids.ts';
import type { Fields, Value } from '../../../record/value.ts';
import { type Component, type ContentText, type Edit, readContentLines, splice } from '../../text/content-lines.ts';
import {
  type Damaged,
  type ItemWrite,
  MalformedItem,
  type NativeItem,
  type SplitText,
  type TextFormat,
} from '../../text/text-format.ts';
import { ADDRESS_KINDS, holdsNamePart, PHONE_FEATURES, ruleFor } from './property-table.ts';
import { readCard } from './read-card.ts';
import type { VcardVersion } from './vcard-text.ts';
import { composeCard, mapOf, patchCard } from './write-card.ts';
import type { Plain } from './written.ts';

interface CardItem extends NativeItem {
  readonly card: Component;
}
interface CardText extends SplitText<CardItem> {
  readonly lines: ContentText;
}

/** Cards in a text: each keeps its version; new ones are of `version`. */
export function vcardFormat(version: VcardVersion): TextFormat<CardItem> {
  return {
    kind: 'contacts',
    empty: () => new Uint8Array(0),
    split,
    read: (_text, item, previous) => fieldsOf(item.card, previous),
    project: (full) => projectCard(full, version),
    write: (text, writes) => write(text as CardText, writes, version),
    align: alignCards,
  };
}

function split(bytes: Uint8Array): CardText {
  const lines = readContentLines(bytes);
  const items: CardItem[] = [];
  const damaged: Damaged[] = [];
  for (const card of lines.components) {
    const { start, end, problem, name } = card;
    const uid = stated(card, 'UID');
    if (problem === null && name === 'VCARD') items.push({ card, uid, spans: [{ start, end }], context: [] });
    else if (problem === null) continue;
    else
      damaged.push({
        start,
        end,
        name: uid ?? stated(card, 'FN') ?? 'a card',
        detail: `${problem}: mend it, then it is read`,
      });
  }
  return { bytes, items, damaged, lines };
}

function stated(card: Component, wanted: string): string | null {
  const value = card.lines.find(({ name }) => name.toUpperCase() === wanted)?.value.trim();
  return value === undefined || value === '' ? null : value.replace(/\\([,;\\])/g, '$1');
}

function fieldsOf(card: Component, previous: Fields | null): Fields {
  const { fields } = readCard(card, previous);
  if (fields.length === 0 && card.lines.length <= 1) throw new MalformedItem('there is nothing in this card');
  return new Map(fields.map(({ field, value }) => [field, value]));
}

function write(text: CardText, writes: readonly ItemWrite<CardItem>[], version: VcardVersion): Uint8Array {
  const { lineEnd, foldAt } = text.lines;
  const isEmpty = text.bytes.length === 0;
  const style = { lineEnd: isEmpty ? ('\r\n' as const) : lineEnd, foldAt: Math.min(75, foldAt) };
  const edits: Edit[] = [];
  const made: string[] = [];
  for (const { item, before, after, uid } of writes) {
    if (item === null) {
      if (after !== null) made.push(composeCard(after, uid, version, style));
    } else if (after === null) edits.push({ start: item.card.start, end: item.card.end, text: '' });
    else edits.push(...patchCard(item.card, before ?? fieldsOf(item.card, after), after, style));
  }
  if (made.length > 0) {
    const { length } = text.bytes;
    const isOpen = length > 0 && text.bytes[length - 1] !== 10 && text.bytes[length - 1] !== 13;
    edits.push({ start: length, end: length, text: (isOpen ? style.lineEnd : '') + made.join('') });
  }
  return splice(text.bytes, edits);
}

/** What a card of this version can hold of a record. */
function projectCard(full: Fields, version: VcardVersion): Fields {
  const held = new Map<FieldName, Value>();
  for (const [field, value] of full) {
    const projected = projectField(field, value, version);
    if (projected !== null) held.set(field, projected);
  }
  return held;
}

const SINGLE: ReadonlySet<string> = new Set(['kind', 'language', 'updated']);
const WORDS: ReadonlySet<string> = new Set(['keywords', 'members']);

function projectField(field: FieldName, value: Value, version: VcardVersion): Value {
  if (SINGLE.has(field)) return typeof value === 'string' ? value : null;
  if (field === 'created') return version === '4.0' ? value : null;
  const map = mapOf(field);
  if (WORDS.has(map)) return value === true ? true : null;
  if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array) return null;
  const plain = value as Plain;
  if (field === 'name') return projectName(plain, version);
  if (map.startsWith('vCard/')) return plain;
  if (map === 'nicknames') return typeof plain.name === 'string' ? only(plain, ['name', 'vCardParams']) : null;
  const rule = ruleFor(map, plain);
  if (rule === null || rule.write(plain, version) === null) return null;
  const { contexts, features, pref, ...rest } = plain;
  const some = (part: Value | undefined, names: readonly string[]): Plain =>
    Object.fromEntries(names.flatMap((name) => ((part as Plain | undefined)?.[name] === true ? [[name, true]] : [])));
  const heldContexts = some(contexts, ['private', 'work']);
  const heldFeatures = some(features, [...new Set(PHONE_FEATURES.values())]);
  const heldPref = typeof pref === 'number' && (version === '4.0' || pref === 1) ? pref : null;
  return {
    ...(map === 'addresses' ? projectAddress(rest, version) : rest),
    ...(Object.keys(heldContexts).length === 0 ? {} : { contexts: heldContexts }),
    ...(Object.keys(heldFeatures).length === 0 ? {} : { features: heldFeatures }),
    ...(heldPref === null ? {} : { pref: heldPref }),
  };
}

function projectName(name: Plain, version: VcardVersion): Value {
  const components = Array.isArray(name.components)
    ? (name.components as unknown as { kind: string; value: string }[])
    : [];
  const held = components.filter(({ kind }) => holdsNamePart(kind, version));
  const { components: _, ...rest } = only(name, ['full', 'components', 'vCardParams']);
  const projected = { ...rest, ...(held.length === 0 ? {} : { components: held }) };
  return Object.keys(projected).length === 0 ? null : projected;
}

function projectAddress(address: Plain, version: VcardVersion): Plain {
  if (version === '4.0') return address;
  const components = Array.isArray(address.components) ? (address.components as unknown as { kind: string }[]) : [];
  const plain: readonly string[] = ADDRESS_KINDS.slice(0, 7);
  const { full: _, coordinates: __, timeZone: ___, ...rest } = address;
  return { ...rest, components: components.filter(({ kind }) => plain.includes(kind)) as unknown as Value };
}

const only = (value: Plain, names: readonly string[]): Plain =>
  Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));

/** Cards without a UID: the one of the same address or number, else of the same name (FORMATS 2.4). */
function alignCards(items: readonly Fields[], known: readonly Fields[]): readonly (number | null)[] {
  const free = new Set(known.map((_, at) => at));
  const matches: (number | null)[] = items.map(() => null);
  for (const marksOf of [marks('emails', 'address'), marks('phones', 'number'), nameMarks]) {
    const byMark = new Map<string, number>();
    for (const at of [...free].reverse()) for (const mark of marksOf(known[at] as Fields)) byMark.set(mark, at);
    items.forEach((fields, at) => {
      if (matches[at] !== null) return;
      const found = marksOf(fields)
        .flatMap((mark) => byMark.get(mark) ?? [])
        .find((each) => free.has(each));
      if (found === undefined) return;
      matches[at] = found;
      free.delete(found);
    });
  }
  return matches;
}

const marks =
  (map: string, part: string) =>
  (fields: Fields): readonly string[] =>
    [...fields].flatMap(([field, value]) => {
      const mark = mapOf(field) === map ? (value as Plain)[part] : undefined;
      return typeof mark === 'string' ? [mark.toLowerCase().replace(/\s/g, '')] : [];
    });

function nameMarks(fields: Fields): readonly string[] {
  const { full } = (fields.get('name' as FieldName) ?? {}) as Plain;
  return typeof full === 'string' ? [full.toLowerCase()] : [];
}

/** Is this the beginning of a text of cards? */
export const looksLikeVcard = (bytes: Uint8Array): boolean =>
  /^(?:\ufeff)?\s*BEGIN:VCARD/i.test(new TextDecoder().decode(bytes.subarray(0, 1000)));
