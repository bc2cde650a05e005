import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPackage } from '../../../src/main/change-log/package.ts';
import { databaseTrouble } from '../../../src/main/platform/database-trouble.ts';
import { ENTRY } from '../../../src/main/record/file-entry.ts';
import { type Digest, digest, recordId, sourceId } from '../../../src/main/record/ids.ts';
import { ContentStore } from '../../../src/main/store/content-store.ts';
import { LogStore } from '../../../src/main/store/log-store.ts';
import { openDatabase, SCHEMA_VERSION } from '../../../src/main/store/open-database.ts';
import { ProblemStore } from '../../../src/main/store/problem-store.ts';
import { RecordStore } from '../../../src/main/store/record-store.ts';
import { RegistryStore } from '../../../src/main/store/registry-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'database-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const FIXTURES = join(import.meta.dirname, '../../fixtures/database');
const file = () => join(base, 'state.sqlite');

/** Tables, indexes and the like, as SQLite wrote them down. */
const shapeOf = (database: Database.Database): string =>
  (
    database.prepare('SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name').all() as {
      sql: string;
    }[]
  )
    .map(({ sql }) => sql.replace(/--[^\n]*/g, '').replace(/\s+/g, ' '))
    .join('\n');

describe('the database', () => {
  it('is made of the newest schema, for its owner alone, and every commit is durable', () => {
    const database = openDatabase(file());
    expect(database.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('synchronous', { simple: true })).toBe(2);
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(
      shapeOf(database)
        .split('\n')
        .filter((sql) => sql.startsWith('CREATE TABLE') && !sql.includes('STRICT') && !sql.includes('sqlite_')),
    ).toEqual([]);
    database.close();
  });

  it('opens again with what was in it', () => {
    const first = openDatabase(file());
    new RegistryStore(first).setSetting('name', 'here');
    first.close();
    const again = openDatabase(file());
    expect(new RegistryStore(again).setting('name')).toBe('here');
    again.close();
  });

  it('of a later version is left alone', () => {
    const later = new Database(file());
    later.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    later.close();
    const bytes = readFileSync(file());
    expect(() => openDatabase(file())).toThrow(expect.objectContaining({ code: 'database-newer', subject: file() }));
    expect(readFileSync(file()).length).toBe(bytes.length);
  });

  it.each([
    ['no database', Buffer.from('this is something else, and longer than a header of SQLite is, by far. '.repeat(10))],
    ['a header and nothing behind it', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(600, 7)])],
  ])('that is %s is damaged', (_, bytes) => {
    writeFileSync(file(), bytes);
    expect(() => openDatabase(file())).toThrow(expect.objectContaining({ code: 'database-damaged' }));
    expect(readFileSync(file()).equals(bytes)).toBe(true);
  });

  it('that cannot be made says where', () => {
    const nowhere = join(base, 'none', 'state.sqlite');
    expect(() => openDatabase(nowhere)).toThrow(
      expect.objectContaining({ code: 'database-not-opened', subject: nowhere }),
    );
  });

  it.each([
    ['SQLITE_CORRUPT', 'damaged'],
    ['SQLITE_NOTADB', 'damaged'],
    ['SQLITE_IOERR_SHORT_READ', 'damaged'],
    ['SQLITE_ERROR', 'damaged'],
    ['SQLITE_IOERR_SHMSIZE', 'not-opened'],
    ['SQLITE_IOERR', 'not-opened'],
    ['SQLITE_CANTOPEN', 'not-opened'],
    ['SQLITE_READONLY_DIRECTORY', 'not-opened'],
    ['SQLITE_BUSY', 'not-opened'],
    ['EPERM', 'not-opened'],
  ])('refused with %s is %s', (code, is) => {
    const trouble = databaseTrouble('db', Object.assign(new Error('said'), { code }), () => null);
    expect(trouble.code).toBe(`database-${is}`);
  });

  it.each([
    ['full', 'SQLITE_CANTOPEN', 'disk-full', /^The disk of \/state is full: .* Free some space/],
    [null, 'SQLITE_FULL', 'disk-full', /^The disk of \/state is full/],
    ['no-right', 'SQLITE_CANTOPEN', 'database-not-opened', /your user may not write there/],
    ['read-only', 'SQLITE_READONLY', 'database-not-opened', /its disk can only be read/],
    [null, 'SQLITE_BUSY', 'database-not-opened', /said\. Another program may hold it/],
  ] as const)('says what is the matter: %s, of %s', (why, code, is, words) => {
    const cause = Object.assign(new Error('said'), { code });
    expect(databaseTrouble('/state/db', cause, () => why)).toMatchObject({
      code: is,
      message: expect.stringMatching(words),
    });
  });
});

