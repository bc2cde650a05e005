import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { putFields } from '../../../src/main/snapshot/lens.ts';
import { csvFormat } from '../../../src/main/sources/contacts/csv/csv-format.ts';
import { vcardFormat } from '../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { TextFormat } from '../../../src/main/sources/text/text-format.ts';
import { withNew } from '../../fakes/text-format-laws.ts';

const google = csvFormat('csv-google');
const thunderbird = csvFormat('csv-thunderbird');

const card = (version: string, ...lines: string[]): string =>
  ['BEGIN:VCARD', `VERSION:${version}`, 'FN:Lea', 'N:;Lea;;;', ...lines, 'END:VCARD', ''].join('\r\n');

interface Edited {
  /** The lines of addresses and of what is printed of them, in the card. */
  readonly lines: readonly string[];
  readonly record: Fields;
}

/** What a card says once texts in its row of a table are others. */
function edited(table: TextFormat, text: string, ...edits: readonly (readonly [from: string, to: string])[]): Edited {
  const version = /VERSION:(.*)/.exec(text)?.[1]?.trim() as '2.1' | '3.0' | '4.0';
  const format = vcardFormat(version);
  const split = format.split(Buffer.from(text));
  const full = format.read(split, split.items[0]!, null);
  const shown = table.project(full);
  let rows = Buffer.from(withNew(table, table.empty(), shown)).toString();
  for (const [from, to] of edits) {
    const at = rows.indexOf(from, rows.indexOf('\n'));
    expect(at, rows).toBeGreaterThan(0);
    rows = rows.slice(0, at) + to + rows.slice(at + from.length);
  }
  const read = table.split(Buffer.from(rows));
  const now = table.read(read, read.items[0]!, shown);
  const record = putFields('contacts', full, shown, now, (each) => table.project(each));
  const before = format.project(full);
  const written = format.write(split, [{ item: split.items[0]!, before, after: format.project(record), uid: '' }]);
  const lines = Buffer.from(written)
    .toString()
    .split(/\r\n(?![ \t])/)
    .map((line) => line.replace(/\r\n[ \t]/g, ''));
  return { lines: lines.filter((line) => /^(?:ADR|LABEL|1010|=C3)/.test(line)), record };
}

const HOME = 'ADR;TYPE=HOME:;;Ring 1;Wien;;1010;Austria';
const LABEL = 'LABEL;TYPE=HOME:Lea Berger\\nRing 1\\, Top 4\\n1010 WIEN';

describe('what an older card prints of an address that is edited in a table', () => {
  it('follows it where it has it, and stays where that leaves something out', () => {
    const street = edited(google, card('3.0', HOME, LABEL), ['Ring 1', 'Ring 7'], ['Ring 1', 'Ring 7']);
    expect(street.lines).toEqual([
      'ADR;TYPE=HOME:;;Ring 7;Wien;;1010;Austria',
      'LABEL;TYPE=HOME:Lea Berger\\nRing 7\\, Top 4\\n1010 WIEN',
    ]);
    const city = edited(thunderbird, card('3.0', HOME, LABEL), ['Wien', 'Graz'], ['1010', '8010']);
    expect(city.lines[1]).toBe('LABEL;TYPE=HOME:Lea Berger\\nRing 1\\, Top 4\\n8010 GRAZ');
    const country = edited(thunderbird, card('3.0', HOME, LABEL), ['Austria', 'Germany']);
    expect(country.lines).toEqual(['ADR;TYPE=HOME:;;Ring 1;Wien;;1010;Germany', LABEL]);
  });

  it('loses what the address loses', () => {
    const { lines } = edited(thunderbird, card('3.0', HOME, LABEL), ['1010', '']);
    expect(lines[1]).toBe('LABEL;TYPE=HOME:Lea Berger\\nRing 1\\, Top 4\\nWIEN');
  });

  it('follows in quoted-printable, as Outlook writes it', () => {
    const outlook = card(
      '2.1',
      'ADR;WORK;PREF;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:;;Ring 1;Wien;;1010;=C3=96sterreich',
      'LABEL;WORK;PREF;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Ring 1=0D=0A=',
      '1010 Wien=0D=0A=',
      '=C3=96sterreich',
    );
    expect(edited(google, outlook, ['Ring 1', 'Ring 7'], ['Ring 1', 'Ring 7']).lines.join('\n')).toMatch(
      /;;Ring 7;Wien;;1010;=C3=96sterreich\nLABEL;WORK;PREF;.*:Ring 7=0D=0A(?:=\n)?1010 Wien=0D=0A(?:=\n)?=C3=96sterreich$/s,
    );
  });

  it('goes where it says in other words what is another thing by now, or is of another address', () => {
    const short = 'LABEL;TYPE=HOME:Rg. 1\\n1010 Wien';
    expect(edited(thunderbird, card('3.0', HOME, short), ['Ring 1', 'Allee 7']).lines).toEqual([
      'ADR;TYPE=HOME:;;Allee 7;Wien;;1010;Austria',
    ]);
    const twice = 'LABEL;TYPE=HOME:Wien Energie\\nRing 1\\n1010 Wien';
    expect(edited(thunderbird, card('3.0', HOME, twice), ['Wien', 'Graz']).lines).toHaveLength(1);
    const other = edited(
      thunderbird,
      card('3.0', 'ADR;TYPE=HOME:;;Ring 1;Wien;;;', 'LABEL;TYPE=HOME:At the sea'),
      ['Ring 1', 'Allee 7'],
      ['Wien', 'Graz'],
    );
    expect(other.lines).toEqual(['ADR;TYPE=HOME:;;Allee 7;Graz;;;']);
  });

  it('goes with an address that is removed, and is of the one whose parts it has', () => {
    const work = ['ADR;TYPE=WORK:;;Markt 2;Graz;;8010;Austria', 'LABEL;TYPE=WORK:Markt 2\\n8010 Graz'] as const;
    const removed = edited(
      thunderbird,
      card('3.0', HOME, LABEL, ...work),
      ['Ring 1', ''],
      ['Wien', ''],
      ['1010', ''],
      ['Austria', ''],
    );
    expect(removed.lines).toEqual(work);
    const two = card(
      '3.0',
      HOME,
      'ADR;TYPE=HOME:;;Kai 3;Linz;;4020;Austria',
      'LABEL;TYPE=HOME:Kai 3\\n4020 Linz',
      LABEL,
    );
    const { lines } = edited(google, two, ['Kai 3', 'Kai 5'], ['Kai 3', 'Kai 5']);
    expect(lines.slice(2)).toEqual(['LABEL;TYPE=HOME:Kai 5\\n4020 Linz', LABEL]);
  });

  it('is of an address for nothing in particular, if it says all of that', () => {
    const work = HOME.replace('HOME', 'WORK');
    const bare = 'LABEL:Ring 1\\n1010 Wien\\nAustria';
    expect(edited(thunderbird, card('3.0', work, bare), ['Ring 1', 'Ring 7']).lines[1]).toBe(
      'LABEL:Ring 7\\n1010 Wien\\nAustria',
    );
    const less = 'LABEL:Ring 1\\n1010 Wien';
    expect(edited(thunderbird, card('3.0', work, less), ['Ring 1', 'Ring 7']).lines[1]).toBe(less);
  });
});

