import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/main/change-log/change.ts';
import { compressBody } from '../../src/main/change-log/compress-body.ts';
import { makePackage, type PackageHead, readPackage } from '../../src/main/change-log/package.ts';
import { encodeBody } from '../../src/main/change-log/package-body.ts';
import { Collection, type CollectionAuthority, type Received, type WrittenPackage } from '../../src/main/collection.ts';
import { DeviceIdentity, makeSecrets } from '../../src/main/peers/identity/identity.ts';
import { verifySignature } from '../../src/main/peers/membership/membership-op.ts';
import { bytesOf } from '../../src/main/record/encode-value.ts';
import { ENTRY, EXISTS } from '../../src/main/record/file-entry.ts';
import { collectionId, type Dot, type LogId, logId, recordId, sourceId } from '../../src/main/record/ids.ts';
import { validateFileChange } from '../../src/main/sources/files/validate-file-change.ts';
import { openDatabase } from '../../src/main/store/open-database.ts';
import { RegistryStore } from '../../src/main/store/registry-store.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { change, deletes, digestA, entryA, entryA2, entryA3, RECORD, sets, write } from '../fakes/tiny-records.ts';

const GROUP = collectionId('ab'.repeat(16));
const random = new SeededRandom('collections');

/** One device's view of a collection, with real keys and a real database. */
class Device {
  readonly signer;
  readonly clock = new FakeClock();
  collection: Collection;
  readonly log: LogId;
  readonly database = openDatabase(':memory:');
  readonly #open: () => Collection;
  refuses: CollectionAuthority['refuses'] = () => null;
  verified = 0;

  constructor(name: string) {
    this.signer = new DeviceIdentity(makeSecrets(random.fork(name))).member(GROUP);
    this.log = logId(Buffer.from(name.padEnd(8, '.')).toString('hex'));
    const registry = new RegistryStore(this.database);
    const authority: CollectionAuthority = {
      member: this.signer.key,
      sign: (bytes) => this.signer.sign(bytes),
      verify: (member, bytes, signature) => {
        this.verified++;
        return verifySignature(bytesOf(member), bytes, signature);
      },
      refuses: (head) => this.refuses(head),
      nameOf: () => 'the other',
      invalid: validateFileChange,
    };
    registry.addCollection(GROUP, 'docs', 'files', this.log);
    this.#open = () => {
      const [stored] = registry.collections();
      const { database, clock } = this;
      return new Collection({
        database,
        registry,
        stored: stored!,
        authority,
        clock,
        random: random.fork(`${name} more`),
      });
    };
    this.collection = this.#open();
  }
  /** The program ends, and begins again with what is stored. */
  restart(): void {
    this.collection = this.#open();
  }
  write(...changes: readonly Change[]): readonly WrittenPackage[] {
    return this.collection.transact(() => this.collection.write(changes));
  }
  one(each: Change): Uint8Array {
    return this.write(each)[0]!.bytes;
  }
  receive(bytes: Uint8Array): Received {
    return this.collection.transact(() => this.collection.receive(bytes));
  }
  held(log: LogId): number {
    return this.collection.log.logs().find((each) => each.log === log)?.held ?? 0;
  }
  values(record = RECORD) {
    return (this.collection.records.find(record)?.state.fields.get(ENTRY) ?? []).map(({ value }) => value);
  }
  /** A package as this member could sign it, whatever it says. */
  forge(head: Partial<PackageHead>, body: Uint8Array): Uint8Array {
    const log = this.collection.log.logs().find((each) => each.log === this.log);
    const whole = {
      collection: GROUP,
      member: this.signer.key,
      log: this.log,
      number: (log?.held ?? 0) + 1,
      previous: log?.hash ?? '0'.repeat(64),
      epoch: 0,
      time: this.clock.now() * 1024,
      seen: [],
    };
    return makePackage({ ...whole, ...head }, body, (bytes) => this.signer.sign(bytes)).bytes;
  }
}
const pair = () => [new Device('one'), new Device('two')] as const;
const body = (...changes: readonly Change[]) =>
  compressBody(
    encodeBody(changes, () => ({ name: { log: '0'.repeat(16), number: 1, hash: '0'.repeat(16) }, index: 0 })),
  );
