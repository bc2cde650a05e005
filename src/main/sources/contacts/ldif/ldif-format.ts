import { escapeName, unescapeName } from '../../../record/entry-name.ts';
import { fieldName } from '../../../record/ids.ts';
import type { Fields } from '../../../record/value.ts';
import { appended } from '../../text/appended.ts';
import { type Edit, splice } from '../../text/content-lines.ts';
import type { ItemWrite, TextEnd, TextFormat } from '../../text/text-format.ts';
import { alignRows } from '../align-rows.ts';
import { BLANK, plainText, type Row, withPlainBreaks } from '../cells/cells.ts';
import { hasNoRowFor, projectCells, readCells, SAYS_NOTHING, writeCells } from '../cells/table.ts';
import {
  attributeAt,
  COLUMNS,
  FURTHER_PLACES,
  ldifTable,
  MOST_FURTHER,
  NOTATION,
  OBJECT_CLASSES,
  placeOf,
  placeOfAttribute,
} from './ldif-layout.ts';
import {
  PHOTO,
  PHOTO_NAMES,
  photoBytes,
  photoIn,
  photoLineOf,
  readPhoto,
  samePhoto,
  shownPhoto,
} from './ldif-photo.ts';
import { type LdifLine, type LdifRecord, type LdifText, lineOf, saidBy, splitLdif } from './ldif-text.ts';

