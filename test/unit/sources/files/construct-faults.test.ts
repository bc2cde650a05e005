import { describe, expect, it } from 'vitest';
import { recordId } from '../../../../src/main/record/ids.ts';
import { recheckAside } from '../../../../src/main/sources/files/aside.ts';
import type { ConstructReport } from '../../../../src/main/sources/files/construct-files.ts';
import type { ConstructItem } from '../../../../src/main/sources/source-adapter.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { Crash, type Fault, type FileCall, faultAt } from '../../../fakes/fault-plan.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import type { MemoryFileSystem } from '../../../fakes/memory-file-system.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { ConstructRoom, digestOfText } from './construct-room.ts';

const LARGE = 'large '.repeat(15_000);
const OLD: Record<string, string> = {
  a: 'old a',
  b: 'old b',
  large: LARGE,
  'large-gone': `${LARGE}gone`,
  'f-d': 'a file',
  'd/x': 'in d',
  m: 'moved',
  meta: 'same',
};

/** A disk with the old state on it, all of it durable. */
function oldDisk(): MemoryDisk {
  const disk = new MemoryDisk({ clock: new FakeClock() });
  const fs = disk.process();
  fs.makeDirectory('/home');
  const room = new ConstructRoom(fs, '/home');
  for (const [id, text] of Object.entries(OLD)) {
    room.write(id, text);
    const fd = fs.open(room.path(id), 'write');
    fs.sync(fd);
    fs.close(fd);
  }
  room.directory('d-f');
  fs.syncDirectory('/home/root');
  return disk;
}

/** Somebody acts once, just before the first such call of this process. Returns what tells whether they have. */
function actBefore(fs: MemoryFileSystem, isIt: (call: FileCall) => boolean, act: () => void): () => boolean {
  let acted = false;
  fs.plan = (call) => {
    if (!acted && isIt(call)) {
      acted = true;
      act();
    }
    return null;
  };
  return () => acted;
}

/** Of everything something: replace, delete, type swaps, move, metadata, new files with and without new parents. */
function script(room: ConstructRoom): ConstructItem[] {
  const from = { from: 'item', id: recordId('m'), revision: room.revision('m')!, take: true } as const;
  return [
    room.file('a', 'new a'),
    room.remove('b'),
    room.file('large', 'small now'),
    room.remove('large-gone'),
    room.makeDirectory('f-d'),
    room.file('d-f', 'D'),
    room.file('d', 'no directory'),
    room.remove('d/x'),
    room.file('moved/n', 'moved', { content: from }),
    room.remove('m'),
    room.file('meta', 'same', { content: null, executable: true }),
    room.file('new/file', 'N'),
    room.link('new/link', 'a'),
  ];
}

interface Run {
  readonly report: ConstructReport | null;
  readonly died: boolean;
}

/** The whole batch and the second look, on the room of a process that suffers one fault. */
function run(fs: MemoryFileSystem, items: (room: ConstructRoom) => ConstructItem[]): Run {
  let report: ConstructReport | null = null;
  try {
    const room = new ConstructRoom(fs, '/home');
    report = room.construct(...items(room));
    if (report.aside !== null) recheckAside(room.context, report.aside);
  } catch (error) {
    if (!(error instanceof Crash) && !fs.dead) throw error;
  }
  return { report, died: fs.dead };
}

const newTree = (): Record<string, string> => {
  const room = new ConstructRoom(oldDisk().process(), '/home');
  room.construct(...script(room));
  return room.tree();
};

/** What of the old state is not in its place any more, and not in the version store. */
function lost(room: ConstructRoom): string[] {
  const texts = Object.keys(room.tree()).map((id) => room.text(id));
  return Object.entries(OLD)
    .filter(([, text]) => !texts.includes(text) && room.kept(text) === null)
    .map(([id]) => id);
}

/** Paths that hold neither what they held nor what they shall hold. `absent`: may it also be nothing for a moment? */
function strange(
  room: ConstructRoom,
  old: Record<string, string>,
  fresh: Record<string, string>,
  absent: string[] = [],
) {
  const now = room.tree();
  const paths = new Set([...Object.keys(old), ...Object.keys(fresh), ...Object.keys(now)]);
  return [...paths].filter((path) => {
    const bytes = (tree: Record<string, string>) => tree[path]?.replace(' executable', '');
    if (now[path] === undefined && absent.includes(path)) return false;
    return bytes(now) !== bytes(old) && bytes(now) !== bytes(fresh);
  });
}

