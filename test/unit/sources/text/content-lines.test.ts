import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Component,
  composeLine,
  readContentLines,
  splice,
} from '../../../../src/main/sources/text/content-lines.ts';

const CORPUS = resolve(process.env.LOCKSTEP_CORPUS ?? '../shared/corpus');
const read = (text: string) => readContentLines(Buffer.from(text));
const style = { lineEnd: '\r\n', foldAt: 75 } as const;

describe('content lines', () => {
  it('are unfolded on bytes, also within a character', () => {
    const bytes = Buffer.concat([
      Buffer.from('BEGIN:VCARD\r\nFN:J\xc3', 'latin1'),
      Buffer.from('\r\n \xbcrgen\r\nEND:VCARD\r\n', 'latin1'),
    ]);
    expect(readContentLines(bytes).components[0]?.lines[0]?.value).toBe('Jürgen');
  });
  it('have groups, parameters in order, quoted or not, and bare ones', () => {
    const [card] = read('BEGIN:VCARD\nitem1.TEL;HOME;TYPE="a,b",c;X=1:+1\nEND:VCARD\n').components;
    expect(card?.lines[0]).toMatchObject({
      group: 'item1',
      name: 'TEL',
      value: '+1',
      params: [
        { name: '', values: ['HOME'], quoted: [false] },
        { name: 'TYPE', values: ['a,b', 'c'], quoted: [true, false] },
        { name: 'X', values: ['1'], quoted: [false] },
      ],
    });
  });
  it('keep what they say when they are written again, whatever stands in the name of a parameter', () => {
    for (const name of ['\rX', 'X\r', 'X\u0085Y', 'X-Ä']) {
      const [line] = read(`BEGIN:VCARD\r\nNOTE;${name}=1:v\r\nEND:VCARD\r\n`).components[0]?.lines ?? [];
      const written = composeLine(line!, style);
      const [again] = read(`BEGIN:VCARD\r\n${written}END:VCARD\r\n`).components[0]?.lines ?? [];
      expect(again).toMatchObject({ name: 'NOTE', value: 'v', params: line!.params });
    }
  });
  it('join and decode quoted-printable, in the charset they name', () => {
    const [card] = read(
      'BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Gr=FC=\nn=0D=0Az\nTEL:1\nEND:VCARD\n',
    ).components;
    expect(card?.lines.map(({ name, value }) => [name, value])).toEqual([
      ['NOTE', 'Grün\r\nz'],
      ['TEL', '1'],
    ]);
  });
  it('join soft breaks only where they decode them', () => {
    const linesOf = (head: string) => {
      const [card] = read(`BEGIN:VCARD\r\nNOTE${head}:a=3D=\r\nTEL:1\r\nEND:VCARD\r\n`).components;
      return card?.lines.map(({ value }) => value);
    };
    for (const head of [
      ';QUOTED-PRINTABLE',
      ';encoding=8BIT,quoted-printable;X=1',
      ';CHARSET=UTF-8;ENCODING="QUOTED-PRINTABLE"',
    ])
      expect(linesOf(head)).toEqual(['a=TEL:1']);
    for (const head of [';ENCODING=QUOTED-PRINTABLES', ';X=QUOTED-PRINTABLE', ';X-QUOTED-PRINTABLE'])
      expect(linesOf(head)).toEqual(['a=3D=', '1']);
  });
  it('keep what is damaged: an END that is missing, junk, blank lines', () => {
    const { components, stray } = read('junk\n\nBEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nrubbish\nEND:VCARD\n');
    expect(components.map(({ problem, lines, junk }) => [problem, lines.length, junk.length])).toEqual([
      ['its END is missing', 1, 0],
      [null, 1, 1],
    ]);
    expect(stray).toHaveLength(1);
  });
  it('nest', () => {
    const [calendar] = read(
      'BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VALARM\nEND:VALARM\nUID:1\nEND:VEVENT\nEND:VCALENDAR',
    ).components;
    expect(calendar?.components[0]?.components[0]?.name).toBe('VALARM');
    expect(calendar?.components[0]?.lines[0]?.value).toBe('1');
  });

  it('are folded as wide as those there are, but not as one odd line is', () => {
    const widthOf = (text: string): number => readContentLines(Buffer.from(text)).foldAt;
    expect(widthOf('BEGIN:VCARD\nFN:Mx\n M\nEND:VCARD\n')).toBe(75);
    expect(widthOf(`BEGIN:VCARD\nNOTE:${'x'.repeat(60)}\n ${'y'.repeat(9)}\nEND:VCARD\n`)).toBe(65);
  });

  it('written and read again are what they were, folded by octets', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const value = text.replace(/[\p{Cc}]/gu, '');
        const line = composeLine({ group: null, name: 'NOTE', params: [], value }, style);
        for (const each of line.split('\r\n')) expect(Buffer.byteLength(each)).toBeLessThanOrEqual(75);
        expect(read(`BEGIN:VCARD\r\n${line}END:VCARD\r\n`).components[0]?.lines[0]?.value).toBe(value);
      }),
    );
  });

  it('have parameters that say in quotes what would end them, without the quotes that nothing can hold', () => {
    const params = [{ name: 'X', values: ['say "hi"; ok', 'a,b', 'plain'], quoted: [true, false, false] }];
    const line = composeLine({ group: null, name: 'NOTE', params, value: 'x' }, style);
    expect(line).toBe('NOTE;X="say \'hi\'; ok","a,b",plain:x\r\n');
    const [written] = read(`BEGIN:VCARD\r\n${line}END:VCARD\r\n`).components[0]?.lines ?? [];
    expect([written?.params[0]?.values, written?.value]).toEqual([["say 'hi'; ok", 'a,b', 'plain'], 'x']);
  });

  it('are as full as they may be, and no fuller, where their letters take several octets', () => {
    const line = composeLine({ group: null, name: 'NOTE', params: [], value: '€'.repeat(100) }, style);
    const octets = line.split('\r\n').map((each) => Buffer.byteLength(each));
    // Another one, of three octets, would be too much for each.
    expect(octets).toEqual([74, 73, 73, 73, 16, 0]);
  });

  it('never throw, and lie in order without overlapping, whatever the bytes', () => {
    const pieces = [
      'BEGIN:VCARD',
      'END:VCARD',
      'BEGIN:X',
      'END:X',
      '\r\n',
      '\n',
      ' ',
      ';',
      ':',
      '=',
      '"',
      'TEL',
      'ENCODING=QUOTED-PRINTABLE',
      '\xff',
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 40 }), (parts) => {
        const bytes = Buffer.from(parts.join(''), 'latin1');
        expectOrdered(readContentLines(bytes).components, 0, bytes.length);
      }),
    );
  });

  it.skipIf(!existsSync(CORPUS))(
    `of every file in the corpus lie in order (${existsSync(CORPUS) ? CORPUS : `skipped: ${CORPUS} is not there`})`,
    () => {
      let [files, cards, lines] = [0, 0, 0];
      for (const name of readdirSync(CORPUS, { recursive: true, encoding: 'utf8' })) {
        const path = join(CORPUS, name);
        if (!statSync(path).isFile()) continue;
        const bytes = readFileSync(path);
        if (!bytes.includes('BEGIN:V')) continue;
        const { components } = readContentLines(bytes);
        files++;
        cards += components.length;
        lines += expectOrdered(components, 0, bytes.length);
        expect(splice(bytes, [])).toBe(bytes);
      }
      console.log(`${files} files, ${cards} components, ${lines} lines`);
      expect(files).toBeGreaterThan(800);
    },
  );
});

/** Returns how many lines there are. */
function expectOrdered(components: readonly Component[], from: number, to: number): number {
  let count = 0;
  let at = from;
  for (const component of components) {
    expect(component.start).toBeGreaterThanOrEqual(at);
    expect(component.end).toBeLessThanOrEqual(to);
    at = component.end;
    const inner = [...component.lines, ...component.junk, ...component.components].sort((a, b) => a.start - b.start);
    let within = component.inner.start;
    for (const each of inner) {
      expect(each.start).toBeGreaterThanOrEqual(within);
      within = each.end;
    }
    expect(within).toBeLessThanOrEqual(component.inner.end);
    count += component.lines.length + expectOrdered(component.components, component.inner.start, component.inner.end);
  }
  return count;
}