const OTHER_ATTRIBUTES = 'ldif/';
/** An attribute in lower case, and which of several of that name: `mail#2`. */
const OTHER = /^([a-z0-9.-]{1,64}(?:;[a-z0-9-]{1,64})*)(?:#([2-9]|[1-9]\d{1,2}))?$/;

/** LDIF content records, as Thunderbird and other mail programs export address books. Files that change a directory, or name others, are refused. */
export const ldifFormat: TextFormat<LdifRecord> = {
  kind: 'contacts',
  endOf: (text) => endOf(text as LdifText),
  split: splitLdif,
  read({ bytes }, item, previous) {
    const { row, further, others } = cellsOf(bytes, item);
    const fields = readCells(ldifTable(further), row, previous);
    for (const [name, { text }] of others) fields.set(fieldName(OTHER_ATTRIBUTES + escapeName(name)), text);
    const line = photoLineOf(item);
    const photo = line === null ? null : readPhoto(bytes, line, previous);
    if (photo !== null) fields.set(photo.field, photo.value);
    return fields;
  },
  project(full, held) {
    const fields = projectCells(ldifTable(held === undefined ? 0 : emailsIn(held) - 2), full, held);
    for (const [name, text] of othersOf(full)) fields.set(fieldName(OTHER_ATTRIBUTES + escapeName(name)), text);
    const photo = photoIn(full);
    if (photo !== null) fields.set(photo.field, shownPhoto(photo.value));
    return fields;
  },
  hasNoItemFor: hasNoRowFor,
  write: (text, writes) => writeRecords(text as LdifText, writes),
  refuses: (fields) => (fields.size > 0 ? null : SAYS_NOTHING),
  align: alignRows,
  empty: () => new Uint8Array(0),
};

interface Said {
  readonly line: LdifLine;
  readonly text: string;
}

/** What a record says: in the columns that are understood, by their places, and in other attributes. */
function cellsOf(
  bytes: Uint8Array,
  { lines }: LdifRecord,
): {
  readonly row: Row;
  readonly known: readonly (LdifLine | null)[];
  /** How many e-mails there are in columns of further ones. */
  readonly further: number;
  readonly others: ReadonlyMap<string, Said>;
} {
  const known = NOT_SAID.slice();
  const row = BLANK_ROW.slice();
  let hasOthers = false;
  const mails: LdifLine[] = [];
  const take = (line: LdifLine, place: number): void => {
    known[place] = line;
    row[place] = withPlainBreaks(saidBy(bytes, line));
  };
  for (const line of lines) {
    if (NOTATION.has(line.name)) continue;
    const place = placeOfAttribute(line.name);
    if (place !== null && known[place] === null) take(line, place);
    else {
      hasOthers = true;
      if (place === PRIMARY_EMAIL && plainText(saidBy(bytes, line)) !== null) mails.push(line);
    }
  }
  // Directories say each e-mail by the same name; Thunderbird has one of its own for the second.
  const [second] = mails;
  if (second !== undefined && known[SECONDARY_EMAIL] === null) take(mails.shift() as LdifLine, SECONDARY_EMAIL);
  const further = Math.min(mails.length, MOST_FURTHER);
  for (let at = 0; at < further; at++) take(mails[at] as LdifLine, FURTHER_PLACES[at] as number);
  return { row, known, further, others: hasOthers ? othersIn(bytes, lines, known) : NO_OTHERS };
}
const NOT_SAID: readonly (LdifLine | null)[] = Array.from({ length: COLUMNS }, () => null);
const BLANK_ROW: Row = Array.from({ length: COLUMNS }, () => '');
const NO_OTHERS: ReadonlyMap<string, Said> = new Map();

/** What is said beside what is known. */
function othersIn(
  bytes: Uint8Array,
  lines: readonly LdifLine[],
  known: readonly (LdifLine | null)[],
): ReadonlyMap<string, Said> {
  const others = new Map<string, Said>();
  const counts = new Map<string, number>();
  for (const line of lines) {
    const attribute = line.name;
    // A mail that is an e-mail, but for the first, is none of those that are counted: another LDIF says it by another name.
    if (NOTATION.has(attribute) || (attribute === 'mail' && known.indexOf(line) > PRIMARY_EMAIL)) continue;
    const count = (counts.get(attribute) ?? 0) + 1;
    counts.set(attribute, count);
    if (known.includes(line) || isPhoto(line)) continue;
    const name = count === 1 ? attribute : `${attribute}#${count}`;
    const text = plainText(saidBy(bytes, line));
    if (text !== null && !isBinary(text) && OTHER.test(name)) others.set(name, { line, text });
  }
  return others;
}

function emailsIn(fields: Fields): number {
  let count = 0;
  for (const field of fields.keys()) if (field.startsWith('emails/')) count++;
  return count;
}

const isPhoto = ({ name }: LdifLine): boolean => PHOTO_NAMES.has(name);

/** Another picture, a certificate: no text to show and to edit. */
const isBinary = (text: string): boolean => text.includes('\0');

/**
 * Attributes nobody understands, of a record, and further values of those of which one is understood: these only beside that one, for by themselves
 * they would be read as it, and not where it is said already.
 */
function othersOf(fields: Fields): ReadonlyMap<string, string> {
  const found: { name: string; count: number; text: string }[] = [];
  let cells: ReadonlyMap<number, string> | null = null;
  fields.forEach((value, field) => {
    if (!field.startsWith(OTHER_ATTRIBUTES)) return;
    const name = unescapeName(field.slice(OTHER_ATTRIBUTES.length));
    const [, attribute = '', count = '1'] = OTHER.exec(name) ?? [];
    const text = plainText(value);
    const isOurs = NOTATION.has(attribute) || attribute === 'changetype' || PHOTO_NAMES.has(attribute);
    if (text === null || isBinary(text) || attribute === '' || isOurs) return;
    const place = placeOfAttribute(attribute);
    if (place !== null) {
      cells ??= cellsFor(fields, MOST_FURTHER);
      if ((cells.get(place) ?? '') === '' || [...cells.values()].includes(text)) return;
    }
    found.push({ name, count: Number(count), text });
  });
  if (found.length === 0) return NONE;
  return new Map(found.sort((a, b) => a.count - b.count).map(({ name, text }) => [name, text]));
}
/** An attribute as it is written: which of several it is says its place. */
const attributeOf = (name: string): string => name.replace(/#\d+$/, '');

/** What a new record says of a contact, by the places of its columns. */
function cellsFor(fields: Fields, further = 0): ReadonlyMap<number, string> {
  const texts = new Map<number, string>();
  writeCells(ldifTable(further), BLANK, NO_FIELDS, fields, texts);
  return texts;
}
const NONE: ReadonlyMap<string, string> = new Map();

const NO_FIELDS: Fields = new Map();

function writeRecords(text: LdifText, writes: readonly ItemWrite<LdifRecord>[]): Uint8Array {
  const { bytes, lineEnd } = text;
  const edits: Edit[] = [];
  const added: string[] = [];
  for (const { item, before, after, uid } of writes) {
    if (item === null) {
      if (after !== null) added.push(newRecord(text, after, uid));
    } else if (after === null)
      edits.push({ start: item.spans[0]?.start ?? 0, end: behindRecord(bytes, item), text: '' });
    else for (const edit of editsOf(text, item, before ?? NO_FIELDS, after)) edits.push(edit);
  }
  const written = splice(bytes, edits);
  if (added.length === 0) return written;
  const gap =
    written.length === 0
      ? ''
      : endsWith(written, `${lineEnd}${lineEnd}`)
        ? ''
        : endsWith(written, lineEnd)
          ? lineEnd
          : lineEnd + lineEnd;
  return appended(written, Buffer.from(gap + added.join(lineEnd)));
}

const endsWith = (bytes: Uint8Array, end: string): boolean =>
  Buffer.from(bytes.subarray(-end.length)).toString('latin1') === end;

/** An entry ends with a blank line; many leave that out behind the last. */
function endOf({ bytes, items }: LdifText): TextEnd {
  const last = items.at(-1);
  const isEnded =
    last === undefined ? bytes.length === 0 || bytes.at(-1) === LF : behindRecord(bytes, last) > last.next;
  return isEnded ? 'whole' : 'bare';
}

/** With the blank line that follows it. */
function behindRecord(bytes: Uint8Array, { next }: LdifRecord): number {
  if (bytes[next] === LF) return next + 1;
  return bytes[next] === CR && bytes[next + 1] === LF ? next + 2 : next;
}
const LF = 10;
const CR = 13;

function editsOf(text: LdifText, item: LdifRecord, before: Fields, after: Fields): readonly Edit[] {
  const { bytes, lineEnd } = text;
  const { row, known, further, others } = cellsOf(bytes, item);
  const edits: Edit[] = [];
  const added: string[] = [];
  const put = (line: LdifLine | undefined, attribute: string, said: string | Uint8Array | null): void => {
    if (said !== null && line !== undefined)
      edits.push({ start: line.start, end: line.end, text: lineOf(line.attribute, said, text) });
    else if (said !== null) added.push(lineOf(attribute, said, text));
    else if (line !== undefined) edits.push({ start: line.start, end: line.next, text: '' });
  };
  const changed = new Map<number, string>();
  writeCells(ldifTable(further), row, before, after, changed);
  for (const [place, said] of changed) put(known[place] ?? undefined, attributeAt(place), said === '' ? null : said);
  const wanted = othersOf(after);
  const held = othersOf(before);
  for (const name of new Set([...held.keys(), ...wanted.keys()])) {
    const said = wanted.get(name) ?? null;
    if (said !== (others.get(name)?.text ?? null)) put(others.get(name)?.line, attributeOf(name), said);
  }
  const [wasShown, isShown] = [photoIn(before)?.value ?? null, photoIn(after)?.value ?? null];
  if (!samePhoto(wasShown, isShown) && (isShown === null || photoBytes(isShown) !== null))
    put(photoLineOf(item) ?? undefined, PHOTO, photoBytes(isShown));
  if (added.length === 0) return edits;
  const loses = edits.some(({ end, text: said }) => end === item.next && said === '');
  const isOpen = bytes[item.next - 1] !== LF && !loses;
  const said = added.map((line) => (isOpen ? lineEnd + line : line + lineEnd)).join('');
  return [...edits, { start: item.next, end: item.next, text: said }];
}

function newRecord(text: LdifText, after: Fields, uid: string): string {
  const texts = cellsFor(after);
  const lines: string[] = [];
  const add = (attribute: string, value: string | Uint8Array): void => {
    lines.push(lineOf(attribute, value, text) + text.lineEnd);
  };
  add('dn', nameOf(texts, uid));
  for (const each of OBJECT_CLASSES) add('objectclass', each);
  for (const [place, said] of texts) if (said !== '') add(attributeAt(place), said);
  for (const [name, said] of othersOf(after)) add(attributeOf(name), said);
  const photo = photoBytes(photoIn(after)?.value ?? null);
  if (photo !== null) add(PHOTO, photo);
  return lines.join('');
}

/** How Thunderbird names a contact in a directory. */
function nameOf(texts: ReadonlyMap<number, string>, uid: string): string {
  const [name, mail] = [texts.get(DISPLAY_NAME), texts.get(PRIMARY_EMAIL)];
  const parts = [
    name === undefined || name === '' ? null : `cn=${escapedValue(name)}`,
    mail === undefined || mail === '' ? null : `mail=${escapedValue(mail)}`,
  ];
  return parts.filter((part) => part !== null).join(',') || `uid=${escapedValue(uid)}`;
}

const DISPLAY_NAME = placeOf('Display Name');
const PRIMARY_EMAIL = placeOf('Primary Email');
const SECONDARY_EMAIL = placeOf('Secondary Email');

const escapedValue = (text: string): string => text.replace(/[\\,+"<>;=]/g, '\\$&');