/** A device's life in few rows: a conflict, a delete, a move, a source that holds less, and what else there is. */
function lifeOf(databases: GroupDatabases): GroupDevice {
  const group = new CollectionGroup(2, 'fixture', 'files', databases);
  const [one, two] = group.devices as [GroupDevice, GroupDevice];
  one.save('docs/a.txt', 'first');
  one.save('docs/gone.txt', 'short');
  group.exchange();
  group.tick();
  one.save('docs/a.txt', 'second');
  two.save('docs/a.txt', 'other');
  two.save('docs/gone.txt', null);
  group.exchange();
  const { database, registry } = databases.of(0);
  const source = registry.addSource(sourceId('s1'), one.collection.stored.row, '/home/anna/docs', 'folder', {
    only: [],
    ignore: ['*.tmp'],
    readOnly: false,
  });
  const { records } = one.collection;
  const found = records.find(recordId('docs/a.txt'))!;
  records.putSnapshot(source.row, found.row, Uint8Array.of(0, 1, 2), one.held(recordId('docs/a.txt')));
  registry.setSetting('config.name', 'Laptop');
  one.collection.problems.put(
    source.row,
    recordId('docs/b:c'),
    'name-not-allowed',
    'no such name here',
    1_767_225_600_000,
  );
  const contents = new ContentStore(database);
  contents.noteHolder(one.file('second').digest, source.row, found.row);
  contents.putChunkList(digest('cc'.repeat(32)), one.file('second').digest, new Uint8Array(72).fill(5));
  return one;
}

/** SQL that makes this database anew. */
function dumpOf(database: Database.Database): string {
  const tables = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all() as string[];
  const said = (value: unknown): string =>
    value === null
      ? 'NULL'
      : value instanceof Uint8Array
        ? `X'${Buffer.from(value).toString('hex')}'`
        : typeof value === 'number'
          ? String(value)
          : `'${String(value).replaceAll("'", "''")}'`;
  const rows = tables.flatMap((table) =>
    database
      .prepare(`SELECT * FROM ${table}`)
      .raw()
      .all()
      .map((row) => `INSERT INTO ${table} VALUES(${(row as unknown[]).map(said).join(', ')});`),
  );
  const shape = database
    .prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
    .pluck()
    .all() as string[];
  return `${shape.map((sql) => `${sql};`).join('\n')}\n${rows.join('\n')}\n`;
}

