import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DirectoryName, FileSystem } from '../../../../src/main/platform/file-system.ts';
import { nodeFileSystem } from '../../../../src/main/platform/node-file-system.ts';
import { IgnoreRules } from '../../../../src/main/sources/files/ignore-rules.ts';
import { MountMemory } from '../../../../src/main/sources/files/mount-memory.ts';
import { DIRECTORY_REVISION, revisionOf } from '../../../../src/main/sources/files/revision.ts';
import { FileWalker, type WalkOptions, type WalkResult } from '../../../../src/main/sources/files/walk-files.ts';
import type { ListEvent, ListedGroup } from '../../../../src/main/sources/source-adapter.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { SimulatedUser } from '../../../fakes/simulated-user.ts';
import { disturbed, failure, LATER, TempTree } from './temp-tree.ts';

let tree: TempTree;
beforeEach(() => {
  tree = new TempTree();
});
afterEach(() => tree.remove());

interface Told {
  readonly result: WalkResult;
  readonly groups: ReadonlyMap<string, ListedGroup>;
  readonly gone: readonly string[];
  readonly unlisted: readonly string[];
  readonly problems: readonly string[];
  readonly events: readonly ListEvent[];
}

const noRules = new IgnoreRules('', { only: [], ignore: [] });
const running = { aborted: false };

function walker(fileSystem: FileSystem = nodeFileSystem, more: Partial<WalkOptions> = {}): FileWalker {
  return new FileWalker(fileSystem, tree.root, {
    platform: 'posix',
    folding: false,
    now: LATER,
    mounts: new MountMemory(null),
    ...more,
  });
}

function list(
  from: FileWalker,
  since: number | null = null,
  within: readonly string[] | null = null,
  rules = noRules,
): Told {
  const events: ListEvent[] = [];
  const walk = from.walk(since, within, rules, running);
  let step = walk.next();
  for (; !step.done; step = walk.next()) events.push(step.value);
  const groups = new Map<string, ListedGroup>();
  for (const event of events)
    if (event.is === 'groups') for (const group of event.groups) groups.set(group.group, group);
  return {
    result: step.value,
    groups,
    gone: events.filter((event) => event.is === 'group-gone').map((event) => event.group),
    unlisted: events.filter((event) => event.is === 'unlisted').map((event) => event.group),
    problems: [...groups.values()].flatMap((group) => group.problems.map((problem) => `${problem.code} ${problem.id}`)),
    events,
  };
}

/** As some disks do, it does not say of what lies in a directory what that is. */
const untyped = (disk: FileSystem): FileSystem => ({
  ...disk,
  readDirectory: (path) => disk.readDirectory(path).map((entry): DirectoryName => ({ ...entry, type: 'unknown' })),
});
const idsIn = (told: Told, group: string): readonly string[] =>
  told.groups.get(group)?.items.map((item) => item.id) ?? [];

