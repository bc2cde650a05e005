import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { AddressBook, OpenAddressBook, StoredCard } from './address-book.ts';
import { propertiesOfText } from './card-text.ts';
import { LOG_HEAD, withLog } from './write-ahead-log.ts';

/** Somebody may hold the database for a moment. */
const WAIT_MS = 500;
/** So often it is read anew where somebody wrote to it meanwhile. */
const TRIES = 3;

/** Opens `abook.sqlite` as it is: nothing of its schema is changed, and reading leaves nothing in the profile, nor waits for who has it open. */
export const openAddressBook: OpenAddressBook = (path, how): AddressBook => {
  const database =
    (how === 'read' ? inMemory(path) : null) ??
    new Database(path, { readonly: how === 'read', fileMustExist: true, timeout: WAIT_MS });
  try {
    return addressBook(database);
  } catch (error) {
    database.close();
    throw error;
  }
};

/** Where a database says how its changes are logged, and that it has no log beside it. */
const LOG_FORMATS = [18, 19];
const NO_LOG = 1;

/**
 * A copy in memory, with what is in the log beside it: opened in its place a database with a log gets files beside it, which would stay, and
 * Thunderbird lets nobody else open it while it runs. null: somebody writes to it.
 */
function inMemory(path: string): Database.Database | null {
  for (let tried = 0; tried < TRIES; tried++) {
    const before = printOf(path);
    if (before === null) return null;
    // In this order: what reaches the database meanwhile is in the log as well, for as long as its head is the same.
    const file = readFileSync(path);
    const log = whereThere(`${path}-wal`, (name) => readFileSync(name)) ?? NO_BYTES;
    if (printOf(path) !== before) continue;
    const bytes = Buffer.from(withLog(file, log));
    for (const at of LOG_FORMATS) bytes[at] = NO_LOG;
    return new Database(bytes, { readonly: true });
  }
  return null;
}

/** What is other once somebody wrote to the file, or began its log anew; null: changes are half in it. */
function printOf(path: string): string | null {
  if (existsSync(`${path}-journal`)) return null;
  const { mtimeNs, ctimeNs, size, ino } = statSync(path, { bigint: true });
  const head = whereThere(`${path}-wal`, headOf) ?? NO_BYTES;
  return `${mtimeNs} ${ctimeNs} ${size} ${ino} ${head.toString('hex')}`;
}

const NO_BYTES = Buffer.alloc(0);

function headOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(LOG_HEAD);
    return head.subarray(0, readSync(file, head, 0, LOG_HEAD, 0));
  } finally {
    closeSync(file);
  }
}

/** null: there is no such file. */
function whereThere<T>(path: string, read: (path: string) => T): T | null {
  try {
    return read(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The version of the tables below. */
const VERSION = 4;
/** The tables as Thunderbird makes them. */
const TABLES = `
  CREATE TABLE properties (card TEXT, name TEXT, value TEXT);
  CREATE TABLE lists (uid TEXT PRIMARY KEY, name TEXT, nickName TEXT, description TEXT);
  CREATE TABLE list_cards (list TEXT, card TEXT, PRIMARY KEY(list, card));
  CREATE INDEX properties_card ON properties(card);
  CREATE INDEX properties_name ON properties(name);
`;

/** The bytes of a new address book; `cards`: the text of each by its uid, `now`: when they were saved. */
export function composeAddressBook(cards: ReadonlyMap<string, Uint8Array>, now: number): Uint8Array {
  const database = new Database(':memory:');
  try {
    database.pragma(`user_version = ${VERSION}`);
    database.exec(TABLES);
    const book = addressBook(database);
    for (const [uid, text] of cards) book.replace(uid, propertiesOfText(VERSION, text, null, now), () => true);
    return new Uint8Array(database.serialize());
  } finally {
    database.close();
  }
}

interface Row {
  readonly card: string;
  readonly name: string;
  readonly value: string | number | null;
}

function addressBook(database: Database.Database): AddressBook {
  const version = Number(database.pragma('user_version', { simple: true }));
  const all = database.prepare<[], Row>('SELECT card, name, value FROM properties ORDER BY card, rowid');
  const one = database.prepare<[string], Row>('SELECT card, name, value FROM properties WHERE card = ? ORDER BY rowid');
  const cardOf = (uid: string): StoredCard | null => {
    const [card] = cardsOf(one.all(uid));
    return card ?? null;
  };
  return {
    version,
    cards: () => cardsOf(all.all()),
    card: cardOf,
    replace(uid, properties, isAsExpected) {
      const run = database.transaction((): boolean => {
        if (!isAsExpected(cardOf(uid))) return false;
        database.prepare('DELETE FROM properties WHERE card = ?').run(uid);
        const insert = database.prepare('INSERT INTO properties (card, name, value) VALUES (?, ?, ?)');
        for (const [name, value] of properties ?? []) insert.run(uid, name, value);
        if (properties === null && hasLists(database))
          database.prepare('DELETE FROM list_cards WHERE card = ?').run(uid);
        return true;
      });
      return run.immediate();
    },
    close: () => {
      database.close();
    },
  };
}

function cardsOf(rows: readonly Row[]): readonly StoredCard[] {
  const cards = new Map<string, Map<string, string>>();
  for (const { card, name, value } of rows) {
    if (typeof card !== 'string' || typeof name !== 'string') continue;
    let properties = cards.get(card);
    if (properties === undefined) {
      properties = new Map();
      cards.set(card, properties);
    }
    if (value !== null) properties.set(name, String(value));
  }
  return [...cards].map(([uid, properties]) => ({ uid, properties }));
}

const hasLists = (database: Database.Database): boolean =>
  database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'list_cards'").get() !== undefined;
