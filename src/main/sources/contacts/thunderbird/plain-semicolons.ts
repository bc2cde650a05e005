import { composeLine, readContentLines, splice } from '../../text/content-lines.ts';

/** Texts of one part. In all others a semicolon separates. */
const OF_ONE_PART: ReadonlySet<string> = new Set([
  'FN',
  'NICKNAME',
  'EMAIL',
  'TEL',
  'TITLE',
  'ROLE',
  'NOTE',
  'CATEGORIES',
]);

/**
 * A card of 4.0 whose texts of one part have their semicolons as they are, which RFC 6350 3.4 leaves open. Thunderbird shows the backslash of one
 * that is escaped, and when it saves the card, for whatever reason, it makes two of it: the text would be another one.
 */
export function withPlainSemicolons(bytes: Uint8Array): Uint8Array {
  const text = readContentLines(bytes);
  const edits = text.components.flatMap(({ lines }) =>
    lines.flatMap((line) => {
      if (!OF_ONE_PART.has(line.name.toUpperCase()) || !line.value.includes('\\;')) return [];
      const value = line.value.replace(/\\(.)/g, (whole, char: string) => (char === ';' ? ';' : whole));
      return value === line.value
        ? []
        : [{ start: line.start, end: line.end, text: composeLine({ ...line, value }, text) }];
    }),
  );
  return splice(bytes, edits);
}
