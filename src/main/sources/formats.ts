import type { FileSystem } from '../platform/file-system.ts';
import type { RecordKind } from '../record/field-rules.ts';
import { icalendarFormat } from './calendars/icalendar/icalendar-format.ts';
import { looksLikeIcalendar } from './calendars/icalendar/looks-like-icalendar.ts';
import { csvFormat } from './contacts/csv/csv-format.ts';
import { CSV_LAYOUTS } from './contacts/csv/layouts.ts';
import { ldifFormat } from './contacts/ldif/ldif-format.ts';
import { recognizeContacts } from './contacts/recognize-contacts.ts';
import { vcardFormat, vcardVersionIn } from './contacts/vcard/vcard-format.ts';
import { alsoInUtf16, utf8Of } from './text/characters/utf16.ts';
import type { TextFormat } from './text/text-format.ts';

/** How items lie at a place: a tree of files, all of them in one file, a file for each, a database of
 * Thunderbird, a collection on a server, or one text that is published. */
export type Layout = 'tree' | 'one-file' | 'folder-of-files' | 'address-book' | 'server' | 'feed';

/** A format a source can have (CLI `--format`). */
export interface SourceFormat {
  readonly name: string;
  readonly kind: RecordKind;
  readonly layout: Layout;
  /** How the names of its files end. */
  readonly ending: string;
  /** How its texts are read and written; null: they are files, and nobody looks into them. */
  readonly text: (() => TextFormat) | null;
  /**
   * Another number whenever its texts can show another part of a record than before (`TextFormat.project`), by which what is stored of a source was
   * meant. Absent: 1.
   */
  readonly shows?: number;
}

/** A tree of files. */
export const FOLDER: SourceFormat = { name: 'folder', kind: 'files', layout: 'tree', ending: '', text: null };

const vcard4 = (): TextFormat => alsoInUtf16(vcardFormat('4.0'));
const vcard3 = (): TextFormat => alsoInUtf16(vcardFormat('3.0'));
/** Of cards: days and people in lines of older names are shown since 2, parameters of FN since 3. */
const CARDS = 3;
/** And in older cards, since 3, addresses of which only the whole is known. */
const OLDER_CARDS = 4;
const calendar = (): TextFormat => alsoInUtf16(icalendarFormat);
/** Of calendars: what says all in its parameters is shown since 2. */
const EVENTS = 2;
/** New cards on a server are 3.0, which all of them take. */
export const CARDDAV: SourceFormat = {
  name: 'carddav',
  kind: 'contacts',
  layout: 'server',
  ending: '.vcf',
  text: vcard3,
  shows: OLDER_CARDS,
};
/** A calendar on a server. */
export const CALDAV: SourceFormat = {
  name: 'caldav',
  kind: 'calendar',
  layout: 'server',
  ending: '.ics',
  text: calendar,
  shows: EVENTS,
};
/** A calendar that somebody publishes, which is read only. */
export const SUBSCRIPTION: SourceFormat = {
  name: 'subscription',
  kind: 'calendar',
  layout: 'feed',
  ending: '.ics',
  text: calendar,
  shows: EVENTS,
};

/** Every format this version knows. */
export const FORMATS: readonly SourceFormat[] = [
  FOLDER,
  { name: 'vcard', kind: 'contacts', layout: 'one-file', ending: '.vcf', text: vcard4, shows: CARDS },
  { name: 'vcard3', kind: 'contacts', layout: 'one-file', ending: '.vcf', text: vcard3, shows: OLDER_CARDS },
  { name: 'vcard-folder', kind: 'contacts', layout: 'folder-of-files', ending: '.vcf', text: vcard4, shows: CARDS },
  {
    name: 'vcard3-folder',
    kind: 'contacts',
    layout: 'folder-of-files',
    ending: '.vcf',
    text: vcard3,
    shows: OLDER_CARDS,
  },
  ...CSV_LAYOUTS.map(
    ({ name }): SourceFormat => ({
      name,
      kind: 'contacts',
      layout: 'one-file',
      ending: '.csv',
      text: () => csvFormat(name),
    }),
  ),
  // Pictures since 2.
  {
    name: 'ldif',
    kind: 'contacts',
    layout: 'one-file',
    ending: '.ldif',
    text: () => alsoInUtf16(ldifFormat),
    // Pictures since 2, further values of an attribute since 3, all e-mails since 4.
    shows: 4,
  },
  { name: 'thunderbird', kind: 'contacts', layout: 'address-book', ending: '.sqlite', text: vcard4, shows: CARDS },
  { name: 'icalendar', kind: 'calendar', layout: 'one-file', ending: '.ics', text: calendar, shows: EVENTS },
  {
    name: 'icalendar-folder',
    kind: 'calendar',
    layout: 'folder-of-files',
    ending: '.ics',
    text: calendar,
    shows: EVENTS,
  },
  CARDDAV,
  CALDAV,
  SUBSCRIPTION,
];

/** The format of this name; null: this version knows none. */
export function formatNamed(name: string): SourceFormat | null {
  return FORMATS.find((format) => format.name === name) ?? null;
}

/** Of a text so much is looked at to tell what it is. */
const PEEK_BYTES = 64 << 10;

