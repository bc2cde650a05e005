import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLog } from '../../../../src/main/sources/contacts/thunderbird/write-ahead-log.ts';

let folder: string;
let database: Database.Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-log-'));
  database = new Database(join(folder, 'book.sqlite'));
  for (const pragma of ['page_size = 1024', 'journal_mode = WAL', 'wal_autocheckpoint = 0']) database.pragma(pragma);
  database.exec('CREATE TABLE card (name TEXT)');
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const add = (count: number, name: string): void => {
  const insert = database.prepare('INSERT INTO card VALUES (?)');
  for (let at = 0; at < count; at++) insert.run(`${name} ${at} ${'x'.repeat(300)}`);
};
/** How many rows the copy has that is made of the file and the log beside it, as they are now; it is whole. */
function copied(change = (log: Uint8Array): Uint8Array => log): number {
  const file = readFileSync(join(folder, 'book.sqlite'));
  const bytes = Buffer.from(withLog(file, change(readFileSync(join(folder, 'book.sqlite-wal')))));
  // It has no log beside it.
  bytes[18] = 1;
  bytes[19] = 1;
  const copy = new Database(bytes, { readonly: true });
  try {
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    return copy.prepare<[], number>('SELECT count(*) FROM card').pluck().get() ?? -1;
  } finally {
    copy.close();
  }
}

it('what was committed is there, and what was not, or only in part, is not', () => {
  database.transaction(() => add(20, 'one'))();
  expect(copied()).toBe(20);
  database.pragma('cache_size = 10');
  database.exec('BEGIN');
  add(200, 'two');
  expect(readFileSync(join(folder, 'book.sqlite-wal')).length).toBeGreaterThan(30_000);
  expect(copied()).toBe(20);
  database.exec('COMMIT');
  expect(copied()).toBe(220);
  expect(copied((log) => log.subarray(0, log.length - 100))).toBe(20);
});

it('a database that became smaller has none of the pages it had before', () => {
  database.transaction(() => add(200, 'one'))();
  database.exec("DELETE FROM card WHERE name NOT LIKE 'one 1 %'");
  database.exec('VACUUM');
  expect(copied()).toBe(1);
});

it('of a log that was begun anew what was there before is behind it, and counts no more', () => {
  database.transaction(() => add(100, 'one'))();
  database.pragma('wal_checkpoint(RESTART)');
  database.exec("DELETE FROM card WHERE name LIKE 'one 1 %'");
  expect(copied()).toBe(99);
});

it('a log that is none, or says nothing yet, leaves the database as it is', () => {
  database.pragma('wal_checkpoint(TRUNCATE)');
  expect(copied()).toBe(0);
  const file = readFileSync(join(folder, 'book.sqlite'));
  for (const log of [new Uint8Array(0), new Uint8Array(4096), new Uint8Array(4096).fill(0x37)])
    expect(withLog(file, log)).toBe(file);
});
