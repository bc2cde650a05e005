import { beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { listConflicts } from '../../../src/main/conflicts/conflict-view.ts';
import { NOT_KEPT } from '../../../src/main/conflicts/result.ts';
import { catRecord } from '../../../src/main/history/cat.ts';
import { exportFolder } from '../../../src/main/history/export-folder.ts';
import { heldNothing, restore } from '../../../src/main/history/restore.ts';
import { restoreTo } from '../../../src/main/history/restore-to.ts';
import { undoChange } from '../../../src/main/history/undo-change.ts';
import { recordsRoot } from '../../../src/main/history/verify.ts';
import { findMoment } from '../../../src/main/past/moment.ts';
import { readContent } from '../../../src/main/past/read-content.ts';
import { ENTRY, EXECUTABLE, MODIFIED } from '../../../src/main/record/file-entry.ts';
import type { FieldName } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { faultAt } from '../../fakes/fault-plan.ts';
import { MemoryDisk } from '../../fakes/memory-disk.ts';
import { liveHistory } from '../../fakes/random-history.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

let group: CollectionGroup;
let laptop: GroupDevice;
let phone: GroupDevice;
let made = 0;

beforeEach(() => {
  group = new CollectionGroup(2, `restore ${made++}`);
  [laptop, phone] = group.devices as [GroupDevice, GroupDevice];
});
function save(device: GroupDevice, record: string, content: string | null): void {
  group.tick();
  device.save(record, content);
}
const text = (record: string): string | null => {
  const value = laptop.shown(record) as { digest: never } | undefined;
  return value === undefined ? null : new TextDecoder().decode(laptop.bytes.get(value.digest));
};
const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
const moment = (textOf: string) => findMoment(laptop.collection, textOf);

describe('restore', () => {
  it('brings one record back, and leaves the others', () => {
    save(laptop, 'a', 'one');
    save(laptop, 'b', 'b one');
    save(laptop, 'a', 'two');
    save(laptop, 'b', 'b two');
    const result = restore(laptop.port, 'a', moment(at(2)));
    expect(result).toMatchObject({ records: 1, conflicts: [], missing: [] });
    expect([text('a'), text('b')]).toEqual(['one', 'b two']);
    undoChange(laptop.port, result.changes[0] as string);
    expect(text('a')).toBe('two');
  });

  it('brings everything back: edits, deletes and adds, also after changes of others', () => {
    save(laptop, 'edited', 'one');
    save(laptop, 'deleted', 'was here');
    group.exchange();
    save(phone, 'edited', 'two');
    save(phone, 'deleted', null);
    save(phone, 'added', 'new');
    group.exchange();
    const result = restore(laptop.port, null, moment(at(2)));
    expect(result.records).toBe(3);
    expect([text('edited'), text('deleted'), text('added')]).toEqual(['one', 'was here', null]);
    group.exchange();
    expect(recordsRoot(phone.collection)).toEqual(recordsRoot(laptop.collection));
    expect(listConflicts(phone.port)).toEqual([]);
    expect(restore(laptop.port, null, moment(at(2)))).toMatchObject({ changes: [], records: 0, missing: [] });
  });

  it('takes a folder, a package and a single change', () => {
    save(laptop, 'docs/a', 'one');
    save(laptop, 'docs/deep/b', 'one');
    save(laptop, 'docsother', 'one');
    for (const record of ['docs/a', 'docs/deep/b', 'docsother']) save(laptop, record, 'two');
    restore(laptop.port, 'docs/', moment(`${laptop.log}-3`));
    expect(['docs/a', 'docs/deep/b', 'docsother'].map(text)).toEqual(['one', 'one', 'two']);
    restore(laptop.port, null, moment(`${laptop.log}-4-0`));
    expect(['docs/a', 'docs/deep/b', 'docsother'].map(text)).toEqual(['two', 'one', 'one']);
  });

  it('brings back what came later in the package of the change, and nothing that came with it before', () => {
    for (const record of ['a', 'b', 'c']) save(laptop, record, 'one');
    group.tick();
    laptop.write(
      ['a', 'b', 'c'].map((record) => laptop.edit(record, new Map([[ENTRY, laptop.file('two')]])) as Change),
    );
    restore(laptop.port, null, moment(`${laptop.log}-4-1`));
    expect(['a', 'b', 'c'].map(text)).toEqual(['two', 'two', 'one']);
  });

  it('settles a conflict with what was there before it', () => {
    save(laptop, 'a', 'base');
    group.exchange();
    save(laptop, 'a', 'mine');
    save(phone, 'a', 'theirs');
    group.exchange();
    expect(restore(laptop.port, 'a', moment(at(1))).conflicts).toEqual([]);
    expect(text('a')).toBe('base');
  });

  it('settles a conflict with one of its values, whoever wrote that', () => {
    for (const record of ['a', 'b']) save(laptop, record, 'base');
    group.exchange();
    save(laptop, 'a', 'then');
    save(phone, 'b', 'then');
    save(phone, 'a', 'later');
    save(laptop, 'b', 'later');
    group.exchange();
    expect(listConflicts(laptop.port)).toHaveLength(2);
    expect(restore(laptop.port, null, moment(at(4)))).toMatchObject({ records: 2, conflicts: [] });
    expect([listConflicts(laptop.port), text('a'), text('b')]).toEqual([[], 'then', 'then']);
  });

  it('settles a deletion beside an edit with the edit, though nothing else became another', () => {
    save(laptop, 'a', 'base');
    group.exchange();
    save(laptop, 'a', 'then');
    save(phone, 'a', null);
    group.exchange();
    expect(listConflicts(laptop.port)).toHaveLength(1);
    restore(laptop.port, 'a', moment(at(2)));
    expect([listConflicts(laptop.port), text('a')]).toEqual([[], 'then']);
  });

  it('takes a folder that is a record itself with all that is in it', () => {
    group.tick();
    laptop.write([laptop.edit('docs', new Map([[ENTRY, { type: 'directory' } as Value]])) as Change]);
    save(laptop, 'docs/a', 'one');
    save(laptop, 'docs/a', null);
    save(laptop, 'docs', null);
    expect(restore(laptop.port, 'docs', moment(at(2)))).toMatchObject({ records: 2, missing: [] });
    expect([laptop.shown('docs'), text('docs/a')]).toEqual([{ type: 'directory' }, 'one']);
  });

  it('names what is kept nowhere, and fails where that is all', () => {
    save(laptop, 'a', 'one');
    save(laptop, 'a', 'two');
    laptop.bytes.delete(laptop.file('one').digest);
    const port = { ...laptop.port, members: { ...laptop.port.members, others: () => [] } };
    expect(() => restore(port, 'a', moment(at(1)))).toThrow(expect.objectContaining({ code: 'content-not-kept' }));
    save(laptop, 'b', 'later');
    expect(restore(port, null, moment(at(1)))).toMatchObject({ records: 1, missing: [{ record: 'a' }] });
    expect([text('a'), text('b')]).toEqual(['two', null]);
  });

  it('refuses what is no moment and no record', () => {
    save(laptop, 'a', 'one');
    expect(() => moment('yesterday')).toThrow(expect.objectContaining({ code: 'bad-time' }));
    expect(() => moment('2026-13-01')).toThrow(expect.objectContaining({ code: 'bad-time' }));
    expect(() => moment('ffff-1')).toThrow(expect.objectContaining({ code: 'no-such-change' }));
    expect(() => restore(laptop.port, 'nothing', moment(at(1)))).toThrow(
      expect.objectContaining({ code: 'no-such-record' }),
    );
  });

  it('brings back, after any history, just what was shown at a moment', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const [device] = new CollectionGroup(2, `restore ${seed} ${made++}`).devices as [GroupDevice];
      const random = new SeededRandom(`restore ${seed}`);
      await liveHistory(device.group, device.group.devices, random, 10);
      device.group.exchange();
      device.group.tick(120_000);
      // Only where no conflict is open: of a conflict the shown value comes back, and no other.
      for (const conflict of listConflicts(device.port)) {
        const change = device.edit(conflict.record, null);
        if (change !== null)
          device.write([
            {
              ...change,
              writes: change.writes.map((write) => ({
                ...write,
                replaces:
                  device.collection.records
                    .find(change.record)
                    ?.state.fields.get(write.field)
                    ?.flatMap((each) => each.dots) ?? [],
              })),
            },
          ]);
      }
      expect(listConflicts(device.port)).toEqual([]);
      // By package, not by time: a clock that is set back signs what comes later with the same moment.
      const last = device.save('marker', `${seed}`);
      const then = recordsRoot(device.collection);
      device.group.tick();
      await liveHistory(device.group, [device], random, 8);
      device.group.tick(120_000);
      restore(device.port, null, findMoment(device.collection, `${last?.log}-${last?.number}`));
      expect(recordsRoot(device.collection), `seed ${seed}`).toEqual(then);
    }
  });
});

