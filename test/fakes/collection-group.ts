import type Database from 'better-sqlite3';
import type { Change } from '../../src/main/change-log/change.ts';
import { Collection, type CollectionAuthority, type WrittenPackage } from '../../src/main/collection.ts';
import { difference } from '../../src/main/difference/difference.ts';
import { type Held, isLive, shownFields } from '../../src/main/merge/record-state.ts';
import type { HistoryContents, HistoryPort, HistorySource } from '../../src/main/past/history-port.ts';
import type { Clock } from '../../src/main/platform/clock.ts';
import { digestOf } from '../../src/main/platform/hash.ts';
import type { RecordKind } from '../../src/main/record/field-rules.ts';
import { ENTRY, EXISTS } from '../../src/main/record/file-entry.ts';
import {
  collectionId,
  type Digest,
  type FieldName,
  type LogId,
  logId,
  memberKey,
  type RecordId,
  recordId,
  sourceId,
} from '../../src/main/record/ids.ts';
import type { Fields, Value } from '../../src/main/record/value.ts';
import { openDatabase } from '../../src/main/store/open-database.ts';
import { RegistryStore, type StoredSource } from '../../src/main/store/registry-store.ts';
import { SeededRandom } from './seeded-random.ts';

const NAMES = ['Laptop', 'Phone', 'Desk', 'Attic', 'Work'];
const SIGNATURE = new Uint8Array(64).fill(7);

/** A clock that a test sets: every call of `now` says the same until then. */
export class SetClock implements Clock {
  time = Date.UTC(2026, 0, 1);
  now(): number {
    return this.time;
  }
  after(): () => void {
    throw new Error('nothing here waits');
  }
}

/**
 * The databases devices of a group live in; many groups can share them, as a device has many collections. A statement is prepared once for
 * all of them: that costs more than a short history, and an open database keeps every statement.
 */
export class GroupDatabases {
  readonly #opened: { database: Database.Database; registry: RegistryStore }[] = [];
  of(device: number): { database: Database.Database; registry: RegistryStore } {
    while (this.#opened.length <= device) {
      const database = preparedOnce(openDatabase(':memory:'));
      this.#opened.push({ database, registry: new RegistryStore(database) });
    }
    return this.#opened[device] as { database: Database.Database; registry: RegistryStore };
  }

  /** No group that lives in them may be used any more. */
  close(): void {
    for (const { database } of this.#opened) database.close();
  }
}

function preparedOnce(database: Database.Database): Database.Database {
  const known = new Map<string, Database.Statement>();
  const prepare = database.prepare.bind(database);
  database.prepare = ((sql: string) => {
    const statement = known.get(sql) ?? prepare(sql);
    known.set(sql, statement);
    return statement;
  }) as typeof database.prepare;
  return database;
}

/** One device of a group: a real collection, and a history port on it. Packages leave and arrive only when told. */
export class GroupDevice {
  /** So many items are problems here, as it tells the others. */
  problemsTold = 0;
  readonly index: number;
  readonly name: string;
  readonly id: string;
  readonly log: LogId;
  readonly clock = new SetClock();
  readonly collection: Collection;
  readonly group: CollectionGroup;
  readonly sent: WrittenPackage[] = [];
  /** Contents this device can give, by digest. */
  readonly bytes = new Map<Digest, Uint8Array>();
  sources: readonly HistorySource[] = [];
  commits = 0;

  constructor(group: CollectionGroup, index: number, databases: GroupDatabases) {
    this.group = group;
    this.index = index;
    this.name = NAMES[index] ?? `Device ${index}`;
    this.id = idOf(index);
    this.log = logId(digestOf(`${group.seed} log ${index}`).slice(0, 16));
    const { database, registry } = databases.of(index);
    const stored = registry.addCollection(group.id, 'Documents', group.kind, this.log);
    this.collection = new Collection({
      database,
      registry,
      stored,
      authority: authorityOf(index),
      clock: this.clock,
      random: new SeededRandom(`${group.seed} ${index}`),
    });
  }

  /** A place of the collection on this device, where nothing has been seen yet. */
  addSource(databases: GroupDatabases): StoredSource {
    const { registry } = databases.of(this.index);
    const settings = { only: [], ignore: [], readOnly: false };
    const { row } = this.collection.stored;
    const source = registry.addSource(sourceId('5'.repeat(16)), row, '/there', 'folder', settings);
    this.collection.sourcesChanged();
    return source;
  }

  write(changes: readonly Change[]): readonly WrittenPackage[] {
    this.commits++;
    const written = this.collection.transact(() => this.collection.write(changes));
    this.sent.push(...written);
    return written;
  }

