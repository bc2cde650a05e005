import type Database from 'better-sqlite3';
import type { RecordKind } from '../record/field-rules.ts';
import type { CollectionId, DeviceId, LogId, SourceId } from '../record/ids.ts';

export interface StoredCollection {
  readonly row: number;
  readonly id: CollectionId;
  readonly name: string;
  readonly kind: RecordKind;
  readonly ownLog: LogId;
  readonly time: number;
  readonly paused: boolean;
  readonly captured: number;
}
/** What a person set for a source, and what waits for one. */
export interface SourceSettings {
  readonly only: readonly string[];
  readonly ignore: readonly string[];
  readonly readOnly: boolean;
}
/** How far a source is, as it is stored: 0 where it is as far as the log is applied. */
const ADOPTING = 1;
const FILLING = 2;
export interface StoredSource {
  readonly row: number;
  readonly id: SourceId;
  readonly collection: number;
  readonly location: string;
  readonly format: string;
  readonly adopting: boolean;
  /** Compared, and not yet brought to all that no package still asks for: what is missing is found anew after a restart. */
  readonly filling: boolean;
  readonly settings: SourceSettings;
}
export interface Acknowledged {
  readonly held: number;
  readonly applied: number;
}

/** The collections and sources of this device, its settings, and what other members said they have. */
export class RegistryStore {
  readonly #database: Database.Database;
  readonly #sql;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#sql = statements(database);
  }

  setting(key: string): string | null {
    return this.#sql.setting.get(key) ?? null;
  }
  settings(): ReadonlyMap<string, string> {
    return new Map(this.#sql.settings.all());
  }
  setSetting(key: string, value: string | null): void {
    if (value === null) this.#sql.dropSetting.run(key);
    else this.#sql.setSetting.run(key, value);
  }

  /** Where a device was found, the surest first. */
  addresses(device: DeviceId): readonly string[] {
    const stored = this.setting(`addresses.${device}`);
    return stored === null ? [] : (JSON.parse(stored) as string[]);
  }
  /** true where others were remembered until now. */
  setAddresses(device: DeviceId, addresses: readonly string[]): boolean {
    const text = JSON.stringify(addresses);
    if (this.setting(`addresses.${device}`) === text) return false;
    this.setSetting(`addresses.${device}`, text);
    return true;
  }

  collections(): readonly StoredCollection[] {
    return this.#sql.collections.all().map(([row, id, name, kind, ownLog, time, paused, captured]) => ({
      row,
      id: id as CollectionId,
      name,
      kind: kind as RecordKind,
      ownLog: ownLog as LogId,
      time,
      paused: paused !== 0,
      captured,
    }));
  }
  addCollection(id: CollectionId, name: string, kind: RecordKind, ownLog: LogId): StoredCollection {
    const row = Number(this.#sql.addCollection.run(id, name, kind, ownLog).lastInsertRowid);
    return { row, id, name, kind, ownLog, time: 0, paused: false, captured: 0 };
  }
  updateCollection(collection: StoredCollection): void {
    const { name, ownLog, time, paused, captured, row } = collection;
    this.#sql.updateCollection.run(name, ownLog, time, paused ? 1 : 0, captured, row);
  }
  setTime(collection: number, time: number): void {
    this.#sql.setTime.run(time, collection);
  }

  sources(collection: number): readonly StoredSource[] {
    return this.#sql.sources.all(collection).map(([row, id, location, format, adopting, settings]) => ({
      row,
      id: id as SourceId,
      collection,
      location,
      format,
      adopting: adopting === ADOPTING,
      filling: adopting === FILLING,
      settings: JSON.parse(settings) as SourceSettings,
    }));
  }
  addSource(
    id: SourceId,
    collection: number,
    location: string,
    format: string,
    settings: SourceSettings,
  ): StoredSource {
    const row = Number(
      this.#sql.addSource.run(id, collection, location, format, JSON.stringify(settings)).lastInsertRowid,
    );
    return { row, id, collection, location, format, adopting: true, filling: false, settings };
  }
  updateSource(source: StoredSource): void {
    const stage = source.adopting ? ADOPTING : source.filling ? FILLING : 0;
    this.#sql.updateSource.run(source.location, stage, JSON.stringify(source.settings), source.row);
  }
  removeSource(row: number): void {
    this.#sql.forgetShown.run(row);
    this.#sql.removeSource.run(row);
  }

  /** The `SourceFormat.shows` by which the snapshots of a source were taken. */
  shows(source: SourceId): number {
    return Number(this.setting(`shows.${source}`) ?? 1);
  }
  setShows(source: SourceId, shows: number): void {
    this.setSetting(`shows.${source}`, shows === 1 ? null : String(shows));
  }

  /** Was this source compared with its collection before, and is it to be again, as its format shows another part of it? */
  comparesAgain(source: SourceId): boolean {
    return this.setting(`again.${source}`) !== null;
  }
  setComparesAgain(source: SourceId, isSo: boolean): void {
    this.setSetting(`again.${source}`, isSo ? '1' : null);
  }

  acknowledged(collection: number, device: DeviceId): ReadonlyMap<LogId, Acknowledged> {
    return new Map(
      this.#sql.acknowledged.all(collection, device).map(([log, held, applied]) => [log as LogId, { held, applied }]),
    );
  }
  acknowledge(collection: number, device: DeviceId, log: LogId, said: Acknowledged): void {
    this.#sql.acknowledge.run(collection, device, log, said.held, said.applied);
  }

  /** Is who holds what of a collection to be noted anew, as an earlier version of the program did not do it for each of its folders? */
  holdersAreDue(collection: CollectionId): boolean {
    return this.setting(`holders.${collection}`) !== null;
  }
  holdersNoted(collection: CollectionId): void {
    this.setSetting(`holders.${collection}`, null);
  }

  /** Do the sources of a member leave something out, as it told last? */
  isPartial(collection: CollectionId, device: DeviceId): boolean {
    return this.setting(`partial.${collection}.${device}`) !== null;
  }
  setPartial(collection: CollectionId, device: DeviceId, partial: boolean): void {
    this.setSetting(`partial.${collection}.${device}`, partial ? '1' : null);
  }
  /** When a member held all that stood, as text (`sharing/stretches.ts`); null: nothing is known of that. */
  whole(collection: CollectionId, device: DeviceId): string | null {
    return this.setting(`whole.${collection}.${device}`);
  }
  setWhole(collection: CollectionId, device: DeviceId, whole: string): void {
    this.setSetting(`whole.${collection}.${device}`, whole);
  }

  /** Nothing of it stays, nor of what its members said: the next collection may get its row. */
  removeCollection(row: number): void {
    this.#database.transaction(() => {
      for (const statement of this.#sql.removeCollection) statement.run(row);
    })();
  }
}

