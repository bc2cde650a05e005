import { describe, expect, it } from 'vitest';
import type { ValueView } from '../../../src/contract/contract.ts';
import { askRecord } from '../../../src/main/cli/ask-record.ts';
import { clockCheck, watchChecks } from '../../../src/main/cli/check-machine.ts';
import type { CommandCall } from '../../../src/main/cli/command.ts';
import { exitStatusOf } from '../../../src/main/cli/exit-status.ts';
import { fromJson, toJson } from '../../../src/main/cli/json-value.ts';
import { moment } from '../../../src/main/cli/moment.ts';
import { argumentCount, nearestWord, splitCommandLine } from '../../../src/main/cli/parse-command-line.ts';
import { needsPassword } from '../../../src/main/cli/place.ts';
import { progressLine, progressOf } from '../../../src/main/cli/progress-bar.ts';
import {
  bytesText,
  shortRecord,
  showApart,
  showChange,
  showDeletion,
  showField,
  showValue,
} from '../../../src/main/cli/show-value.ts';
import { table } from '../../../src/main/cli/table.ts';
import { LockstepError } from '../../../src/main/platform/trouble.ts';

describe('the command word', () => {
  it.each<[readonly string[], string | null, readonly string[]]>([
    [[], null, []],
    [['status'], 'status', []],
    [['--data', 'status', 'sync', '--wait'], 'sync', ['--data', 'status', '--wait']],
    [['--data=x', '--json', 'cat', 'c', 'r'], 'cat', ['--data=x', '--json', 'c', 'r']],
    [['--version'], null, ['--version']],
  ])('of %j is %j', (argv, word, rest) => {
    expect(splitCommandLine(argv)).toEqual({ word, rest });
  });

  it.each([
    ['', 0, 0],
    ['COLLECTION', 1, 1],
    ['COLLECTION [RECORD]', 1, 2],
    ['[KEY [VALUE]]', 0, 2],
    ['LINK|- PATH|URL', 2, 2],
  ])('with %j takes %i to %i arguments', (takes, least, most) => {
    expect(argumentCount(takes)).toEqual({ least, most });
  });

  it('may be mistyped a little', () => {
    const known = ['status', 'sync', 'conflicts'];
    expect(nearestWord('conflict', known)).toBe('conflicts');
    expect(nearestWord('snyc', ['sync'])).toBeNull();
    expect(nearestWord('synk', known)).toBe('sync');
    expect(nearestWord('frobnicate', known)).toBeNull();
    expect([nearestWord('ad', ['add', 'cat']), nearestWord('zz', ['add', 'cat'])]).toEqual(['add', null]);
  });
});

describe('a moment', () => {
  it.each([
    ['2026-01-31T18:30:00Z', '2026-01-31T18:30:00.000Z'],
    ['2026-01-31T18:30:00.25+02:00', '2026-01-31T16:30:00.250Z'],
    ['2026-01-31 18:30-0130', '2026-01-31T20:00:00.000Z'],
    ['2026-01-31', new Date(2026, 0, 31).toISOString()],
    ['2028-02-29T24:00Z', '2028-03-01T00:00:00.000Z'],
    ['2026-01-31T18:30', new Date(2026, 0, 31, 18, 30).toISOString()],
    ['2026-01-31T18:30:15,5', new Date(2026, 0, 31, 18, 30, 15, 500).toISOString()],
    ['0f3a77', '0f3a77'],
    ['p12', 'p12'],
  ])('%s is %s', (text, utc) => expect(moment(text)).toBe(utc));

  it.each([
    '2026-02-31x',
    '2026-01-31T25:00',
    '2026-13-01',
    '2026-01-31T10',
    '2026-02-31',
    '2026-02-29T18:30Z',
    '2026-04-31T00:00:01+02:00',
  ])('%s is none', (text) => {
    expect(() => moment(text)).toThrow(expect.objectContaining({ code: 'usage', subject: text }));
  });
});

