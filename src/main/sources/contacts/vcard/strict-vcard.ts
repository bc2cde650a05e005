import { EmailProperty, FNProperty, NoteProperty, parse, TelProperty, TextType, TitleProperty } from 'vcard4';
import { readContentLines } from '../../text/content-lines.ts';
import { splitAt } from './vcard-text.ts';

/** What RFC 6350 and its extensions know. Whatever else a card carries is somebody's own, and travels as it is. */
const KNOWN: ReadonlySet<string> = new Set(
  'ADR ANNIVERSARY BDAY BIRTHPLACE CALADRURI CALURI CATEGORIES CLIENTPIDMAP CONTACT-URI DEATHDATE DEATHPLACE EMAIL EXPERTISE FBURL FN GENDER GEO HOBBY IMPP INTEREST KEY KIND LANG LOGO MEMBER N NICKNAME NOTE ORG ORG-DIRECTORY PHOTO PRODID RELATED REV ROLE SOUND SOURCE TEL TITLE TZ UID URL VERSION'.split(
    ' ',
  ),
);
const KNOWN_PARAMS: ReadonlySet<string> = new Set(
  'ALTID CALSCALE CC GEO INDEX LABEL LANGUAGE LEVEL MEDIATYPE PID PREF TYPE TZ VALUE'.split(' '),
);
const NAME_PARTS = 5;
const ADDRESS_PARTS = 7;

const COMPOSED = {
  FN: FNProperty,
  EMAIL: EmailProperty,
  TEL: TelProperty,
  NOTE: NoteProperty,
  TITLE: TitleProperty,
} as const;

const ESCAPED = /[\\,:;\r\n]/;

/** The value of a property of a new 4.0 card as vcard4 composes it, escaped; null: it composes no such property. */
export function composeValue(name: string, plain: string): string | null {
  const Property = COMPOSED[name as keyof typeof COMPOSED];
  if (Property === undefined || plain === '') return null;
  // Most values are composed just as they are: vcard4 escapes these characters and no others.
  if (!ESCAPED.test(plain)) return plain;
  try {
    // Its line would be folded letter by letter, and another way than ours are.
    const escaped = new Property([], new TextType(plain)).value;
    // A colon has no escape in RFC 6350 (3.4): whoever reads by the letter would show the backslash.
    return escaped.replace(/\\([\\:])/g, (both, char: string) => (char === ':' ? ':' : both));
  } catch {
    // The card is judged as a whole before it is written.
    return null;
  }
}

/** Cards vcard4 took, by their shape. */
const taken = new Set<string>();
const MOST_SHAPES = 4096;

/**
 * Why a 4.0 card is none by the letter of RFC 6350 and its extensions, in the words of vcard4; null: it is one. Of cards that differ only in
 * words and numbers it is asked once: what it judges are names, parameters, what there may be one of, and how values are escaped.
 */
export function whyNotStrict(card: string, lineEnd = '\r\n'): string | null {
  const shape = shapeOf(card, lineEnd);
  if (taken.has(shape)) return null;
  const why = judge(card);
  if (taken.size >= MOST_SHAPES) taken.clear();
  if (why === null) taken.add(shape);
  return why;
}

/** Somebody's own property, which is not judged. An encoding may go on in lines behind it. */
const OWN = /^(?:[A-Za-z0-9-]+\.)?X-[A-Za-z0-9-]+[;:](?!.*ENCODING)/i;
/** An escape, or what neither separates, quotes, escapes nor ends anything. */
const PLAIN = /\\.|[^\\;,:"\p{Cc}]+/gu;
const MARKED = /[\\;,:"\p{Cc}]/u;

/** The card with every word and number of its values the same. `lineEnd`: what ends its lines. */
export function shapeOf(card: string, lineEnd = '\r\n'): string {
  let shape = '';
  for (let at = 0; at < card.length; ) {
    let end = endOf(card, at, lineEnd);
    let line = card.slice(at, end);
    at = end + lineEnd.length;
    for (; card.charCodeAt(at) === SPACE; at = end + lineEnd.length) {
      end = endOf(card, at, lineEnd);
      line += card.slice(at + 1, end);
    }
    if (!OWN.test(line)) shape += `${shapeOfLine(line)}\n`;
  }
  return shape;
}
const SPACE = 32;

function endOf(card: string, at: number, lineEnd: string): number {
  const end = card.indexOf(lineEnd, at);
  return end < 0 ? card.length : end;
}

function shapeOfLine(line: string): string {
  const colon = line.indexOf(':');
  const quote = line.indexOf('"');
  // Where a parameter is quoted, all of it counts.
  if (colon < 0 || (quote >= 0 && quote < colon)) return line;
  const head = line.slice(0, colon + 1);
  if (head === 'BEGIN:' || head === 'END:' || head === 'VERSION:') return line;
  const value = line.slice(colon + 1);
  if (!MARKED.test(value)) return value === '' ? head : `${head}x`;
  return head + value.replace(PLAIN, (piece) => (piece[0] === '\\' ? piece : 'x'));
}

function judge(card: string): string | null {
  const [read] = readContentLines(Buffer.from(card)).components;
  if (read === undefined) return 'it is no card';
  const lines = read.lines.flatMap(({ group, name, params, value }) => {
    const upper = name.toUpperCase();
    if (!KNOWN.has(upper) || (value === '' && upper !== 'FN')) return [];
    const known = params.filter((each) => KNOWN_PARAMS.has(each.name.toUpperCase()));
    const written = known.map(({ name: param, values }) => `;${param}=${values.map(quoted).join(',')}`);
    const parts = upper === 'N' ? NAME_PARTS : upper === 'ADR' ? ADDRESS_PARTS : null;
    const held = parts === null ? value : splitAt(value, ';').slice(0, parts).join(';');
    // Somebody without any name is somebody all the same.
    return [`${group === null ? '' : `${group}.`}${upper}${written.join('')}:${held || '-'}\r\n`];
  });
  try {
    parse(`BEGIN:VCARD\r\n${lines.join('')}END:VCARD\r\n`);
    return null;
  } catch (error) {
    const { message } = error as Error;
    const names = read.lines.map(({ name }) => name.toUpperCase()).filter((name) => ONCE.has(name));
    const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
    // Its own words list all there are of this kind, and not which of them it was.
    return /more than one/.test(message) && twice.length > 0
      ? `it says ${twice.join(' and ')} more than once`
      : message;
  }
}
/** Properties that a card has once (RFC 6350, 6; but for translations, which have one ALTID). */
const ONCE: ReadonlySet<string> = new Set(
  'ANNIVERSARY BDAY BIRTHPLACE DEATHDATE DEATHPLACE GENDER KIND N PRODID REV UID'.split(' '),
);

const quoted = (value: string): string => (/^[\w.+/-]*$/.test(value) ? value : `"${value}"`);