const silentMembers = ({ port: { members } }: GroupDevice) => ({
  ...members,
  others: () => members.others().map((other) => ({ ...other, isSilent: true })),
});

describe('cat', () => {
  const read = async (which: Parameters<typeof catRecord>[2]) =>
    new TextDecoder().decode(await catRecord(laptop.port, 'a', which));

  it('gives the bytes of now, of then, and of a value in conflict', async () => {
    save(laptop, 'a', 'base');
    group.exchange();
    save(laptop, 'a', 'mine');
    save(phone, 'a', 'theirs');
    group.exchange();
    expect(await read({})).toBe('theirs');
    expect(await read({ at: at(1) })).toBe('base');
    expect(await read({ at: `${laptop.log.slice(0, 8)}-2` })).toBe('mine');
    const [conflict] = listConflicts(laptop.port);
    expect(await Promise.all((conflict?.values ?? []).map((value) => read({ value: value.id.slice(0, 6) })))).toEqual([
      'theirs',
      'mine',
    ]);
    await expect(read({ value: 'nope' })).rejects.toMatchObject({ code: 'no-such-value' });
  });

  it('says what is no file, not there, or not kept', async () => {
    save(laptop, 'a', 'one');
    await expect(read({ at: at(0) })).rejects.toMatchObject({ code: 'no-such-record' });
    const { digest, size } = laptop.file('one');
    laptop.bytes.clear();
    await expect(read({})).rejects.toMatchObject({ code: 'content-not-kept', subject: 'a' });
    const silent = { ...laptop.port, members: silentMembers(laptop) };
    const told = 'Phone is linked and sends nothing of the contents asked for, and no other device that is linked has';
    await expect(catRecord(silent, 'a', {})).rejects.toThrow(`The content of a is not here, and ${told} it.`);
    await expect(readContent(silent, 'a', digest, size)).rejects.toThrow(`Its content is not here, and ${told} it.`);
    const change = laptop.edit('a', new Map([[ENTRY, { type: 'symlink', target: 'b' } as Value]]));
    if (change !== null) laptop.write([change]);
    await expect(read({})).rejects.toMatchObject({ code: 'not-a-file' });
    save(laptop, 'a', null);
    await expect(read({})).rejects.toMatchObject({ code: 'no-such-record' });
  });
});