/** What is known of a collection's relay; all of it goes with the collection, or with another relay. */
export const RELAY_TABLES = [
  'relay_item',
  'relay_operation',
  'relay_content',
  'relay_pack',
  'relay_member',
  'relay',
] as const;

function statements(database: Database.Database) {
  const rows = <Parameters extends unknown[], Row>(sql: string) => database.prepare<Parameters, Row>(sql).raw();
  const value = <Parameters extends unknown[], Value>(sql: string) => database.prepare<Parameters, Value>(sql).pluck();
  return {
    setting: value<[string], string>('SELECT value FROM setting WHERE key = ?'),
    settings: rows<[], [string, string]>('SELECT key, value FROM setting'),
    setSetting: database.prepare<[string, string]>('REPLACE INTO setting(key, value) VALUES(?, ?)'),
    dropSetting: database.prepare<[string]>('DELETE FROM setting WHERE key = ?'),
    collections: rows<[], [number, string, string, string, string, number, number, number]>(
      'SELECT id, uid, name, kind, own_log, time, paused, captured FROM collection ORDER BY id',
    ),
    addCollection: database.prepare<[string, string, string, string]>(
      'INSERT INTO collection(uid, name, kind, own_log, time, paused, captured) VALUES(?, ?, ?, ?, 0, 0, 0)',
    ),
    updateCollection: database.prepare<[string, string, number, number, number, number]>(
      'UPDATE collection SET name = ?, own_log = ?, time = ?, paused = ?, captured = ? WHERE id = ?',
    ),
    setTime: database.prepare<[number, number]>('UPDATE collection SET time = ? WHERE id = ?'),
    sources: rows<[number], [number, string, string, string, number, string]>(
      'SELECT id, uid, location, format, adopting, settings FROM source WHERE collection = ? ORDER BY id',
    ),
    addSource: database.prepare<[string, number, string, string, string]>(
      'INSERT INTO source(uid, collection, location, format, adopting, settings) VALUES(?, ?, ?, ?, 1, ?)',
    ),
    updateSource: database.prepare<[string, number, string, number]>(
      'UPDATE source SET location = ?, adopting = ?, settings = ? WHERE id = ?',
    ),
    removeSource: database.prepare<[number]>('DELETE FROM source WHERE id = ?'),
    forgetShown: database.prepare<[number]>(
      "DELETE FROM setting WHERE key IN (SELECT each.prefix || uid FROM source, (SELECT 'shows.' AS prefix UNION SELECT 'again.') AS each WHERE id = ?)",
    ),
    acknowledged: rows<[number, string], [string, number, number]>(
      'SELECT log, held, applied FROM acknowledged WHERE collection = ? AND device = ?',
    ),
    acknowledge: database.prepare<[number, string, string, number, number]>(
      'REPLACE INTO acknowledged(collection, device, log, held, applied) VALUES(?, ?, ?, ?, ?)',
    ),
    removeCollection: [
      'DELETE FROM content_at WHERE record IN (SELECT r.id FROM record r JOIN directory d ON d.id = r.directory WHERE d.collection = ?)',
      'DELETE FROM change_of WHERE record IN (SELECT r.id FROM record r JOIN directory d ON d.id = r.directory WHERE d.collection = ?)',
      'DELETE FROM record WHERE directory IN (SELECT id FROM directory WHERE collection = ?)',
      'DELETE FROM directory WHERE collection = ?',
      'DELETE FROM snapshot WHERE source IN (SELECT id FROM source WHERE collection = ?)',
      'DELETE FROM problem WHERE source IN (SELECT id FROM source WHERE collection = ?)',
      // `changeLogSource`.
      'DELETE FROM problem WHERE source = -?',
      'DELETE FROM sent WHERE source IN (SELECT id FROM source WHERE collection = ?)',
      'DELETE FROM unsynced WHERE source IN (SELECT id FROM source WHERE collection = ?)',
      'DELETE FROM package WHERE log IN (SELECT id FROM log WHERE collection = ?)',
      'DELETE FROM log_reference WHERE log IN (SELECT id FROM log WHERE collection = ?)',
      'DELETE FROM log WHERE collection = ?',
      'DELETE FROM acknowledged WHERE collection = ?',
      'DELETE FROM quarantine WHERE collection = ?',
      ...RELAY_TABLES.map((table) => `DELETE FROM ${table} WHERE collection = ?`),
      "DELETE FROM setting WHERE key IN (SELECT 'shows.' || uid FROM source WHERE collection = ?)",
      "DELETE FROM setting WHERE key IN (SELECT 'again.' || uid FROM source WHERE collection = ?)",
      'DELETE FROM source WHERE collection = ?',
      "DELETE FROM setting WHERE key GLOB (SELECT 'partial.' || uid || '.*' FROM collection WHERE id = ?)",
      "DELETE FROM setting WHERE key GLOB (SELECT 'whole.' || uid || '.*' FROM collection WHERE id = ?)",
      "DELETE FROM setting WHERE key = (SELECT 'holders.' || uid FROM collection WHERE id = ?)",
      'DELETE FROM collection WHERE id = ?',
    ].map((sql) => database.prepare<[number]>(sql)),
  };
}