describe('what a card of 4.0 prints of an address that is edited in a table', () => {
  const wholeIn = ({ record }: Edited): Value | undefined =>
    [...record].flatMap(([field, value]) =>
      field.startsWith('addresses/') ? [(value as { readonly full?: Value }).full] : [],
    )[0];
  const home = card('4.0', 'ADR;TYPE=home;LABEL="Lea Berger\\nRing 1\\n1010 WIEN":;;Ring 1;Wien;;1010;Austria');

  it('follows it, or goes, in the same way', () => {
    expect(wholeIn(edited(thunderbird, home, ['Ring 1', 'Ring 7']))).toBe('Lea Berger\nRing 7\n1010 WIEN');
    expect(wholeIn(edited(thunderbird, home, ['Austria', 'Germany']))).toBe('Lea Berger\nRing 1\n1010 WIEN');
    const short = home.replace('Ring 1\\n1010', 'Rg. 1\\n1010');
    const gone = edited(thunderbird, short, ['Ring 1', 'Allee 7']);
    expect(wholeIn(gone)).toBeUndefined();
    expect(gone.lines).toEqual(['ADR;TYPE=home:;;Allee 7;Wien;;1010;Austria']);
  });

  it('stays where the table shows it too', () => {
    const shown = home.replace('1010 WIEN', '1010 WIEN\\nby the canal');
    const { record } = edited(google, shown, [',Wien,', ',Graz,']);
    const [address] = [...record].filter(([field]) => field.startsWith(fieldName('addresses/')));
    expect(address?.[1]).toMatchObject({ full: 'Lea Berger\nRing 1\n1010 WIEN\nby the canal' });
  });
});

describe('what an older card prints of an address that is edited in a card, by a program that leaves it', () => {
  const format = vcardFormat('3.0');
  const read = (text: string, previous: Fields | null): Fields => {
    const split = format.split(Buffer.from(text));
    return format.read(split, split.items[0]!, previous);
  };
  const printedIn = (fields: Fields): readonly Value[] =>
    [...fields].flatMap(([field, value]) =>
      field.startsWith('vCard/label/') ? (value as { value: Value }).value : [],
    );
  /** What the record prints, after one edit upon the other of the lines of one card. */
  const printed = (...texts: readonly (readonly string[])[]): readonly (readonly Value[])[] => {
    let held = read(card('3.0', ...texts[0]!), null);
    let full = held;
    return texts.slice(1).map((lines) => {
      const now = read(card('3.0', ...lines), held);
      full = putFields('contacts', full, held, now, format.project);
      held = now;
      return printedIn(full);
    });
  };
  const at = (street: string): string => HOME.replace('Ring 1', street);

  it('follows each time, and back', () => {
    const [first] = printed([HOME, LABEL], [HOME, LABEL.replace('Top 4', 'Top 5')]);
    expect(first).toEqual(['Lea Berger\\nRing 1\\, Top 5\\n1010 WIEN']);
    expect(printed([HOME, LABEL], [at('Gasse 7'), LABEL], [at('Weg 3'), LABEL], [HOME, LABEL])).toEqual([
      ['Lea Berger\\nGasse 7\\, Top 4\\n1010 WIEN'],
      ['Lea Berger\\nWeg 3\\, Top 4\\n1010 WIEN'],
      ['Lea Berger\\nRing 1\\, Top 4\\n1010 WIEN'],
    ]);
  });

  it('stays where it was edited too, where it is of another address, and where the address is gone', () => {
    const own = LABEL.replace('Ring 1', 'Platz 9');
    expect(printed([HOME, LABEL], [at('Gasse 7'), own])).toEqual([['Lea Berger\\nPlatz 9\\, Top 4\\n1010 WIEN']]);
    expect(printed([HOME, LABEL], [LABEL])).toEqual([['Lea Berger\\nRing 1\\, Top 4\\n1010 WIEN']]);
    const other = LABEL.replace('HOME', 'WORK').replace('1010 WIEN', '8010 GRAZ');
    const [[kept] = []] = printed([at('Weg 3'), other], [at('Gasse 7'), other]);
    expect(kept).toBe('Lea Berger\\nRing 1\\, Top 4\\n8010 GRAZ');
  });
});