describe('a whole listing', () => {
  it('tells every directory as a group with what lies directly in it', () => {
    tree.write('b.txt', 'four');
    tree.write('a/deep/er/x', '');
    fs.symlinkSync('b.txt', tree.path('link'));
    fs.mkdirSync(tree.path('empty'));
    const told = list(walker());
    expect([...told.groups.keys()]).toEqual(['', 'a', 'a/deep', 'a/deep/er', 'empty']);
    expect(idsIn(told, '')).toEqual(['a', 'b.txt', 'empty', 'link']);
    expect(idsIn(told, 'a/deep/er')).toEqual(['a/deep/er/x']);
    const [directory, file, , link] = told.groups.get('')!.items;
    expect(directory).toEqual({ id: 'a', revision: DIRECTORY_REVISION, fresh: false, size: 0 });
    expect(file).toEqual({
      id: 'b.txt',
      revision: revisionOf(nodeFileSystem.lstat(tree.path('b.txt'))!),
      fresh: false,
      size: 4,
    });
    expect(link).toMatchObject({
      fresh: false,
      size: 0,
      revision: revisionOf(nodeFileSystem.lstat(tree.path('link'))!),
    });
    expect(told.result).toMatchObject({ items: 7, complete: true });
  });

  it('never lists our own directory at the root, nor follows a link out', () => {
    tree.write('.lockstep/marker.json');
    tree.write('sub/.lockstep/theirs');
    fs.symlinkSync('/etc', tree.path('out'));
    const told = list(walker());
    expect([...told.groups.keys()]).toEqual(['', 'sub', 'sub/.lockstep']);
    expect([idsIn(told, ''), told.problems]).toEqual([['out', 'sub'], []]);
  });

  it('leaves out what the rules leave out, also where the disk does not say what is a directory', () => {
    const from = walker(untyped(nodeFileSystem));
    tree.write('a/x');
    tree.write('b/y');
    const told = list(from, null, null, new IgnoreRules('a/', { only: [], ignore: [] }));
    expect([[...told.groups.keys()], idsIn(told, '')]).toEqual([['', 'b'], ['b']]);
    expect(idsIn(list(from), '')).toEqual(['a', 'b']);
  });

  it('leaves out what the rules leave out, without looking at it', () => {
    tree.write('node_modules/deep/x');
    tree.write('keep/a.tmp');
    tree.write('keep/a');
    const looked: string[] = [];
    const spying = disturbed({
      lstat(path) {
        looked.push(path);
        return nodeFileSystem.lstat(path);
      },
    });
    const told = list(walker(spying), null, null, new IgnoreRules('*.tmp\nnode_modules/', { only: [], ignore: [] }));
    expect([...told.groups.keys()]).toEqual(['', 'keep']);
    expect(idsIn(told, 'keep')).toEqual(['keep/a']);
    expect(looked.filter((path) => path.includes('node_modules') || path.endsWith('.tmp'))).toEqual([]);
  });

  it('counts the files with other names, where it looks everywhere', () => {
    tree.write('a/one', 'shared');
    fs.linkSync(tree.path('a/one'), tree.path('two'));
    tree.write('alone', '');
    tree.write('left-out', '');
    fs.linkSync(tree.path('left-out'), tree.path('left-out too'));
    const rules = new IgnoreRules('left-out*', { only: [], ignore: [] });
    const watching = walker();
    const { result } = list(watching, null, null, rules);
    expect(result.linked).toBe(2);
    expect(list(watching, result.token, ['a'], rules).result.linked).toBeUndefined();
    fs.unlinkSync(tree.path('two'));
    expect(list(watching, result.token, null, rules).result.linked).toBe(0);
  });

  it.runIf(process.platform === 'linux')('names what it cannot list, and lists the rest', () => {
    tree.write('good');
    execFileSync('mkfifo', [tree.path('pipe')]);
    fs.writeFileSync(Buffer.concat([Buffer.from(`${tree.root}/`), Buffer.from([0x66, 0xff])]), '');
    tree.write('.LockStep/x');
    tree.write(`é${'é'.repeat(100)}`);
    const told = list(walker());
    expect(told.problems).toEqual(['name-not-unicode f\ufffd', 'name-not-allowed .LockStep', 'special-file pipe']);
    expect(idsIn(told, '')).toEqual(['good', `é${'é'.repeat(100)}`]);
    expect([...told.groups.keys()]).toEqual(['']);
  });

  it.runIf(process.platform === 'linux')('lets the smaller of two names keep an id, the other is a problem', () => {
    tree.write('e\u0301/in-nfd');
    tree.write('\u00e9/in-nfc');
    const told = list(walker());
    expect(idsIn(told, '')).toEqual(['\u00e9']);
    // Neither: what lies in the other would seem to be gone.
    expect([told.unlisted, idsIn(told, '\u00e9')]).toEqual([['\u00e9'], []]);
    expect(told.problems).toEqual(['names-collide \u00e9']);
    tree.write('README', 'large');
    tree.write('readme', 'small');
    expect(new Set(idsIn(list(walker()), ''))).toEqual(new Set(['README', 'readme', '\u00e9']));
    const folding = list(walker(nodeFileSystem, { folding: true }));
    expect(idsIn(folding, '')).toEqual(['README', '\u00e9']);
    expect(folding.problems).toContain('names-collide readme');
  });

  it.runIf(process.platform === 'linux')('does not take for gone what lies in a directory whose name collides', () => {
    tree.write('dir/inner');
    const watching = walker(nodeFileSystem, { folding: true });
    const { result } = list(watching);
    tree.write('DIR/other');
    for (const told of [list(watching, result.token), list(watching), list(walker(nodeFileSystem, { folding: true }))])
      expect([told.gone, told.unlisted]).toEqual([[], ['dir']]);
    fs.rmSync(tree.path('DIR'), { recursive: true });
    expect(list(watching, result.token)).toMatchObject({ gone: ['DIR'], unlisted: [] });
    expect(idsIn(list(watching), 'dir')).toEqual(['dir/inner']);
  });

  it.runIf(process.platform === 'linux')('does not take for gone what lies in one of two forms of a name', () => {
    tree.write('\u00e9/deep/x');
    const watching = walker();
    const { result } = list(watching);
    fs.mkdirSync(tree.path('e\u0301'));
    for (const within of [null, ['\u00e9', '\u00e9/deep'], [''], null])
      expect(list(watching, result.token, within).gone).toEqual([]);
    expect(list(watching, result.token, ['\u00e9']).unlisted).toEqual(['\u00e9']);
    expect(list(watching, result.token).unlisted).toEqual(['\u00e9']);
    fs.rmdirSync(tree.path('e\u0301'));
    expect(idsIn(list(watching), '\u00e9/deep')).toEqual(['\u00e9/deep/x']);
  });

  it('maps names back where the system cannot hold them', () => {
    tree.write('a\uf03ab/c\uf03f');
    const told = list(walker(nodeFileSystem, { platform: 'windows' }));
    expect([...told.groups.keys()]).toEqual(['', 'a:b']);
    expect(idsIn(told, 'a:b')).toEqual(['a:b/c?']);
  });

  it('tells large trees in several events, every group once', () => {
    for (let i = 0; i < 230; i++) fs.mkdirSync(tree.path(`d${i}`));
    for (let i = 0; i < 1_100; i++) tree.write(`f/${i}`, '');
    const told = list(walker());
    const all = told.events.flatMap((event) => (event.is === 'groups' ? event.groups.map((group) => group.group) : []));
    expect(told.events.length).toBeGreaterThan(1);
    expect(all.length).toBe(232);
    expect(new Set(all).size).toBe(232);
    expect(told.result.items).toBe(1_331);
  });

  it('stops when it is told to', () => {
    tree.write('a/b');
    const walk = walker().walk(null, null, noRules, { aborted: true });
    expect(() => [...walk]).toThrow(expect.objectContaining({ code: 'aborted' }));
  });
});

