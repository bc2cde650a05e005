export const BEYOND_ASCII = /[\u0080-\uffff]/;
/** Charsets in which bytes of ASCII may be other characters. */
const OTHERWISE = /^(?:utf-16|iso-2022)/i;

/** Text of bytes (a character each): in the charset stated, in UTF-8, or where it is none, what Windows wrote before. */
export function decodeText(latin1: string, charset?: string): string {
  const isUtf8 = charset === undefined || charset.toLowerCase() === 'utf-8';
  if (!BEYOND_ASCII.test(latin1) && (isUtf8 || !OTHERWISE.test(charset))) return latin1;
  const bytes = Buffer.from(latin1, 'latin1');
  if (isUtf8) {
    // Where there is no such character, all of it was UTF-8.
    const text = bytes.toString();
    if (!text.includes('\ufffd')) return text;
  }
  for (const label of [charset ?? 'utf-8', 'utf-8', 'windows-1252'])
    try {
      return new TextDecoder(label, { fatal: label !== 'windows-1252', ignoreBOM: true }).decode(bytes);
    } catch {
      // The next one may do.
    }
  return latin1;
}
