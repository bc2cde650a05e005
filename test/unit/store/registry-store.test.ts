import { describe, expect, it } from 'vitest';
import { EMPTY_STATE } from '../../../src/main/merge/record-state.ts';
import {
  type CollectionId,
  type DeviceId,
  type Digest,
  dotOf,
  type LogId,
  type MemberKey,
  recordId,
  type SourceId,
} from '../../../src/main/record/ids.ts';
import { ContentStore } from '../../../src/main/store/content-store.ts';
import { LogStore } from '../../../src/main/store/log-store.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { changeLogSource, ProblemStore } from '../../../src/main/store/problem-store.ts';
import { QuarantineStore } from '../../../src/main/store/quarantine-store.ts';
import { RecordStore } from '../../../src/main/store/record-store.ts';
import { RegistryStore } from '../../../src/main/store/registry-store.ts';
import { RelayStore } from '../../../src/main/store/relay-store.ts';
import { SentStore } from '../../../src/main/store/sent-store.ts';
import { UnsyncedStore } from '../../../src/main/store/unsynced-store.ts';

type Database = ReturnType<typeof openDatabase>;
const BYTES = Uint8Array.of(1);
const HASH = 'ab'.repeat(32);

/** What is in each table, but for what all collections share. */
function tables(database: Database): Map<string, unknown[]> {
  const shared = ['chunk_list', 'chunk_at', 'kept'];
  const names = database
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
    )
    .pluck()
    .all();
  return new Map(
    names
      .filter((name) => !shared.includes(name))
      .map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all()]),
  );
}

/** A collection of which something is in every table. Returns its row. */
function addCollection(database: Database, name: string): number {
  const registry = new RegistryStore(database);
  const { row, id } = registry.addCollection(name as CollectionId, name, 'files', 'a' as LogId);
  const [laptop, member] = ['laptop' as DeviceId, `member of ${name}` as MemberKey];
  const place = `source of ${name}` as SourceId;
  const source = registry.addSource(place, row, `/${name}`, 'folder', { only: [], ignore: [], readOnly: false });
  registry.setShows(place, 2);
  registry.setComparesAgain(place, true);
  registry.setPartial(id, laptop, true);
  registry.setWhole(id, laptop, '1-2');
  registry.setSetting(`holders.${id}`, '1');
  registry.acknowledge(row, laptop, 'a' as LogId, { held: 1, applied: 1 });
  const logs = new LogStore(database, row);
  const written = logs.append(logs.log('a' as LogId, member), {
    number: 1,
    hash: HASH,
    time: 1,
    changes: 1,
    bytes: BYTES,
  });
  logs.noteReference('b' as LogId, member);
  const records = new RecordStore(database, row, 'files');
  const record = records.put(recordId('docs/a.txt'), null, EMPTY_STATE);
  records.putSnapshot(source.row, record, BYTES, null);
  logs.noteChange(record, dotOf(written, 0));
  new ContentStore(database).noteHolder(HASH as Digest, source.row, record);
  new UnsyncedStore(database).note(source.row, [record], 1);
  new SentStore(database).note(source.row, record, { held: new Map(), native: new Map() });
  const problems = new ProblemStore(database);
  problems.put(source.row, recordId('docs/a.txt'), 'read-failed', 'It cannot be read.', 1);
  problems.put(changeLogSource(row), recordId('Laptop'), 'too-many-logs', 'It has begun 64 logs.', 1);
  new QuarantineStore(database, row).add({ log: 'a' as LogId, number: 2, hash: HASH, member, bytes: BYTES });
  const relay = new RelayStore(database, row);
  relay.moveTo('https://relay.example');
  relay.noteItem('a' as LogId, 1, 1);
  relay.noteOperation(HASH);
  relay.noteMember(member, 1, 1);
  const piece = { digest: HASH as Digest, kind: 'content', offset: 0, length: 1 } as const;
  relay.notePack({ name: 'pack', key: BYTES, sid: 1 }, null, [piece]);
  return row;
}

describe('a collection that this device leaves', () => {
  it('goes with all that is known of it, and no other does', () => {
    const database = openDatabase(':memory:');
    const empty = tables(database);
    addCollection(database, 'docs');
    const before = tables(database);
    for (const [table, rows] of before) expect(rows.length, table).toBeGreaterThan(empty.get(table)?.length ?? 0);
    const photos = addCollection(database, 'photos');
    new RegistryStore(database).removeCollection(photos);
    expect(tables(database)).toEqual(before);
    // The next one may get its row.
    expect(new ProblemStore(database).count(changeLogSource(addCollection(database, 'music')))).toBe(1);
  });

  it('goes as a whole or not at all', () => {
    const database = openDatabase(':memory:');
    const docs = addCollection(database, 'docs');
    const before = tables(database);
    database.exec("CREATE TRIGGER full BEFORE DELETE ON source BEGIN SELECT raise(ABORT, 'the disk is full'); END");
    expect(() => new RegistryStore(database).removeCollection(docs)).toThrow('the disk is full');
    expect(tables(database)).toEqual(before);
  });
});
