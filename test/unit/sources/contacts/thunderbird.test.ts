import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isDamage } from '../../../../src/main/platform/database-trouble.ts';
import { type FieldName, fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { openAddressBook } from '../../../../src/main/sources/contacts/thunderbird/open-address-book.ts';
import { isProfileLocked, type ProfileWorld } from '../../../../src/main/sources/contacts/thunderbird/profile-lock.ts';
import { ThunderbirdPlace } from '../../../../src/main/sources/contacts/thunderbird/thunderbird-place.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { ReadDocument } from '../../../../src/main/sources/text/document-place.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

const format = vcardFormat('4.0');
const CARD =
  'BEGIN:VCARD\r\nVERSION:4.0\r\nUID:a1\r\nFN:Ana García\r\nN:García;Ana;;;\r\nEMAIL;PREF=1:ana@example.org\r\nX-FOO:bar\r\nEND:VCARD\r\n';
let folder: string;
let path: string;
let isLocked = false;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'abook-'));
  path = join(folder, 'abook.sqlite');
  isLocked = false;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Cards = { readonly [uid: string]: { readonly [name: string]: string } };

/** A database as Thunderbird makes it. */
function makeBook(version: number, cards: Cards): void {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma(`user_version = ${version}`);
  database.exec(
    'CREATE TABLE properties (card TEXT, name TEXT, value TEXT); CREATE TABLE lists (uid TEXT PRIMARY KEY, name TEXT, nickName TEXT, description TEXT); CREATE TABLE list_cards (list TEXT, card TEXT, PRIMARY KEY(list, card)); CREATE INDEX properties_card ON properties(card)',
  );
  for (const [uid, properties] of Object.entries(cards))
    for (const [name, value] of Object.entries(properties))
      database.prepare('INSERT INTO properties VALUES (?, ?, ?)').run(uid, name, value);
  database.prepare('INSERT INTO list_cards VALUES (?, ?)').run('friends', 'a1');
  database.close();
}
function rows(uid: string): { readonly [name: string]: string } {
  const database = new Database(path, { readonly: true });
  const found = database
    .prepare<[string], { name: string; value: string }>('SELECT name, value FROM properties WHERE card = ?')
    .all(uid);
  database.close();
  return Object.fromEntries(found.map(({ name, value }) => [name, value]));
}
const place = (): ThunderbirdPlace =>
  new ThunderbirdPlace({
    open: openAddressBook,
    clock: new FakeClock(),
    path,
    isLocked: () => isLocked,
    isThere: () => true,
    watch: null,
  });
async function card(name: string): Promise<ReadDocument> {
  const [read] = await place().read([name]);
  if (read === undefined || 'code' in read) throw new Error(JSON.stringify(read));
  return read;
}
function fieldsIn(bytes: Uint8Array, previous: Fields | null = null): Fields {
  const text = format.split(bytes);
  return format.read(text, text.items[0] as never, previous);
}
function edited(bytes: Uint8Array, change: (fields: Map<FieldName, Value>) => void): Uint8Array {
  const text = format.split(bytes);
  const before = fieldsIn(bytes);
  const after = new Map(before);
  change(after);
  return format.write(text, [{ item: text.items[0] ?? null, before, after, uid: '' }]);
}
const NAMED = {
  full: 'Eva; Ana',
  components: [
    { kind: 'surname', value: 'G;C' },
    { kind: 'given', value: 'Ana' },
  ],
};
const email = (fields: Fields): FieldName =>
  [...fields.keys()].find((field) => field.startsWith('emails/')) as FieldName;

