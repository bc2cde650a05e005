/** Which vCard a card is: it decides how text is escaped and how parameters are written. */
export type VcardVersion = '2.1' | '3.0' | '4.0';

/** What is between escapes, taken apart at unescaped separators. The parts are still escaped. */
export function splitAt(value: string, separator: ';' | ','): readonly string[] {
  if (!value.includes('\\')) return value.split(separator);
  const parts: string[] = [];
  const end = separator.charCodeAt(0);
  let begin = 0;
  for (let at = 0; at < value.length; at++) {
    const char = value.charCodeAt(at);
    if (char === BACKSLASH) at++;
    else if (char === end) {
      parts.push(value.slice(begin, at));
      begin = at + 1;
    }
  }
  parts.push(value.slice(begin));
  return parts;
}

const [BACKSLASH, SEMICOLON, COMMA, COLON, SMALL_N, LARGE_N] = [92, 59, 44, 58, 110, 78];

/** Most texts have nothing escaped, and nothing to be. */
const MARKED = /[\\\r]/;
const SPECIAL = /[\\;,\r\n]/;

/** Text as it is meant. Line breaks are `\n`. A backslash that escapes nothing stands for itself. */
export function unescapeText(value: string, version: VcardVersion): string {
  if (!MARKED.test(value)) return value;
  let plain = '';
  let begin = 0;
  for (let at = value.indexOf('\\'); at >= 0; at = value.indexOf('\\', at + 1)) {
    const escaped = escapedBy(value.charCodeAt(at + 1), version);
    if (escaped === null) continue;
    plain += value.slice(begin, at) + escaped;
    // Whatever is escaped escapes nothing.
    at++;
    begin = at + 1;
  }
  plain += value.slice(begin);
  return plain.includes('\r') ? plain.replace(/\r\n?/g, '\n') : plain;
}

/** What a backslash and this character stand for; null: they are just these two. */
function escapedBy(char: number, version: VcardVersion): string | null {
  if (char === BACKSLASH) return '\\';
  if (char === SEMICOLON) return ';';
  if (version === '2.1') return null;
  if (char === COMMA) return ',';
  if (char === COLON) return ':';
  return char === SMALL_N || char === LARGE_N ? '\n' : null;
}

/** Text as it stands in a value. In 2.1 line breaks stay: they need quoted-printable. */
export function escapeText(text: string, version: VcardVersion): string {
  if (!SPECIAL.test(text)) return text;
  if (version === '2.1') return text.replace(/[;\\]/g, '\\$&');
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r\n?|\n/g, '\\n');
}

/** As `escapeText` and `unescapeText`, of one of several parts between commas: there a comma is escaped in every version. */
export const escapePart = (text: string, version: VcardVersion): string =>
  version === '2.1' ? escapeText(text, version).replaceAll(',', '\\,') : escapeText(text, version);
/** The text of one of several parts; see `escapePart`. */
export const unescapePart = (value: string, version: VcardVersion): string =>
  unescapeText(
    version === '2.1' ? value.replace(/\\([,;\\])/g, (_, char: string) => (char === ',' ? ',' : `\\${char}`)) : value,
    version,
  );

/** RFC 6868, which 4.0 has. */
export const decodeCarets = (value: string): string =>
  value.includes('^')
    ? value.replace(/\^([n'^])/g, (_, char: string) => (char === 'n' ? '\n' : char === "'" ? '"' : '^'))
    : value;
/** The other way round than `decodeCarets`. */
export const encodeCarets = (value: string): string =>
  /[\^\r\n"]/.test(value)
    ? value
        .replace(/\^/g, '^^')
        .replace(/\r\n?|\n/g, '^n')
        .replace(/"/g, "^'")
    : value;

/** Bytes of a text in quoted-printable, without its soft line breaks. */
export function quotedPrintable(text: string): string {
  let written = '';
  for (const byte of Buffer.from(text.replace(/\r\n?|\n/g, '\r\n')))
    written +=
      (byte >= 33 && byte <= 126 && byte !== 61) || byte === 32
        ? String.fromCharCode(byte)
        : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return written;
}