const raw = (value: unknown) => compressBody(encode(value));

describe('writing', () => {
  it('makes a chain: each package follows the one before it', () => {
    const [one] = pair();
    const heads = [sets(entryA), sets(entryA2), sets(entryA3)].map((each) => readPackage(one.one(each)));
    expect(heads.map(({ head }) => head.number)).toEqual([1, 2, 3]);
    expect(heads.map(({ head }) => head.previous)).toEqual(['0'.repeat(64), heads[0]!.hash, heads[1]!.hash]);
    expect(heads[0]!.head.time).toBeLessThan(heads[1]!.head.time);
  });

  it('says what it had seen of others', () => {
    const [one, two] = pair();
    const first = one.one(sets(entryA));
    two.receive(first);
    // Nothing has come of a log that others only refer to.
    two.collection.log.log(logId('f'.repeat(16)), '');
    for (const entry of [entryA2, entryA3]) {
      const { head } = readPackage(two.one(sets(entry)));
      expect(head.seen).toEqual([{ log: one.log, number: 1, hash: readPackage(first).hash.slice(0, 16) }]);
    }
  });

  it('closes a package at 256 changes', () => {
    const [one, two] = pair();
    const changes = Array.from({ length: 600 }, (_, at) => ({ ...sets(entryA), record: recordId(`f${at}`) }));
    const packages = one.write(...changes);
    expect(packages.map(({ applied }) => applied.length)).toEqual([256, 256, 88]);
    for (const each of packages) two.receive(each.bytes);
    expect(two.collection.records.live).toBe(600);
  });

  it('closes a package at 64 KiB, and loses nothing of it', () => {
    const [one, two] = pair();
    const changes = Array.from({ length: 200 }, (_, at) => ({
      ...sets({ type: 'symlink', target: `${at}`.padEnd(2000, 'x') }),
      record: recordId(`link${at}`),
    }));
    const packages = one.write(...changes);
    expect(packages.length).toBeGreaterThan(5);
    expect(packages.flatMap(({ applied }) => applied.map((each) => each.change.record))).toEqual(
      changes.map((each) => each.record),
    );
    for (const each of packages) expect(two.receive(each.bytes)).toMatchObject({ is: 'stored', invalid: 0 });
    expect(two.collection.records.live).toBe(200);
  });

  it('of nothing writes no package', () => {
    const [one] = pair();
    expect(one.write()).toEqual([]);
  });

  it('that fails leaves nothing behind, in memory either', () => {
    const [one] = pair();
    one.write(sets(entryA));
    const { collection } = one;
    const before = collection.stored;
    const added = recordId('new/b.txt');
    let lost = 0;
    expect(() =>
      collection.transact(() => {
        const [written] = collection.write([sets(entryA2), { ...sets(entryA), record: added }]);
        lost = written?.row ?? 0;
        // Whatever is remembered of it once it was asked for.
        expect(collection.packages.changesIn(lost)).toHaveLength(2);
        expect([collection.records.find(added)?.id, collection.records.choices]).toEqual([added, 1]);
        collection.problems.put(1, added, 'unreadable', 'It cannot be read.', 1);
        collection.update({ name: 'other' });
        throw new Error('the disk is full');
      }),
    ).toThrow('the disk is full');
    expect(collection.stored).toEqual(before);
    const { records, problems } = collection;
    expect([one.held(one.log), one.values(), records.find(added), records.live]).toEqual([1, [entryA], null, 1]);
    expect([records.conflicts, records.choices, problems.has(1, added)]).toEqual([0, 0, false]);
    const [next] = one.write(sets(entryA3));
    expect(readPackage(next!.bytes).head.number).toBe(2);
    expect([next?.row, collection.packages.changesIn(lost)]).toEqual([lost, [expect.objectContaining(sets(entryA3))]]);
  });

  it('of what is said again after a power failure does not wait for the disk, and all that follows does', () => {
    const [one] = pair();
    const waits = () => one.database.pragma('synchronous', { simple: true }) === 2;
    expect([one.collection.transactSoon(waits), waits()]).toEqual([false, true]);
    expect(() =>
      one.collection.transactSoon(() => {
        throw new Error('the disk is full');
      }),
    ).toThrow('the disk is full');
    expect([one.collection.transact(waits), waits()]).toEqual([true, true]);
  });
});