const start = oldDisk();
const before = start.snapshot();
const oldTree = new ConstructRoom(start.process(), '/home').tree();
const wanted = newTree();
const calls = (() => {
  start.restore(before);
  const fs = start.process();
  run(fs, script);
  return fs.calls;
})();

/** A swap of a file and a directory cannot be one step; recovery ends it. */
const SWAPPED = ['f-d', 'd-f', 'd', 'd/x'];

describe('a batch that is interrupted', () => {
  it.each(['before', 'half-way', 'after'] as const)('loses nothing where the process dies %s any call', (dies) => {
    for (let n = 1; n <= calls; n++) {
      start.restore(before);
      run(start.process(faultAt(n, { dies })), script);
      const room = new ConstructRoom(start.process(), '/home');
      expect(strange(room, oldTree, wanted, SWAPPED), `strange at call ${n}`).toEqual([]);
      const recovery = room.recover();
      expect(recovery, `recovery at call ${n}`).toEqual({ moved: [], problems: [] });
      expect(strange(room, oldTree, wanted), `strange after recovery at call ${n}`).toEqual([]);
      expect(lost(room), `lost at call ${n}`).toEqual([]);
      expect(room.staged(), `left at call ${n}`).toEqual([]);
      expect(room.damaged, `damaged at call ${n}`).toEqual([]);
    }
  });

  it('can die in its recovery as well', () => {
    for (let n = 1; n <= calls; n += 13) {
      start.restore(before);
      run(start.process(faultAt(n, { dies: 'after' })), script);
      const half = start.snapshot();
      for (let m = 1; ; m++) {
        start.restore(half);
        const fs = start.process(faultAt(m, { dies: 'half-way' }));
        try {
          new ConstructRoom(fs, '/home').recover();
        } catch (error) {
          if (!(error instanceof Crash)) throw error;
        }
        const room = new ConstructRoom(start.process(), '/home');
        room.recover();
        expect([lost(room), room.staged(), strange(room, oldTree, wanted)], `calls ${n}, ${m}`).toEqual([[], [], []]);
        if (!fs.dead) break;
      }
    }
  });

  it('loses nothing of the old where the power goes', () => {
    const random = new SeededRandom('power');
    for (let n = 1; n <= calls; n++) {
      for (const keepUnsynced of ['none', random, random] as const) {
        start.restore(before);
        run(start.process(faultAt(n, { dies: 'half-way' })), script);
        start.losePower({ keepUnsynced });
        const room = new ConstructRoom(start.process(), '/home');
        room.recover();
        expect(lost(room), `lost at call ${n}`).toEqual([]);
      }
    }
  });

  it.each<[string, Fault]>([
    ['the disk is full', { fails: 'ENOSPC' }],
    ['the disk fails', { fails: 'EIO' }],
    ['it is not allowed', { fails: 'EACCES' }],
    ['there are no links', { fails: 'EPERM' }],
  ])('says so for one item and loses nothing where %s once', (_, fault) => {
    for (let n = 1; n <= calls; n++) {
      start.restore(before);
      const fs = start.process();
      const room = new ConstructRoom(fs, '/home');
      const items = script(room);
      const offset = fs.calls;
      fs.plan = faultAt(offset + n, fault);
      const report = room.construct(...items);
      if (report.aside !== null) recheckAside(room.context, report.aside);
      fs.plan = null;
      const tree = room.tree();
      const wrong = items.filter(({ id }, at) => report.outcomes[at]!.done === 'written' && tree[id] !== wanted[id]);
      expect(wrong, `at call ${n}`).toEqual([]);
      expect(strange(room, oldTree, wanted), `strange at call ${n}`).toEqual([]);
      room.recover();
      expect([lost(room), room.staged()], `at call ${n}`).toEqual([[], []]);
    }
  });
});

