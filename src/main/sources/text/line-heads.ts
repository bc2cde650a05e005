// How lines are told apart in a text of a character for each byte: where they stand, without a copy of them.
const [TAB, SPACE, DOT, COLON, SEMICOLON] = [9, 32, 46, 58, 59];
const LONGEST_NAME = 64;
/** Which bytes are of this kind. */
const bytesOf = (kind: RegExp): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => (kind.test(String.fromCharCode(byte)) ? 1 : 0));
const OF_NAME = bytesOf(/[A-Za-z0-9_-]/);
const OF_BASE64 = bytesOf(/[A-Za-z0-9+/=]/);

export const isOfBase64 = (char: number): boolean => OF_BASE64[char] === 1;

/** Does the line at `at` go on with the one before it? */
export function isFolded(text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  return first === SPACE || first === TAB;
}

/** Where the name of a property ends (it may have a group): at its first `;` or `:`. -1: it has none. */
export function headEnd(raw: string, from: number, to: number): number {
  let begin = from;
  for (let at = from; at < to; at++) {
    const char = raw.charCodeAt(at);
    if (OF_NAME[char] === 1) continue;
    if (at === begin || at - begin > LONGEST_NAME) return -1;
    if (char === SEMICOLON || char === COLON) return at;
    if (char !== DOT || begin !== from) return -1;
    begin = at + 1;
  }
  return -1;
}

/** Is it this word (upper case) that stands there, however it is written? */
export function isWord(word: string, raw: string, from: number, to: number): boolean {
  if (to - from !== word.length) return false;
  for (let at = 0; at < word.length; at++)
    if ((raw.charCodeAt(from + at) & ~CASE) !== word.charCodeAt(at)) return false;
  return true;
}
/** What small letters of ASCII have, and large ones have not. */
const CASE = 32;

/** Do the parameters from `head` on say so? */
export function isQuotedPrintable(raw: string, head: number, to: number): boolean {
  let colon = head;
  while (colon < to && raw.charCodeAt(colon) !== COLON) colon++;
  return colon < to && QUOTED_PRINTABLE.test(raw.slice(head, colon));
}
/** Just where the value is decoded: elsewhere a `=` at the end of a line is one, and what is folded there goes on behind it. */
const QUOTED_PRINTABLE = /;(?:ENCODING=(?:[^;]*,)?"?QUOTED-PRINTABLE"?(?=[;,]|$)|QUOTED-PRINTABLE(?=;|$))/i;
