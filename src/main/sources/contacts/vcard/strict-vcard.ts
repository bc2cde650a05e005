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
    const line = new Property([], new TextType(plain)).repr();
    return line.slice(line.indexOf(':') + 1).replace(/\r\n[ \t]/g, '');
  } catch {
    // The card is judged as a whole before it is written.
    return null;
  }
}

/** Why a 4.0 card is none by the letter of RFC 6350 and its extensions, in the words of vcard4; null: it is one. */
export function whyNotStrict(card: string): string | null {
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
    return (error as Error).message;
  }
}

const quoted = (value: string): string => (/^[\w.+/-]*$/.test(value) ? value : `"${value}"`);