describe('receiving', () => {
  it('stores and merges what follows, once', () => {
    const [one, two] = pair();
    const bytes = one.one(sets(entryA));
    expect(two.receive(bytes)).toMatchObject({ is: 'stored', invalid: 0, package: { log: one.log, number: 1 } });
    expect(two.receive(bytes)).toEqual({ is: 'known' });
    expect([two.held(one.log), two.values()]).toEqual([1, [entryA]]);
    expect(Buffer.from(bytes).equals(two.collection.log.bytesOf(one.log, 1)!)).toBe(true);
  });

  it('tells what is missing before a package, and takes it afterwards', () => {
    const [one, two] = pair();
    const [first, second, third] = [sets(entryA), sets(entryA2), sets(entryA3)].map((each) => one.one(each));
    expect(two.receive(third!)).toEqual({ is: 'gap', log: one.log, from: 1 });
    two.receive(first!);
    expect(two.receive(third!)).toEqual({ is: 'gap', log: one.log, from: 2 });
    two.receive(second!);
    expect(two.receive(third!)).toMatchObject({ is: 'stored' });
    expect(two.held(one.log)).toBe(3);
  });

  it('never throws, whatever comes', () => {
    const [one, two] = pair();
    const good = one.one(sets(entryA));
    for (let at = 0; at < good.length; at++) {
      const bytes = Uint8Array.from(good);
      bytes[at]! ^= 1 << (at % 8);
      expect(two.receive(bytes), `byte ${at}`).toMatchObject({ is: 'refused' });
    }
    for (const bytes of [new Uint8Array(0), Uint8Array.of(0x80), new Uint8Array(1000)])
      expect(two.receive(bytes)).toMatchObject({ is: 'refused', hostile: true });
    expect(two.collection.log.logs().filter((log) => log.held > 0)).toEqual([]);
  });

  it('refuses what is of another collection, or not signed by its author', () => {
    const [one, two] = pair();
    const other = one.forge({ collection: collectionId('cd'.repeat(16)) }, body(sets(entryA)));
    expect(two.receive(other)).toEqual({ is: 'refused', why: 'of another collection', hostile: true });
    const inOurName = one.forge({ member: two.signer.key }, body(sets(entryA)));
    expect(two.receive(inOurName)).toEqual({ is: 'refused', why: 'not signed by its author', hostile: true });
  });

  it('refuses an author who may not write, and says that whoever passed it on may not know', () => {
    const [one, two] = pair();
    two.refuses = () => ({ why: 'its author may only read', setAside: false });
    expect(two.receive(one.one(sets(entryA)))).toEqual({
      is: 'refused',
      why: 'its author may only read',
      hostile: false,
    });
    expect(two.verified).toBe(0);
  });

  it('refuses to let one member write in the log of another', () => {
    const [one, two] = pair();
    const third = new Device('three');
    two.receive(one.one(sets(entryA)));
    const intruder = third.forge(
      { log: one.log, number: 2, previous: readPackage(one.collection.log.bytesOf(one.log, 1)!).hash },
      body(sets(entryA2)),
    );
    expect(two.receive(intruder)).toEqual({ is: 'refused', why: 'the log of another member', hostile: true });
    expect(two.held(one.log)).toBe(1);
  });

  it('refuses what follows a package whose hash only begins like that of the one before it', () => {
    const [one, two] = pair();
    two.receive(one.one(sets(entryA)));
    const { hash } = readPackage(one.collection.log.bytesOf(one.log, 1)!);
    const next = one.forge({ previous: hash.slice(0, 16).padEnd(64, '0') }, body(sets(entryA2)));
    expect(two.receive(next)).toMatchObject({ is: 'gap', log: one.log });
    expect(two.values()).toEqual([entryA]);
  });

  it('asks further and further back for what a package follows that is another past than ours', () => {
    const [one, two] = pair();
    for (let each = 0; each < 12; each++) two.receive(one.one(sets(entryA)));
    const asked = (number: number) => two.receive(one.forge({ number, previous: digestA }, body(sets(entryA2))));
    expect([13, 12, 10, 6].map(asked)).toEqual([12, 10, 6, 1].map((from) => ({ is: 'gap', log: one.log, from })));
    expect(asked(1)).toEqual({ is: 'refused', why: 'does not follow the package before it', hostile: false });
  });

  it('keeps both branches of a log that has two, freezes it, and goes no further', () => {
    const [one, two] = pair();
    const first = one.one(sets(entryA));
    const branch = one.forge(
      { number: 1, previous: '0'.repeat(64), time: one.clock.now() * 1024 + 5 },
      body(sets(entryA2)),
    );
    two.receive(first);
    expect(two.receive(branch)).toMatchObject({ is: 'forked', package: { number: 1 } });
    expect(two.values()).toEqual([entryA, entryA2]);
    expect(two.collection.log.logs().find((each) => each.log === one.log)).toMatchObject({ frozen: true, held: 1 });
    expect([two.receive(first), two.receive(branch)]).toEqual([{ is: 'known' }, { is: 'known' }]);
    const third = one.one(sets(entryA3));
    const author = { member: one.signer.key, told: () => 1 };
    expect(two.collection.transact(() => two.collection.receive(third, author))).toEqual({
      is: 'refused',
      why: 'a log with two branches',
      hostile: false,
    });
    // It told that it had this one before anybody knew of a second branch; and another member had taken the next one by then.
    const before = { ...author, told: () => 2 };
    expect(two.collection.transact(() => two.collection.receive(third, before))).toMatchObject({ is: 'stored' });
    expect(two.receive(one.one(sets(entryA)))).toMatchObject({ is: 'stored' });
  });

  it('what is written after a second branch came is later than what that says', () => {
    const [one, two] = pair();
    two.receive(one.one(sets(entryA)));
    const time = (two.clock.now() + 60_000) * 1024;
    expect(two.receive(one.forge({ number: 1, previous: '0'.repeat(64), time }, body(sets(entryA2))))).toMatchObject({
      is: 'forked',
    });
    expect(readPackage(two.one(sets(entryA3))).head.time).toBe(time + 1);
  });

  /** One device restored from a copy: each of the two wrote on from the second package. */
  function restored() {
    const [one] = pair();
    const again = new Device('one');
    const common = [one.one(sets(entryA)), one.one(sets(entryA2))];
    for (const each of common) again.receive(each);
    void again.clock.advance(5000);
    return {
      one,
      common,
      long: [1, 2, 3].map((at) => one.one({ ...sets(entryA3), record: recordId(`long ${at}`) })),
      short: [1, 2].map((at) => again.one({ ...sets(entryA), record: recordId(`short ${at}`) })),
    };
  }
  const stateOf = (device: Device, log: LogId) => ({
    log: device.collection.log.logs().find((each) => each.log === log),
    records: ['long 1', 'long 2', 'long 3', 'short 1', 'short 2'].map((id) => device.values(recordId(id)).length),
    held: device.collection.log.after(log, 0, 100).length,
  });

  it('comes to the same of two branches whatever came first, and takes the longer for the log', () => {
    const { one, common, long, short } = restored();
    const [first, second] = [new Device('first'), new Device('second')];
    for (const each of [...common, ...long, ...short]) first.receive(each);
    for (const each of [...common, ...short, ...long]) {
      second.receive(each);
      // What is remembered of the branches is asked for before each of them is whole.
      second.collection.log.branches(one.log);
    }
    expect(stateOf(first, one.log).log).toMatchObject({ held: 5, frozen: true, hash: readPackage(long[2]!).hash });
    const restarted = new Device('restarted');
    for (const each of [...common, ...long, ...short]) restarted.receive(each);
    restarted.restart();
    for (const device of [first, second, restarted]) {
      expect(stateOf(device, one.log)).toMatchObject({ records: [1, 1, 1, 1, 1], held: 7, log: { held: 5 } });
      const { log } = device.collection;
      expect(log.mainAfter(one.log, 1, 3).map(({ number }) => number)).toEqual([2, 3, 4]);
      expect(log.mainAfter(one.log, 3, 3).map(({ number }) => number)).toEqual([4, 5]);
      const branches = log.branches(one.log)!;
      expect(branches.others.map(({ number }) => number)).toEqual([3, 4]);
      expect(branches.heads.map(({ hash }) => hash)).toEqual([readPackage(short[1]!).hash.slice(0, 16)]);
    }
  });

  it('puts off a branch until what it follows is here, and what it brings counts as applied no more', () => {
    const { one, common, long, short } = restored();
    const two = new Device('two');
    for (const each of [...common, ...long]) two.receive(each);
    for (const applied of [5, 3]) two.collection.transact(() => two.collection.log.setApplied(one.log, applied));
    expect(stateOf(two, one.log).log).toMatchObject({ applied: 5 });
    expect(two.receive(short[1]!)).toEqual({ is: 'gap', log: one.log, from: 1 });
    expect(two.receive(short[0]!)).toMatchObject({ is: 'forked', package: { number: 3 } });
    expect(two.receive(short[1]!)).toMatchObject({ is: 'forked', package: { number: 4 } });
    expect(stateOf(two, one.log).log).toMatchObject({ held: 5, applied: 2, frozen: true });
  });

  it('sets aside what its author might not write, asks for nothing more of it, and takes it once it may', () => {
    const [one, two] = pair();
    const packages = [entryA, entryA2, entryA3].map((entry) => one.one(sets(entry)));
    let cut = 1;
    two.refuses = ({ number }) => (number <= cut ? null : { why: 'beyond the cut', setAside: true });
    const refused = { is: 'refused', why: 'beyond the cut', hostile: false };
    // The third first: a package that is not taken leaves no gap.
    expect([0, 2, 1, 2].map((at) => two.receive(packages[at]!))).toMatchObject([
      { is: 'stored' },
      refused,
      refused,
      refused,
    ]);
    expect(two.collection.quarantine.all().map(({ number }) => number)).toEqual([2, 3]);
    const receive = () => two.collection.transact(() => two.collection.receiveQuarantined());
    expect(receive()).toEqual([]);
    cut = 3;
    expect(receive()).toMatchObject([{ is: 'stored' }, { is: 'stored' }]);
    expect([two.held(one.log), two.collection.quarantine.all(), two.values().length]).toEqual([3, [], 3]);
  });

  it('keeps aside what may be taken now until what it follows is here', () => {
    const [one, two] = pair();
    const [first, second] = [entryA, entryA2].map((entry) => one.one(sets(entry)));
    two.refuses = () => ({ why: 'beyond the cut', setAside: true });
    two.receive(second!);
    two.refuses = () => null;
    const receive = () => two.collection.transact(() => two.collection.receiveQuarantined());
    expect(receive()).toEqual([{ is: 'gap', log: one.log, from: 1 }]);
    two.receive(first!);
    expect(receive()).toMatchObject([{ is: 'stored' }]);
    expect([two.held(one.log), two.collection.quarantine.all()]).toEqual([2, []]);
  });

  it('does not set aside again what a person let go of, nor what nobody signed', () => {
    const [one, two] = pair();
    two.refuses = () => ({ why: 'beyond the cut', setAside: true });
    const sent = one.one(sets(entryA));
    two.receive(sent);
    two.collection.quarantine.letGo(one.signer.key);
    two.receive(sent);
    expect(two.collection.quarantine.all()).toEqual([]);
    const forged = two.forge({ log: one.log, member: one.signer.key, number: 2 }, body(sets(entryA2)));
    expect(two.receive(forged)).toMatchObject({ is: 'refused', hostile: true });
    expect(two.collection.quarantine.all()).toEqual([]);
  });

  it('takes 64 logs of a member and no more, and tells a person', () => {
    const [one, two] = pair();
    const inLog = (at: number) => one.forge({ log: logId(at.toString(16).padStart(16, '0')) }, body(sets(entryA)));
    for (let at = 1; at <= 64; at++) expect(two.receive(inLog(at)).is).toBe('stored');
    expect(two.receive(inLog(65))).toEqual({
      is: 'refused',
      why: 'its author has begun too many logs',
      hostile: false,
    });
    expect(two.collection.problems.of(-two.collection.stored.row)).toMatchObject([
      { record: 'the other', code: 'too-many-logs' },
    ]);
  });

  it('remembers 64 logs that a member only refers to, and is told of further ones as of nothing', () => {
    const [one, two] = pair();
    const refersTo = (...dots: readonly number[]) =>
      compressBody(
        encodeBody(
          [{ ...sets(entryA), writes: [{ field: ENTRY, value: entryA, replaces: dots.map((dot) => dot as Dot) }] }],
          (dot) => ({ name: { log: dot.toString(16).padStart(16, 'f'), number: 1, hash: '1'.repeat(16) }, index: 0 }),
        ),
      );
    const sixtyFour = Array.from({ length: 64 }, (_, at) => at + 1);
    const logsHere = () => two.collection.log.logs().length;
    expect(two.receive(one.forge({}, refersTo(...sixtyFour))).is).toBe('stored');
    const known = logsHere();
    expect(known).toBe(65);
    const next = { number: 2, previous: readPackage(two.collection.log.bytesOf(one.log, 1)!).hash };
    // Among those that are known, one that is not.
    for (const dots of [[100], [64, 100, 1]])
      expect(two.receive(one.forge(next, refersTo(...dots)))).toEqual({
        is: 'refused',
        why: 'it refers to too many logs that nobody has written in',
        hostile: false,
      });
    expect([logsHere(), two.held(one.log)]).toEqual([known, 1]);
    expect(two.collection.problems.of(-two.collection.stored.row)).toMatchObject([
      { record: 'the other', code: 'too-many-logs' },
    ]);
    // What is known by now may be referred to by anyone.
    expect(two.receive(one.forge(next, refersTo(...sixtyFour))).is).toBe('stored');
  });

  it('remembers no log for a package it does not take', () => {
    const [one, two] = pair();
    for (let at = 1; at <= 100; at++) {
      const log = logId(at.toString(16).padStart(16, '0'));
      two.receive(one.forge({ log, number: 5, previous: digestA }, body(sets(entryA))));
      two.receive(two.forge({ log, member: one.signer.key }, body(sets(entryA))));
    }
    expect(two.collection.log.logs()).toEqual([]);
  });

  it('lets nobody pass off bytes of their own as a package that is known', () => {
    const [one, two] = pair();
    two.receive(one.one(sets(entryA)));
    const other = two.forge(
      { log: one.log, member: one.signer.key, number: 1, previous: '0'.repeat(64) },
      body(sets(entryA2)),
    );
    expect(two.receive(other)).toMatchObject({ is: 'refused', hostile: true });
    expect(two.collection.log.logs().find((each) => each.log === one.log)?.frozen).toBe(false);
  });

  it('takes the time of others into its own, and no further than ten minutes', () => {
    const [one, two] = pair();
    const far = one.forge({ time: Number.MAX_SAFE_INTEGER }, body(sets(entryA)));
    two.receive(far);
    const ahead = () => Math.round(readPackage(two.one(sets(entryA2))).head.time / 1024 - two.clock.now());
    expect(ahead()).toBe(600_000);
    two.restart();
    expect(ahead()).toBe(600_000);
  });

  it('begins a new log where its own past turned out to be longer', () => {
    const [one] = pair();
    const before = one.collection.stored.ownLog;
    one.write(sets(entryA));
    one.collection.beginNewLog();
    expect(one.collection.stored.ownLog).not.toBe(before);
    const { head } = readPackage(one.one(sets(entryA2)));
    expect([head.log, head.number]).toEqual([one.collection.stored.ownLog, 1]);
  });
});

