import { describe, expect, it } from 'vitest';
import {
  type CollectionId,
  type Digest,
  dotOf,
  type LogId,
  type MemberKey,
  recordId,
  type SourceId,
} from '../../../src/main/record/ids.ts';
import { LogStore } from '../../../src/main/store/log-store.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { changeLogSource, ProblemStore } from '../../../src/main/store/problem-store.ts';
import { QuarantineStore } from '../../../src/main/store/quarantine-store.ts';
import { RecordStore } from '../../../src/main/store/record-store.ts';
import { RegistryStore } from '../../../src/main/store/registry-store.ts';
import { RelayStore, UNTOLD } from '../../../src/main/store/relay-store.ts';
import { UnsyncedStore } from '../../../src/main/store/unsynced-store.ts';
import { entryA, entryA2, state } from '../../fakes/tiny-records.ts';

const LOG = 'a' as LogId;
const OTHER_LOG = 'b' as LogId;
const MEMBER = 'member' as MemberKey;
const DIGEST = 'ab'.repeat(32) as Digest;
const hash = (text: string): string => text.repeat(32);
const bytes = (text: string): Uint8Array => Buffer.from(text);
const piece = { digest: DIGEST, kind: 'content', offset: 0, length: 1 } as const;
const CLASHES = state({
  exists: [[true, 1]],
  entry: [
    [entryA, 1],
    [entryA2, 2],
  ],
});
const GONE = state({ exists: [[false, 1]], entry: [[entryA, 1]] });

/** A collection with one folder in this database. */
class Room {
  readonly row: number;
  readonly source: number;
  readonly #database;

  constructor(database: ReturnType<typeof openDatabase>, name: string) {
    this.#database = database;
    const registry = new RegistryStore(database);
    this.row = registry.addCollection(name as CollectionId, name, 'files', LOG).row;
    const settings = { only: [], ignore: [], readOnly: false };
    this.source = registry.addSource(`in ${name}` as SourceId, this.row, `/${name}`, 'folder', settings).row;
  }

