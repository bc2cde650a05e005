/** Is this the beginning of a calendar? Never of a page, an answer in JSON, or nothing at all. */
export function looksLikeIcalendar(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64 << 10)).toString('latin1');
  return /^(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR[ \t]*\r?(?:\n|\r)/i.test(text);
}