describe('a listing since another', () => {
  beforeEach(() => {
    tree.write('a/x');
    tree.write('a/sub/y');
    tree.write('b/z');
  });

  it('tells only directories that differ', () => {
    const from = walker();
    const { token } = list(from).result;
    expect(list(from, token)).toMatchObject({ events: [], result: { items: 6, complete: false } });
    tree.write('a/x', 'other content');
    expect([...list(from, token).groups.keys()]).toEqual(['a']);
    tree.write('b/new');
    const both = list(from, token);
    expect([...both.groups.keys()]).toEqual(['a', 'b']);
    expect(list(from, both.result.token).events).toEqual([]);
  });

  it.each<[string, () => void]>([
    ['a change of mode', () => fs.chmodSync(tree.path('b/z'), 0o755)],
    [
      'a replaced file of the same size and time',
      () => {
        const { mtime } = fs.statSync(tree.path('b/z'));
        tree.write('b/beside', 'b/z'.toUpperCase());
        fs.renameSync(tree.path('b/beside'), tree.path('b/z'));
        fs.utimesSync(tree.path('b/z'), mtime, mtime);
      },
    ],
    ['a rename', () => fs.renameSync(tree.path('b/z'), tree.path('b/zz'))],
    [
      'a file that became a directory',
      () => {
        tree.remove('b/z');
        fs.mkdirSync(tree.path('b/z'));
      },
    ],
  ])('sees %s', (_what, change) => {
    const from = walker();
    const { token } = list(from).result;
    change();
    expect([...list(from, token).groups.keys()]).toContain('b');
  });

  it('tells again what a listing told that was not worked in', () => {
    const from = walker();
    const { token } = list(from).result;
    tree.write('b/new');
    expect([...list(from, token).groups.keys()]).toEqual(['b']);
    expect([...list(from, token).groups.keys()]).toEqual(['b']);
    tree.remove('b/new');
    expect([...list(from, token).groups.keys()]).toEqual(['b']);
  });

  it('tells once that a directory is gone, with everything below it', () => {
    const from = walker();
    const { token } = list(from).result;
    tree.remove('a');
    expect(list(from, token).gone).toEqual(['a']);
    const again = list(from, token);
    expect(again.gone).toEqual(['a']);
    expect(list(from, again.result.token).events).toEqual([]);
  });

  it('tells what did not come back of a directory that was gone in between', () => {
    const from = walker();
    const { token } = list(from).result;
    tree.remove('a');
    const gone = list(from, token);
    tree.write('a/x');
    const back = list(from, token);
    expect([...back.groups.keys()].sort()).toEqual(['', 'a']);
    expect(back.gone).toEqual(['a/sub']);
    tree.write('a/sub/y');
    expect([...list(from, gone.result.token).groups.keys()]).toEqual(expect.arrayContaining(['a', 'a/sub']));
  });

  it('tells a directory it never listed as gone, where items were written to it since', () => {
    tree.write('a/x');
    const walk = walker();
    const { token } = list(walk).result;
    walk.expect(['a/made/in', 'a']);
    const then = list(walk, token);
    expect(then.gone).toEqual(['a/made']);
    expect(list(walk, then.result.token).gone).toEqual([]);
    // Gone, made anew and gone again, unseen.
    walk.expect(['a/made/in']);
    expect(list(walk, then.result.token).gone).toEqual(['a/made']);
  });

  it('tells what is in a directory that items were written to, though they went again before it was listed', () => {
    tree.write('a/x');
    const walk = walker();
    const { token } = list(walk).result;
    tree.write('a/made');
    tree.remove('a/made');
    expect(list(walk, token).events).toEqual([]);
    walk.expect(['a']);
    const then = list(walk, token);
    expect([...then.groups.keys()]).toEqual(['a']);
    expect(list(walk, then.result.token).events).toEqual([]);
  });

  it('tells a directory that became a file as gone', () => {
    const from = walker();
    const { token } = list(from).result;
    tree.remove('a');
    tree.write('a', 'file now');
    const told = list(from, token);
    expect(told.gone).toEqual(['a']);
    expect(told.groups.get('')?.items.find((item) => item.id === 'a')?.size).toBe(8);
  });

  it('misses nothing when another listing ends before it does', () => {
    for (let i = 0; i < 1_000; i++) tree.write(`b/${i}`, '');
    tree.write('d/x');
    const from = walker();
    const { token } = list(from).result;
    tree.write('b/new');
    const slow = from.walk(token, null, noRules, running);
    expect(slow.next().value).toMatchObject({ is: 'groups', groups: [{ group: 'b' }] });
    tree.write('c/x');
    const quick = list(from, token);
    expect([...quick.groups.keys()]).toEqual(['', 'b', 'c']);
    tree.write('a/late');
    tree.write('d/late');
    tree.remove('c');
    expect([...slow]).toMatchObject([{ is: 'groups', groups: [{ group: 'd' }] }]);
    expect(list(from, quick.result.token)).toMatchObject({
      gone: ['c'],
      groups: new Map([
        ['a', expect.anything()],
        ['', expect.anything()],
        // The slow one came to it last, and told it to whoever asked for that one.
        ['d', expect.anything()],
      ]),
    });
  });

  it('tells a directory in which nothing but a trouble came or went', () => {
    tree.write('c/x');
    const from = walker();
    const first = list(from);
    execFileSync('mkfifo', [tree.path('c/pipe')]);
    const then = list(from, first.result.token);
    expect([[...then.groups.keys()], then.problems]).toEqual([['c'], ['special-file c/pipe']]);
    tree.remove('c/pipe');
    const after = list(from, then.result.token);
    expect([[...after.groups.keys()], after.problems]).toEqual([['c'], []]);
  });

  it('tells everything for a token it does not know', () => {
    const { token } = list(walker(nodeFileSystem, { now: () => Date.now() - 60_000 })).result;
    const told = list(walker(), token);
    expect(told.groups.size).toBe(4);
    expect(told.result.complete).toBe(true);
    expect(list(walker(), Number.MAX_SAFE_INTEGER)).toMatchObject({ groups: told.groups, result: { complete: true } });
  });

  it('never takes a directory with a fresh item as known', () => {
    let now = Date.now();
    const from = walker(nodeFileSystem, { now: () => now });
    const first = list(from);
    expect(first.groups.get('b')?.items[0]?.fresh).toBe(true);
    const second = list(from, first.result.token);
    expect([...second.groups.keys()].sort()).toEqual(['a', 'a/sub', 'b']);
    now += 60_000;
    const third = list(from, second.result.token);
    expect(third.groups.get('b')?.items[0]?.fresh).toBe(false);
    expect(list(from, third.result.token).events).toEqual([]);
  });

  it('is silent about directories that are outside now, and tells them when they are inside again', () => {
    const from = walker();
    const first = list(from);
    const rules = new IgnoreRules('/a', { only: [], ignore: [] });
    const without = list(from, first.result.token, null, rules);
    expect(without.gone).toEqual([]);
    expect([...without.groups.keys()]).toEqual(['']);
    expect([...list(from, without.result.token).groups.keys()]).toEqual(['', 'a', 'a/sub']);
  });
});