describe('an address book since version 4', () => {
  beforeEach(() =>
    makeBook(4, {
      a1: {
        _vCard: CARD,
        DisplayName: 'Ana García',
        PrimaryEmail: 'ana@example.org',
        PopularityIndex: '7',
        LastModifiedDate: '1',
      },
      b2: { _vCard: CARD.replace('a1', 'b2') },
    }),
  );

  it('gives each card as its vCard', async () => {
    expect(await place().condition()).toEqual({ is: 'ready' });
    const { documents } = await place().list();
    expect(documents.map(({ name }) => name)).toEqual(['a1', 'b2']);
    expect(Buffer.from((await card('a1')).bytes).toString()).toBe(CARD);
  });

  it('leaves nothing beside it when it is read, and sees what is only in the log yet', async () => {
    expect(readdirSync(folder)).toEqual(['abook.sqlite']);
    await place().condition();
    await place().list();
    expect(readdirSync(folder)).toEqual(['abook.sqlite']);
    const thunderbird = new Database(path);
    thunderbird
      .prepare("UPDATE properties SET value = ? WHERE card = 'a1' AND name = '_vCard'")
      .run(CARD.replace('Ana', 'Eva'));
    expect(readdirSync(folder)).toContain('abook.sqlite-wal');
    expect(Buffer.from((await card('a1')).bytes).toString()).toContain('FN:Eva');
    thunderbird.close();
    expect(readdirSync(folder)).toEqual(['abook.sqlite']);
  });

  it('is read while Thunderbird lets nobody else open it, and leaves nothing beside it', async () => {
    const thunderbird = new Database(path);
    thunderbird.pragma('locking_mode = EXCLUSIVE');
    thunderbird.pragma('wal_autocheckpoint = 0');
    const save = (text: string): void => {
      thunderbird.prepare("UPDATE properties SET value = ? WHERE card = 'a1' AND name = '_vCard'").run(text);
    };
    save(CARD.replace('Ana', 'Eva'));
    expect(() => new Database(path, { readonly: true, timeout: 0 }).pragma('user_version')).toThrow(/locked/);
    expect(await place().condition()).toEqual({ is: 'ready' });
    expect(Buffer.from((await card('a1')).bytes).toString()).toContain('FN:Eva');
    // Only what is committed counts, and the log is begun anew when all of it is in the database.
    thunderbird.exec('BEGIN; DELETE FROM properties');
    expect((await place().list()).documents).toHaveLength(2);
    thunderbird.exec('ROLLBACK');
    thunderbird.pragma('wal_checkpoint(RESTART)');
    for (let at = 0; at < 40; at++) save(CARD.replace('FN:Ana', `FN:Ida ${'x'.repeat(at * 500)}`));
    expect(Buffer.from((await card('a1')).bytes).toString()).toContain('FN:Ida xxx');
    thunderbird.exec("DELETE FROM properties WHERE card = 'b2'");
    expect((await place().list()).documents.map(({ name }) => name)).toEqual(['a1']);
    expect(readdirSync(folder)).toEqual(['abook.sqlite', 'abook.sqlite-wal']);
    thunderbird.close();
    expect((await place().list()).documents.map(({ name }) => name)).toEqual(['a1']);
  });

  it('is read with a log that broke off', async () => {
    const thunderbird = new Database(path);
    thunderbird.pragma('wal_autocheckpoint = 0');
    const save = (at: number): void => {
      const text = CARD.replace('FN:Ana', `FN:Ida ${at} ${'x'.repeat(9000)}`);
      thunderbird.prepare("UPDATE properties SET value = ? WHERE card = 'a1' AND name = '_vCard'").run(text);
    };
    save(1);
    const size = statSync(`${path}-wal`).size;
    save(2);
    const [file, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
    thunderbird.close();
    const said = async (left: Uint8Array): Promise<string> => {
      writeFileSync(path, file);
      writeFileSync(`${path}-wal`, left);
      return Buffer.from((await card('a1')).bytes)
        .toString()
        .slice(0, 60);
    };
    expect(await said(log)).toContain('FN:Ida 2');
    expect(await said(log.subarray(0, log.length - 1))).toContain('FN:Ida 1');
    log[size + 100] = (log[size + 100] as number) ^ 1;
    expect(await said(log)).toContain('FN:Ida 1');
    expect(await said(log.subarray(0, 20))).toContain('FN:Ana');
    expect(await said(Buffer.alloc(5000))).toContain('FN:Ana');
  });

  it('is no other for what Thunderbird counts', async () => {
    const before = await card('a1');
    const database = new Database(path);
    database.exec("UPDATE properties SET value = '99' WHERE name IN ('PopularityIndex', 'LastModifiedDate')");
    database.close();
    expect((await card('a1')).revision).toEqual(before.revision);
  });

  it('is written with what its lists and searches look at, and keeps the rest', async () => {
    const before = await card('a1');
    const bytes = edited(before.bytes, (own) => own.set(email(own), { address: 'new@example.org' }));
    const written = await place().write('a1', before.revision, bytes);
    expect(written).toMatchObject({ done: 'written' });
    expect(rows('a1')).toMatchObject({ PrimaryEmail: 'new@example.org', FirstName: 'Ana', PopularityIndex: '7' });
    expect(rows('a1')._vCard).toBe(CARD.replace('ana@example.org', 'new@example.org').replace(';PREF=1', ''));
    expect(rows('b2')._vCard).toBe(CARD.replace('a1', 'b2'));
  });

  it('is written with the semicolons of a text as they are: Thunderbird takes the backslash of an escaped one for text', async () => {
    const { bytes } = await card('a1');
    const notes = fieldName('notes/n');
    const said = 'one; two, three\\; four\nfive \\'.repeat(3);
    const written = edited(bytes, (own) => own.set(notes, { note: said }).set(fieldName('name'), NAMED));
    await place().write('c3', null, written);
    const stored = rows('c3')._vCard as string;
    expect(stored.replaceAll('\r\n ', '')).toContain(`NOTE:${'one; two\\, three\\\\; four\\nfive \\\\'.repeat(3)}\r\n`);
    expect(stored).toContain('FN:Eva; Ana\r\n');
    // There it separates the parts.
    expect(stored).toContain('N:G\\;C;Ana;;;\r\n');
    expect([...fieldsIn(Buffer.from(stored)).values()]).toEqual(expect.arrayContaining([{ note: said }, NAMED]));
  });

  it('refuses to write what somebody changed meanwhile, and a card that is there already', async () => {
    const { revision, bytes } = await card('a1');
    expect(await place().write('b2', revision, bytes)).toMatchObject({ done: 'refused', reason: 'changed-underneath' });
    expect(await place().write('b2', null, bytes)).toMatchObject({ done: 'refused', reason: 'changed-underneath' });
    expect(await place().write('a1', revision, Buffer.from('no card'))).toMatchObject({
      done: 'refused',
      reason: 'malformed',
    });
    expect(rows('a1')._vCard).toBe(CARD);
  });

  it('takes new cards, and lets them go, also from lists', async () => {
    const { bytes, revision } = await card('a1');
    const name = place().newName('c3', (each) => each === 'c3');
    expect(await place().write(name, null, bytes)).toMatchObject({ done: 'written', document: { name: 'c3-2' } });
    expect(await place().write('a1', revision, null)).toEqual({ done: 'written', document: null });
    expect(rows('a1')).toEqual({});
    const database = new Database(path, { readonly: true });
    expect(database.prepare('SELECT count(*) AS count FROM list_cards').get()).toEqual({ count: 0 });
    database.close();
  });

  it('without a log of its own is not read while somebody is in the middle of writing to it', async () => {
    const long = 'x'.repeat(2000);
    rmSync(path);
    makeBook(4, Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`c${at}`, { _vCard: CARD, long }])));
    const writer = new Database(path);
    writer.pragma('journal_mode = DELETE');
    writer.pragma('cache_size = 2');
    writer.exec('BEGIN IMMEDIATE; DELETE FROM properties');
    expect(() => openAddressBook(path, 'read').cards()).toThrow(/locked/);
    expect(await place().condition()).toMatchObject({ is: 'unavailable' });
    writer.exec('ROLLBACK');
    writer.close();
    expect((await place().list()).documents).toHaveLength(300);
  });

  it('is not written while Thunderbird runs, and read all the same', async () => {
    isLocked = true;
    const { revision, bytes } = await card('a1');
    expect(await place().write('a1', revision, bytes)).toMatchObject({
      done: 'refused',
      detail: expect.stringContaining('Thunderbird is running'),
    });
  });

  it('is unavailable where a newer Thunderbird made it, or it is none', async () => {
    const database = new Database(path);
    database.pragma('user_version = 99');
    database.close();
    expect(await place().condition()).toMatchObject({ is: 'unavailable', code: 'unreadable' });
    rmSync(path);
    expect(await place().condition()).toMatchObject({ is: 'unavailable' });
  });

  it('is unavailable where its database is damaged, which is no trouble of our own', async () => {
    const database = new Database(path);
    database.pragma('journal_mode = DELETE');
    database.exec('DROP INDEX properties_card');
    const page = database.pragma('page_size', { simple: true }) as number;
    const table = database
      .prepare<[], { rootpage: number }>("SELECT rootpage FROM sqlite_schema WHERE name = 'properties'")
      .get();
    const at = ((table?.rootpage ?? 0) - 1) * page;
    database.close();
    writeFileSync(path, readFileSync(path).fill(0xa5, at, at + page));
    expect(await place().condition()).toMatchObject({
      is: 'unavailable',
      detail: expect.stringContaining('malformed'),
    });
    const read = async () => place().read(['a1']);
    const failure = await read().catch((error: unknown) => error);
    expect([(failure as Error).message, isDamage(failure)]).toEqual([expect.stringContaining('malformed'), false]);
  });
});

