import type Database from 'better-sqlite3';

/** Directories whose rows are remembered: some 150 bytes each. */
const CACHED_DIRECTORIES = 16_384;
/** Names known completely, of directories that are new here: a first sync looks up each of its records twice. */
const KNOWN_NAMES = 20_000;

/** Rows of the directories of one collection, and their paths. */
export class StoredDirectories {
  readonly #collection: number;
  /** Rows by path; null: there is none yet. */
  readonly #rows = new Map<string, number | null>();
  readonly #paths = new Map<number, string>();
  /** Of directories made since the start: every name in them. */
  readonly #names = new Map<number, Set<string>>();
  #nameCount = 0;
  readonly #sql;

  constructor(database: Database.Database, collection: number) {
    this.#collection = collection;
    this.#sql = statements(database);
  }

  /** null: a directory of another collection. */
  pathOf(directory: number): string | null {
    let path = this.#paths.get(directory);
    if (path === undefined) {
      path = this.#sql.pathOf.get(directory, this.#collection);
      if (path === undefined) return null;
      if (this.#paths.size >= CACHED_DIRECTORIES) this.#paths.clear();
      this.#paths.set(directory, path);
    }
    return path;
  }

  /** null: there is none. */
  find(path: string): number | null {
    const known = this.#rows.get(path);
    return known === undefined ? this.#remember(path, this.#sql.find.get(this.#collection, path) ?? null) : known;
  }

  findOrAdd(path: string): number {
    const found = this.find(path);
    if (found !== null) return found;
    const row = Number(this.#sql.add.run(this.#collection, path).lastInsertRowid);
    this.#names.set(row, new Set());
    this.#remember(path, row);
    return row;
  }

  #remember(path: string, row: number | null): number | null {
    if (this.#rows.size >= CACHED_DIRECTORIES) this.#rows.clear();
    this.#rows.set(path, row);
    return row;
  }

  /** Is there no record of this name in it? false: it has to be asked for. */
  surelyLacks(directory: number, name: string): boolean {
    return this.#names.get(directory)?.has(name) === false;
  }
  /** A record of this name is in it from now on. */
  learn(directory: number, name: string): void {
    const names = this.#names.get(directory);
    if (names === undefined) return;
    names.add(name);
    if (++this.#nameCount <= KNOWN_NAMES) return;
    this.#names.clear();
    this.#nameCount = 0;
  }

  /** A transaction was rolled back: nothing is known any more. */
  forget(): void {
    this.#rows.clear();
    this.#paths.clear();
    this.#names.clear();
    this.#nameCount = 0;
  }
}

function statements(database: Database.Database) {
  return {
    pathOf: database
      .prepare<[number, number], string>('SELECT path FROM directory WHERE id = ? AND collection = ?')
      .pluck(),
    find: database
      .prepare<[number, string], number>('SELECT id FROM directory WHERE collection = ? AND path = ?')
      .pluck(),
    add: database.prepare<[number, string]>('INSERT INTO directory(collection, path) VALUES(?, ?)'),
  };
}
