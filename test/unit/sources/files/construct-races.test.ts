import { beforeEach, describe, expect, it } from 'vitest';
import { recordId } from '../../../../src/main/record/ids.ts';
import { recheckAside } from '../../../../src/main/sources/files/aside.ts';
import type { ConstructOutcome } from '../../../../src/main/sources/source-adapter.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import type { FileCall } from '../../../fakes/fault-plan.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import type { MemoryFileSystem } from '../../../fakes/memory-file-system.ts';
import { ConstructRoom, digestOfText } from './construct-room.ts';

/** More than is copied by way of memory. */
const LARGE = 'large '.repeat(20_000);

let clock: FakeClock;
let disk: MemoryDisk;
let fs: MemoryFileSystem;
let room: ConstructRoom;
let person: ConstructRoom;
beforeEach(() => {
  clock = new FakeClock();
  disk = new MemoryDisk({ clock, tick: 4_000_000n });
  fs = disk.process();
  fs.makeDirectory('/home');
  room = new ConstructRoom(fs, '/home');
  person = new ConstructRoom(disk.process(), '/home');
});

/** A person acts once, just before the first such call. */
function actBefore(isIt: (call: FileCall) => boolean, act: () => void): void {
  let acted = false;
  fs.plan = (call) => {
    if (!acted && isIt(call)) {
      acted = true;
      act();
    }
    return null;
  };
}
const noLinks = (call: FileCall) => (call.name === 'link' ? ({ fails: 'EPERM' } as const) : null);
const reasons = (outcomes: readonly ConstructOutcome[]) =>
  outcomes.map((each) => (each.done === 'refused' ? each.reason : each.done));

describe('what nobody expected', () => {
  it('is not written over on a disk without links: a file where a new one is to be', () => {
    const item = room.file('a', 'ours');
    person.write('a', 'theirs');
    fs.plan = noLinks;
    expect(reasons(room.construct(item).outcomes)).toEqual(['changed-underneath']);
    expect([room.text('a'), room.staged()]).toEqual(['theirs', []]);
  });
  it('nor one that comes there at the last moment', () => {
    const item = room.file('a', 'ours');
    fs.plan = (call) => {
      if (call.name !== 'link') return null;
      if (person.text('a') === null) person.write('a', 'theirs');
      return { fails: 'EPERM' };
    };
    expect(reasons(room.construct(item).outcomes)).toEqual(['changed-underneath']);
    expect([room.text('a'), room.staged()]).toEqual(['theirs', []]);
  });
  it('is not written over by a link', () => {
    const item = room.link('a', 'target');
    actBefore(
      ({ name, path }) => name === 'symlink' && path.endsWith('.new'),
      () => person.write('a', 'theirs'),
    );
    expect(reasons(room.construct(item).outcomes)).toEqual(['changed-underneath']);
    expect([room.text('a'), room.staged()]).toEqual(['theirs', []]);
  });
  it('is not taken for the link that was made: one to somewhere else', () => {
    const item = room.link('a', 'target');
    let isMade = false;
    fs.plan = ({ name, path, to }) => {
      if (isMade && name === 'lstat' && path === room.path('a')) {
        isMade = false;
        person.fs.unlink(room.path('a'));
        person.fs.symlink('elsewhere', room.path('a'));
      }
      if (name === 'rename' && to === room.path('a')) isMade = true;
      return null;
    };
    expect(room.construct(item).outcomes).toMatchObject([{ done: 'written', fresh: true }]);
  });
  it('stays: an empty folder of a person where a file is to be', () => {
    const item = room.file('a', 'ours');
    person.directory('a');
    expect(reasons(room.construct(item).outcomes)).toEqual(['changed-underneath']);
    expect(room.tree()).toEqual({ a: 'directory' });
  });
  it('stays in a folder that a file is to take the place of, though it came as that was done', () => {
    room.directory('a');
    const item = room.file('a', 'ours');
    actBefore(
      ({ name, path, to }) => name === 'rename' && path === room.path('a') && to !== undefined,
      () => person.write('a/note', 'theirs'),
    );
    expect(reasons(room.construct(item).outcomes)).toEqual(['not-empty']);
    expect([room.text('a/note'), room.staged()]).toEqual(['theirs', []]);
  });
  it('is not moved: a file that was written to since', () => {
    room.write('a', 'ours');
    const from = { from: 'item', id: recordId('a'), revision: room.revision('a')!, take: true } as const;
    const items = [room.file('b', 'ours', { content: from }), room.remove('a')];
    person.write('a', 'theirs', 'write');
    expect(reasons(room.construct(...items).outcomes)).toEqual(['content-unavailable', 'changed-underneath']);
    expect([room.text('a'), room.text('b'), room.staged()]).toEqual(['theirs', null, []]);
  });
  it('is not moved to: a place that is to have another file, which was deleted there', () => {
    room.write('a', 'ours');
    room.write('b', 'old b');
    const from = { from: 'item', id: recordId('a'), revision: room.revision('a')!, take: true } as const;
    const items = [room.file('b', 'ours', { content: from }), room.remove('a')];
    person.fs.unlink(person.path('b'));
    expect(reasons(room.construct(...items).outcomes)).toEqual(['changed-underneath', 'written']);
    expect(room.text('b')).toBeNull();
  });
});

