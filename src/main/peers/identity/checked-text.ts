import { hash } from 'node:crypto';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const CHECK_DIGITS = 2;
const GROUP = 6;

/**
 * Bytes for people to read, type and print: base32 (RFC 4648) and two check digits, in groups of six. `label`: what they are, so that one
 * kind of text is never taken for another.
 */
export function checkedText(bytes: Uint8Array, label: string): string {
  const digits = base32(bytes) + checkDigits(bytes, label);
  return (digits.match(new RegExp(`.{1,${GROUP}}`, 'g')) as string[]).join('-');
}

/** The bytes (`count` of them) a person typed, whatever case and spacing; null where digits are missing or mistyped. */
export function parseCheckedText(text: string, label: string, count: number): Uint8Array | null {
  const digits = text
    .toUpperCase()
    .replace(/[\s-]/g, '')
    .replaceAll('0', 'O')
    .replaceAll('1', 'I')
    .replaceAll('8', 'B');
  const bytes = fromBase32(digits.slice(0, -CHECK_DIGITS));
  if (bytes === null || bytes.length !== count) return null;
  return digits === base32(bytes) + checkDigits(bytes, label) ? bytes : null;
}

function checkDigits(bytes: Uint8Array, label: string): string {
  const digest = hash('sha256', `${label}\0${Buffer.from(bytes).toString('hex')}`, 'buffer');
  return base32(digest.subarray(0, 2)).slice(0, CHECK_DIGITS);
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(held >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + BASE32[(held << (5 - bits)) & 31] : text;
}
function fromBase32(text: string): Uint8Array | null {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const digit of text) {
    const value = BASE32.indexOf(digit);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return Uint8Array.from(bytes);
}
