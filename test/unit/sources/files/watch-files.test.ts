import * as fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../../src/main/platform/node-file-system.ts';
import { IgnoreRules } from '../../../../src/main/sources/files/ignore-rules.ts';
import { type FilesWatch, type WatchOptions, watchFiles } from '../../../../src/main/sources/files/watch-files.ts';
import { failure, TempTree } from './temp-tree.ts';

/** What a watch told, and a way to wait until it has. */
class Told {
  readonly dirty: (string | null)[] = [];
  readonly limits: string[] = [];
  #wake: (() => void)[] = [];

  readonly onDirty = (group: string | null): void => {
    this.dirty.push(group);
    for (const wake of this.#wake.splice(0)) wake();
  };

  /** Everything it told until then. */
  async until(...groups: readonly (string | null)[]): Promise<readonly (string | null)[]> {
    while (!groups.every((group) => this.dirty.includes(group)))
      await new Promise<void>((wake) => this.#wake.push(wake));
    return this.dirty.splice(0);
  }
}

let tree: TempTree;
let told: Told;
let watching: FilesWatch | null;
beforeEach(() => {
  tree = new TempTree();
  told = new Told();
  watching = null;
});
afterEach(async () => {
  await watching?.close();
  tree.remove();
});

const rules = new IgnoreRules('*.tmp\nbuild/', { only: [], ignore: [] });

async function start(groups: readonly string[], more: Partial<WatchOptions> = {}): Promise<void> {
  watching = watchFiles({
    fs: nodeFileSystem,
    root: tree.root,
    platform: 'posix',
    folding: false,
    outside: (id, isDirectory) => rules.outside(id, isDirectory),
    onDirty: told.onDirty,
    onLimit: (detail) => told.limits.push(detail),
    ...more,
  });
  watching.add(groups);
  await told.until(...groups);
}

describe.runIf(process.platform === 'linux')('watching directory by directory', () => {
  it('tells the directory in which something happened', async () => {
    tree.write('a/x');
    tree.write('b/y');
    await start(['', 'a', 'b']);
    tree.write('a/x', 'edited');
    await told.until('a');
    fs.renameSync(tree.path('a/x'), tree.path('b/x'));
    await told.until('a', 'b');
    fs.unlinkSync(tree.path('b/x'));
    await told.until('b');
    fs.chmodSync(tree.path('b/y'), 0o755);
    await told.until('b');
  });

  it('takes up a new deep directory, and what is made in it later', async () => {
    await start(['']);
    tree.write('new/deep/er/file');
    await told.until('', 'new', 'new/deep', 'new/deep/er');
    tree.write('new/deep/er/file', 'edited');
    await told.until('new/deep/er');
  });

  it('takes up a new directory among many new files', async () => {
    await start(['']);
    for (let i = 0; i < 40; i++) tree.write(`x${i}`);
    fs.mkdirSync(tree.path('new'));
    for (let i = 40; i < 80; i++) tree.write(`x${i}`);
    await told.until('', 'new');
    tree.write('new/file');
    await told.until('new');
  });

  it('takes up a directory that was moved in, and lets go of one moved away', async () => {
    const outside = new TempTree();
    outside.write('tree/sub/x');
    await start(['']);
    fs.renameSync(outside.path('tree'), tree.path('tree'));
    await told.until('', 'tree', 'tree/sub');
    fs.renameSync(tree.path('tree'), outside.path('back'));
    await told.until('', 'tree');
    tree.write('marker');
    await told.until('');
    outside.write('back/sub/x', 'edited outside');
    tree.write('marker', 'again');
    expect(await told.until('')).not.toContain('tree/sub');
    outside.remove();
  });

  it('watches the new one where a directory was replaced by another', async () => {
    tree.write('a/x');
    tree.write('other/x');
    await start(['', 'a']);
    fs.renameSync(tree.path('a'), tree.path('was'));
    fs.renameSync(tree.path('other'), tree.path('a'));
    await told.until('', 'a');
    tree.write('a/y');
    await told.until('a');
  });

  it('watches the new one where a directory was deleted and made again, though it gets the inode of the old one', async () => {
    fs.mkdirSync(tree.path('a/b'), { recursive: true });
    await start(['', 'a', 'a/b']);
    fs.rmSync(tree.path('a'), { recursive: true });
    fs.mkdirSync(tree.path('a/b'), { recursive: true });
    await told.until('', 'a', 'a/b');
    // What was under way of that is told by now.
    tree.write('marker');
    await told.until('');
    tree.write('a/b/file');
    await told.until('a/b');
  }, 60_000);

  it('tells that a directory is gone', async () => {
    tree.write('a/b/x');
    await start(['', 'a', 'a/b']);
    tree.remove('a');
    await told.until('', 'a', 'a/b');
  });

  it('neither watches nor tells what is outside', async () => {
    fs.mkdirSync(tree.path('.lockstep'));
    await start(['']);
    const asked: string[] = [];
    await watching?.close();
    told.dirty.length = 0;
    await start([''], {
      watch: ((path: string, ...rest: unknown[]) => {
        asked.push(path);
        return (fs.watch as (...all: unknown[]) => fs.FSWatcher)(path, ...rest);
      }) as typeof fs.watch,
    });
    tree.write('build/out');
    tree.write('x.tmp');
    tree.write('.lockstep/staging');
    tree.write('src/y');
    expect(new Set(await told.until('', 'src'))).toEqual(new Set(['', 'src']));
    expect(asked).toEqual([tree.root, tree.path('src')]);
  });

  it('tells once that there are too few watches', async () => {
    tree.write('a/b/c/x');
    const watch = ((path: string, ...rest: unknown[]) => {
      if (path !== tree.root) throw failure('ENOSPC');
      return (fs.watch as (...all: unknown[]) => fs.FSWatcher)(path, ...rest);
    }) as typeof fs.watch;
    await start(['', 'a', 'a/b'], { watch });
    expect(told.limits).toHaveLength(1);
    tree.write('still-watched');
    await told.until('');
  });

  it('says look everywhere once it has taken up very many', async () => {
    for (let i = 0; i < 300; i++) fs.mkdirSync(tree.path(`d${i}`));
    watching = watchFiles({
      fs: nodeFileSystem,
      root: tree.root,
      platform: 'posix',
      folding: false,
      outside: () => false,
      onDirty: told.onDirty,
      onLimit: () => undefined,
    });
    watching.add(['']);
    await told.until(null);
    tree.write('d299/x');
    await told.until('d299');
  });

  it('tells nothing after it is closed', async () => {
    await start(['']);
    await watching?.close();
    tree.write('x');
    watching?.add(['']);
    await new Promise((done) => setImmediate(done));
    expect(told.dirty).toEqual([]);
  });
});

describe('watching a whole tree with one watch', () => {
  /** Stands for the recursive watch of macOS and Windows: the test tells what happened. */
  let happen: (event: string, name: string | null) => void;
  const watch = ((path: string, options: fs.WatchOptions, listener: (event: string, name: string | null) => void) => {
    expect([path, options.recursive]).toEqual([tree.root, true]);
    happen = listener;
    return Object.assign(fs.watch(tree.root, { persistent: false }), {});
  }) as typeof fs.watch;

  it('tells directories by their ids, with everything below one that was moved in', async () => {
    await start([], { platform: 'windows', watch });
    tree.write('a/b/x');
    tree.write('a/build/out');
    happen('change', 'a\\b\\x');
    expect(told.dirty.splice(0)).toEqual(['a/b']);
    happen('rename', 'a');
    expect(told.dirty.splice(0)).toEqual(['', 'a', 'a/b']);
    happen('change', 'a\uf03ab');
    expect(told.dirty.splice(0)).toEqual(['']);
    happen('rename', 'a/build/out');
    happen('rename', 'x.tmp');
    expect(told.dirty.splice(0)).toEqual([]);
    happen('rename', null);
    expect(told.dirty.splice(0)).toEqual([null]);
  });

  it('says so when the system cannot', async () => {
    await start([], {
      platform: 'mac',
      watch: () => {
        throw failure('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM');
      },
    });
    expect(told.limits).toHaveLength(1);
  });
});