describe('what was taken from its place and is not what was expected', () => {
  /** Somebody acts just before it is taken, and once more before it goes back. */
  function taken(first: () => void, second: () => void): readonly string[] {
    const item = room.remove('a');
    let acted = 0;
    fs.plan = ({ name, path, to }) => {
      if (acted === 0 && name === 'rename' && path === room.path('a')) {
        acted = 1;
        first();
      } else if (acted === 1 && name === 'lstat' && path.endsWith('.old')) acted = 2;
      else if (acted === 2 && (to === room.path('a') || path === room.path('a'))) {
        acted = 3;
        second();
      }
      return null;
    };
    return reasons(room.construct(item).outcomes);
  }

  it('is kept where somebody saves another one there meanwhile', () => {
    room.write('a', 'old a');
    const found = taken(
      () => person.write('a', 'theirs', 'write'),
      () => person.write('a', 'theirs as well'),
    );
    expect([found, room.text('a'), room.kept('theirs')]).toEqual([['changed-underneath'], 'theirs as well', 'theirs']);
  });
  it('takes nothing away that somebody saves there meanwhile, if it is a link', () => {
    fs.symlink('old', room.path('a'));
    const found = taken(
      () => {
        person.fs.unlink(person.path('a'));
        person.fs.symlink('elsewhere', person.path('a'));
      },
      () => person.write('a', 'theirs'),
    );
    expect([found, room.text('a')]).toEqual([['changed-underneath'], 'theirs']);
  });
});

describe('a content that is taken from another item', () => {
  it.each([
    ['small', 'theirs'],
    ['large', LARGE],
  ])('is what it shall be, though somebody wrote to that within a tick of the clock: %s', (_, text) => {
    room.write('a', text);
    const from = { from: 'item', id: recordId('a'), revision: room.revision('a')!, take: false } as const;
    const other = text.toUpperCase();
    const fd = person.fs.open(person.path('a'), 'write');
    person.fs.write(fd, Buffer.from(other), 0, other.length, 0);
    person.fs.close(fd);
    expect(room.revision('a')).toEqual(from.revision);
    expect(reasons(room.construct(room.file('b', text, { content: from })).outcomes)).toEqual(['content-unavailable']);
    expect([room.text('b'), room.text('a'), room.staged()]).toEqual([null, other, []]);
  });
});

describe('a file that becomes empty', () => {
  it('is emptied, and what it held is kept', () => {
    room.write('a', 'full');
    const { outcomes, aside } = room.construct(room.file('a', '', { content: null }));
    expect(reasons(outcomes)).toEqual(['written']);
    recheckAside(room.context, aside!);
    expect([room.text('a'), room.kept('full')]).toEqual(['', 'full']);
  });
});

describe('what was set aside', () => {
  /** Somebody writes through a file they hold open, so that nothing but the bytes is another. */
  function written(): ReturnType<typeof room.construct> {
    room.write('a', 'old a');
    const editor = person.fs.open(person.path('a'), 'write');
    const report = room.construct(room.file('a', 'new a'));
    person.fs.write(editor, Buffer.from('edit!'), 0, 5, 0);
    person.fs.close(editor);
    return report;
  }

  it('is a change where somebody wrote to it within a tick of the clock', () => {
    const { aside } = written();
    expect(recheckAside(room.context, aside!)).toMatchObject({
      moved: [{ id: 'a', digest: digestOfText('edit!'), instead: digestOfText('old a') }],
      again: null,
    });
    expect([room.kept('edit!'), room.staged()]).toEqual(['edit!', []]);
  });
  it('is a change where somebody put as much in it, at another time', async () => {
    room.write('a', 'old a');
    const editor = person.fs.open(person.path('a'), 'write');
    const { aside } = room.construct(room.file('a', 'new a'));
    await clock.advance(1000);
    person.fs.write(editor, Buffer.from('edit!'), 0, 5, 0);
    const first = recheckAside(room.context, aside!);
    expect(first.moved).toMatchObject([{ id: 'a', digest: digestOfText('edit!') }]);
    expect(recheckAside(room.context, first.again!)).toMatchObject({ moved: [], again: null });
  });
  it('stays until there is room to keep it', () => {
    room.write('a', 'old a');
    const { aside } = room.construct(room.remove('a'));
    fs.plan = ({ name }) => (name === 'rename' || name === 'link' || name === 'write' ? { fails: 'ENOSPC' } : null);
    const first = recheckAside(room.context, aside!);
    expect(first).toMatchObject({
      moved: [],
      problems: [{ id: 'a', code: 'disk-full' }],
      again: { asides: [{ id: 'a' }] },
    });
    fs.plan = null;
    expect(recheckAside(room.context, first.again!)).toMatchObject({ problems: [], again: null });
    expect([room.kept('old a'), room.staged()]).toEqual(['old a', []]);
  });
  it('lies beside what other batches set aside, whatever of those is settled', () => {
    const texts = Array.from({ length: 12 }, (_, at) => `text ${at}`);
    for (const text of texts) room.write(text, text);
    const asides = texts.map((text) => room.construct(room.remove(text)).aside!);
    for (const each of asides.splice(3, 4)) recheckAside(room.context, each);
    room.write('one more', 'one more');
    asides.push(room.construct(room.remove('one more')).aside!);
    expect(new Set(asides.map(({ directory }) => directory)).size).toBe(asides.length);
    for (const each of asides) expect(recheckAside(room.context, each).again).toBeNull();
    expect(texts.filter((text) => room.kept(text) === null)).toEqual([]);
  });
});

it('lets no new bytes run as another user', () => {
  room.write('a', 'old a');
  fs.setMode(room.path('a'), 0o4755);
  room.construct(room.file('a', 'new a', { executable: true }));
  expect((fs.lstat(room.path('a'))?.mode ?? 0) & 0o7777).toBe(0o755);
});
