import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileSystem } from '../../../../src/main/platform/file-system.ts';
import { nodeFileSystem } from '../../../../src/main/platform/node-file-system.ts';
import { type FileEntry, MODIFIED } from '../../../../src/main/record/file-entry.ts';
import { recordId } from '../../../../src/main/record/ids.ts';
import { ParentGuard } from '../../../../src/main/sources/files/path-guard.ts';
import { FileReader } from '../../../../src/main/sources/files/read-files.ts';
import { revisionOf } from '../../../../src/main/sources/files/revision.ts';
import type { ItemProblem, Reading } from '../../../../src/main/sources/source-adapter.ts';
import { disturbed, failure, LATER, TempTree } from './temp-tree.ts';

let tree: TempTree;
beforeEach(() => {
  tree = new TempTree();
});
afterEach(() => tree.remove());

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

function read(
  ids: readonly string[],
  disk: FileSystem = nodeFileSystem,
  now = LATER,
): readonly (Reading | ItemProblem)[] {
  return new FileReader(disk, now).read(new ParentGuard(disk, tree.root, 'posix'), ids.map(recordId));
}
function readOne(id: string, disk: FileSystem = nodeFileSystem): Reading {
  const [reading] = read([id], disk);
  if (reading === undefined || 'code' in reading) throw new Error(`not read: ${JSON.stringify(reading)}`);
  return reading;
}
const entryOf = (reading: Reading): FileEntry => Object.fromEntries(reading.fields).entry as FileEntry;
const codesOf = (answers: readonly (Reading | ItemProblem)[]): readonly string[] =>
  answers.map((answer) => ('code' in answer ? answer.code : 'read'));

describe('reading', () => {
  it.each([0, 1, 4_096, 65_535, 65_536, 65_537, 1_000_000])('a file of %i bytes', (size) => {
    const bytes = new Uint8Array(size).map((_, at) => (at * at * 31) >> 7);
    tree.write('a/file', bytes);
    const reading = readOne('a/file');
    expect(entryOf(reading)).toMatchObject({ type: 'file', digest: sha256(bytes), size });
    expect(reading.revision).toEqual(revisionOf(nodeFileSystem.lstat(tree.path('a/file'))!));
    expect(reading.fresh).toBe(false);
    const entry = entryOf(reading) as { chunks?: string };
    expect(reading.attachments.map((attachment) => attachment.digest)).toEqual(
      entry.chunks === undefined ? [] : [entry.chunks],
    );
    for (const { digest, bytes: list } of reading.attachments) expect(sha256(list)).toBe(digest);
    expect(reading.attachments.length).toBe(size > 500_000 ? 1 : reading.attachments.length);
  });

  it('mode and time of a file', () => {
    tree.write('run', '#!');
    fs.chmodSync(tree.path('run'), 0o755);
    nodeFileSystem.setModified(tree.path('run'), 1_700_000_000_123_456);
    expect(Object.fromEntries(readOne('run').fields)).toMatchObject({
      executable: true,
      modified: 1_700_000_000_123_456,
    });
    fs.chmodSync(tree.path('run'), 0o655);
    expect(Object.fromEntries(readOne('run').fields).executable).toBeUndefined();
  });

  it('links as links, and directories', () => {
    tree.write('d/x');
    fs.symlinkSync('../../etc/passwd', tree.path('d/link'));
    const link = readOne('d/link');
    expect(entryOf(link)).toEqual({ type: 'symlink', target: '../../etc/passwd' });
    expect(link.fields.has(MODIFIED)).toBe(false);
    expect(link.revision).toEqual(revisionOf(nodeFileSystem.lstat(tree.path('d/link'))!));
    expect(entryOf(readOne('d'))).toEqual({ type: 'directory' });
  });

  it('says fresh of what changed just now', () => {
    tree.write('x');
    expect(read(['x'], nodeFileSystem, () => Date.now())).toEqual([expect.objectContaining({ fresh: true })]);
  });

  it('answers in order, one bad item beside the others', () => {
    tree.write('a');
    tree.write('z');
    fs.symlinkSync('/etc', tree.path('out'));
    execFileSync('mkfifo', [tree.path('pipe')]);
    const ids = ['z', 'none', 'none/deep', 'out/passwd', '../x', 'pipe', 'a/below', 'a'];
    const answers = read(ids);
    expect(answers.map((answer) => answer.id)).toEqual(ids);
    expect(codesOf(answers)).toEqual([
      'read',
      'changing',
      'changing',
      'parent-is-file',
      'name-not-allowed',
      'special-file',
      'parent-is-file',
      'read',
    ]);
  });

  it.runIf(process.platform === 'linux')('names a link whose target is not Unicode', () => {
    fs.symlinkSync(Buffer.from([0xff]), tree.path('link'));
    expect(codesOf(read(['link']))).toEqual(['name-not-unicode']);
  });

  it.each(['EACCES', 'EIO'])('names a file that cannot be opened (%s)', (code) => {
    tree.write('a');
    const disk = disturbed({
      open() {
        throw failure(code);
      },
    });
    expect(read(['a'], disk)).toEqual([{ id: 'a', code: 'unreadable', detail: expect.stringContaining(code) }]);
  });

  it.each([10, 300_000])('names a file of %i bytes that cannot be read, and closes it', (size) => {
    tree.write('a', new Uint8Array(size));
    const open: number[] = [];
    const disk = disturbed({
      open(path, how) {
        open.push(nodeFileSystem.open(path, how));
        return open[open.length - 1] as number;
      },
      close(fd) {
        open.splice(open.indexOf(fd), 1);
        nodeFileSystem.close(fd);
      },
      read() {
        throw failure('EIO');
      },
    });
    expect(codesOf(read(['a'], disk))).toEqual(['unreadable']);
    expect(open).toEqual([]);
  });

  describe.each([100, 300_000])('a file of %i bytes that changes meanwhile', (size) => {
    it.each<[string, () => void]>([
      ['appended to', () => fs.appendFileSync(tree.path('a'), 'more')],
      ['cut', () => fs.truncateSync(tree.path('a'), 10)],
      ['rewritten in place', () => fs.writeFileSync(tree.path('a'), new Uint8Array(size).fill(7))],
      ['touched', () => fs.utimesSync(tree.path('a'), 1, 1)],
    ])('%s', (_what, change) => {
      tree.write('a', new Uint8Array(size));
      fs.utimesSync(tree.path('a'), 1_000, 1_000);
      let changed = false;
      const disk = disturbed({
        read(fd, into, offset, length, position) {
          const count = nodeFileSystem.read(fd, into, offset, length, position);
          if (!changed) change();
          changed = true;
          return count;
        },
      });
      expect(codesOf(read(['a'], disk))).toEqual(['changing']);
      expect(codesOf(read(['a']))).toEqual(['read']);
    });
  });

  it('reads the old file whole when it is replaced meanwhile: the revision tells them apart', () => {
    tree.write('a', 'old');
    tree.write('b', 'new');
    const disk = disturbed({
      fstat(fd) {
        if (fs.existsSync(tree.path('b'))) fs.renameSync(tree.path('b'), tree.path('a'));
        return nodeFileSystem.fstat(fd);
      },
    });
    const reading = readOne('a', disk);
    expect(entryOf(reading)).toMatchObject({ digest: sha256('old') });
    expect(reading.revision).not.toEqual(revisionOf(nodeFileSystem.lstat(tree.path('a'))!));
  });
});
