import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FileStat, FileSystem } from '../../../src/main/platform/file-system.ts';
import { nodeFileSystem } from '../../../src/main/platform/node-file-system.ts';
import { describeTree } from '../../fakes/describe-tree.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../fakes/memory-disk.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { SimulatedUser } from '../../fakes/simulated-user.ts';

const OPERATIONS = 2000;
const NOBODY = 65534;
const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** A directory of the real disk, and a memory disk that has one at the same path, so that absolute links mean the same. */
function bothDisks(superuser: boolean): { root: string; memory: FileSystem } {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-memory-like-node-'));
  roots.push(root);
  const disk = new MemoryDisk({ clock: new FakeClock(), superuser });
  new SimulatedUser(disk).mkdirp(root);
  return { root, memory: disk.process() };
}

/** The outcome of a call in a form that can be compared: its value, or the code of its error. */
function outcome(run: () => unknown): unknown {
  try {
    return run() ?? 'done';
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    return code;
  }
}

function comparable(stat: FileStat | null): unknown {
  if (stat === null) return null;
  // Sizes of directories are the file system's own affair.
  const size = stat.type === 'directory' ? 0 : stat.size;
  return { type: stat.type, size, mode: stat.mode, links: stat.links };
}

/** One random operation, prepared so that it can be run on any of the two. `fds` are open in both, in the same order. */
type Operation = (fs: FileSystem, fds: number[]) => unknown;

function randomPath(random: SeededRandom, root: string): string {
  const names = Array.from({ length: random.between(1, 4) }, () =>
    random.chance(0.04) ? random.pick(['.', '..', 'x'.repeat(256)]) : random.pick(['a', 'b', 'c', 'd']),
  );
  // Never above the root, whatever `..` and links do: at most three steps up from at least four down.
  return `${root}/w/w/w/w/w/${names.join('/')}${random.chance(0.03) ? '/' : ''}`;
}

function randomTarget(random: SeededRandom, root: string): string {
  return random.chance(0.2) ? randomPath(random, root) : random.pick(['a', 'b/c', '../a', '.', 'c/d/a', './d', 'b/']);
}

function randomOperation(random: SeededRandom, root: string, fdCount: number): [string, Operation] {
  const path = randomPath(random, root);
  const other = randomPath(random, root);
  const fd = fdCount === 0 ? -1 : random.int(fdCount);
  const size = random.int(3000);
  const bytes = random.bytes(random.int(2000));
  const open = (how: 'read' | 'create-new' | 'write'): Operation => {
    return (fs, fds) => {
      fds.push(fs.open(path, how));
    };
  };
  const modes = [0o644, 0o600, 0o755, 0o700, 0o444, 0o555, 0o000, 0o300];
  const mode = random.pick(modes);
  const microseconds = random.between(1, 4_000_000_000) * 1000 + random.int(1000);
  const target = randomTarget(random, root);
  const kinds: [number, string, Operation][] = [
    [6, `open ${path} read`, open('read')],
    [14, `open ${path} create-new`, open('create-new')],
    [6, `open ${path} write`, open('write')],
    [12, `mkdir ${path}`, (fs) => fs.makeDirectory(path)],
    [4, `rmdir ${path}`, (fs) => fs.removeDirectory(path)],
    [6, `unlink ${path}`, (fs) => fs.unlink(path)],
    [12, `rename ${path} ${other}`, (fs) => fs.rename(path, other)],
    [7, `link ${path} ${other}`, (fs) => fs.link(path, other)],
    [6, `symlink ${target} ${path}`, (fs) => fs.symlink(target, path)],
    [2, `chmod ${path} ${mode.toString(8)}`, (fs) => fs.setMode(path, mode)],
    [3, `copy ${path} ${other}`, (fs) => fs.copy(path, other)],
    [5, `lstat ${path}`, (fs) => comparable(fs.lstat(path))],
    [3, `readlink ${path}`, (fs) => fs.readLink(path)],
    [3, `syncDirectory ${path}`, (fs) => fs.syncDirectory(path)],
    [
      4,
      `setModified ${path} ${microseconds}`,
      (fs) => {
        fs.setModified(path, microseconds);
        return (fs.lstat(path) as FileStat).modifiedNs / 1000n;
      },
    ],
    [
      4,
      `readDirectory ${path}`,
      (fs) =>
        fs
          .readDirectory(path)
          .map(({ name, type }) => `${name} ${type}`)
          .sort(),
    ],
  ];
  if (fd >= 0)
    kinds.push(
      [12, `write ${fd} ${bytes.length} at ${size}`, (fs, fds) => fs.write(fds[fd]!, bytes, 0, bytes.length, size)],
      [4, `truncate ${fd} ${size}`, (fs, fds) => fs.truncate(fds[fd]!, size)],
      [2, `sync ${fd}`, (fs, fds) => fs.sync(fds[fd]!)],
      [3, `fstat ${fd}`, (fs, fds) => comparable(fs.fstat(fds[fd]!))],
      [fdCount > 4 ? 40 : 8, `close ${fd}`, (fs, fds) => fs.close(fds.splice(fd, 1)[0]!)],
      [
        6,
        `read ${fd}`,
        (fs, fds) => {
          const into = new Uint8Array(1000);
          const count = fs.read(fds[fd]!, into, 10, 900, size >> 1);
          return [count, Buffer.from(into).toString('base64')];
        },
      ],
    );
  let at = random.int(kinds.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, name, run] of kinds) if ((at -= weight) < 0) return [name, run];
  throw new Error('unreachable');
}

