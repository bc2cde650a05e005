import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Engine } from '../../../src/main/engine.ts';
import { findPlace, nameOfPlace } from '../../../src/main/locations/source-place.ts';
import { nodeFileSystem } from '../../../src/main/platform/node-file-system.ts';
import { recognizePlace } from '../../../src/main/requests/recognize-place.ts';
import { formatNamed } from '../../../src/main/sources/formats.ts';
import { threadedCount } from '../../../src/main/sources/threaded-count.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'recognize-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const realPath = (path: string) => {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : { path: realpathSync(path), isFolder: found.isDirectory() };
};
const makeDirectory = () => {
  throw new Error('nothing is made');
};
let counted = 0;
const engine = {
  place: async (location: string, asked: { kind: null; format: string | null; create: boolean }) =>
    findPlace({ fs: nodeFileSystem, realPath, makeDirectory }, location, asked, []),
  world: {
    countItems: (path: string, format: string) => {
      counted++;
      return threadedCount(path, format);
    },
  },
} as unknown as Engine;
const recognize = (name: string, format: string | null = null) => recognizePlace(engine, join(folder, name), format);
const write = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text);
const card = (uid: number) => `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:u${uid}\r\nFN:Person ${uid}\r\nEND:VCARD\r\n`;

it('counts what is in a text, a table and a folder, in a thread of its own', async () => {
  write('people.vcf', [1, 2, 3].map(card).join(''));
  expect(await recognize('people.vcf')).toEqual({ kind: 'contacts', format: 'vcard', records: 3, damaged: 0 });
  mkdirSync(join(folder, 'cards'));
  for (const at of [1, 2]) write(`cards/${at}.vcf`, card(at));
  expect(await recognize('cards')).toEqual({ kind: 'contacts', format: 'vcard-folder', records: 2, damaged: 0 });
  write('broken.vcf', `${card(1)}BEGIN:VCARD\r\nVERSION:4.0\r\nFN:cut off\r\n`);
  expect(await recognize('broken.vcf')).toMatchObject({ records: 1, damaged: 1 });
});

it('is no file of contacts where its name, or what it says, is a calendar, and none of another form than it has', async () => {
  write('people.vcf', card(1));
  write('rows.csv', 'First Name,Last Name,E-mail Address,E-mail 2 Address\r\nAda,Byron,ada@x.org,\r\n');
  for (const [name, format] of [
    ['people.vcf', 'csv-google'],
    ['people.vcf', 'ldif'],
    ['people.vcf', 'icalendar'],
    ['rows.csv', 'vcard'],
  ] as const)
    await expect(recognize(name, format)).rejects.toMatchObject({ code: 'wrong-format' });
  expect(await recognize('people.vcf', 'vcard3')).toMatchObject({ format: 'vcard3' });
  expect(await recognize('rows.csv', 'csv-outlook-com')).toMatchObject({ format: 'csv-outlook-com' });
  const place = (name: string, kind: 'contacts' | 'calendar') => () =>
    findPlace(
      { fs: nodeFileSystem, realPath, makeDirectory },
      join(folder, name),
      { kind, format: null, create: true },
      [],
    );
  expect(place('new.ics', 'contacts')).toThrow(expect.objectContaining({ code: 'wrong-format' }));
  expect(place('new.csv', 'calendar')).toThrow(expect.objectContaining({ code: 'wrong-format' }));
  expect(place('new', 'calendar')).toThrow('nothing is made');
});

it('does not count files of any kind, nor a text that is too large', async () => {
  mkdirSync(join(folder, 'files'));
  const before = counted;
  expect(await recognize('files')).toEqual({ kind: 'files', format: 'folder', records: null, damaged: 0 });
  expect(counted).toBe(before);
  write('huge.vcf', Buffer.concat([Buffer.from(card(1)), Buffer.alloc(17 << 20, ' ')]));
  expect(await recognize('huge.vcf')).toEqual({ kind: 'contacts', format: 'vcard', records: null, damaged: 0 });
});

it.skipIf(process.platform === 'win32')('does not read from a pipe', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await expect(recognize('pipe')).rejects.toMatchObject({ code: 'wrong-format' });
});

it('tells an address book of Thunderbird from any other database, and leaves nothing beside either', async () => {
  for (const [name, table] of [
    ['abook.sqlite', 'properties'],
    ['other.sqlite', 'bookmarks'],
  ] as const) {
    const database = new Database(join(folder, name));
    database.exec(`CREATE TABLE ${table} (card TEXT, name TEXT, value TEXT)`);
    for (const uid of ['a', 'b']) database.prepare(`INSERT INTO ${table} VALUES (?, 'DisplayName', 'Ana')`).run(uid);
    database.close();
  }
  expect(await recognize('abook.sqlite')).toEqual({ kind: 'contacts', format: 'thunderbird', records: 2, damaged: 0 });
  await expect(recognize('other.sqlite')).rejects.toMatchObject({ code: 'unknown-format' });
  expect(
    nodeFileSystem
      .readDirectory(folder)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['abook.sqlite', 'other.sqlite']);
});

