/*
 * Texts as the pieces a person edits one at a time: a line of a card, of a calendar or of an LDIF, a cell of a table.
 */

/** A piece of a text that says one thing. */
export interface Piece {
  /** The property, the column, the attribute. */
  readonly name: string;
  readonly start: number;
  readonly text: string;
}

/** Something somebody does to one piece. */
export interface Edit {
  readonly what: string;
  readonly name: string;
  readonly removes: boolean;
  readonly text: string;
}

const LINE = /[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*/g;
const QUOTED_PRINTABLE = /^[^:\r\n]*QUOTED-PRINTABLE[^:\r\n]*:(?:[^\r\n]*=\r?\n)*[^\r\n]*\r?\n/i;

export function piecesOf(text: string, format: string): readonly Piece[] {
  return format.startsWith('csv') ? cellsOf(text) : linesOf(text);
}

function linesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; ) {
    LINE.lastIndex = at;
    const line = QUOTED_PRINTABLE.exec(text.slice(at))?.[0] ?? LINE.exec(text)?.[0] ?? '';
    if (line === '') break;
    const name = /^(?:[\w-]+\.)?([\w-]+)/.exec(line)?.[1] ?? '';
    if (name !== '') pieces.push({ name, start: at, text: line });
    at += line.length;
  }
  return pieces;
}

function cellsOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const header: string[] = [];
  let column = 0;
  let isHeader = true;
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n)/gy;
  cell.lastIndex = text.startsWith('\ufeff') ? 1 : 0;
  for (let found = cell.exec(text); found !== null; found = cell.exec(text)) {
    const [, said = '', end] = found;
    if (isHeader) header.push(said.replaceAll('"', ''));
    else if (said !== '') pieces.push({ name: header[column] ?? '', start: found.index, text: said });
    column = end === ',' ? column + 1 : 0;
    isHeader &&= end === ',';
  }
  return pieces;
}

/** What frames an item or names it, and what is no change by itself. */
const FRAME =
  /^(?:BEGIN|END|VERSION|PRODID|UID|REV|DTSTAMP|LAST-MODIFIED|CREATED|CALSCALE|KIND|dn|objectclass|modifytimestamp)$/i;
const PICTURE = /^(?:PHOTO|jpegPhoto)$/i;
const PARTS = /^(?:N|ADR|ORG)$/i;

/** All that somebody may do to one piece at a time. */
export function editsOf(text: string, format: string): readonly Edit[] {
  const pieces = withoutZones(piecesOf(text, format));
  const isSeries = pieces.some(({ name }) => name === 'RRULE');
  return pieces.flatMap(({ name, start, text: whole }) => {
    // Of an occurrence by itself it is the name.
    if (FRAME.test(name) || (name === 'RECURRENCE-ID' && !isSeries)) return [];
    const to = (what: string, now: string, removes = false): Edit => ({
      what: `${what} ${whole.trim().slice(0, 70)}`,
      name,
      removes,
      text: text.slice(0, start) + now + text.slice(start + whole.length),
    });
    const rewritten = PICTURE.test(name) ? [] : saidOtherwise(name, whole);
    const inParams = format.startsWith('csv') || format === 'ldif' ? [] : paramsOtherwise(whole);
    return [
      ...rewritten.map((now) => to('edit', now)),
      ...inParams.map(([param, now]) => to(`edit ${param} of`, now)),
      // Without it, it would be another item, of the same name.
      ...(name === 'RECURRENCE-ID' ? [] : [to('remove', '', true)]),
    ];
  });
}

/** The rules of a zone are nobody's to edit: they are of all that is told in it. */
function withoutZones(pieces: readonly Piece[]): readonly Piece[] {
  let isInZone = false;
  return pieces.filter(({ text }) => {
    isInZone ||= text.startsWith('BEGIN:VTIMEZONE');
    const isRule = isInZone;
    if (text.startsWith('END:VTIMEZONE')) isInZone = false;
    return !isRule;
  });
}