describe('a listing within some directories', () => {
  beforeEach(() => {
    tree.write('a/x');
    tree.write('a/sub/y');
    tree.write('b/z');
  });

  it('looks at these and not below', () => {
    const from = walker();
    const { token } = list(from).result;
    tree.write('a/x2');
    tree.write('a/sub/y2');
    tree.write('b/z2');
    const told = list(from, token, ['a']);
    expect([...told.groups.keys()]).toEqual(['a']);
    expect(told.result.complete).toBe(false);
    expect([...list(from, told.result.token).groups.keys()]).toEqual(['a/sub', 'b']);
    // Nothing is gone for not having been looked at.
    expect(list(from, null, ['a']).result.complete).toBe(false);
  });

  it('gives a token that vouches for no more than it saw', () => {
    const from = walker();
    const { token } = list(from).result;
    tree.write('b/z2');
    expect([...list(from, token).groups.keys()]).toEqual(['b']);
    const within = list(from, token, ['a']);
    expect([...list(from, within.result.token).groups.keys()]).toEqual(['b']);
    expect(list(from, null, ['a']).result.token).toBe(0);
  });

  it('tells a directory that is gone, also when asked of it or of what was below it', () => {
    const from = walker();
    const { token } = list(from).result;
    tree.remove('a');
    expect(list(from, token, ['a']).gone).toEqual(['a']);
    expect(list(from, token, ['']).gone).toEqual(['a']);
    expect(list(from, token, ['a/sub']).gone).toEqual(['a/sub']);
  });

  it('tells what is in a directory that was gone and came back, and that it is gone once more', () => {
    const from = walker();
    const goes = () => fs.renameSync(tree.path('a'), `${tree.root}-away`);
    const comes = () => fs.renameSync(`${tree.root}-away`, tree.path('a'));
    let { token } = list(from).result;
    const within = (): Told => {
      const told = list(from, token, ['a']);
      token = told.result.token;
      return told;
    };
    goes();
    expect(within().gone).toEqual(['a']);
    comes();
    const back = list(from, token);
    expect([...back.groups.keys()]).toEqual(['a', 'a/sub']);
    token = back.result.token;
    goes();
    expect(within().gone).toEqual(['a']);
    comes();
    expect([...within().groups.keys()]).toEqual(['a']);
    goes();
    expect(list(from, token).gone).toEqual(['a']);
    comes();
  });

  it('finds no directory by a name of which only the case is another', () => {
    const disk = new MemoryDisk({ clock: new FakeClock(), names: { caseless: true } });
    const user = new SimulatedUser(disk);
    user.mkdirp('/root/a/deep');
    user.writeFile('/root/a/deep/x', 'X');
    const mounts = new MountMemory(null);
    const watching = new FileWalker(disk.process(), '/root', { platform: 'posix', folding: true, now: LATER, mounts });
    const { result } = list(watching);
    user.move('/root/a', '/root/A');
    const told = list(watching, result.token, ['a', 'a/deep', 'A/deep']);
    expect([told.gone, [...told.groups.keys()]]).toEqual([['a', 'a/deep'], ['A/deep']]);
    expect(idsIn(told, 'A/deep')).toEqual(['A/deep/x']);
  });

  it('does not go through a link that took the place of a directory', () => {
    const from = walker();
    const { token } = list(from).result;
    fs.renameSync(tree.path('a'), tree.path('real'));
    fs.symlinkSync('real', tree.path('a'));
    const told = list(from, token, ['a/sub']);
    expect(told.gone).toEqual(['a/sub']);
    expect(told.groups.size).toBe(0);
  });

  it('says nothing about directories outside, or that no record can be in', () => {
    const rules = new IgnoreRules('/a', { only: [], ignore: [] });
    expect(list(walker(), null, ['a', 'a/sub', '.lockstep', '../b', 'b'], rules).events).toHaveLength(1);
  });
});