describe('a table', () => {
  it('aligns columns, numbers to the right, wide characters by their width', () => {
    const rows = [
      ['ascii', 5],
      ['日本', 12_345],
      ['e\u0301', 1],
    ] as const;
    expect(table(['name', 'records'], rows, '')).toBe(
      'NAME   RECORDS\nascii        5\n日本    12,345\ne\u0301            1\n',
    );
  });
  it('does not count colours', () => {
    expect(
      table(
        ['a', 'b'],
        [
          [{ painted: '\u001b[32mok\u001b[39m' }, 'x'],
          ['long', 'y'],
        ],
        '',
      ),
    ).toBe('A     B\n\u001b[32mok\u001b[39m    x\nlong  y\n');
  });
  it('tells each row by itself where the terminal is too narrow', () => {
    const rows = [
      ['modify', 'Letters/anna.txt', 3],
      ['', 'its time', null],
      ['add', '日本', 12_345],
    ] as const;
    const headings = ['action', 'record', 'size'];
    expect(table(headings, rows, '', 32)).toBe(table(headings, rows, ''));
    expect(table(headings, rows, '', 31)).toBe(
      'ACTION  modify\nRECORD  Letters/anna.txt\nSIZE    3\n        its time\n\nACTION  add\nRECORD  日本\nSIZE    12,345\n',
    );
  });
  it('says when there is nothing', () => expect(table(['a'], [], 'Nothing.')).toBe('Nothing.\n'));
});

describe('progress', () => {
  const progress = {
    stage: 'writing',
    items: 1_500,
    itemsTotal: 3_000,
    bytes: 512 * 1024,
    bytesTotal: 1 << 20,
    itemsPerSecond: 10,
    secondsLeft: 150,
  } as const;
  it('tells share, count, bytes and time', () => {
    expect(progressLine('Photos', progress, 200)).toBe(
      'Photos: writing  [████████████░░░░░░░░░░░░] 50 %  1,500 of 3,000  512 KiB of 1.0 MiB  3 min left',
    );
  });
  it('tells what it knows while the whole is not known', () => {
    expect(progressLine('Photos', { ...progress, itemsTotal: 0, bytesTotal: 0, secondsLeft: null }, 200)).toBe(
      'Photos: writing  1,500',
    );
  });
  it.each([10, 40, 80])('stays within %i columns', (columns) =>
    expect(progressLine('Photos', progress, columns)).toHaveLength(Math.min(columns - 1, 89)),
  );
  it('is nothing where nothing works', () => expect(progressOf([], 80)).toBeNull());
});

