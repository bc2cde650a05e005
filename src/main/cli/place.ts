import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageError } from './options.ts';

/** Every format a source can have (`--format`), by the kind of collection it belongs to. */
const FORMATS = {
  files: ['folder'],
  contacts: [
    'vcard',
    'vcard3',
    'vcard-folder',
    'vcard3-folder',
    'csv-google',
    'csv-google-legacy',
    'csv-outlook',
    'csv-outlook-com',
    'csv-thunderbird',
    'ldif',
    'thunderbird',
    'carddav',
  ],
  calendar: ['icalendar', 'icalendar-folder', 'caldav', 'subscription'],
} as const;

/** What a collection may hold. */
export const KINDS = ['files', 'contacts', 'calendar'] as const;
/** Every format a source may be in. */
const FORMAT_NAMES: readonly string[] = KINDS.flatMap((kind) => FORMATS[kind]);
/** `--format` of a source. */
export const FORMAT_OPTION = {
  type: 'string',
  value: 'FORMAT',
  help: 'the format of the source, where it cannot be recognized',
  offers: FORMAT_NAMES,
} as const;
/** Is a source of this format a folder? */
export const isFolderFormat = (format: string): boolean => format === 'folder' || format.endsWith('-folder');
/** The formats as the help tells them. */
export const formatLines = (): string =>
  ['Formats:', ...KINDS.map((kind) => `  ${kind.padEnd(8)}  ${FORMATS[kind].join(', ')}`)].join('\n');
const isUrl = (place: string) => /^[a-z][a-z0-9+.-]+:\/\//i.test(place);

/** The place of a source as the instance wants it: a path made absolute, an address as it is. */
export function sourcePlace(place: string, directory: string): string {
  if (place === '') throw usageError('The path is empty.', 'PATH');
  return isUrl(place) ? place : resolve(directory, place);
}

/** A source that is kept in step, as the instance knows it: by its id or address as it is, one by its path by where that leads. */
export function namedSource(text: string, directory: string): string {
  if (/^[0-9a-f]+$/.test(text) || isUrl(text)) return text;
  const path = resolve(directory, text);
  try {
    return realpathSync(path);
  } catch {
    // What is gone from the disk can be removed all the same.
    return text.includes('/') ? path : text;
  }
}

/** Does somebody have to log in there? */
export const needsPassword = (place: string): boolean => isUrl(place) && /^[a-z][a-z0-9+.-]*:\/\/[^/@]+@/i.test(place);

/** Fails for a format nobody knows (wrong usage). Whether this version can do it the instance says. */
export function checkFormat(format: string | undefined): void {
  if (format !== undefined && !FORMAT_NAMES.includes(format))
    throw usageError(`There is no format "${format}". Formats: ${FORMAT_NAMES.join(', ')}.`, format);
}