describe('a disk that stays in trouble', () => {
  it('refuses for want of room, and the old bytes stay whole', () => {
    start.restore(before);
    const fs = start.process((call) => (call.name === 'write' || call.name === 'copy' ? { fails: 'ENOSPC' } : null));
    const room = new ConstructRoom(fs, '/home');
    const items = [room.file('a', 'new a'), room.file('new/x', 'x'), room.link('l', 'x')];
    const { outcomes } = room.construct(...items);
    expect(outcomes).toMatchObject([{ reason: 'disk-full' }, { reason: 'disk-full' }, { done: 'refused' }]);
    fs.plan = null;
    expect([room.tree(), room.staged()]).toEqual([oldTree, []]);
  });

  it('gives a large file to the version store without copying it', () => {
    start.restore(before);
    const fs = start.process();
    const room = new ConstructRoom(fs, '/home');
    const report = room.construct(room.file('large', 'small now'), room.remove('large-gone'));
    recheckAside(room.context, report.aside!);
    expect([fs.callsByName.get('copy'), lost(room), room.staged()]).toEqual([undefined, [], []]);
  });

  it('writes all of it, and keeps what was replaced, on a disk that has no links', () => {
    start.restore(before);
    const fs = start.process((call) => (call.name === 'link' ? { fails: 'EPERM' } : null));
    const room = new ConstructRoom(fs, '/home');
    const report = room.construct(...script(room));
    expect(report.outcomes.filter(({ done }) => done !== 'written')).toEqual([]);
    recheckAside(room.context, report.aside!);
    expect([room.tree(), lost(room), room.staged()]).toEqual([wanted, [], []]);
  });

  it('names a denied item and writes the others', () => {
    start.restore(before);
    const room = new ConstructRoom(start.process(), '/home');
    const items = [room.file('a', 'new a'), room.file('d/new', 'x')];
    start.deny('/home/root/d');
    expect(room.construct(...items).outcomes).toMatchObject([{ done: 'written' }, { reason: 'no-permission' }]);
  });
});

