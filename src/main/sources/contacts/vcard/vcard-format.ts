import type { FieldName } from '../../../record/ids.ts';
import { displayName } from '../../../record/made-up-name.ts';
import type { Fields, Plain, Value } from '../../../record/value.ts';
import { spliceLines } from '../../text/characters/eight-bit-text.ts';
import { type Component, type Edit, type LineStyle, readContentLines } from '../../text/content-lines.ts';
import { detached } from '../../text/detached.ts';
import {
  type Damaged,
  type ItemWrite,
  MalformedItem,
  type NativeItem,
  type Span,
  type SplitText,
  type TextFormat,
} from '../../text/text-format.ts';
import { componentsOf } from './components.ts';
import { patchCard } from './patch-card.ts';
import { BLANK, itemOf, plainCards, plainUid, uidIn } from './plain-cards.ts';
import { projectCard } from './project-card.ts';
import { readCard } from './read-card.ts';
import { whyNotStrict } from './strict-vcard.ts';
import type { VcardVersion } from './vcard-text.ts';
import { composeCard } from './write-card.ts';
import { mapOf } from './written.ts';

/** `goesOn`: it is plain (`splitPlain`) and ends with the line its last card ends with, so that more cards may follow. */
interface CardText extends SplitText {
  readonly goesOn?: boolean;
}

/** Cards in a text: each keeps its version; new ones are of `version`. */
export function vcardFormat(version: VcardVersion): TextFormat {
  return {
    kind: 'contacts',
    empty: () => new Uint8Array(0),
    split: (bytes) => splitPlain(bytes) ?? splitAny(bytes),
    splitOn,
    read: (text, item, previous) => fieldsOf(cardOf(text, item), previous),
    project: (full) => projectCard(full, version),
    write: (text, writes) => write(text, writes, version),
    align: alignCards,
    namesMembers: true,
    // What vcard4 says of a new card; older versions have no such judge.
    ...(version === '4.0' ? { refuses: whyRefused } : {}),
  };
}

/** The lines of a card; places count from its beginning. They are taken apart when they are asked for: a text of many cards is mostly not looked into. */
function cardOf({ bytes }: SplitText, { spans }: NativeItem): Component {
  const { start, end } = spans[0] as Span;
  return readContentLines(bytes.subarray(start, end)).components[0] as Component;
}
/** Cards one behind the other, with nothing in them that could be taken for a beginning or an end: most texts. null: it is another one. */
function splitPlain(given: Uint8Array): CardText | null {
  const items = plainCards(given, 0);
  return items === null ? null : plainText(given, items);
}

/** As `TextFormat.splitOn`: where all that was there is plain, and what follows is. */
function splitOn(before: CardText, bytes: Uint8Array): CardText | null {
  const more = before.goesOn === true ? plainCards(bytes, before.bytes.length) : null;
  return more === null ? null : plainText(bytes, [...before.items, ...more]);
}

function plainText(bytes: Uint8Array, items: readonly NativeItem[]): CardText {
  return { bytes, items, damaged: [], goesOn: bytes.at(-1) === 10 && items.at(-1)?.spans[0]?.end === bytes.length };
}

function splitAny(bytes: Uint8Array): CardText {
  const items: NativeItem[] = [];
  const damaged: Damaged[] = [];
  const { components, stray } = readContentLines(bytes);
  for (const card of components) {
    const { start, end, problem, name } = card;
    const uid = stated(card, 'UID');
    if (problem === null && name === 'VCARD') items.push(itemOf(start, end, uid));
    else if (problem === null) continue;
    else
      damaged.push({
        start,
        end,
        ...nameOf(uid ?? stated(card, 'FN')),
        detail: `${problem}: mend it, then it is read`,
        ...(end === bytes.length ? { isOpen: true } : {}),
      });
  }
  damaged.push(...strays(bytes, stray));
  return { bytes, items, damaged: damaged.sort((a, b) => a.start - b.start) };
}

/** Lines that are in no card: of one whose beginning is damaged, or of a text that is none at all. Neighbours are one. */
function strays(bytes: Uint8Array, lines: readonly Span[]): readonly Damaged[] {
  const pieces: { start: number; end: number }[] = [];
  for (const { start, end } of lines) {
    const last = pieces.at(-1);
    if (last !== undefined && BLANK.test(Buffer.from(bytes.subarray(last.end, start)).toString('latin1')))
      last.end = end;
    else pieces.push({ start, end });
  }
  return pieces.flatMap(({ start, end }) => {
    const text = Buffer.from(bytes.subarray(start, end)).toString('latin1');
    const detail = 'it is no card, or its BEGIN:VCARD is missing: mend or remove it';
    return BLANK.test(text) ? [] : [{ start, end, ...nameOf(uidIn(bytes, text, start)), detail }];
  });
}

