import type Database from 'better-sqlite3';

type PlaceQuery = [number, string | null, string | null, number, string, number, number];
const PLACE = `l.collection = ? AND p.bytes IS NOT NULL AND (? IS NULL OR l.log IN (SELECT value FROM json_each(?)))
  AND (p.time, l.log, p.number) < (?, ?, ?) ORDER BY p.time DESC, l.log DESC, p.number DESC`;

/** Everything the store of the change log asks SQLite. */
export function logStatements(database: Database.Database) {
  const rows = <Parameters extends unknown[], Row>(sql: string) => database.prepare<Parameters, Row>(sql).raw();
  const value = <Parameters extends unknown[], Value>(sql: string) => database.prepare<Parameters, Value>(sql).pluck();
  type Blob = Uint8Array;
  return {
    logs: rows<[number], [number, string, string, number, string, number, number]>(
      'SELECT id, log, member, held, hash, applied, frozen FROM log WHERE collection = ?',
    ),
    referredBy: value<[number, string], number>(
      "SELECT count(*) FROM log_reference r JOIN log l ON l.id = r.log WHERE l.collection = ? AND l.member = '' AND r.member = ?",
    ),
    noteReference: database.prepare<[number, string]>('INSERT OR IGNORE INTO log_reference(log, member) VALUES(?, ?)'),
    addLog: database.prepare<[number, string, string, string]>(
      'INSERT INTO log(collection, log, member, held, hash, applied, frozen) VALUES(?, ?, ?, 0, ?, 0, 0)',
    ),
    setLog: database.prepare<[string, number, string, number, number, number]>(
      'UPDATE log SET member = ?, held = ?, hash = ?, applied = ?, frozen = ? WHERE id = ?',
    ),
    findPackage: value<[number, number, string], number>(
      'SELECT id FROM package WHERE log = ? AND number = ? AND hash = ?',
    ),
    findNumber: value<[number, number, number, string], number>(
      'SELECT id FROM package WHERE log = ? AND number = ? AND substr(hash, 1, ?) = ? ORDER BY id',
    ),
    holds: value<[number, number, string], number>(
      'SELECT 1 FROM package WHERE log = ? AND number = ? AND hash = ? AND bytes IS NOT NULL',
    ),
    addPackage: database.prepare<[number, number, string, number, number, Blob | null]>(
      'INSERT INTO package(log, number, hash, time, changes, bytes) VALUES(?, ?, ?, ?, ?, ?)',
    ),
    fillPackage: database.prepare<[number, number, Blob, number]>(
      'UPDATE package SET time = ?, changes = ?, bytes = ? WHERE id = ?',
    ),
    place: rows<[number], [string, number, string, number]>(
      'SELECT l.log, p.number, p.hash, p.time FROM package p JOIN log l ON l.id = p.log WHERE p.id = ?',
    ),
    after: rows<[number, number, number], [number, number, number, Blob]>(
      'SELECT id, number, time, bytes FROM package WHERE log = ? AND number > ? AND bytes IS NOT NULL ORDER BY number LIMIT ?',
    ),
    byRow: rows<[number, number, number], [number, string, number, number]>(
      `SELECT p.id, l.log, p.number, p.bytes IS NOT NULL FROM package p CROSS JOIN log l ON l.id = p.log
       WHERE l.collection = ? AND p.id > ? ORDER BY p.id LIMIT ?`,
    ),
    forked: rows<[number, number], [number, number, string, Blob]>(
      `SELECT id, number, hash, bytes FROM package WHERE log = ? AND bytes IS NOT NULL AND number >=
       (SELECT min(number) FROM (SELECT number FROM package WHERE log = ? AND bytes IS NOT NULL GROUP BY number HAVING count(*) > 1))`,
    ),
    packageAt: rows<[number], [string, number, number, Blob | null]>(
      'SELECT l.log, p.number, p.time, p.bytes FROM package p JOIN log l ON l.id = p.log WHERE p.id = ?',
    ),
    noteChange: database.prepare<[number, number, number]>(
      'INSERT OR IGNORE INTO change_of(record, package, idx) VALUES(?, ?, ?)',
    ),
    changesOf: rows<[number], [number, number]>(
      'SELECT package, idx FROM change_of WHERE record = ? ORDER BY package, idx',
    ),
    places: rows<PlaceQuery, [number, string, number, number]>(
      `SELECT p.id, l.log, p.number, p.time FROM package p JOIN log l ON l.id = p.log WHERE ${PLACE} LIMIT ?`,
    ),
    placesOf: rows<[string, ...PlaceQuery], [number, string, number, number]>(
      `SELECT p.id, l.log, p.number, p.time FROM package p JOIN log l ON l.id = p.log
       WHERE p.id IN (SELECT c.package FROM json_each(?) j CROSS JOIN change_of c ON c.record = j.value) AND ${PLACE} LIMIT ?`,
    ),
    recordsFrom: value<[number, number, string, number], number>(
      `SELECT DISTINCT c.record FROM change_of c JOIN package p ON p.id = c.package JOIN log l ON l.id = p.log
       WHERE l.collection = ? AND p.bytes IS NOT NULL AND (p.time, l.log, p.number) >= (?, ?, ?)`,
    ),
  };
}
