import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXECUTABLE } from '../../../../src/main/record/file-entry.ts';
import { recordId } from '../../../../src/main/record/ids.ts';
import { recheckAside } from '../../../../src/main/sources/files/aside.ts';
import type { ConstructItem } from '../../../../src/main/sources/source-adapter.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { bytesPlan, ConstructRoom, digestOfText, MODIFIED, realRoom } from './construct-room.ts';

const rooms = {
  memory: () => ({ room: memoryRoom(), remove: () => {} }),
  real: realRoom,
};

function memoryRoom(caseless = false): ConstructRoom {
  const disk = new MemoryDisk({ clock: new FakeClock(), names: { caseless } });
  const fs = disk.process();
  fs.makeDirectory('/home');
  return new ConstructRoom(fs, '/home', { folding: caseless });
}

describe.each(['memory', 'real'] as const)('constructing on a %s disk', (kind) => {
  let room: ConstructRoom;
  let remove: () => void;
  beforeEach(() => {
    ({ room, remove } = rooms[kind]());
  });
  afterEach(() => remove());

  it('makes files, directories and links with what leads to them', () => {
    const report = room.construct(
      room.file('deep/er/a.txt', 'A'),
      room.makeDirectory('empty'),
      room.link('link', '../elsewhere'),
      room.file('run.sh', '#!', { executable: true }),
      room.file('nothing', '', { content: null }),
    );
    expect(report.outcomes).toEqual(
      ['deep/er/a.txt', 'empty', 'link', 'run.sh', 'nothing'].map((id) => ({
        id,
        done: 'written',
        revision: room.revision(id),
        kept: null,
      })),
    );
    expect(report.madeDirectories).toEqual(['deep', 'deep/er']);
    expect(room.tree()).toEqual({
      deep: 'directory',
      'deep/er': 'directory',
      'deep/er/a.txt': 'file "A"',
      empty: 'directory',
      link: 'link to ../elsewhere',
      nothing: 'file ""',
      'run.sh': 'file "#!" executable',
    });
    const { modifiedNs, mode, links } = room.fs.lstat(room.path('deep/er/a.txt'))!;
    expect([Number((modifiedNs + 500n) / 1000n), mode & 0o777, links]).toEqual([MODIFIED, 0o644, 1]);
    expect(report.aside).toBeNull();
    expect(room.staged()).toEqual([]);
  });

  it('replaces and deletes, and history has what was there', () => {
    room.write('a', 'old a');
    room.write('b', 'old b');
    const report = room.construct(room.file('a', 'new a'), room.remove('b'));
    expect(report.outcomes).toMatchObject([
      { done: 'written', kept: digestOfText('old a'), revision: room.revision('a') },
      { done: 'written', kept: digestOfText('old b'), revision: null },
    ]);
    expect(room.tree()).toEqual({ a: 'file "new a"' });
    expect(room.kept('old a')).toBe('old a');
    expect(recheckAside(room.context, report.aside!)).toEqual({ moved: [], problems: [], again: null });
    expect([room.kept('old a'), room.kept('old b')]).toEqual(['old a', 'old b']);
    expect(room.staged()).toEqual([]);
  });

  it('keeps the mode of what it replaces, but for the executable bit', () => {
    room.write('a', 'old');
    room.fs.setMode(room.path('a'), 0o640);
    room.construct(room.file('a', 'new', { executable: true }));
    expect(room.fs.lstat(room.path('a'))!.mode & 0o7777).toBe(0o750);
    room.construct(room.file('a', 'newer'));
    expect(room.fs.lstat(room.path('a'))!.mode & 0o7777).toBe(0o640);
  });

  it('changes mode and time without touching the content', () => {
    room.write('a', 'same');
    const inode = room.fs.lstat(room.path('a'))!.inode;
    const report = room.construct(room.file('a', 'same', { executable: true, content: null }));
    expect(report.outcomes).toMatchObject([{ done: 'written', kept: null, revision: room.revision('a') }]);
    const after = room.fs.lstat(room.path('a'))!;
    expect([after.inode, after.mode & 0o111, Number((after.modifiedNs + 500n) / 1000n)]).toEqual([
      inode,
      0o111,
      MODIFIED,
    ]);
  });

  it.each<[string, (room: ConstructRoom) => ConstructItem]>([
    ['a file that was edited', (at) => at.file('a', 'mine')],
    ['a file to delete that was edited', (at) => at.remove('a')],
    ['a file to be adjusted that was edited', (at) => at.file('a', 'old', { content: null })],
    ['a file that shall be a directory', (at) => at.makeDirectory('a')],
    ['a file that shall be a link', (at) => at.link('a', 'x')],
  ])('refuses %s', (_, makeItem) => {
    room.write('a', 'old');
    const item = makeItem(room);
    room.write('a', 'theirs', 'write');
    expect(room.construct(item).outcomes).toMatchObject([{ id: 'a', done: 'refused', reason: 'changed-underneath' }]);
    expect(room.tree()).toEqual({ a: 'file "theirs"' });
    expect(room.staged()).toEqual([]);
  });

  it('refuses to write where something new is, or to replace what is gone', () => {
    const fresh = room.file('a', 'mine');
    room.write('a', 'theirs');
    const gone = room.file('a', 'mine');
    expect(room.construct(fresh).outcomes).toMatchObject([{ reason: 'changed-underneath' }]);
    expect(room.text('a')).toBe('theirs');
    room.fs.unlink(room.path('a'));
    expect(room.construct(gone).outcomes).toMatchObject([{ reason: 'changed-underneath' }]);
    expect(room.tree()).toEqual({});
  });

  it('takes what already is as it should be for written', () => {
    const items = [room.file('f', 'same'), room.makeDirectory('d'), room.link('l', 'x'), room.remove('gone/too')];
    room.write('f', 'same');
    room.directory('d');
    room.fs.symlink('x', room.path('l'));
    const { outcomes } = room.construct(...items);
    expect(outcomes.map(({ done }) => done)).toEqual(['written', 'written', 'written', 'written']);
    expect(outcomes[0]).toMatchObject({ revision: room.revision('f'), kept: null });
    expect(
      room.construct({ ...items[0]!, fields: new Map(items[0]!.fields!).set(EXECUTABLE, true) }).outcomes,
    ).toMatchObject([{ reason: 'changed-underneath' }]);
  });

  it('swaps files, directories and links for each other', () => {
    room.write('f-d', 'file');
    room.write('f-l', 'file 2');
    room.directory('d-f');
    room.directory('d-l');
    room.fs.symlink('there', room.path('l-f'));
    room.fs.symlink('there', room.path('l-d'));
    room.fs.symlink('there', room.path('l-l'));
    const report = room.construct(
      room.makeDirectory('f-d'),
      room.link('f-l', 'x'),
      room.file('d-f', 'D'),
      room.link('d-l', 'y'),
      room.file('l-f', 'L'),
      room.makeDirectory('l-d'),
      room.link('l-l', 'z'),
    );
    expect(report.outcomes.filter(({ done }) => done !== 'written')).toEqual([]);
    expect(room.tree()).toEqual({
      'd-f': 'file "D"',
      'd-l': 'link to y',
      'f-d': 'directory',
      'f-l': 'link to x',
      'l-d': 'directory',
      'l-f': 'file "L"',
      'l-l': 'link to z',
    });
    recheckAside(room.context, report.aside!);
    expect([room.kept('file'), room.kept('file 2')]).toEqual(['file', 'file 2']);
    expect(room.staged()).toEqual([]);
  });

  it('makes room first where a file becomes a directory with content, and back', () => {
    room.write('x', 'a file');
    room.write('d/in/side', 'inside');
    const report = room.construct(
      room.file('x/below', 'B'),
      room.file('d', 'D'),
      room.remove('x'),
      room.remove('d/in'),
      room.remove('d/in/side'),
    );
    expect(report.outcomes.filter(({ done }) => done !== 'written')).toEqual([]);
    expect(room.tree()).toEqual({ d: 'file "D"', x: 'directory', 'x/below': 'file "B"' });
    expect([room.kept('a file'), room.kept('inside')]).toEqual(['a file', 'inside']);
  });

  it('gives the place of a directory that the batch emptied to a file nobody expected a directory for', () => {
    room.write('d/x', 'X');
    const report = room.construct({ ...room.file('d', 'D'), expected: null }, room.remove('d/x'));
    expect(report.outcomes.map(({ done }) => done)).toEqual(['written', 'written']);
    expect(room.tree()).toEqual({ d: 'file "D"' });
  });

  it('deletes children before parents, and a directory only when it is empty', () => {
    room.write('a/b/c', 'C');
    room.write('full/mine', 'M');
    room.write('full/known', 'K');
    const { outcomes } = room.construct(
      room.remove('a'),
      room.remove('a/b'),
      room.remove('a/b/c'),
      room.remove('full'),
      room.remove('full/known'),
    );
    expect(outcomes.map((outcome) => (outcome.done === 'refused' ? outcome.reason : outcome.done))).toEqual([
      'written',
      'written',
      'written',
      'not-empty',
      'written',
    ]);
    expect(room.tree()).toEqual({ full: 'directory', 'full/mine': 'file "M"' });
    const renamed = vi.spyOn(room.fs, 'rename');
    const swap = room.construct(room.file('full', 'F'));
    expect(swap.outcomes).toMatchObject([{ reason: 'not-empty' }]);
    // Whoever works in it finds it in its place at every moment.
    expect(renamed.mock.calls.map(([from]) => from)).not.toContain(room.path('full'));
    renamed.mockRestore();
    expect(room.tree()).toEqual({ full: 'directory', 'full/mine': 'file "M"' });
  });

  it('moves a file by renaming it, whatever its order in the batch', () => {
    room.write('z', 'content');
    const inode = room.fs.lstat(room.path('z'))!.inode;
    const from = { from: 'item', id: recordId('z'), revision: room.revision('z')!, take: true } as const;
    const report = room.construct(
      room.remove('z'),
      room.file('a/moved', 'content', { content: from, executable: true }),
    );
    expect(report.outcomes).toMatchObject([
      { done: 'written', revision: null, kept: null },
      { done: 'written', revision: room.revision('a/moved'), kept: null },
    ]);
    expect(room.fs.lstat(room.path('a/moved'))).toMatchObject({ inode, links: 1 });
    expect(room.tree()).toEqual({ a: 'directory', 'a/moved': 'file "content" executable' });
    expect([report.aside, room.staged()]).toEqual([null, []]);
  });

  it('copies from an item, also from one the batch has replaced or made room with', () => {
    room.write('a', 'A');
    room.write('b', 'B');
    room.write('x', 'X');
    const take = (id: string, away: boolean) =>
      ({ from: 'item', id: recordId(id), revision: room.revision(id)!, take: away }) as const;
    const report = room.construct(
      room.file('a', 'B', { content: take('b', false) }),
      room.file('b', 'A', { content: take('a', false) }),
      room.file('c', 'A', { content: take('a', false) }),
      room.file('x/y', 'X', { content: take('x', true) }),
      room.remove('x'),
    );
    expect(report.outcomes.filter(({ done }) => done !== 'written')).toEqual([]);
    expect(room.tree()).toEqual({ a: 'file "B"', b: 'file "A"', c: 'file "A"', x: 'directory', 'x/y': 'file "X"' });
  });

  it('brings back from the version store, and says what it does not have', () => {
    room.write('a', 'old');
    const deleted = room.construct(room.remove('a'));
    const again = room.file('a', 'old', { content: { from: 'kept', digest: digestOfText('old') } });
    expect(room.construct(again).outcomes).toMatchObject([{ done: 'written' }]);
    expect(room.text('a')).toBe('old');
    recheckAside(room.context, deleted.aside!);
    const more = room.file('b', 'old', { content: { from: 'kept', digest: digestOfText('old') } });
    const never = room.file('c', 'never', { content: { from: 'kept', digest: digestOfText('never') } });
    expect(room.construct(more, never).outcomes).toMatchObject([
      { done: 'written' },
      { reason: 'content-unavailable' },
    ]);
    expect(room.fs.lstat(room.path('b'))!.mode & 0o777).toBe(0o644);
  });

  it.each<[string, Partial<ConstructItem>, string]>([
    ['bytes that are not the announced ones', { content: bytesPlan('evil') }, 'content-wrong'],
    ['a staged path outside of staging', { content: { from: 'staged', path: '/etc/passwd' } }, 'content-unavailable'],
    ['no content', { content: null }, 'content-unavailable'],
    ['no entry', { fields: new Map() }, 'invalid-change'],
    ['our own directory', { id: recordId('.Lockstep/x') }, 'name-not-allowed'],
    ['a path that climbs', { id: recordId('a/../../x') }, 'name-not-allowed'],
    ['an absolute path', { id: recordId('/x') }, 'name-not-allowed'],
    ['a name too long', { id: recordId('x'.repeat(256)) }, 'name-not-allowed'],
  ])('refuses %s and goes on with the rest', (_, part, reason) => {
    const { outcomes } = room.construct({ ...room.file('bad', 'good'), ...part }, room.file('ok', 'fine'));
    expect(outcomes).toMatchObject([{ done: 'refused', reason }, { done: 'written' }]);
    expect(room.tree()).toEqual({ ok: 'file "fine"' });
    expect(room.staged()).toEqual([]);
  });

  it('never goes through a link', () => {
    room.fs.makeDirectory(`${room.base}/outside`);
    room.fs.symlink(`${room.base}/outside`, room.path('way'));
    const item = room.file('way/x', 'X');
    const { outcomes } = room.construct(item, { ...room.remove('way/y'), expected: new Uint8Array([1]) });
    expect(outcomes).toMatchObject([{ reason: 'parent-is-file' }, { done: 'written', revision: null }]);
    expect(room.fs.readDirectory(`${room.base}/outside`)).toEqual([]);
  });

  it('names an id that is there twice', () => {
    expect(room.construct(room.file('a', '1'), room.file('a', '2')).outcomes).toMatchObject([
      { id: 'a', done: 'refused', reason: 'invalid-change' },
      { id: 'a', done: 'written' },
    ]);
    expect(room.text('a')).toBe('2');
  });

  it('takes what an editor wrote to the old inode afterwards for a change, and looks again', () => {
    room.write('a', 'old');
    const editor = room.fs.open(room.path('a'), 'write');
    const first = room.construct(room.file('a', 'new'));
    room.fs.write(editor, Buffer.from('late edit'), 0, 9, 0);
    const second = recheckAside(room.context, first.aside!);
    expect(second.moved).toMatchObject([{ id: 'a', digest: digestOfText('late edit'), size: 9, executable: false }]);
    room.fs.write(editor, Buffer.from('later'), 0, 5, 9);
    const third = recheckAside(room.context, second.again!);
    expect(third.moved).toMatchObject([{ id: 'a', digest: digestOfText('late editlater') }]);
    room.fs.close(editor);
    expect(recheckAside(room.context, third.again!)).toEqual({ moved: [], problems: [], again: null });
    expect([room.kept('late edit'), room.kept('late editlater')]).toEqual(['late edit', 'late editlater']);
    expect([room.text('a'), room.staged()]).toEqual(['new', []]);
  });

  it('ends after an interruption what was left aside', () => {
    room.write('a', 'old');
    room.construct(room.file('a', 'new'));
    expect(room.recover()).toEqual({ moved: [], problems: [] });
    expect([room.text('a'), room.kept('old'), room.staged()]).toEqual(['new', 'old', []]);
  });
});