it('what comes back is written before what goes, so that nothing is away in between', async () => {
  save(laptop, 'z was there', 'one');
  save(laptop, 'z was there', null);
  save(laptop, 'a came', 'two');
  await restore(laptop.port, null, moment(at(1)));
  const changes = laptop.collection.packages.changesIn(laptop.sent.at(-1)?.row ?? 0) ?? [];
  expect(changes.map((change) => ('record' in change ? change.record : null))).toEqual(['z was there', 'a came']);
});

describe('restore to a path', () => {
  function disk() {
    const disk = new MemoryDisk({ clock: new FakeClock() });
    const fs = disk.process();
    for (const path of ['/out', '/home', '/home/docs']) fs.makeDirectory(path);
    const realDirectory = (path: string): string | null => {
      const stat = fs.lstat(path);
      return stat?.type === 'directory' ? path : stat?.type === 'symlink' ? fs.readLink(path) : null;
    };
    return { disk, fs, realDirectory, forbidden: ['/home/docs'] };
  }
  function read(fs: ReturnType<typeof disk>['fs'], path: string): string {
    const fd = fs.open(path, 'read');
    const bytes = new Uint8Array(100);
    const size = fs.read(fd, bytes, 0, 100, 0);
    fs.close(fd);
    return new TextDecoder().decode(bytes.subarray(0, size));
  }

  it('writes real files as of then, and changes nothing in the collection', async () => {
    save(laptop, 'docs/a.txt', 'one');
    group.tick();
    const run = laptop.edit(
      'run',
      new Map<FieldName, Value>([
        [ENTRY, laptop.file('#!')],
        [EXECUTABLE, true],
        [MODIFIED, 1_600_000_000_000_000],
      ]),
    );
    const link = laptop.edit('link', new Map([[ENTRY, { type: 'symlink', target: 'docs' } as Value]]));
    const folder = laptop.edit('empty', new Map([[ENTRY, { type: 'directory' } as Value]]));
    laptop.write([run, link, folder].filter((change) => change !== null));
    save(laptop, 'docs/a.txt', 'two');
    const before = recordsRoot(laptop.collection);
    const { commits } = laptop;
    const world = disk();
    const result = await restoreTo(laptop.port, null, moment(at(2)), '/out/then', world);
    expect(result).toEqual({ changes: [], records: 4, conflicts: [], missing: [] });
    expect(read(world.fs, '/out/then/docs/a.txt')).toBe('one');
    expect(world.fs.lstat('/out/then/run')).toMatchObject({ modifiedNs: 1_600_000_000_000_000_000n });
    expect((world.fs.lstat('/out/then/run')?.mode ?? 0) & 0o111).toBe(0o111);
    expect(world.fs.readLink('/out/then/link')).toBe('docs');
    expect(world.fs.lstat('/out/then/empty')?.type).toBe('directory');
    expect([laptop.commits, recordsRoot(laptop.collection)]).toEqual([commits, before]);
  });

  it('writes nothing outside of the folder, whatever a peer calls a record', async () => {
    for (const path of ['../evil', 'docs/../../evil', 'docs/./a', 'docs//a', 'good']) save(laptop, path, 'words');
    const world = disk();
    const { records, missing } = await restoreTo(laptop.port, null, moment(at(9)), '/out/then', world);
    expect([records, missing.map(({ record }) => record).sort()]).toEqual([
      1,
      ['../evil', 'docs/../../evil', 'docs/./a', 'docs//a'],
    ]);
    expect(world.fs.readDirectory('/out').map(({ name }) => name)).toEqual(['then']);
    expect(world.fs.readDirectory('/out/then').map(({ name }) => name)).toEqual(['good']);
  });

  it('of a moment before anything was is told apart from one in which all was deleted later', () => {
    save(laptop, 'a', 'one');
    expect([0, 9].map((number) => heldNothing(laptop.port, moment(at(number))))).toEqual([true, false]);
  });

  it('writes one record to the path, or into the folder that is there; of a folder what is in it', async () => {
    save(laptop, 'docs/deep/a.txt', 'one');
    save(laptop, 'docs/b.txt', 'b');
    const world = disk();
    await restoreTo(laptop.port, 'docs/deep/a.txt', moment(at(9)), '/out', world);
    await restoreTo(laptop.port, 'docs/deep/a.txt', moment(at(9)), '/out/other name', world);
    await restoreTo(laptop.port, 'docs/deep', moment(at(9)), '/out/deep', world);
    await restoreTo(laptop.port, 'docs', moment(at(9)), '/out/docs', world);
    expect([read(world.fs, '/out/other name'), read(world.fs, '/out/deep/a.txt')]).toEqual(['one', 'one']);
    for (const [record, to] of [
      ['docs/b.txt', '/out/a.txt'],
      ['docs/deep/a.txt', '/out'],
    ] as const)
      await expect(restoreTo(laptop.port, record, moment(at(9)), to, world)).rejects.toMatchObject({
        code: 'already-there',
        subject: '/out/a.txt',
      });
    expect([
      read(world.fs, '/out/a.txt'),
      read(world.fs, '/out/docs/deep/a.txt'),
      read(world.fs, '/out/docs/b.txt'),
    ]).toEqual(['one', 'one', 'b']);
    await expect(restoreTo(laptop.port, 'docs/b.txt', moment(at(1)), '/out', world)).rejects.toMatchObject({
      code: 'no-such-record',
    });
  });

  it('by a program that is killed leaves files whole, and as they were, or not there; the next one writes the others', async () => {
    const ran = new Map<FieldName, Value>([
      [ENTRY, laptop.file('one')],
      [EXECUTABLE, true],
      [MODIFIED, 1_600_000_000_000_000],
    ]);
    laptop.write(['a', 'b'].flatMap((id) => laptop.edit(id, ran) ?? []));
    const whole = { modifiedNs: 1_600_000_000_000_000_000n, size: 3 };
    for (let number = 1, calls = 2; number <= calls; number++)
      for (const dies of ['before', 'half-way', 'after'] as const) {
        const world = disk();
        const dying = world.disk.process(faultAt(number, { dies }));
        await restoreTo(laptop.port, null, moment(at(9)), '/out', { ...world, fs: dying }).catch(() => null);
        calls = Math.max(calls, dying.calls);
        const left = ['/out/a', '/out/b'].map((path) => world.fs.lstat(path)).filter((stat) => stat !== null);
        expect(left).toMatchObject(left.map(() => whole));
        await restoreTo(laptop.port, null, moment(at(9)), '/out', world).catch(() => null);
        expect([world.fs.lstat('/out/a'), world.fs.lstat('/out/b')]).toMatchObject([whole, whole]);
      }
  });

  it('of all by an export that is killed leaves it whole or not there; the next one writes all of it', async () => {
    for (const id of ['a', 'docs/b']) save(laptop, id, 'one');
    const whole = { records: 2, lost: [] };
    const undisturbed = disk();
    const counted = undisturbed.disk.process();
    expect(await exportFolder(laptop.port, '/out/copy', { ...undisturbed, fs: counted })).toEqual(whole);
    let left = 0;
    for (let number = 1; number <= counted.calls; number++)
      for (const dies of ['before', 'half-way', 'after'] as const) {
        const world = disk();
        const dying = world.disk.process(faultAt(number, { dies }));
        await exportFolder(laptop.port, '/out/copy', { ...world, fs: dying }).catch(() => null);
        if (world.fs.lstat('/out/copy') === null) {
          left += world.fs.readDirectory('/out').length;
          expect(await exportFolder(laptop.port, '/out/copy', world)).toEqual(whole);
        }
        expect(world.fs.readDirectory('/out')).toHaveLength(1);
        expect([read(world.fs, '/out/copy/a'), read(world.fs, '/out/copy/docs/b')]).toEqual(['one', 'one']);
      }
    expect(left).toBeGreaterThan(0);
  });

  it('by an export never fills what is kept in step and away at the moment, and calls all by the place that was named', async () => {
    for (const id of ['a', 'docs/b']) save(laptop, id, 'one');
    const { lost } = await exportFolder(laptop.port, '/out/copy', { ...disk(), forbidden: ['/out/copy/docs'] });
    expect(lost).toEqual([{ record: 'docs/b', field: ENTRY, why: '/out/copy/docs is kept in step' }]);
  });

  it('names the place where the system does not let it write', async () => {
    save(laptop, 'a', 'one');
    const world = disk();
    world.fs.open = () => {
      throw Object.assign(new Error('EACCES: permission denied, open'), { code: 'EACCES' });
    };
    await expect(restoreTo(laptop.port, 'a', moment(at(9)), '/out/b', world)).rejects.toMatchObject({
      message: expect.stringMatching(/^a: \/out\/b: Your user may not .* \(EACCES\)\.$/),
    });
  });

  it('never writes over anything, through a link, into a source, or where there is no folder', async () => {
    save(laptop, 'a', 'one');
    save(laptop, 'sub/b', 'one');
    const world = disk();
    world.fs.symlink('/home', '/out/sub');
    world.fs.close(world.fs.open('/out/a', 'create-new'));
    const all = restoreTo(laptop.port, null, moment(at(9)), '/out', world);
    await expect(all).rejects.toMatchObject({ code: 'content-not-kept' });
    expect([read(world.fs, '/out/a'), world.fs.lstat('/home/b')]).toEqual(['', null]);
    for (const inside of ['/home/docs', '/home/docs/new'])
      await expect(restoreTo(laptop.port, null, moment(at(9)), inside, world)).rejects.toMatchObject({
        code: 'inside-source',
      });
    for (const [to, code, subject] of [
      ['/none/below', 'no-such-path', '/none'],
      ['/out/a', 'already-there', '/out/a'],
    ] as const)
      await expect(restoreTo(laptop.port, null, moment(at(9)), to, world)).rejects.toMatchObject({ code, subject });
    expect(world.fs.readDirectory('/home/docs')).toEqual([]);
  });

  it('leaves out what would come into a source below the folder it writes to, whether that is there or not', async () => {
    for (const path of ['docs/a', 'docs/deep/b', 'docs2/c', 'Docs/d', 'gone/e', 'gone']) save(laptop, path, 'one');
    save(laptop, 'gone', null);
    const world = disk();
    world.fs.makeDirectory('/home/Docs');
    const real = (path: string): string | null => world.realDirectory(path === '/home/Docs' ? '/home/docs' : path);
    const forbidden = [...world.forbidden, '/home/gone'];
    const result = await restoreTo(laptop.port, null, moment(at(9)), '/home', {
      ...world,
      realDirectory: real,
      forbidden,
    });
    expect(result.missing.map(({ record, why }) => `${record}: ${why}`).toSorted()).toEqual([
      'Docs/d: /home/Docs is kept in step',
      'docs/a: /home/docs is kept in step',
      'docs/deep/b: /home/docs is kept in step',
      'gone/e: /home/gone is kept in step',
    ]);
    expect([world.fs.readDirectory('/home/docs'), world.fs.lstat('/home/gone')]).toEqual([[], null]);
    expect([result.records, read(world.fs, '/home/docs2/c')]).toEqual([1, 'one']);
  });

  it('writes beside a source whose name only begins like that of the folder, and into none through a link', async () => {
    save(laptop, 'a', 'one');
    const world = disk();
    await restoreTo(laptop.port, null, moment(at(9)), '/home/docs of then', world);
    expect(read(world.fs, '/home/docs of then/a')).toBe('one');
    world.fs.symlink('/home/docs', '/out/link');
    await expect(restoreTo(laptop.port, null, moment(at(9)), '/out/link', world)).rejects.toMatchObject({
      code: 'inside-source',
    });
  });

  it('says of what is there already, and of what is kept nowhere, why it is not written', async () => {
    save(laptop, 'a', 'one');
    save(laptop, 'b', 'two');
    save(laptop, 'c', 'three');
    laptop.bytes.delete(laptop.file('two').digest);
    const world = disk();
    world.fs.close(world.fs.open('/out/a', 'create-new'));
    const { records, missing } = await restoreTo(laptop.port, null, moment(at(9)), '/out', world);
    expect([records, missing]).toEqual([
      1,
      [
        { record: 'a', why: '/out/a is there already' },
        { record: 'b', why: NOT_KEPT },
      ],
    ]);
  });
});