describe('an address book before version 4', () => {
  beforeEach(() =>
    makeBook(3, {
      a1: {
        FirstName: 'Ana',
        LastName: 'García',
        DisplayName: 'Ana García',
        PrimaryEmail: 'ana@example.org',
        CellularNumber: '1',
        WorkAddress: '1 Main St',
        Custom1: '38',
        PopularityIndex: '7',
      },
    }),
  );

  it('gives each card as a vCard of its properties', async () => {
    const fields = fieldsIn((await card('a1')).bytes);
    expect(fields.get(fieldName('name'))).toMatchObject({ full: 'Ana García' });
    expect(fields.get(email(fields))).toEqual({ address: 'ana@example.org' });
    expect([...fields.values()]).toContainEqual({ number: '1', features: { mobile: true } });
  });

  it('is written property by property', async () => {
    const before = await card('a1');
    const bytes = edited(before.bytes, (own) =>
      own.set(email(own), { address: 'new@example.org', contexts: { work: true } }),
    );
    const written = await place().write('a1', before.revision, bytes);
    expect(written).toMatchObject({ done: 'written' });
    const { LastModifiedDate: _, ...now } = rows('a1');
    expect(now).toEqual({
      FirstName: 'Ana',
      LastName: 'García',
      DisplayName: 'Ana García',
      PrimaryEmail: 'new@example.org',
      CellularNumber: '1',
      WorkAddress: '1 Main St',
      Custom1: '38',
      PopularityIndex: '7',
    });
  });
});