describe('someone who writes at the same moment', () => {
  /** At every call of the batch but those `unseen` a person writes to `id`: what they wrote must be somewhere in the end. */
  function editedAt(
    id: string,
    edit: (room: ConstructRoom) => void,
    items: (room: ConstructRoom) => ConstructItem[],
    unseen: (call: FileCall) => boolean = () => false,
  ) {
    for (let n = 1; n <= calls; n++) {
      start.restore(before);
      const fs = start.process();
      const room = new ConstructRoom(fs, '/home');
      const person = new ConstructRoom(start.process(), '/home');
      const list = items(room);
      const first = fs.calls + n;
      let isUnseen = false;
      fs.plan = (call) => {
        if (call.number !== first) return null;
        isUnseen = unseen(call);
        if (!isUnseen) edit(person);
        return null;
      };
      const report = room.construct(...list);
      const happened = fs.calls >= first;
      if (isUnseen) continue;
      const rechecked = report.aside === null ? null : recheckAside(room.context, report.aside);
      if (rechecked?.again) recheckAside(room.context, rechecked.again);
      room.recover();
      if (!happened) return;
      const texts = Object.keys(room.tree()).map((path) => room.text(path));
      expect(texts.includes('theirs') || room.kept('theirs') !== null, `${id} at call ${n}`).toBe(true);
      expect(room.staged(), `left at call ${n}`).toEqual([]);
    }
    throw new Error('the batch never ended');
  }

  const overwrite = (id: string) => (person: ConstructRoom) => {
    if (person.text(id) !== null) person.write(id, 'theirs', 'write');
    else person.write(id, 'theirs');
  };

  it('keeps an edit in place of a file that is replaced', () => {
    editedAt('a', overwrite('a'), (room) => [room.file('a', 'new a')]);
  });

  it('keeps edits of the old file and of the new one where there is no room to keep one of them', () => {
    start.restore(before);
    const fs = start.process();
    const room = new ConstructRoom(fs, '/home');
    const person = new ConstructRoom(start.process(), '/home');
    const editor = person.fs.open('/home/root/a', 'write');
    let isReplaced = false;
    fs.plan = ({ name, to }) => {
      if (name === 'rename' && to === '/home/root/a') {
        person.fs.write(editor, Buffer.from('of the old'), 0, 10, 0);
        isReplaced = true;
      } else if (isReplaced && person.text('a') === 'new a') person.write('a', 'of the new', 'write');
      return isReplaced && name === 'write' ? { fails: 'ENOSPC' } : null;
    };
    const { outcomes, aside } = room.construct(room.file('a', 'new a'));
    expect(outcomes).toMatchObject([{ done: 'written', fresh: true }]);
    expect(room.text('a')).toBe('of the new');
    expect(recheckAside(room.context, aside!)).toMatchObject({ moved: [], problems: [{ id: 'a', code: 'disk-full' }] });
    fs.plan = null;
    expect(recheckAside(room.context, aside!).moved).toMatchObject([{ id: 'a', digest: digestOfText('of the old') }]);
    expect([room.text('a'), room.kept('of the old')]).toEqual(['of the new', 'of the old']);
  });

  const save = (id: string) => (person: ConstructRoom) => {
    person.write(`${id}.tmp`, 'theirs');
    person.fs.rename(person.path(`${id}.tmp`), person.path(id));
  };
  const move = (room: ConstructRoom) => script(room).filter(({ id }) => id === 'm' || id === 'moved/n');

  it('keeps a file that is saved by a rename in place of one that is replaced, but for just before that is', () => {
    const isReplaced = ({ name, to }: FileCall) => name === 'rename' && to === '/home/root/a';
    editedAt('a', save('a'), (room) => [room.file('a', 'new a')], isReplaced);
  });

  it('keeps a file that is saved by a rename where one is moved to, or from', () => {
    editedAt('moved/n', save('moved/n'), move);
    editedAt('m', save('m'), move);
    // Also where one in place has already had the move taken back.
    const isTakenBack = ({ name, path }: FileCall) => name === 'rename' && path === '/home/root/moved/n';
    start.restore(before);
    const fs = start.process();
    const room = new ConstructRoom(fs, '/home');
    const person = new ConstructRoom(start.process(), '/home');
    const list = move(room);
    let saved = false;
    fs.plan = (call) => {
      if (call.name === 'link') return null;
      if (isTakenBack(call)) {
        save('moved/n')(person);
        saved = true;
      } else if (person.text('moved/n') === 'moved') person.write('m', 'of the old', 'write');
      return null;
    };
    expect(room.construct(...list).outcomes).toMatchObject([{ reason: 'changed-underneath' }, {}]);
    expect([saved, room.text('moved/n'), room.text('m'), room.staged()]).toEqual([true, 'theirs', 'of the old', []]);
  });

  it('shows what they saved just before it was moved under its own name only', () => {
    start.restore(before);
    const fs = start.process();
    const room = new ConstructRoom(fs, '/home');
    const person = new ConstructRoom(start.process(), '/home');
    const list = move(room);
    const saved = actBefore(
      fs,
      ({ name, to }) => name === 'link' && to === '/home/root/moved/n',
      () => save('m')(person),
    );
    expect(room.construct(...list).outcomes).toMatchObject([{ reason: 'changed-underneath' }, {}]);
    expect([saved(), room.text('m'), room.text('moved/n'), room.staged()]).toEqual([true, 'theirs', null, []]);
  });

  it('leaves a file they deleted while it was being moved where it was moved to, when that is its last name', () => {
    start.restore(before);
    const fs = start.process();
    const room = new ConstructRoom(fs, '/home');
    const person = new ConstructRoom(start.process(), '/home');
    const list = move(room);
    const isTaken = ({ name, path }: FileCall) => name === 'rename' && path === '/home/root/m';
    const deleted = actBefore(fs, isTaken, () => person.fs.unlink('/home/root/m'));
    room.construct(...list);
    expect([deleted(), room.text('moved/n'), room.text('m'), room.staged()]).toEqual([true, 'moved', null, []]);
  });

  it('keeps an edit in place of a file that is deleted, and of one that is moved', () => {
    editedAt('b', overwrite('b'), (room) => [room.remove('b')]);
    editedAt('m', overwrite('m'), move);
  });

  it.each<[string, string, string, (room: ConstructRoom) => ConstructItem[]]>([
    ['is replaced', 'a', 'new a', (room) => [room.file('a', 'new a')]],
    ['is replaced by nothing but its time', 'meta', 'same', (room) => [room.file('meta', 'same', { content: null })]],
    ['gets another mode', 'meta', 'same', (room) => [room.file('meta', 'same', { content: null, executable: true })]],
    ['is there already', 'meta', 'same', (room) => [room.file('meta', 'same', { expected: null })]],
    ['is new', 'new', 'new', (room) => [room.file('new', 'new')]],
    ['is moved', 'moved/n', 'moved', move],
  ])('is not taken for what was written, in place of a file that %s', (_, id, text, items) => {
    let others = 0;
    for (let n = 1; ; n++) {
      start.restore(before);
      const fs = start.process();
      const room = new ConstructRoom(fs, '/home');
      const person = new ConstructRoom(start.process(), '/home');
      const list = items(room);
      const first = fs.calls + n;
      // Of the same size, so that only the times tell.
      const theirs = text.toUpperCase();
      fs.plan = (call) => {
        if (call.number === first) person.write(id, theirs, person.text(id) === null ? 'create-new' : 'write');
        return null;
      };
      const { outcomes } = room.construct(...list);
      if (fs.calls < first) break;
      const outcome = outcomes.find((each) => each.id === id);
      const stands = room.text(id) === text;
      if (!stands) others++;
      const vouches = outcome?.done === 'written' && outcome.fresh !== true && outcome.revision;
      if (vouches && Buffer.compare(vouches, room.revision(id) ?? new Uint8Array(0)) === 0)
        expect(stands, `${id} at call ${n}`).toBe(true);
    }
    expect(others).toBeGreaterThan(0);
  });

  it.each<[string, (room: ConstructRoom) => ConstructItem]>([
    ['replaced', (room) => room.file('a', 'new a')],
    ['deleted', (room) => room.remove('a')],
  ])('keeps what an editor writes through a file it holds open while that is %s', (_, makeItem) => {
    for (let n = 1; ; n++) {
      start.restore(before);
      const fs = start.process();
      const room = new ConstructRoom(fs, '/home');
      const item = makeItem(room);
      const editor = start.process();
      const fd = editor.open('/home/root/a', 'write');
      const first = fs.calls + n;
      let edited = false;
      fs.plan = (call) => {
        // Once its last name is about to go nobody can see any more what is written to an inode.
        const going = editor.fstat(fd).links === 0 || (call.name === 'unlink' && call.path.endsWith('.old'));
        if (call.number === first && !going) {
          editor.write(fd, Buffer.from('edit!'), 0, 5, 0);
          edited = true;
        }
        return null;
      };
      let aside = room.construct(item).aside;
      while (aside !== null) aside = recheckAside(room.context, aside).again;
      if (fs.calls < first) return;
      const found = room.text('a') === 'edit!' || room.kept('edit!') !== null;
      expect(found || !edited, `at call ${n}`).toBe(true);
      expect(room.staged(), `left at call ${n}`).toEqual([]);
    }
  });

  it.each<[string, (person: ConstructRoom) => void, string | null]>([
    ['a file they wrote to', overwrite('a'), 'theirs'],
    [
      'a link they put in its place',
      (person) => {
        person.fs.unlink(person.path('a'));
        person.fs.symlink('theirs', person.path('a'));
      },
      'link to theirs',
    ],
    ['a file they deleted', (person) => person.fs.unlink(person.path('a')), null],
  ])('leaves %s while the new bytes were being written as it is', (_, edit, theirs) => {
    start.restore(before);
    const fs = start.process();
    const room = new ConstructRoom(fs, '/home');
    const person = new ConstructRoom(start.process(), '/home');
    const item = room.file('a', 'new a');
    const edited = actBefore(
      fs,
      (call) => call.name === 'write',
      () => edit(person),
    );
    const report = room.construct(item);
    const now = fs.lstat(room.path('a'));
    const shown = now?.type === 'symlink' ? `link to ${fs.readLink(room.path('a'))}` : room.text('a');
    expect([edited(), report.outcomes, shown]).toMatchObject([true, [{ reason: 'changed-underneath' }], theirs]);
    expect([report.aside, room.staged()]).toEqual([null, []]);
  });

  it('gives back what they wrote to the file in the moment in which it was replaced', () => {
    start.restore(before);
    const fs = start.process();
    const room = new ConstructRoom(fs, '/home');
    const person = new ConstructRoom(start.process(), '/home');
    const item = room.file('a', 'new a');
    const replaces = (call: FileCall) => call.name === 'rename' && call.to === room.path('a');
    const edited = actBefore(fs, replaces, () => overwrite('a')(person));
    const report = room.construct(item);
    expect([edited(), report.outcomes, room.text('a')]).toMatchObject([
      true,
      [{ reason: 'changed-underneath' }],
      'theirs',
    ]);
    expect([report.aside, room.staged()]).toEqual([null, []]);
  });

  it('never writes over a file that comes where nothing was', () => {
    editedAt('fresh', overwrite('fresh'), (room) => [room.file('fresh', 'mine')]);
    editedAt('new/link', overwrite('new/link'), (room) => [room.file('new/link', 'mine')]);
  });
});