/** The same piece as somebody might edit it: in each of its parts, where it has several. */
function saidOtherwise(name: string, piece: string): readonly string[] {
  const [, head = '', value = '', end = ''] =
    /^((?:[^:"\r\n]|"[^"\r\n]*")*:+ ?|"?)([\s\S]*?)("?(?:\r?\n)?)$/.exec(piece) ?? [];
  if (head.endsWith(':: '))
    return [head + Buffer.from(otherwise(Buffer.from(value, 'base64').toString())).toString('base64') + end];
  if (!PARTS.test(name)) return [head + otherwise(value) + end];
  const parts = value.split(/(?<!\\);/);
  return parts.flatMap((part, at) => (part === '' ? [] : [head + parts.with(at, otherwise(part)).join(';') + end]));
}

const HEAD = /^(?:[^:"\r\n]|"[^"\r\n]*")*/;
const PARAM = /;([\w-]+)(?:=((?:"[^"\r\n]*"|[^;:"\r\n])*))?/g;
/** Another word of the same sort, in small letters. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ['home', 'work'],
  ['work', 'home'],
  ['cell', 'fax'],
  ['fax', 'pager'],
  ['pager', 'fax'],
  ['main', 'pager'],
  ['spouse', 'friend'],
  ['accepted', 'declined'],
  ['tentative', 'accepted'],
  ['needs-action', 'accepted'],
  ['declined', 'tentative'],
  ['req-participant', 'opt-participant'],
  ['opt-participant', 'req-participant'],
  ['chair', 'req-participant'],
  ['true', 'false'],
  ['false', 'true'],
]);
/** What says something by itself: not how a value is written, nor what a program has beside it. */
const TELLING = /^(?:TYPE|PREF|LABEL|CN|PARTSTAT|ROLE|RSVP|TZID|X-P)$/i;

/** The line with one of its parameters said otherwise or left out, and what that was. */
function paramsOtherwise(line: string): readonly (readonly [string, string])[] {
  const [head = ''] = HEAD.exec(line) ?? [];
  return [...head.matchAll(PARAM)].flatMap((found) => {
    const [whole, name = '', value] = found;
    const to = (now: string): readonly [string, string] => [
      `${name} as ${now.slice(1)}`,
      line.slice(0, found.index) + now + line.slice(found.index + whole.length),
    ];
    // Of 2.1, where words of TYPE stand alone.
    if (value === undefined) return OTHER_WORDS.has(name.toLowerCase()) ? [to(`;${wordOtherwise(name)}`)] : [];
    if (!TELLING.test(name)) return [];
    if (/^TZID$/i.test(name)) return [to(`;${name}=${/Lisbon/.test(value) ? 'Europe/Athens' : 'Europe/Lisbon'}`)];
    if (/^TYPE$/i.test(name)) {
      const other = value.replace(/[\w-]+/g, wordOtherwise);
      return other === value ? [] : [to(`;${name}=${other}`), to('')];
    }
    const end = value.endsWith('"') ? '"' : '';
    const other = OTHER_WORDS.has(value.toLowerCase())
      ? wordOtherwise(value)
      : otherwise(value.slice(0, value.length - end.length)) + end;
    return [to(`;${name}=${other}`), to('')];
  });
}

function wordOtherwise(word: string): string {
  const other = OTHER_WORDS.get(word.toLowerCase()) ?? word;
  return word === word.toUpperCase() ? other.toUpperCase() : other;
}

function otherwise(value: string): string {
  if (/^_\$!<.*>!\$_$/.test(value)) return 'Quite other';
  if (/^(?:us|at|de|gb)$/.test(value)) return value === 'de' ? 'us' : 'de';
  // Of a day or a number another one.
  if (/3\d$/.test(value) && /^\d{8}$/.test(value)) return `${value.slice(0, -2)}17`;
  if (/\d[A-Z]?\s*$/.test(value)) return value.replace(/\d(?=[A-Z]?\s*$)/, (digit) => (digit === '7' ? '6' : '7'));
  return `${value}x`;
}