/** Which names are one inode: for each path the first path that is the same item. */
function sameItems(fs: FileSystem, root: string): Map<string, string> {
  const first = new Map<bigint, string>();
  const same = new Map<string, string>();
  for (const path of describeTree(fs, root).keys()) {
    const inode = fs.lstat(`${root}/${path}`)?.inode as bigint;
    if (!first.has(inode)) first.set(inode, path);
    same.set(path, first.get(inode) as string);
  }
  return same;
}

function compareTrees(memory: FileSystem, root: string): void {
  const options = { links: true, modes: true };
  expect(describeTree(memory, root, options)).toEqual(describeTree(nodeFileSystem, root, options));
  expect(sameItems(memory, root)).toEqual(sameItems(nodeFileSystem, root));
}

function runBoth(seed: string, root: string, memory: FileSystem, compare: () => void): Map<string, number> {
  const random = new SeededRandom(seed);
  const real: number[] = [];
  const fake: number[] = [];
  const outcomes = new Map<string, number>();
  for (const fs of [memory, nodeFileSystem])
    for (let depth = 1; depth <= 5; depth++) fs.makeDirectory(root + '/w'.repeat(depth));
  try {
    for (let at = 0; at < OPERATIONS; at++) {
      const [name, operation] = randomOperation(random, root, real.length);
      const expected = outcome(() => operation(nodeFileSystem, real));
      const got = outcome(() => operation(memory, fake));
      expect({ seed, at, name, got }).toEqual({ seed, at, name, got: expected });
      const kind = `${name.split(' ')[0]} ${typeof expected === 'string' ? expected : 'value'}`;
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
      if (at % 100 === 99) compare();
    }
  } finally {
    for (const fd of real) nodeFileSystem.close(fd);
  }
  return outcomes;
}

describe.runIf(process.platform === 'linux')('the memory file system beside the real one', () => {
  const root0 = process.getuid?.() === 0;

  it.each(['1', '2', '3', '4'])('does the same in 2,000 random operations, seed %s', (seed) => {
    const { root, memory } = bothDisks(root0);
    const outcomes = runBoth(seed, root, memory, () => root0 && compareTrees(memory, root));
    const codes = new Set([...outcomes.keys()].map((kind) => kind.split(' ')[1]));
    // The comparison is worth something only where the sequences reach these.
    for (const code of ['ENOENT', 'EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'ELOOP', 'EINVAL', 'ENAMETOOLONG'])
      expect(codes).toContain(code);
  });

  // Others are ordinary users in the four above.
  const excuse = root0 ? '' : ' (skipped: only root can become another user)';
  it.runIf(root0).each(['5', '6', '7', '8'])(
    `binds an ordinary user as the real one does, seed %s${excuse}`,
    (seed) => {
      const { root, memory } = bothDisks(false);
      chownSync(root, NOBODY, NOBODY);
      process.seteuid?.(NOBODY);
      try {
        expect(runBoth(seed, root, memory, () => {})).toSatisfy((outcomes: Map<string, number>) =>
          [...outcomes.keys()].some((kind) => kind.endsWith('EACCES')),
        );
      } finally {
        process.seteuid?.(0);
      }
    },
  );
});