  /** What a source here would say of a file after a person wrote it (null: removed it), looking at what is shown now. */
  edit(record: string, fields: Fields | null, extra: Partial<Change> = {}): Change | null {
    const id = recordId(record);
    const change = difference(this.group.kind, id, this.held(id), fields);
    return change === null ? null : { ...change, ...extra };
  }
  save(record: string, text: string | null, extra: Partial<Change> = {}): WrittenPackage | null {
    const change = this.edit(record, text === null ? null : new Map([[ENTRY, this.file(text)]]), extra);
    return change === null ? null : (this.write([change])[0] as WrittenPackage);
  }
  held(id: RecordId): Held | null {
    const found = this.collection.records.find(id);
    return found === null ? null : shownFields(this.group.kind, found.state, this.collection.log.order);
  }

  /** The entry of a file with this text, which this device then has. */
  file(text: string): { readonly type: 'file'; readonly digest: Digest; readonly size: number } {
    const bytes = new TextEncoder().encode(text);
    const digest = digestOf(bytes);
    this.bytes.set(digest, bytes);
    return { type: 'file', digest, size: bytes.length };
  }

  /** Takes in everything another device wrote or holds, in its order. */
  receiveFrom(other: GroupDevice): void {
    for (const log of other.collection.log.logs())
      for (const { bytes } of other.collection.log.after(log.log, 0, Number.MAX_SAFE_INTEGER)) this.receive(bytes);
    for (const [digest, bytes] of other.bytes) this.bytes.set(digest, bytes);
  }
  receive(bytes: Uint8Array): string {
    return this.collection.transact(() => this.collection.receive(bytes)).is;
  }

  shown(record: string): Value | undefined {
    const found = this.collection.records.find(recordId(record));
    if (found === null || !isLive(found.state)) return undefined;
    return shownFields(this.group.kind, found.state, this.collection.log.order).get(ENTRY)?.value;
  }
  /** Every value a field holds. */
  values(record: string, field: FieldName = ENTRY): readonly Value[] {
    return (this.collection.records.find(recordId(record))?.state.fields.get(field) ?? []).map(
      (sibling) => sibling.value,
    );
  }
  isThere(record: string): boolean {
    const found = this.collection.records.find(recordId(record));
    return found !== null && isLive(found.state);
  }
  existsValues(record: string): readonly Value[] {
    return this.values(record, EXISTS);
  }

  get port(): HistoryPort {
    const { group } = this;
    const contents: HistoryContents = {
      isHere: (content) => this.bytes.has(content),
      read: async (_record, { digest }) =>
        this.bytes.get(digest) ??
        group.devices.find((device) => group.linked.has(device) && device.bytes.has(digest))?.bytes.get(digest) ??
        null,
      keep: async (bytes) => {
        const digest = digestOf(bytes);
        this.bytes.set(digest, bytes);
        return { digest, size: bytes.length };
      },
    };
    return {
      collection: this.collection,
      contents,
      sources: () => this.sources,
      commit: (changes) => this.write(changes),
      members: {
        self: this.id,
        deviceOf: (member) => group.devices.find((device) => keyOf(device.index) === member)?.id ?? member,
        nameOf: (id) => group.devices.find((device) => device.id === id)?.name ?? id.slice(0, 8),
        others: () =>
          group.devices
            .filter((device) => device !== this)
            .map((device) => ({
              device: device.id,
              applied: new Map(device.collection.log.logs().map((log) => [log.log, log.held])),
              hadContents: new Map(device.collection.log.logs().map((log) => [log.log, log.held])),
              problems: device.problemsTold,
              isSilent: false,
              passedOver: () => false,
            })),
      },
    };
  }
}

/** Devices that share a collection, without links, keys or sources: packages go where a test sends them. */
export class CollectionGroup {
  readonly id;
  readonly kind: RecordKind;
  readonly seed: string;
  readonly devices: readonly GroupDevice[];
  /** Devices whose contents can be asked for now. */
  readonly linked = new Set<GroupDevice>();

  constructor(count: number, seed: string, kind: RecordKind = 'files', databases = new GroupDatabases()) {
    this.seed = seed;
    this.kind = kind;
    this.id = collectionId(digestOf(`collection ${seed}`).slice(0, 32));
    this.devices = Array.from({ length: count }, (_, index) => new GroupDevice(this, index, databases));
  }

  /** Everything reaches everyone. */
  exchange(): void {
    for (let round = 0; round < 2; round++)
      for (const device of this.devices)
        for (const other of this.devices) if (other !== device) device.receiveFrom(other);
  }
  /** All clocks go on, so that what follows is later. */
  tick(milliseconds = 1000): void {
    for (const device of this.devices) device.clock.time += milliseconds;
  }
}

const keyOf = (index: number) => memberKey(digestOf(`member ${index}`));
const idOf = (index: number): string => digestOf(`device ${index}`);

function authorityOf(index: number): CollectionAuthority {
  return {
    member: keyOf(index),
    sign: () => SIGNATURE,
    verify: () => true,
    nameOf: String,
    refuses: () => null,
    invalid: () => null,
  };
}
