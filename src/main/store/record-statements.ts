import type Database from 'better-sqlite3';
import type { GroupMember } from './group-at-hand.ts';

/**
 * `revision` in hexadecimal, empty where there is none. As a blob each would be memory of its own, of 350 bytes for these 18, and twice the time: there may
 * be a hundred thousand. So they are parts of memory that many share.
 */
type MemberRow = [row: number, name: string, revision: string, known: number | null];
export const toMember = ([row, name, revision, known]: MemberRow): GroupMember => ({
  row,
  name,
  revision: known === null ? undefined : revision === '' ? null : Buffer.from(revision, 'hex'),
});

/** Everything the store of records asks SQLite. A record's flags: 1 live, 2 in conflict, 4 covered (with 2). */
export function recordStatements(database: Database.Database) {
  const rows = <Parameters extends unknown[], Row>(sql: string) => database.prepare<Parameters, Row>(sql).raw();
  const value = <Parameters extends unknown[], Value>(sql: string) => database.prepare<Parameters, Value>(sql).pluck();
  type Blob = Uint8Array;
  return {
    find: rows<[number, string], [number, Blob]>('SELECT id, state FROM record WHERE directory = ? AND name = ?'),
    at: rows<[number], [number, string, Blob]>('SELECT directory, name, state FROM record WHERE id = ?'),
    insert: database.prepare<[number, string, number, Blob]>(
      'INSERT INTO record(directory, name, flags, state) VALUES(?, ?, ?, ?)',
    ),
    update: database.prepare<[number, Blob, number]>('UPDATE record SET flags = ?, state = ? WHERE id = ?'),
    setFlags: database.prepare<[number, number]>('UPDATE record SET flags = ? WHERE id = ?'),
    group: rows<[number, number], MemberRow>(
      `SELECT r.id, r.name, hex(s.revision), s.source FROM record r LEFT JOIN snapshot s ON s.source = ? AND s.record = r.id WHERE r.directory = ?
       ORDER BY r.name`,
    ),
    member: rows<[number, number, number], MemberRow>(
      `SELECT r.id, r.name, hex(s.revision), s.source FROM record r LEFT JOIN snapshot s ON s.source = ? AND s.record = r.id
       WHERE r.id = ? AND r.directory = ?`,
    ),
    allGroups: rows<[number], [string]>('SELECT path FROM directory WHERE collection = ? ORDER BY path'),
    groupsFrom: rows<[number, string, string, string], [string]>(
      'SELECT path FROM directory WHERE collection = ? AND (path = ? OR (path >= ? AND path < ?)) ORDER BY path',
    ),
    anySnapshot: value<[number], number>('SELECT 1 FROM snapshot WHERE source = ? LIMIT 1'),
    countHeld: value<[number], number>('SELECT count(*) FROM snapshot WHERE source = ? AND revision IS NOT NULL'),
    snapshot: rows<[number, number], [Blob | null, Blob | null, Blob | null]>(
      'SELECT revision, held, native FROM snapshot WHERE source = ? AND record = ?',
    ),
    revisionOf: value<[number, number, string], Blob | null>(
      'SELECT revision FROM snapshot WHERE source = ? AND record = (SELECT id FROM record WHERE directory = ? AND name = ?)',
    ),
    putSnapshot: database.prepare<[number, number, Blob | null, Blob | null, Blob | null]>(
      'REPLACE INTO snapshot(source, record, revision, held, native) VALUES(?, ?, ?, ?, ?)',
    ),
    dropSnapshot: database.prepare<[number, number]>('DELETE FROM snapshot WHERE source = ? AND record = ?'),
    dropSnapshots: database.prepare<[number]>('DELETE FROM snapshot WHERE source = ?'),
    inConflict: rows<[number], [number, string, string, Blob]>(
      `SELECT r.id, d.path, r.name, r.state FROM record r JOIN directory d ON d.id = r.directory WHERE (r.flags & 2) AND d.collection = ? ORDER BY r.id`,
    ),
    countConflicts: value<[number], number>(
      'SELECT count(*) FROM record r JOIN directory d ON d.id = r.directory WHERE (r.flags & 2) AND d.collection = ?',
    ),
    covered: value<[number], number>(
      'SELECT r.id FROM record r JOIN directory d ON d.id = r.directory WHERE (r.flags & 2) AND (r.flags & 4) AND d.collection = ?',
    ),
    countLive: value<[number], number>(
      'SELECT count(*) FROM directory d JOIN record r ON r.directory = d.id WHERE d.collection = ? AND (r.flags & 1)',
    ),
    page: rows<[number, string, string, string, number], [number, string, string, Blob]>(
      `SELECT r.id, d.path, r.name, r.state FROM directory d CROSS JOIN record r ON r.directory = d.id
       WHERE d.collection = ? AND d.path >= ? AND (d.path > ? OR r.name > ?) ORDER BY d.path, r.name LIMIT ?`,
    ),
    named: rows<[number, string], [string, string]>(
      'SELECT d.path, r.name FROM directory d JOIN record r ON r.directory = d.id WHERE d.collection = ? AND r.name = ? LIMIT 64',
    ),
    beginning: rows<[number, string, string], [string, string]>(
      `SELECT d.path, r.name FROM directory d JOIN record r ON r.directory = d.id
       WHERE d.collection = ? AND substr(iif(d.path = '', r.name, d.path || '/' || r.name), 1, length(?)) = ? LIMIT 64`,
    ),
    containing: value<[number, string, number], number>(
      `SELECT r.id FROM directory d JOIN record r ON r.directory = d.id
       WHERE d.collection = ? AND instr(lower(iif(d.path = '', r.name, d.path || '/' || r.name)), lower(?)) > 0 LIMIT ?`,
    ),
    notAsShown: value<[number, number], number>(
      `SELECT r.id FROM directory d JOIN record r ON r.directory = d.id LEFT JOIN snapshot s ON s.source = ? AND s.record = r.id
       WHERE d.collection = ? AND ((s.record IS NULL AND (r.flags & 1)) OR s.held IS NOT NULL) ORDER BY r.id`,
    ),
    // In two halves, each along the index: with OR every directory would be looked at.
    liveBelow: value<[number, string, number, string, string], number>(
      `SELECT 1 FROM directory d CROSS JOIN record r ON r.directory = d.id
       WHERE d.collection = ? AND d.path = ? AND (r.flags & 1)
       UNION ALL
       SELECT 1 FROM directory d CROSS JOIN record r ON r.directory = d.id
       WHERE d.collection = ? AND d.path >= ? AND d.path < ? AND (r.flags & 1) LIMIT 1`,
    ),
    liveIn: rows<[number, string, number], [number, string, string, Blob]>(
      `SELECT r.id, d.path, r.name, r.state FROM directory d CROSS JOIN record r ON r.directory = d.id
       WHERE d.collection = ? AND d.path = ? AND (r.flags & 1) ORDER BY r.name LIMIT ?`,
    ),
    liveWithin: rows<[number, string, string, number], [number, string, string, Blob]>(
      `SELECT r.id, d.path, r.name, r.state FROM directory d CROSS JOIN record r ON r.directory = d.id
       WHERE d.collection = ? AND d.path >= ? AND d.path < ? AND (r.flags & 1) ORDER BY d.path, r.name LIMIT ?`,
    ),
    directoryWithin: value<[number, string, string], number>(
      'SELECT 1 FROM directory WHERE collection = ? AND path >= ? AND path < ? LIMIT 1',
    ),
  };
}
