import type { Plain } from '../../../record/value.ts';
import type { ContentLine } from '../../text/content-lines.ts';
import type { VcardVersion } from './vcard-text.ts';
import type { Written } from './written.ts';

const DATA = /^data:([^;,]*)((?:;[^;,]*)*),/i;
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/** A photo, logo or sound: its bytes in whatever spelling (FORMATS 2.2), or where it is. null: it is broken, and carried as it is. */
export function parseMedia(line: ContentLine, kind: string): Plain | null {
  const value = line.value.trim();
  if (value === '') return null;
  const words = line.params.flatMap(({ name, values }) =>
    name === '' ? values : [`${name.toUpperCase()}=${values.join(',')}`],
  );
  const isInline = words.some((word) => /^(?:ENCODING=)?(?:b|base64)$/i.test(word));
  const type =
    line.params.find(({ name }) => name.toUpperCase() === 'TYPE')?.values[0] ??
    words.find((word) => /^[A-Za-z0-9-]+$/.test(word) && !/^base64$/i.test(word));
  const mediaType = mediaTypeOf(
    line.params.find(({ name }) => name.toUpperCase() === 'MEDIATYPE')?.values[0] ?? type ?? null,
    kind,
  );
  const data = DATA.exec(value);
  if (data !== null && /;base64/i.test(data[2] ?? '')) {
    const bytes = decode(value.slice(data[0].length));
    return bytes === null ? null : withData(mediaTypeOf(data[1] ?? null, kind) ?? mediaType, bytes);
  }
  if (!isInline) return { ...typed(mediaType), uri: value };
  const bytes = decode(value);
  return bytes === null ? null : withData(mediaType, bytes);
}

/** What pictures begin with, as latin1. */
const PICTURES: readonly (readonly [RegExp, string])[] = [
  [/^\x89PNG\r\n/, 'image/png'],
  [/^\xff\xd8\xff/, 'image/jpeg'],
  [/^GIF8[79]a/, 'image/gif'],
  [/^RIFF[\s\S]{4}WEBP/, 'image/webp'],
];
const LONGEST_BEGINNING = 12;

/** Where nothing says what a picture is, its bytes do: 4.0 has to say it, and programs show only what is called a picture. */
function withData(mediaType: string | null, data: Uint8Array): Plain {
  const begins = mediaType === null ? Buffer.from(data.subarray(0, LONGEST_BEGINNING)).toString('latin1') : '';
  const found = mediaType ?? PICTURES.find(([beginning]) => beginning.test(begins))?.[1] ?? null;
  return { ...typed(found), data };
}

/** Does it have bytes, a reference to them, or an address? */
export const holdsMedia = (entry: Plain): boolean => typeof entry.uri === 'string' || entry.data !== undefined;

/** A picture or sound as a line of this version has it; null: it has neither bytes nor an address. */
export function formatMedia(entry: Plain, version: VcardVersion): Written | null {
  const mediaType = typeof entry.mediaType === 'string' ? entry.mediaType : null;
  if (typeof entry.uri === 'string') {
    const params: [string, string][] = version === '4.0' ? [] : [['VALUE', 'uri']];
    if (mediaType !== null && version === '4.0') params.push(['MEDIATYPE', mediaType]);
    else if (mediaType !== null) params.push(['TYPE', shortType(mediaType)]);
    return { value: entry.uri, params };
  }
  // A reference: its bytes are not at hand (record/content-reference.ts).
  if (!(entry.data instanceof Uint8Array)) return entry.data === undefined ? null : { value: '' };
  const base64 = Buffer.from(entry.data).toString('base64');
  if (version === '4.0') return { value: `data:${mediaType ?? 'application/octet-stream'};base64,${base64}` };
  const params: [string, string][] = [['ENCODING', version === '2.1' ? 'BASE64' : 'b']];
  if (mediaType !== null) params.push(['TYPE', shortType(mediaType)]);
  return { value: base64, params };
}

function decode(text: string): Uint8Array | null {
  if (!BASE64.test(text)) return null;
  const plain = text.replace(/\s/g, '');
  if (plain.replace(/=+$/, '').length % 4 === 1) return null;
  const bytes = Buffer.from(plain, 'base64');
  return bytes.length === 0 ? null : new Uint8Array(bytes);
}

const typed = (mediaType: string | null): Plain => (mediaType === null ? {} : { mediaType });

/** `JPEG` and `image/jpeg` are one; null where nothing is said, or nothing that is known. */
function mediaTypeOf(word: string | null, kind: string): string | null {
  if (word === null || word === '' || /^application\/octet-stream$/i.test(word)) return null;
  const plain = word.toLowerCase();
  if (plain.includes('/')) return plain === 'image/jpg' ? 'image/jpeg' : plain;
  if (!/^[a-z0-9.+-]+$/.test(plain) || ['home', 'work', 'pref'].includes(plain)) return null;
  return `${kind === 'sound' ? 'audio' : 'image'}/${plain === 'jpg' ? 'jpeg' : plain}`;
}
const shortType = (mediaType: string): string => mediaType.slice(mediaType.indexOf('/') + 1).toUpperCase();