describe('values for people', () => {
  it.each([
    [null, 'nothing'],
    ['a\nb', 'a\\u{a}b'],
    [{ type: 'file', size: 2048, sha256: 'a'.repeat(64) }, 'file, 2.0 KiB, aaaaaaaaaaaa'],
    [{ full: 'Ana' }, '{"full":"Ana"}'],
    [true, 'true'],
  ])('%j is %s', (value, text) => expect(showValue(value)).toBe(text));
  it('tells a whole card beside its deletion in words', () => {
    const card = {
      'emails/a': { address: 'ben@x.org' },
      'phones/b': { number: '1', contexts: { work: true } },
      'name': { full: 'Ben Bond' },
      'updated': '2026-01-01T00:00:00Z',
    };
    expect(showField('exists', card)).toBe('Name: Ben Bond; Phone (work): 1; E-mail: ben@x.org');
    expect(showField('exists', true)).toBe('there');
    expect(showField('exists', null)).toBe('nothing');
  });
  it('cuts the middle out of what names a record, and leaves what is short', () => {
    expect(shortRecord('letters/2026/plan.md')).toBe('letters/2026/plan.md');
    const cut = shortRecord(`${'u'.repeat(990)}@example.org`);
    expect([cut.length, cut.slice(0, 5), cut.slice(-12)]).toEqual([100, 'uuuuu', '@example.org']);
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [150 * 1024, '150 KiB'],
    [5 * 2 ** 40, '5.0 TiB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });
});

describe('values as JSON', () => {
  it('have bytes in base64, and are read back as they were', () => {
    const photo = { kind: 'photo', data: new Uint8Array([1, 2, 255]), sizes: [{ size: 1 }, null] };
    expect(toJson(photo)).toBe('{"kind":"photo","data":{"size":3,"base64":"AQL/"},"sizes":[{"size":1},null]}');
    expect(fromJson(toJson(photo))).toEqual(photo);
    const named = { base64: 'AQL/', name: 'no bytes' };
    expect(fromJson(toJson(named))).toEqual(named);
  });
});

describe('the exit status', () => {
  it.each([
    ['usage', 2],
    ['keys-locked', 4],
    ['no-instance', 5],
    ['timeout', 1],
    ['toString', 1],
  ])('of %s is %i', (code, status) => expect(exitStatusOf(code)).toBe(status));
});

it.each([
  ['https://ana@dav.example.org/book/', true],
  ['https://ana%40example.org@dav.example.org', true],
  ['https://dav.example.org/ana@example.org/book/', false],
  ['https://dav.example.org/', false],
  ['/home/ana@example.org/book', false],
  ['ana@example.org', false],
])('somebody has to log in at %s: %s', (place, isSo) => expect(needsPassword(place)).toBe(isSo));

describe('a record that was typed', () => {
  const terminal = { directory: '/home/ana/things' } as CommandCall['terminal'];
  const failing = (codes: { readonly [record: string]: string }) => async (record: string) => {
    const code = codes[record];
    if (code !== undefined) throw new LockstepError(code, record, record);
    return record;
  };
  it('is also meant by its path from the working directory', async () => {
    expect(await askRecord({ terminal }, 'a', failing({}))).toBe('a');
    expect(await askRecord({ terminal }, 'a', failing({ a: 'no-such-record' }))).toBe('/home/ana/things/a');
  });
  it('is called by what was typed where there is none, and what else fails there is told', async () => {
    const asked = (code: string) =>
      askRecord({ terminal }, 'a', failing({ a: 'no-such-record', '/home/ana/things/a': code }));
    await expect(asked('no-such-record')).rejects.toMatchObject({ subject: 'a' });
    await expect(asked('ambiguous-record')).rejects.toMatchObject({ code: 'ambiguous-record' });
  });
});

describe('checks of the machine', () => {
  it('want watches enough for large folders, where there are such limits', () => {
    const limits = (watches: number | null) =>
      watchChecks('linux', (path) => (path.endsWith('watches') ? watches : 128));
    expect(limits(8192)).toMatchObject([
      { check: 'watches', ok: false, fix: expect.stringContaining('fs.inotify.max_user_watches=65536') },
      { ok: true },
    ]);
    expect(limits(65_536)).toMatchObject([{ ok: true, fix: null }, { ok: true }]);
    expect(limits(null)).toMatchObject([{ ok: false, detail: 'not known' }, { ok: true }]);
    expect(watchChecks('darwin', () => 0)).toEqual([]);
  });
  it('distrust a clock that runs behind what was written', () => {
    const now = Date.UTC(2027, 5, 1);
    expect(clockCheck(now, now - 1000).ok).toBe(true);
    expect(clockCheck(now, null).ok).toBe(true);
    expect(clockCheck(now, now + 3_600_000)).toMatchObject({ ok: false, fix: expect.stringContaining('clock') });
    expect(clockCheck(Date.UTC(2001, 0, 1), null).ok).toBe(false);
  });
});

it('a change of a field tells in words what was and what is, and only its name where that says nothing', () => {
  const shown = (path: string, before: ValueView, after: ValueView) =>
    showChange({ path, before, after, kept: 'here' });
  const phone = (number: string) => ({ number, contexts: { work: true } });
  expect(shown('phones/a', phone('1'), phone('2'))).toBe('Phone (work): 1 → 2');
  expect(shown('phones/a', [phone('1'), phone('2')], phone('2'))).toBe('Phone (work): 1 or 2 → 2');
  expect(shown('phones/a', [phone('1'), null], null)).toBe('Phone (work): 1 or nothing → nothing');
  expect(shown('notes/a', null, { note: 'one\ntwo' })).toBe('Note: nothing → one ⏎ two');
  expect(shown('organizerCalendarAddress', null, 'mailto:boss@x.org')).toBe('Organizer: nothing → mailto:boss@x.org');
  const left = (series: string) => ({ excluded: true, series });
  expect(shown('recurrenceOverrides/2026-12-04T09:00:00', left('a'), left('b'))).toBe('On Fri 4 Dec 2026, 09:00');
  expect(shown('iCalendarParams/start', null, { x: ['1'] })).toBe('Start (details)');
  expect(shown('entry', null, { type: 'file' })).toBe('Content');
});

it('of a file the size before and after is told, or two contents of one size', () => {
  const entry = (size: number, sha256: string): ValueView => ({ type: 'file', size, sha256 });
  const shown = (path: string, before: ValueView, after: ValueView) =>
    showChange({ path, before, after, kept: 'here' });
  expect(shown('entry', entry(14, 'ab'), entry(2048, 'cd'))).toBe('Content: 14 B → 2.0 KiB');
  expect(shown('entry', entry(14, 'ab'), entry(14, 'cd'))).toBe('Content: file, 14 B, ab → file, 14 B, cd');
  expect(shown('entry', { type: 'directory' }, entry(14, 'cd'))).toBe('Content: folder → 14 B');
  expect(shown('executable', null, true)).toBe('Executable: no → yes');
});

it('a deletion says what was deleted and whether it is kept, and a whole record that it is there', () => {
  const entry = { path: 'entry', before: { type: 'file', size: 14, sha256: 'ab' }, after: null, kept: 'here' } as const;
  expect(showDeletion(entry)).toBe('deleted: 14 B');
  expect(showDeletion({ ...entry, before: { type: 'directory' }, kept: 'no' })).toBe('deleted: folder, not kept');
  expect(showDeletion({ path: 'exists', before: true, after: false, kept: 'no' })).toBe('deleted, not kept');
  expect([true, false].map((value) => showField('exists', value))).toEqual(['there', 'deleted']);
  const also: ValueView = { record: 'uid', by: ['name bob'] };
  expect([showField('also/x', also), showField('also/x', null)]).toEqual(['yes', 'nothing']);
});

it('of long texts what differs is told, and of two pictures of one size that they are two', () => {
  const long = (changed: string): string =>
    `${'what both say. '.repeat(40)}Then ${changed}. ${'And more. '.repeat(40)}`;
  const notes = [null, 'this', 'that'].map((text) => (text === null ? null : { note: long(text) }));
  const [none, one = '', other = ''] = showApart('notes/a', notes);
  expect(none).toBe('nothing');
  expect([one, other]).toEqual([expect.stringMatching(/^….*Then this\. /), expect.stringMatching(/^….*Then that\. /)]);
  expect(one.length).toBeLessThan(210);
  const change = showChange({ path: 'notes/a', before: notes[1]!, after: notes[2]!, kept: 'here' });
  expect(change).toMatch(/^Note: ….*Then this\..* → ….*Then that\./);
  expect(showApart('notes/a', [{ note: 'a' }, { note: 'b' }])).toEqual(['a', 'b']);
  expect(showApart('notes/a', [{ note: 'x'.repeat(300) }, { note: 'x'.repeat(310) }])[1]).toBe(`…${'x'.repeat(30)}`);
  expect(showApart('notes/a', [{ note: long('this') }, { note: 'b' }])[0]).toMatch(/^what both say/);
  const picture = (byte: string): ValueView => ({ kind: 'photo', data: { size: 30, digest: byte } });
  const shown = showChange({ path: 'media/a', before: picture('A'), after: picture('B'), kept: 'here' });
  expect(shown).toMatch(/^Photo: a picture .*, another one$/);
});

it('of an occurrence that was changed again only what differs is told', () => {
  const path = 'recurrenceOverrides/2026-12-04T09:00:00';
  const shown = (before: ValueView, after: ValueView) => showChange({ path, before, after, kept: 'here' });
  const late = { title: 'Late', description: 'Long', series: 'a', added: true };
  expect(shown(late, { ...late, title: 'Very late', description: null })).toBe(
    'On Fri 4 Dec 2026, 09:00: Title: Late → Very late; Description: Long → nothing',
  );
  expect(shown(late, { ...late, location: 'x' })).toContain('as its series says → x');
  expect(shown(null, { excluded: true })).toBe('On Fri 4 Dec 2026, 09:00: as its series says → does not take place');
});