describe('what cannot be listed', () => {
  beforeEach(() => {
    tree.write('closed/in/x');
    tree.write('open/y');
  });

  it.each(['EACCES', 'EIO'])('is unlisted with everything below (%s), never gone', (code) => {
    let closed = false as boolean;
    const from = walker(
      disturbed({
        readDirectory(path) {
          if (closed && path === tree.path('closed')) throw failure(code);
          return nodeFileSystem.readDirectory(path);
        },
      }),
    );
    const { token } = list(from).result;
    closed = true;
    tree.remove('closed/in');
    const told = list(from, token);
    expect(told).toMatchObject({ unlisted: ['closed'], gone: [] });
    expect(told.events[0]).toMatchObject({ problem: { id: 'closed', code: 'unreadable' } });
    closed = false;
    const after = list(from, told.result.token);
    expect(after.gone).toEqual(['closed/in']);
    expect([...after.groups.keys()]).toEqual(['closed']);
    // Nothing changed in it meanwhile.
    closed = true;
    const again = list(from, after.result.token);
    expect(again.unlisted).toEqual(['closed']);
    closed = false;
    expect([...list(from, again.result.token).groups.keys()]).toEqual(['closed']);
  });

  it('is a directory that goes while it is listed: no problem, and told gone by the next', () => {
    const from = walker(
      disturbed({
        readDirectory(path) {
          if (path === tree.path('closed')) tree.remove('closed');
          return nodeFileSystem.readDirectory(path);
        },
      }),
    );
    const told = list(from);
    expect(told).toMatchObject({ unlisted: ['closed'], gone: [] });
    expect(told.events).toContainEqual({ is: 'unlisted', group: 'closed', problem: null });
    const after = list(from, told.result.token);
    expect(after).toMatchObject({ unlisted: [], gone: ['closed'] });
    expect(idsIn(after, '')).toEqual(['open']);
  });

  it('is a directory whose items may not be looked at', () => {
    const from = walker(
      disturbed({
        lstat(path) {
          if (path.startsWith(tree.path('closed/'))) throw failure('EACCES');
          return nodeFileSystem.lstat(path);
        },
      }),
    );
    const told = list(from);
    expect(told.unlisted).toEqual(['closed']);
    expect([...told.groups.keys()]).toEqual(['', 'open']);
  });

  it('is one item with trouble, and all below it', () => {
    let broken = false as boolean;
    const troubled = disturbed({
      lstat(path) {
        if (broken && (path === tree.path('open/y') || path === tree.path('closed'))) throw failure('EIO');
        return nodeFileSystem.lstat(path);
      },
    });
    const from = walker(troubled);
    const { token } = list(from).result;
    broken = true;
    const told = list(from, token);
    expect(told.problems).toEqual(['unreadable closed', 'unreadable open/y']);
    expect(told).toMatchObject({ unlisted: ['closed'], gone: [] });
    // Nor is what lies in it gone where it was never listed since the start.
    expect(list(from)).toMatchObject({ unlisted: ['closed'] });
    expect(list(walker(troubled))).toMatchObject({ unlisted: ['closed'] });
    expect(list(walker(untyped(troubled))).unlisted).toContain('closed');
  });

  it('is the whole root when it is not what it was', () => {
    let device = 7n;
    const from = walker(
      disturbed({
        lstat(path) {
          const stat = nodeFileSystem.lstat(path);
          return stat === null ? null : { ...stat, device };
        },
      }),
    );
    const { token } = list(from).result;
    device = 8n;
    expect(() => list(from, token)).toThrow(expect.objectContaining({ code: 'source-unavailable' }));
    expect(() => list(from, token, ['open'])).toThrow(expect.objectContaining({ code: 'source-unavailable' }));
    device = 7n;
    fs.renameSync(tree.root, `${tree.root}-away`);
    fs.mkdirSync(tree.root);
    expect(() => list(from, token)).toThrow(expect.objectContaining({ code: 'source-unavailable' }));
    tree.remove();
    fs.renameSync(`${tree.root}-away`, tree.root);
    expect(list(from, token).events).toEqual([]);
  });

  it('tells nothing it read when the root goes away meanwhile', () => {
    const from = walker(
      disturbed({
        readDirectory(path) {
          const names = nodeFileSystem.readDirectory(path);
          if (path === tree.path('open')) fs.renameSync(tree.root, `${tree.root}-away`);
          return names;
        },
      }),
    );
    const events: ListEvent[] = [];
    expect(() => {
      for (const event of from.walk(null, null, noRules, running)) events.push(event);
    }).toThrow(expect.objectContaining({ code: 'source-unavailable' }));
    expect(events).toEqual([]);
    fs.renameSync(`${tree.root}-away`, tree.root);
  });
});