  get records(): RecordStore {
    return new RecordStore(this.#database, this.row, 'files');
  }
  get logs(): LogStore {
    return new LogStore(this.#database, this.row);
  }
  get relay(): RelayStore {
    return new RelayStore(this.#database, this.row);
  }
  get quarantine(): QuarantineStore {
    return new QuarantineStore(this.#database, this.row);
  }

  /** Records, packages and all else have the same names in each room, and are what `of` says. */
  fill(of: string, isLive: boolean): this {
    const { records, logs, relay, quarantine } = this;
    const rows = ['x', 'x/below/y', 'x/z', 'docs/a', 'docs/more/b'].map((id) =>
      records.put(recordId(id), null, isLive ? CLASHES : GONE),
    );
    for (const row of rows.slice(1)) records.putSnapshot(this.source, row, bytes(of), null);
    const covered = records.at(rows[0] as number);
    if (isLive && covered !== null) records.setCovered(covered, true);
    for (const number of [1, 2]) {
      const log = logs.log(LOG, MEMBER);
      const time = isLive ? 1000 + number : number;
      const row = logs.append(log, { number, hash: hash(of), time, changes: 1, bytes: bytes(`${of} ${number}`) });
      logs.noteChange(rows[number] as number, dotOf(row, 0));
    }
    logs.noteReference(OTHER_LOG, MEMBER);
    for (const number of [1, 2]) quarantine.add({ log: LOG, number, hash: hash(of), member: MEMBER, bytes: bytes(of) });
    relay.moveTo(`https://${of}.example`, of.length);
    relay.noteItem(LOG, 1, isLive ? 9 : 3);
    relay.noteOperation(hash(of));
    relay.noteMember(MEMBER, isLive ? 9 : 3, 1);
    relay.notePack({ name: 'own', key: bytes(of), sid: isLive ? 9 : 3 }, new Map([[LOG, 1]]), [piece]);
    relay.notePack({ name: 'untold', key: bytes(of), sid: UNTOLD }, new Map([[LOG, 1]]), []);
    relay.notePack({ name: 'theirs', key: bytes(of), sid: isLive ? 9 : 3 }, null, [piece]);
    return this;
  }

  /** All that is told of it, each asked anew. */
  told() {
    const { records, logs, relay, quarantine } = this;
    const ids = (some: readonly { readonly id: string }[]) => some.map(({ id }) => id);
    const x = recordId('x');
    return {
      counts: [records.live, records.conflicts, records.choices, records.countHeld(this.source)],
      all: [...records.all()].map(({ id, row, state: each }) => [id, row, each, records.isCovered(row)]),
      inConflict: ids(records.inConflict()),
      notAsShown: records.notAsShown(this.source),
      named: [records.named('a'), records.beginning('docs/'), records.containing('oc', 99)],
      below: [records.hasLiveBelow(x), ids(records.liveBelow(x, 99)), records.hasDirectoriesBelow('docs')],
      groups: [records.groupsFrom(''), records.groupsFrom('x'), records.group(this.source, 'docs')],
      logs: logs.logs().map((log) => [log, logs.lastTime(log), logs.after(log.log, 0, 99), logs.branches(log.log)]),
      referred: logs.referredBy(MEMBER),
      byRow: logs.byRow(0, 99),
      places: logs.places({ logs: null, records: null }, null, 99),
      placesOf: logs.places({ logs: [LOG], records: [...records.all()].map(({ row }) => row) }, null, 99),
      from: logs.recordsFrom({ time: 0, log: LOG, number: 0 }),
      quarantine: quarantine.all(),
      relay: [relay.url, relay.cursor, relay.newest, relay.born, relay.sidOf(LOG, 1), relay.sidsAfter(LOG, 0)],
      atRelay: [relay.knownOperations(), relay.member(MEMBER), relay.ownPacks(), relay.untoldPacks()],
      contents: [relay.content(DIGEST, 'content'), relay.ownContent(DIGEST, 'content')],
      packs: ['own', 'untold', 'theirs'].map((name) => relay.pack(name)),
    };
  }
}

describe('two collections in one database', () => {
  it.each([true, false])('tell nothing of each other, though all in them has the same names (live: %s)', (isLive) => {
    const database = openDatabase(':memory:');
    const [docs, photos] = [new Room(database, 'docs'), new Room(database, 'photos')];
    const alone = docs.fill('docs', isLive).told();
    expect([alone.all.length, alone.counts]).toEqual([5, isLive ? [5, 5, 5, 4] : [0, 0, 0, 4]]);
    const theirs = photos.fill('pics', !isLive).told();
    expect(docs.told()).toEqual(alone);
    const sid = isLive ? 3 : 9;
    expect(theirs.relay).toEqual(['https://pics.example', 0, sid, 4, sid, new Map([[1, sid]])]);
    expect([theirs.atRelay[1], theirs.packs[0]?.key]).toEqual([{ time: sid, cursor: 1 }, bytes('pics')]);
    docs.records.put(recordId('docs/new'), null, CLASHES);
    docs.logs.append(docs.logs.log(LOG, MEMBER), {
      number: 3,
      hash: hash('docs'),
      time: 9999,
      changes: 1,
      bytes: bytes('third'),
    });
    expect(photos.told()).toEqual(theirs);
  });

  it('have nothing of each other, where only one has it', () => {
    const database = openDatabase(':memory:');
    const [docs, photos] = [new Room(database, 'docs').fill('docs', true), new Room(database, 'photos')];
    const row = docs.records.put(recordId('only/here/x'), null, CLASHES);
    docs.relay.notePack({ name: 'ours', key: bytes('docs'), sid: 5 }, new Map([[LOG, 1]]), []);
    // As many as are kept of one member.
    for (let number = 1; number <= 256; number++)
      docs.quarantine.add({ log: LOG, number, hash: hash('docs'), member: MEMBER, bytes: bytes('') });
    expect([docs.records.hasDirectoriesBelow('only'), docs.records.at(row)?.id]).toEqual([true, 'only/here/x']);
    expect([photos.records.hasDirectoriesBelow('only'), photos.records.at(row)]).toEqual([false, null]);
    photos.relay.notePack({ name: 'ours', key: bytes('pics'), sid: 6 }, null, []);
    expect(photos.relay.pack('ours')?.key).toEqual(bytes('pics'));
    const first = { log: LOG, number: 1, hash: hash('pics'), member: MEMBER, bytes: bytes('') };
    expect([docs.quarantine.add(first), photos.quarantine.add(first)]).toEqual([false, true]);
  });

  it('take nothing away from each other', () => {
    const database = openDatabase(':memory:');
    const [docs, photos] = [new Room(database, 'docs').fill('same', true), new Room(database, 'photos')];
    const before = docs.told();
    const { records, quarantine, relay, logs } = photos.fill('same', true);
    quarantine.drop({ log: LOG, number: 1, hash: hash('same'), member: MEMBER, bytes: bytes('') });
    quarantine.letGo(MEMBER);
    relay.cursor = 20;
    relay.told('own', 21, new Map([[OTHER_LOG, 5]]));
    relay.notePack({ name: 'untold', key: bytes('same'), sid: 22 }, null, []);
    relay.born = 99;
    relay.forgetOthers(30);
    relay.dropPack('own');
    for (const { row } of records.all()) records.putSnapshot(photos.source, row, null, null);
    records.dropSnapshots(photos.source);
    logs.setApplied(LOG, 2);
    expect([quarantine.all(), relay.ownPacks().length, relay.pack('theirs')]).toEqual([[], 1, null]);
    expect(docs.told()).toEqual(before);
    relay.moveTo('');
    expect(docs.told()).toEqual(before);
  });
});

describe('two folders in one database', () => {
  it('have each their own problems', () => {
    const problems = new ProblemStore(openDatabase(':memory:'));
    const [here, there] = [1, changeLogSource(1)];
    const id = recordId('a');
    for (const source of [here, there]) problems.put(source, id, 'read-failed', `in ${source}`, 5);
    problems.drop(here, id);
    problems.forgetCaches();
    expect([problems.of(here), problems.find(there, id)?.detail]).toEqual([[], `in ${there}`]);
    problems.put(here, id, 'read-failed', 'once more', 6);
    problems.dropAll(there);
    problems.forgetCaches();
    expect([problems.of(here).length, problems.of(there)]).toEqual([1, []]);
  });

  it('know each what of it may not be on the disk yet, until it surely is', () => {
    const unsynced = new UnsyncedStore(openDatabase(':memory:'));
    for (const source of [1, 2]) unsynced.note(source, [7, 8, 9], 100);
    unsynced.note(1, [8], 200);
    expect([unsynced.due(1, 100, 9), unsynced.due(1, 200, 2), unsynced.oldest(1)]).toEqual([[7, 9], [7, 8], 100]);
    // What was written once more since is not.
    unsynced.forget(1, [7, 8], 100);
    expect([unsynced.of(1), unsynced.of(2)]).toEqual([
      [8, 9],
      [7, 8, 9],
    ]);
    unsynced.rewind(1, 50);
    expect([unsynced.due(1, 50, 9), unsynced.oldest(2)]).toEqual([[8, 9], 100]);
    unsynced.dropAll(1);
    expect([unsynced.of(1), unsynced.oldest(1), unsynced.of(2)]).toEqual([[], null, [7, 8, 9]]);
  });
});