it('a new address book of Thunderbird is not made, and no folder of its name either', () => {
  const made = () =>
    findPlace(
      { fs: nodeFileSystem, realPath, makeDirectory },
      join(folder, 'new.sqlite'),
      { ...NOT_SAID, create: true },
      [],
    );
  expect(made).toThrow('Thunderbird makes one');
});
const NOT_SAID = { kind: null, format: null } as const;

it('below a file nothing can be made, which is said before anything is tried', () => {
  write('file', 'x');
  const made = () =>
    findPlace(
      { fs: nodeFileSystem, realPath, makeDirectory },
      join(folder, 'file/new'),
      { ...NOT_SAID, create: true },
      [],
    );
  expect(made).toThrow(
    expect.objectContaining({ code: 'no-such-path', message: expect.stringContaining('is a file') }),
  );
});

it('a place is called by the last part of its path, whatever characters lead there', () => {
  const format = formatNamed('folder')!;
  expect(nameOfPlace({ path: '/home/two\nlines/Photos', format })).toBe('Photos');
});

it('makes nothing where a place is refused', () => {
  mkdirSync(join(folder, 'kept'));
  symlinkSync(join(folder, 'kept'), join(folder, 'link'));
  for (const place of ['kept/new', 'kept/some/new', 'link/new'])
    expect(() =>
      findPlace(
        { fs: nodeFileSystem, realPath, makeDirectory },
        join(folder, place),
        { kind: 'files', format: null, create: true },
        [join(folder, 'kept')],
      ),
    ).toThrow('is inside or around');
});

it.each([
  ['data', "is Lockstep's own data directory"],
  ['data/versions', "data, Lockstep's own data directory"],
  ['.', "data, Lockstep's own data directory"],
])('our own data is no place for what is kept in step: %s', (place, why) => {
  mkdirSync(join(folder, 'data/versions'), { recursive: true });
  const world = { fs: nodeFileSystem, realPath, makeDirectory };
  const find = () => findPlace(world, join(folder, place), { ...NOT_SAID, create: false }, [], join(folder, 'data'));
  expect(find).toThrow(expect.objectContaining({ code: 'overlaps-source', message: expect.stringContaining(why) }));
});

it('says what keeps it from being told', async () => {
  await expect(recognize('nothing.vcf')).rejects.toMatchObject({ code: 'no-such-path' });
  write('odd.csv', 'a,b\n1,2\n');
  await expect(recognize('odd.csv')).rejects.toMatchObject({ code: 'unknown-format' });
  write('people.vcf', card(1));
  await expect(recognize('people.vcf', 'vcard-folder')).rejects.toMatchObject({ code: 'wrong-format' });
  write('notes.docx', 'x');
  await expect(recognize('notes.docx')).rejects.toMatchObject({
    code: 'wrong-format',
    message: expect.stringContaining('is a single file. What is kept in step is a folder'),
  });
});

it('names the formats that it may be in, and why it cannot be told which', async () => {
  const CSV = 'csv-google, csv-google-legacy, csv-outlook, csv-outlook-com, csv-thunderbird';
  const find = (name: string, kind: 'contacts' | null) => () =>
    findPlace(
      { fs: nodeFileSystem, realPath, makeDirectory },
      join(folder, name),
      { kind, format: null, create: true },
      [],
    );
  expect(find('new.csv', null)).toThrow(`each its own: say it with --format (${CSV}).`);
  write('empty.csv', '');
  expect(find('empty.csv', null)).toThrow(`empty.csv, which is empty: say it with --format (${CSV}).`);
  write('outlook.csv', Buffer.from('"Vorname";"Nachname";"Straße geschäftlich"\r\n"Jö";"M";""\r\n', 'latin1'));
  expect(find('outlook.csv', null)).toThrow(/known in English only: .* say it with --format \(csv-google, /);
  mkdirSync(join(folder, 'mixed'));
  write('mixed/a.vcf', card(1));
  write('mixed/b.txt', 'x');
  expect(find('mixed', 'contacts')).toThrow(
    'files of other kinds too: say it with --format (vcard-folder, vcard3-folder)',
  );
});

it('a link to nothing is named as that, whether or not it may be made', () => {
  symlinkSync('nothing', join(folder, 'dangling'));
  for (const create of [true, false])
    expect(() =>
      findPlace({ fs: nodeFileSystem, realPath, makeDirectory }, join(folder, 'dangling'), { ...NOT_SAID, create }, []),
    ).toThrow(expect.objectContaining({ code: 'no-such-path', message: expect.stringContaining('is a link, and') }));
});

it.each(['ada@example.com', 'dav.example.com:8443'])(
  'what could be the address of a server is told how to be one: %s',
  (name) => {
    const find = (what: string) => () =>
      findPlace(
        { fs: nodeFileSystem, realPath, makeDirectory },
        join(folder, what),
        { ...NOT_SAID, create: false },
        [],
      );
    expect(find(name)).toThrow('begins with https://');
    expect(find('people.vcf')).not.toThrow('https');
    expect(find('people.vcf')).toThrow('There is nothing at');
  },
);
