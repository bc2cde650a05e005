import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { SideBySide, type Wanted } from './side-by-side.ts';
import { tryEdits } from './try-edits.ts';

const OWN = [
  'BEGIN:VCARD',
  'VERSION:4.0',
  'UID:own-1',
  'FN:Ana García López',
  'N:García López;Ana;María;Dr.;PhD',
  'NICKNAME:Anita',
  'EMAIL;TYPE=home;PREF=1:ana@example.org',
  'EMAIL;TYPE=work:ana.garcia@example.com',
  'TEL;TYPE=cell:+43 664 1111111',
  'TEL;TYPE=work:+43 1 2222222',
  'TEL;TYPE="home,fax":+43 1 3333333',
  'ADR;TYPE=home:;;Hauptstraße 11;Wien;;1010;Austria',
  'ADR;TYPE=work:;;Market Street 21;London;;W1;United Kingdom',
  'ORG:Example Ltd;Research',
  'TITLE:Head of things',
  'ROLE:Reader',
  'URL;TYPE=work:https://example.org/ana',
  'BDAY:19800415',
  'ANNIVERSARY:20050611',
  'IMPP:xmpp:ana@im.example.org',
  'RELATED;TYPE=spouse;PREF=1;VALUE=text:Bob Miller',
  'CATEGORIES:Friends,Team',
  'NOTE:Met at the fair\\nin Linz\\, twice',
  'X-FOO;X-P=1:bar',
  'END:VCARD',
  '',
].join('\r\n');
const OUTLOOK = [
  'BEGIN:VCARD',
  'VERSION:2.1',
  'UID:outlook-1',
  'N;LANGUAGE=de-at:Berger;Lea;;Mag.',
  'FN:Mag. Lea Berger',
  'ORG:Kontoso GmbH;Vertrieb',
  'TITLE:Leiterin',
  'TEL;WORK;VOICE:+43 (1) 234 56-0',
  'TEL;CELL;VOICE:+43 664 1234567',
  'ADR;WORK;PREF;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:;;Ring 1;Wien;;1010;=C3=96sterreich',
  'LABEL;WORK;PREF;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Ring 1=0D=0A=',
  '1010 Wien=0D=0A=',
  '=C3=96sterreich',
  'URL;WORK:https://kontoso.example',
  'EMAIL;PREF;INTERNET:lea.berger@example.com',
  'X-MS-IMADDRESS:lea@im.example.com',
  'END:VCARD',
  '',
].join('\r\n');
/** One number of each kind: which of two a table shows depends on what it showed before (`table-slots.test.ts`). */
const APPLE = readFileSync(new URL('../../fixtures/contacts/apple-contacts.vcf', import.meta.url), 'utf8')
  .replace(/\r?\n/g, '\r\n')
  .replace('type=IPHONE;type=CELL', 'type=PAGER');

// Every line and cell that a person or a program may edit, one at a time, in one place after the other, of a collection that has places of all formats.
const PLACES: readonly Wanted[] = [
  { on: 0, format: 'vcard', text: OWN + APPLE + OUTLOOK },
  { on: 0, format: 'csv-google' },
  { on: 0, format: 'ldif' },
  { on: 0, format: 'csv-outlook' },
  { on: 1, format: 'vcard3-folder' },
  { on: 1, format: 'csv-google-legacy' },
  { on: 1, format: 'csv-thunderbird' },
  { on: 1, format: 'vcard-folder' },
  { on: 1, format: 'csv-outlook-com' },
];

/** So many of each kind in each place, all of them with LOCKSTEP_MATRIX=10000. */
const MOST = Number(process.env.LOCKSTEP_MATRIX ?? 4);

/** What lines, columns and attributes say of each kind of thing. */
const PIECES: { readonly [map: string]: RegExp } = {
  // Who has no name is called by something else.
  name: /^(?:FN|N|cn|sn|dn)$|name|title|suffix|prefix|initials/i,
  emails: /e-?mail|^(?:mail|X-ABLabel|FN|cn|dn)|^mozillaSecondEmail$/i,
  phones: /TEL|phone|fax|pager|mobile|callback|telex|isdn|X-ABLabel|^FN$/i,
  addresses:
    /^(?:ADR|LABEL|X-ABADR|X-ABLabel|l|st|c)$|address|street|city|state|region|postal|zip|country|box|locality/i,
  anniversaries: /^(?:BDAY|X-ABDATE|X-ABLabel)$|anniversary|birth|event/i,
  organizations: /^(?:ORG|o|ou|FN|cn|dn)$|company|organization|department/i,
  titles: /^(?:TITLE|ROLE)$|title|profession|role/i,
  links: /^(?:URL|X-ABLabel)$|web|url|site/i,
  relatedTo: /^(?:RELATED|X-ABRELATEDNAMES|X-ABLabel)$|relation|spouse|manager|assistant|child|other/i,
  notes: /^(?:NOTE|description)$|note/i,
  keywords: /^CATEGORIES$|categor|label|group/i,
  nicknames: /nick|^FN$/i,
};
const says = (map: string, piece: string): boolean => PIECES[map]?.test(piece) ?? true;

/** What an older card prints of an address follows it. */
const BESIDES = /^vCard\/label$/;

let edits = 0;
afterAll(() => console.log(`${edits} edits of one line or cell of contacts`));

it.each(PLACES.map(({ format }, at) => [format, at] as const))(
  'an edit of one line or cell of %s reaches all others, changes there what says the same, and is taken back',
  async (_, at) => {
    const all = await SideBySide.of('contacts', PLACES);
    expect(all.troubles()).toEqual([]);
    const tried = await tryEdits(all, at, MOST, { says, besides: BESIDES });
    edits += tried.edits;
    all.end();
    expect(tried.faults).toEqual([]);
  },
);