describe('constructing on a disk that does not tell case apart', () => {
  it('gives a file its new case, moved or made anew', () => {
    const room = memoryRoom(true);
    room.write('dir/readme', 'R');
    room.write('other', 'O');
    const inode = room.fs.lstat(room.path('dir/readme'))!.inode;
    const from = {
      from: 'item',
      id: recordId('dir/readme'),
      revision: room.revision('dir/readme')!,
      take: true,
    } as const;
    const report = room.construct(
      { ...room.file('Dir/README', 'R', { content: from }), expected: null, replaces: null },
      room.remove('dir/readme'),
      { ...room.file('OTHER', 'new'), expected: null, replaces: null },
      room.remove('other'),
    );
    expect(report.outcomes.filter(({ done }) => done !== 'written')).toEqual([]);
    expect(room.tree()).toEqual({ Dir: 'directory', 'Dir/README': 'file "R"', OTHER: 'file "new"' });
    expect(room.fs.lstat(room.path('Dir/README'))!.inode).toBe(inode);
    expect(room.kept('O')).toBe('O');
  });

  it('takes no item for one of another case, so that the deletion of that one takes nothing with it', () => {
    const room = memoryRoom(true);
    room.write('readme', 'R');
    room.write('dir/inner', 'I');
    room.directory('empty');
    const wanted = [
      { ...room.file('README', 'R'), expected: null, replaces: null },
      { ...room.file('Dir/inner', 'I'), expected: null, replaces: null },
      { ...room.file('Dir/new', 'N'), expected: null, replaces: null },
      { ...room.makeDirectory('EMPTY'), expected: null },
    ];
    const made = room.construct(...wanted).outcomes;
    expect(made.map((outcome) => [outcome.done, 'reason' in outcome && outcome.reason])).toEqual(
      Array(4).fill(['refused', 'names-collide']),
    );
    expect(room.tree()).toEqual({ dir: 'directory', 'dir/inner': 'file "I"', empty: 'directory', readme: 'file "R"' });
    room.construct(room.remove('readme'), room.remove('dir/inner'), room.remove('dir'), room.remove('empty'));
    expect(room.construct(...wanted).outcomes.map(({ done }) => done)).toEqual(Array(4).fill('written'));
    expect(room.tree()).toEqual({
      Dir: 'directory',
      'Dir/inner': 'file "I"',
      'Dir/new': 'file "N"',
      EMPTY: 'directory',
      README: 'file "R"',
    });
  });

  it('deletes nothing that has another case by now', () => {
    const room = memoryRoom(true);
    room.write('readme', 'R');
    room.write('dir/inner', 'I');
    const deletions = [room.remove('readme'), room.remove('dir/inner')];
    room.fs.rename(room.path('readme'), room.path('README'));
    room.fs.rename(room.path('dir'), room.path('Dir'));
    expect(room.construct(...deletions).outcomes.map(({ done }) => done)).toEqual(['written', 'written']);
    expect(room.tree()).toEqual({ Dir: 'directory', 'Dir/inner': 'file "I"', README: 'file "R"' });
  });

  it('writes and moves nothing that has another case by now', () => {
    const room = memoryRoom(true);
    // As if they had been 'readme', 'notes' and 'empty' when they were listed, and renaming left no trace in their revisions.
    room.write('README', 'R');
    room.write('Notes', 'N');
    room.directory('Empty');
    const from = { from: 'item', id: recordId('notes'), revision: room.revision('notes')!, take: true } as const;
    const report = room.construct(
      room.file('readme', 'new'),
      room.file('empty', 'file'),
      { ...room.file('moved', 'N', { content: from }), expected: null, replaces: null },
      room.remove('notes'),
    );
    expect(report.outcomes).toMatchObject([
      { done: 'refused', reason: 'changed-underneath' },
      { done: 'refused', reason: 'changed-underneath' },
      { done: 'written' },
      { done: 'written' },
    ]);
    expect(room.tree()).toEqual({ Empty: 'directory', Notes: 'file "N"', README: 'file "R"', moved: 'file "N"' });
  });

  it('gives a directory its new case and does not delete it', () => {
    const room = memoryRoom(true);
    room.directory('dir');
    const report = room.construct({ ...room.makeDirectory('DIR'), expected: null }, room.remove('dir'));
    expect(report.outcomes.map(({ done }) => done)).toEqual(['written', 'written']);
    expect(room.tree()).toEqual({ DIR: 'directory' });
  });

  it('makes a directory where a file of another case goes, and does not take that for it', () => {
    const room = memoryRoom(true);
    room.write('name', 'N');
    const report = room.construct({ ...room.makeDirectory('NAME'), expected: null }, room.remove('name'));
    expect(report.outcomes.map(({ done }) => done)).toEqual(['written', 'written']);
    expect(room.tree()).toEqual({ NAME: 'directory' });
    expect(room.kept('N')).toBe('N');
  });

  it('gives a directory its new case with all that is in it', () => {
    const room = memoryRoom(true);
    room.write('dir/moved', 'M');
    room.write('dir/unseen', 'U');
    const report = room.construct(
      { ...room.makeDirectory('DIR'), expected: null },
      { ...room.file('DIR/moved', 'M'), expected: null, replaces: null },
      room.remove('dir/moved'),
      room.remove('dir'),
    );
    expect(report.outcomes.map(({ done }) => done)).toEqual(Array(4).fill('written'));
    expect(room.tree()).toEqual({ DIR: 'directory', 'DIR/moved': 'file "M"', 'DIR/unseen': 'file "U"' });
  });
});