const nameOf = (stated: string | null): Pick<Damaged, 'name' | 'isNameless'> =>
  stated === null ? { name: 'a card', isNameless: true } : { name: stated };

function stated(card: Component, wanted: string): string | null {
  const value = card.lines.find(({ name }) => name.toUpperCase() === wanted)?.value;
  const uid = value === undefined ? null : plainUid(value);
  return uid === null ? null : detached(uid);
}

function fieldsOf(card: Component, previous: Fields | null): Fields {
  const { fields } = readCard(card, previous);
  if (fields.length === 0 && card.lines.length <= 1) throw new MalformedItem('there is nothing in this card');
  const held = new Map<FieldName, Value>();
  for (const { field, value } of fields) held.set(field, value);
  return held;
}

function write(text: CardText, writes: readonly ItemWrite[], version: VcardVersion): Uint8Array {
  const style = styleOf(text.bytes);
  const edits: Edit[] = [];
  const made: string[] = [];
  for (const { item, before, after, uid } of writes) {
    const { start, end } = item?.spans[0] ?? { start: 0, end: 0 };
    if (item === null) {
      if (after !== null) made.push(judgedCard(after, uid, version, style) ?? composeCard(after, uid, version, style));
    } else if (after === null) edits.push({ start, end, text: '' });
    else {
      const card = cardOf(text, item);
      for (const edit of patchCard(card, before ?? fieldsOf(card, after), after, style, version))
        edits.push({ start: start + edit.start, end: start + edit.end, text: edit.text });
    }
  }
  if (made.length > 0) {
    const { length } = text.bytes;
    const isOpen =
      length > 0 && !isBomAlone(text.bytes) && text.bytes[length - 1] !== 10 && text.bytes[length - 1] !== 13;
    edits.push({ start: length, end: length, text: (isOpen ? style.lineEnd : '') + made.join('') });
  }
  return spliceLines(text.bytes, edits);
}

/** So much of a text shows how it is written. */
const SHOWS_STYLE = 64 << 10;
/** How texts are written, by their bytes: each of many new cards asks for it. */
const styles = new WeakMap<Uint8Array, LineStyle>();

function styleOf(bytes: Uint8Array): LineStyle {
  if (bytes.length === 0 || isBomAlone(bytes)) return PLAIN_STYLE;
  const known = styles.get(bytes);
  if (known !== undefined) return known;
  const { lineEnd, foldAt } = readContentLines(bytes.subarray(0, SHOWS_STYLE));
  const style = { lineEnd, foldAt: Math.min(75, foldAt) };
  styles.set(bytes, style);
  return style;
}
/** A text some editors leave that was emptied: nothing shows how its lines end. */
const isBomAlone = (bytes: Uint8Array): boolean =>
  bytes.length === 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
const PLAIN_STYLE: LineStyle = { lineEnd: '\r\n', foldAt: 75 };

/** New cards as they were judged, by their fields: composed once, to be judged and to be written. */
const judged = new WeakMap<Fields, { readonly uid: string; readonly style: LineStyle; readonly card: string }>();

function judgedCard(fields: Fields, uid: string, version: VcardVersion, style: LineStyle): string | null {
  const known = version === '4.0' ? judged.get(fields) : undefined;
  return known !== undefined && known.uid === uid && known.style === style ? known.card : null;
}

function whyRefused(fields: Fields, uid: string, { bytes }: CardText): string | null {
  const style = styleOf(bytes);
  const card = composeCard(fields, uid, '4.0', style);
  judged.set(fields, { uid, style, card });
  const why = whyNotStrict(card, style.lineEnd);
  return why === null ? null : `it would be no vCard 4.0: ${why}`;
}

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
  const name = (fields.get('name' as FieldName) ?? {}) as Plain;
  const entries = [...fields].map(([field, value]) => ({ map: mapOf(field), value }));
  const words = typeof name.full === 'string' ? name.full : displayName(componentsOf(name), entries);
  return words === '' ? [] : [words.toLowerCase()];
}

/**
 * The newest version of the cards at the beginning of a text: programs that wrote older ones may not read newer ones. null: it is no text of cards.
 */
export function vcardVersionIn(bytes: Uint8Array): '3.0' | '4.0' | null {
  const text = new TextDecoder().decode(bytes);
  if (!/^(?:\ufeff)?\s*BEGIN:VCARD/i.test(text.slice(0, 1000))) return null;
  const versions = [...text.matchAll(/^VERSION:\s*([\d.]+)/gim)].map(([, version]) => version);
  return versions.length > 0 && versions.every((version) => version !== '4.0') ? '3.0' : '4.0';
}