describe('the lock of a profile', () => {
  const world = (files: { readonly [name: string]: string }, more: Partial<ProfileWorld> = {}): ProfileWorld => ({
    fs: {
      lstat: (each) => {
        const target = files[each.slice('/p/'.length)];
        const type = target === 'file' ? 'file' : 'symlink';
        return target === undefined ? null : ({ type, inode: 42n } as never);
      },
      readLink: (each) => files[each.slice('/p/'.length)] as string,
    },
    platform: 'linux',
    isRunning: (pid) => pid === 4711,
    lockedFiles: () => '1: POSIX  ADVISORY  WRITE 4711 fd:01:43 0 EOF\n',
    ...more,
  });
  it.each([
    ['no lock', {}, {}, false],
    ['a link to a process that runs', { lock: '127.0.1.1:+4711' }, {}, true],
    ['a link to one that does not', { lock: '127.0.1.1:+1' }, {}, false],
    ['a link that says nothing', { lock: 'x' }, {}, true],
    ['a file nobody holds', { '.parentlock': 'file' }, {}, false],
    [
      'a file somebody holds',
      { '.parentlock': 'file' },
      { lockedFiles: () => '1: POSIX  ADVISORY  WRITE 4711 fd:01:42 0 EOF\n' },
      true,
    ],
    ['a file of which it cannot be told', { '.parentlock': 'file' }, { lockedFiles: () => null }, true],
    ['Windows, with the file', { 'parent.lock': 'file' }, { platform: 'win32' as const }, true],
    ['Windows, without', { '.parentlock': 'file' }, { platform: 'win32' as const }, false],
  ])('%s', (_name, files, more, expected) => {
    expect(isProfileLocked(world(files, more), '/p')).toBe(expected);
  });
});
