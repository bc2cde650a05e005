import { sniffCharset, unitsOf } from '../text/characters/charset.ts';
import { findHeader } from './csv/csv-text.ts';
import { type CsvLayoutName, layoutOf } from './csv/layouts.ts';

/** So much of a text tells what it is. */
const PEEK = 64 << 10;
const LDIF = /^(?:(?:#.*|version: *\d+|[ \t]*)\r?\n)*dn::? /i;

/** What contacts a text holds, by its beginning: a CSV in a layout that is known, or LDIF. null: neither. */
export function recognizeContacts(bytes: Uint8Array, fileName: string): CsvLayoutName | 'ldif' | null {
  const head = bytes.subarray(0, PEEK);
  const name = fileName.toLowerCase();
  const sniffed = sniffCharset(head);
  if (
    !/\.(?:csv|tsv|txt)$/.test(name) &&
    LDIF.test(
      Buffer.from(head)
        .toString('latin1')
        .replace(/^\xef\xbb\xbf/, ''),
    )
  )
    return 'ldif';
  if (/\.(?:vcf|ics|ldif)$/.test(name)) return null;
  const found = findHeader(unitsOf(head, sniffed), { bytes: head, ...sniffed });
  return found === null ? null : (layoutOf(found.names)?.name ?? null);
}