describe('a database of every version there was', () => {
  // Written once a version, by LOCKSTEP_WRITE_FIXTURES=1, and never again: databases like it are on people's disks.
  const versions = Array.from({ length: SCHEMA_VERSION }, (_, at) => at + 1);
  it.each(versions)('opens, version %i, with all that was in it', (version) => {
    const path = join(FIXTURES, `version-${version}.sql`);
    if (process.env.LOCKSTEP_WRITE_FIXTURES === '1' && version === SCHEMA_VERSION && !existsSync(path)) {
      const databases = new GroupDatabases();
      lifeOf(databases);
      writeFileSync(path, dumpOf(databases.of(0).database));
    }
    const old = new Database(file());
    old.exec(readFileSync(path, 'utf8'));
    old.pragma(`user_version = ${version}`);
    old.close();

    const database = openDatabase(file());
    const fresh = openDatabase(':memory:');
    expect(database.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    expect(shapeOf(database)).toBe(shapeOf(fresh));
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    fresh.close();

    const expected = lifeOf(new GroupDatabases());
    const registry = new RegistryStore(database);
    const [stored] = registry.collections();
    expect(stored).toEqual(expected.collection.stored);
    expect(registry.setting('config.name')).toBe('Laptop');
    const [source] = registry.sources(stored!.row);
    expect(source).toMatchObject({ location: '/home/anna/docs', adopting: true, settings: { ignore: ['*.tmp'] } });
    const [records, log] = [new RecordStore(database, stored!.row, 'files'), new LogStore(database, stored!.row)];
    for (const id of ['docs/a.txt', 'docs/gone.txt'].map(recordId))
      expect(records.find(id)).toEqual(expected.collection.records.find(id));
    const found = records.find(recordId('docs/a.txt'))!;
    expect(found.state.fields.get(ENTRY)).toHaveLength(2);
    expect([records.live, records.conflicts]).toEqual([1, 1]);
    expect(records.snapshot(source!.row, found.row)).toEqual(
      expected.collection.records.snapshot(source!.row, found.row),
    );
    expect(log.logs()).toEqual(expected.collection.log.logs());
    for (const each of log.logs())
      for (const { number, bytes } of log.after(each.log, 0, 100)) expect(readPackage(bytes).head.number).toBe(number);
    expect(log.changesOf(found.row)).toEqual(expected.collection.log.changesOf(found.row));
    expect(new ProblemStore(database).find(source!.row, recordId('docs/b:c'))).toMatchObject({
      code: 'name-not-allowed',
    });
    const contents = new ContentStore(database);
    expect(contents.holders(expected.file('second').digest, null)).toEqual([
      { source: source!.row, record: found.row },
    ]);
    expect(contents.chunkList(digest('cc'.repeat(32)))?.length).toBe(72);
    database.close();
  });
});

describe('who holds a content', () => {
  /** A database of version 4, in which holders were noted by record only: those of two folders of files, and the photo of a contact. */
  const migrated = (): Database.Database => {
    const old = new Database(file());
    old.exec(readFileSync(join(FIXTURES, 'version-4.sql'), 'utf8'));
    old.exec(`DELETE FROM content_at; DELETE FROM snapshot;
      INSERT INTO collection VALUES(20, 'people', 'people', 'contacts', 'ab', 0, 0, 0);
      INSERT INTO directory VALUES(20, 20, ''); INSERT INTO record VALUES(20, 20, 'anna', 1, X'00');
      INSERT INTO source VALUES(2, 's2', (SELECT collection FROM source WHERE id = 1), '/second', 'folder', 0, '{}');
      INSERT INTO snapshot VALUES(1, 1, X'00', NULL, NULL), (2, 1, X'00', NULL, NULL), (1, 2, X'00', NULL, NULL), (2, 2, NULL, NULL, NULL);
      INSERT INTO content_at VALUES(${Number('0xaaaaaaaaaaaa')}, 1), (${Number('0xbbbbbbbbbbbb')}, 2), (${Number('0xcccccccccccc')}, 20);`);
    old.pragma('user_version = 4');
    old.close();
    return openDatabase(file());
  };
  const [a, b, c] = ['a', 'b', 'c'].map((each) => digest(each.repeat(64))) as [Digest, Digest, Digest];

  it('is each source that has something there; what a contact refers to stays so', () => {
    const database = migrated();
    const store = new ContentStore(database);
    expect(store.holders(a, null)).toEqual([
      { source: 1, record: 1 },
      { source: 2, record: 1 },
    ]);
    expect(store.holders(b, null)).toEqual([{ source: 1, record: 2 }]);
    expect([store.holders(c, null), store.referrers(c), store.referrers(a)]).toEqual([[], [20], []]);
    database.close();
  });

  it('is noted anew where a collection has two folders, and only there', () => {
    const database = migrated();
    const registry = new RegistryStore(database);
    const due = registry.collections().filter(({ id }) => registry.holdersAreDue(id));
    expect(due.map(({ kind }) => kind)).toEqual(['files']);
    const [files] = due;
    registry.holdersNoted(files!.id);
    expect(registry.holdersAreDue(files!.id)).toBe(false);
    database.close();
  });
});