/**
 * What is at a place: by what a file says, by what lies in a folder, and where there is nothing (`there` null) by the name it is to have and
 * the `kind` asked for. null: it cannot be told.
 */
export function recognizeFormat(
  fs: FileSystem,
  there: { readonly path: string; readonly isFolder: boolean } | null,
  location: string,
  kind: RecordKind | null,
): SourceFormat | null {
  if (kind === 'files') return FOLDER;
  if (there === null) return formatByName(location, kind);
  if (!there.isFolder) {
    const bytes = peek(fs, there.path);
    const byName = formatByName(location, kind);
    // Tables of anything are called .csv: one that is no contacts as any program writes them is none.
    const isTable = byName?.ending === '.csv' && bytes.length > 0;
    return recognizeText(bytes, there.path) ?? (isTable ? null : byName);
  }
  const names = fs.readDirectory(there.path).flatMap(({ name }) => (name?.startsWith('.') === false ? [name] : []));
  const folders = FORMATS.filter(({ layout }) => layout === 'folder-of-files');
  const fitting = folders.filter(
    (format) =>
      (kind === null || format.kind === kind) &&
      names.every((name) => name.toLowerCase().endsWith(format.ending)) &&
      (kind !== null || names.length > 0),
  );
  const format = fitting[0] ?? (kind === null ? FOLDER : null);
  return format?.name === 'vcard-folder' && hasOldCards(fs, there.path, names) ? formatNamed('vcard3-folder') : format;
}

/** Of a folder of cards so many files are looked into. */
const PEEK_FILES = 20;

/** Are the cards of a folder older than 4.0, as far as one looks? */
function hasOldCards(fs: FileSystem, folder: string, names: readonly string[]): boolean {
  const some = names.slice(0, PEEK_FILES).filter((name) => fs.lstat(`${folder}/${name}`)?.type === 'file');
  return some.length > 0 && some.every((name) => vcardVersionIn(utf8Of(peek(fs, `${folder}/${name}`))) === '3.0');
}

/** The format of one file that is named so, of a kind or (null) of any; null: its name tells none. Of tables the one most programs read. */
export function formatByEnding(file: string, kind: RecordKind | null): SourceFormat | null {
  const name = file.toLowerCase();
  const isNamed = (format: SourceFormat) => isOneFile(format) && name.endsWith(format.ending);
  return FORMATS.find((format) => (kind === null || format.kind === kind) && isNamed(format)) ?? null;
}

/** What a file says it is, by its beginning; null: a folder, or nothing this version knows. */
export function formatInside(
  fs: FileSystem,
  there: { readonly path: string; readonly isFolder: boolean } | null,
): SourceFormat | null {
  return there === null || there.isFolder ? null : recognizeText(peek(fs, there.path), there.path);
}

/** Does all of it lie in one file? */
export const isOneFile = ({ layout }: SourceFormat): boolean => layout === 'one-file' || layout === 'address-book';

/** `kind`: what is to be there; null: any. A name of another kind tells of that. */
function formatByName(location: string, kind: RecordKind | null): SourceFormat | null {
  const name = location.toLowerCase();
  const named = FORMATS.filter((format) => isOneFile(format) && name.endsWith(format.ending));
  const byName = named.filter((format) => kind === null || format.kind === kind);
  // A name that says another kind is no folder of this one: whoever gave it meant something else.
  if (byName.length === 0 && named[0] !== undefined) return named[0];
  // Nothing tells which of the layouts of CSV is meant.
  if (byName.length > 0) return byName.length > 1 && name.endsWith('.csv') ? null : (byName[0] ?? null);
  if (kind === null) return FOLDER;
  return FORMATS.find((format) => format.layout === 'folder-of-files' && format.kind === kind) ?? null;
}

function recognizeText(bytes: Uint8Array, path: string): SourceFormat | null {
  const text = utf8Of(bytes);
  const name = RECOGNIZERS.map((recognize) => recognize(text, path)).find((found) => found !== null) ?? null;
  return name === null ? null : formatNamed(name);
}

/** The name of the format these bytes are the beginning of; null: none that it knows. */
const RECOGNIZERS: readonly ((bytes: Uint8Array, path: string) => string | null)[] = [
  (bytes) => {
    const version = vcardVersionIn(bytes);
    return version === '3.0' ? 'vcard3' : version === '4.0' ? 'vcard' : null;
  },
  (bytes) =>
    bytes[0] === 0x53 && Buffer.from(bytes.subarray(0, 15)).toString() === 'SQLite format 3' ? 'thunderbird' : null,
  recognizeContacts,
  (bytes) => (looksLikeIcalendar(bytes) ? 'icalendar' : null),
];

function peek(fs: FileSystem, path: string): Uint8Array {
  // A pipe has no beginning to look at.
  if (fs.lstat(path)?.type !== 'file') return new Uint8Array(0);
  const fd = fs.open(path, 'read');
  try {
    const bytes = new Uint8Array(PEEK_BYTES);
    return bytes.subarray(0, fs.read(fd, bytes, 0, bytes.length, 0));
  } finally {
    fs.close(fd);
  }
}
