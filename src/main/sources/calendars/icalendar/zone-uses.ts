import { decodeCarets } from './property.ts';

const USE = 'TZID=';
const USES = /^[A-Z-]+;(?:[^:"\r\n]*;)?TZID=(?:([^":;\r\n]+)|"([^"\r\n]+)").*$/gm;
const SEMICOLON = 0x3b;
const LINE_FEED = 0x0a;

/** Lines that are not folded any more. */
export const unfolded = (text: string): string => text.replace(/\r?\n[ \t]/g, '');

/** Tells of each TZID in lines of a calendar with the year of the time beside it. */
export function eachZoneUse(text: string, tell: (tzid: string, year: number) => void): void {
  const lines = unfolded(text);
  for (let at = lines.indexOf(USE); at >= 0; ) {
    const end = endOfLine(lines, at);
    // Nearly always `DTSTART;TZID=Europe/Vienna:20260101T080000`: that is made out without a pattern.
    const colon = lines.indexOf(':', at);
    const tzid = isFirstParam(lines, at) ? lines.slice(at + USE.length, colon) : '';
    const year = yearAt(lines, colon + 1);
    if (year >= 0 && /^[A-Za-z/_]+$/.test(tzid)) tell(tzid, year);
    else
      for (const [line, plain = '', quoted = plain] of lines
        .slice(lines.lastIndexOf('\n', at) + 1, end)
        .matchAll(USES)) {
        const behind = line.slice(line.indexOf(quoted) + quoted.length);
        tell(decodeCarets(quoted), Number(/:(\d{4})/.exec(behind)?.[1] ?? 1970));
      }
    at = lines.indexOf(USE, end);
  }
}

function endOfLine(lines: string, at: number): number {
  const end = lines.indexOf('\n', at);
  return end < 0 ? lines.length : end;
}

/** Does nothing stand before it in its line but a name? */
function isFirstParam(lines: string, at: number): boolean {
  if (lines.charCodeAt(at - 1) !== SEMICOLON) return false;
  let begin = at - 1;
  while (begin > 0 && isOfName(lines.charCodeAt(begin - 1))) begin--;
  return begin < at - 1 && (begin === 0 || lines.charCodeAt(begin - 1) === LINE_FEED);
}

const isOfName = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || code === 0x2d;

/** -1: it is none. */
function yearAt(lines: string, at: number): number {
  let year = 0;
  for (let index = at; index < at + 4; index++) {
    const digit = lines.charCodeAt(index) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    year = year * 10 + digit;
  }
  return year;
}