describe('a change in a package that cannot be used', () => {
  const good = ['good.txt', 0, [], 1, [1], []];
  const entryOf = (value: unknown) => ['bad.txt', 0, [], 1, value, []];
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  const rows: readonly [string, unknown][] = [
    ['of no form', 5],
    ['with a path out of the root', ['../../etc/passwd', 0, [], 1, [1], []]],
    ['with a path into our own directory', ['.lockstep/marker.json', 0, [], 1, [1], []]],
    ['with a file without a digest', entryOf({ type: 'file' })],
    ['with a file whose digest is no hex', entryOf({ type: 'file', digest: 'zz'.repeat(32), size: 1 })],
    ['with a link without target', entryOf({ type: 'symlink' })],
    ['with an entry to come', entryOf([9, 'x'])],
    ['with an entry nested deep', entryOf(nested(40))],
    ['with a field to come', ['bad.txt', 0, [], 'colour', 'red', []]],
    ['with a time that is text', ['bad.txt', 0, [], 3, 'now', []]],
  ];
  it.each(rows)('is a problem by its name, and the others count: %s', (_, bad) => {
    const [one, two] = pair();
    const received = two.receive(one.forge({}, raw([[], [good, bad, ['last.txt', 0, [], 1, [1], []]]])));
    expect(received).toMatchObject({ is: 'stored', invalid: 1 });
    expect([two.held(one.log), two.collection.records.live]).toEqual([1, 2]);
    expect(two.collection.problems.of(-two.collection.stored.row)).toMatchObject([{ code: 'invalid-change' }]);
  });

  const bodies: readonly [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['packed in a way to come', Uint8Array.of(9, 1)],
    ['no lists', raw(5)],
    ['257 changes', raw([[], Array(257).fill(good)])],
    ['a change nested deeper than any device reads', raw([[], [good, entryOf(nested(100))]])],
    ['nested deep', Uint8Array.from([0, ...Array(200_000).fill(0x81)])],
  ];
  it.each(bodies)('is different where the body is none: the package is refused: %s', (_, bytes) => {
    const [one, two] = pair();
    expect(two.receive(one.forge({}, bytes))).toMatchObject({ is: 'refused', hostile: true });
    expect([two.held(one.log), two.collection.records.live]).toEqual([0, 0]);
  });

  it('that replaces a million dots is taken, and the next one after it too', () => {
    const [one, two] = pair();
    const names = Array.from({ length: 250 }, (_, at) => ['0'.repeat(16), at + 1, '0'.repeat(16)]);
    const dots = Array.from({ length: 64_000 }, (_, at) => at);
    const hostile = (number: number) => [
      names,
      [
        ['a', 0, dots.slice(number)],
        ['a', 0, dots],
      ],
    ];
    for (let number = 0; number < 3; number++) {
      const bytes = one.forge(
        {
          number: number + 1,
          previous:
            number === 0 ? '0'.repeat(64) : two.collection.log.logs().find((each) => each.log === one.log)!.hash,
        },
        raw(hostile(number)),
      );
      expect(two.receive(bytes)).toMatchObject({ is: 'stored', invalid: 0 });
    }
    expect(two.collection.records.find(recordId('a'))?.state.superseded.get(EXISTS)).toHaveLength(dots.length);
  });
});

