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
  return piecesOf(text, format).flatMap(({ name, start, text: whole }) => {
    if (FRAME.test(name)) return [];
    const to = (what: string, now: string, removes = false): Edit => ({
      what: `${what} ${whole.trim().slice(0, 70)}`,
      name,
      removes,
      text: text.slice(0, start) + now + text.slice(start + whole.length),
    });
    const rewritten = PICTURE.test(name) ? [] : saidOtherwise(name, whole);
    return [...rewritten.map((now) => to('edit', now)), to('remove', '', true)];
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

function otherwise(value: string): string {
  if (/^_\$!<.*>!\$_$/.test(value)) return 'Quite other';
  if (/^(?:us|at|de|gb)$/.test(value)) return value === 'de' ? 'us' : 'de';
  // Of a day or a number another one.
  if (/\d[A-Z]?\s*$/.test(value)) return value.replace(/\d(?=[A-Z]?\s*$)/, (digit) => (digit === '7' ? '6' : '7'));
  return `${value}x`;
}