describe('other disks below the root', () => {
  let mounted: boolean;
  let disk: FileSystem;
  beforeEach(() => {
    mounted = true;
    tree.write('a/mnt/x');
    tree.write('a/mnt/deep/y');
    // While the disk is away its place is an empty directory of the root's own disk.
    disk = disturbed({
      lstat(path) {
        const inside = path.startsWith(tree.path('a/mnt/'));
        if (inside && !mounted) return null;
        const stat = nodeFileSystem.lstat(path);
        return stat !== null && mounted && (inside || path === tree.path('a/mnt')) ? { ...stat, device: 99n } : stat;
      },
      readDirectory: (path) => (path === tree.path('a/mnt') && !mounted ? [] : nodeFileSystem.readDirectory(path)),
    });
  });

  it('are listed, and unlisted while they are away', () => {
    const mounts = new MountMemory(null);
    const from = walker(disk, { mounts });
    const first = list(from);
    expect([...first.groups.keys()]).toEqual(['', 'a', 'a/mnt', 'a/mnt/deep']);
    expect(mounts.takeChanged()).toEqual(['a/mnt']);
    mounted = false;
    expect(list(from, first.result.token)).toMatchObject({ unlisted: ['a/mnt'], gone: [] });
    expect(list(from, first.result.token, ['a/mnt/deep'])).toMatchObject({ unlisted: ['a/mnt/deep'], gone: [] });
    mounted = true;
    expect(list(from, first.result.token)).toMatchObject({ unlisted: [], gone: [] });
  });

  it('are missed in a later session too, even when their place is gone', () => {
    mounted = false;
    for (const within of [null, ['a/mnt']]) {
      const told = list(walker(disk, { mounts: new MountMemory(['a/mnt']) }), null, within);
      expect(told).toMatchObject({ unlisted: ['a/mnt'], gone: [] });
    }
    tree.remove('a/mnt');
    expect(list(walker(disk, { mounts: new MountMemory(['a/mnt']) }))).toMatchObject({ unlisted: ['a/mnt'], gone: [] });
    tree.remove('a');
    for (const within of [null, ['a']]) {
      const told = list(walker(disk, { mounts: new MountMemory(['a/mnt']) }), null, within);
      expect(told).toMatchObject({ unlisted: ['a'], gone: [] });
    }
  });

  it('are not trusted when one appeared between sessions, until the folder is added anew', () => {
    const from = walker(disk, { mounts: new MountMemory([]) });
    // To have looked somewhere is not to have looked everywhere.
    list(from, null, ['']);
    const first = list(from);
    expect(first.unlisted).toEqual(['a/mnt']);
    expect([...first.groups.keys()]).toEqual(['', 'a']);
    const anew = list(walker(disk, { mounts: new MountMemory(null) }));
    expect(anew.unlisted).toEqual([]);
    expect([...anew.groups.keys()]).toEqual(['', 'a', 'a/mnt', 'a/mnt/deep']);
  });

  it('are not trusted when one is mounted over what was listed', () => {
    mounted = false;
    const plain = disturbed({
      lstat(path) {
        const stat = nodeFileSystem.lstat(path);
        return stat !== null && mounted && path.startsWith(tree.path('a/mnt')) ? { ...stat, device: 99n } : stat;
      },
    });
    const from = walker(plain);
    const { token } = list(from).result;
    mounted = true;
    expect(list(from, token).unlisted).toEqual(['a/mnt']);
    expect(list(from, token, ['a/mnt']).unlisted).toEqual(['a/mnt']);
  });
});