describe('the past of a record', () => {
  it('is every value it had, and who wrote it when', () => {
    const [one, two] = pair();
    const [first] = one.write(sets(entryA));
    const dot = first!.applied[0]!.dot;
    one.write({
      ...change(write(ENTRY, entryA2), write(EXISTS, true)),
      writes: [
        { field: ENTRY, value: entryA2, replaces: [dot] },
        { field: EXISTS, value: true, replaces: [dot] },
      ],
    });
    const { row } = one.collection.records.find(RECORD)!;
    expect(
      one.collection.packages
        .earlierValues(row)
        .filter(({ field }) => field === ENTRY)
        .map(({ value }) => value),
    ).toEqual([entryA, entryA2]);
    expect(one.collection.packages.changeAt(dot)).toMatchObject({
      member: one.signer.key,
      atMs: one.clock.now(),
      change: { record: RECORD },
    });
    expect(two.collection.packages.changeAt(dot)).toBeNull();
  });
});

describe('what a source holds of a record that others change', () => {
  const REVISION = Uint8Array.of(1);
  const sibling = (device: Device) => device.collection.records.find(RECORD)!.state.fields.get(EXISTS)!.at(-1)!.dots;
  /** Another device that has a source, and what is stored of the record there. */
  /** `adopting`: the source is still to be compared with the collection. */
  function meeting(adopting = false) {
    const [one, two] = pair();
    const { row } = two.collection.stored;
    const settings = { only: [], ignore: [], readOnly: false };
    const registry = new RegistryStore(two.database);
    const source = registry.addSource(sourceId('5'.repeat(16)), row, '/there', 'folder', settings);
    registry.updateSource({ ...source, adopting });
    two.collection.sourcesChanged();
    const stored = () => two.collection.records.snapshot(source.row, two.collection.records.find(RECORD)!.row);
    const pass = (each: Change) => two.receive(one.one(each));
    return { one, two, source: source.row, stored, pass };
  }

  it('is what it showed before, and how it spells it, until it is brought to it', () => {
    const { one, two, source, stored, pass } = meeting();
    pass(sets(entryA));
    const spelled = new Map([[ENTRY, entryA3]]);
    const { row } = two.collection.records.find(RECORD)!;
    two.collection.records.putSnapshot(source, row, REVISION, null, spelled);
    for (const entry of [entryA2, entryA3]) {
      pass(sets(entry, ...sibling(one)));
      expect(stored()).toMatchObject({ revision: Buffer.from(REVISION), native: spelled });
      expect(stored()?.held?.get(ENTRY)?.value).toEqual(entryA);
    }
  });

  it('is nothing where it never held it, and that it was deleted where nothing else was ever shown there', () => {
    const { one, stored, pass } = meeting();
    pass(sets(entryA));
    pass(sets(entryA2, ...sibling(one)));
    expect(stored()).toBeUndefined();
    pass(deletes(...sibling(one)));
    expect(stored()).toBeUndefined();
    pass(sets(entryA3, ...sibling(one)));
    expect(stored()).toMatchObject({ revision: null });
    expect(stored()?.held?.get(EXISTS)?.value).toBe(false);
  });

  it('is unknown, also of what was deleted, until it was compared with what there is', () => {
    const { one, stored, pass } = meeting(true);
    pass(sets(entryA));
    pass(deletes(...sibling(one)));
    pass(sets(entryA3, ...sibling(one)));
    expect(stored()).toBeUndefined();
  });
});
