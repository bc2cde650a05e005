import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/main/platform/clock.ts';
import type { FileSystem } from '../../src/main/platform/file-system.ts';
import { digestOf } from '../../src/main/platform/hash.ts';
import { nodeFileSystem } from '../../src/main/platform/node-file-system.ts';
import { type Remote, remote } from '../../src/main/platform/remote.ts';
import { LockstepError } from '../../src/main/platform/trouble.ts';
import { workerScript } from '../../src/main/platform/worker-script.ts';
import { fileFields } from '../../src/main/record/file-entry.ts';
import { collectionId, deviceId, type RecordId, recordId, sourceId } from '../../src/main/record/ids.ts';
import { FilesAdapter, type FilesAdapterOptions } from '../../src/main/sources/files/files-adapter.ts';
import { LookService } from '../../src/main/sources/files/look-service.ts';
import { revisionOf } from '../../src/main/sources/files/revision.ts';
import { watchFiles } from '../../src/main/sources/files/watch-files.ts';
import { WriteService } from '../../src/main/sources/files/write-service.ts';
import { describeTree } from '../fakes/describe-tree.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { inlineService } from '../fakes/inline-service.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { SimulatedUser } from '../fakes/simulated-user.ts';
import { type ContractSubject, describeSourceAdapter, type Sample } from './source-adapter-contract.ts';

const MODIFIED = 1_700_000_000_123_456;

function sample(id: string, text: string, executable = false): Sample {
  const content = Buffer.from(text);
  const entry = { type: 'file', digest: digestOf(content), size: content.length } as const;
  return { id: recordId(id), fields: fileFields(entry, { executable, modified: MODIFIED }), content };
}
const samples = {
  a: sample('docs/a.txt', 'the first text'),
  a2: sample('docs/a.txt', 'another text, and it may be run', true),
  b: sample('docs/deep/b.txt', 'the second text'),
  c: sample('Ünïcode.txt', 'the third'),
};
const groupOf = (id: RecordId): string => id.slice(0, Math.max(0, id.lastIndexOf('/')));
/** A directory that cannot be opened. */
const BROKEN = 'docs/deep';
const outside = recordId('docs/x.tmp');
const marker = { collection: collectionId('c1'), source: sourceId('s1'), device: deviceId('d1') };
const rules = { only: [], ignore: ['*.tmp'] };

interface Services {
  readonly look: Remote<LookService>;
  readonly write: Remote<WriteService>;
}

type Options = Pick<FilesAdapterOptions, 'isFolding' | 'clock' | 'watch'>;

const adapterFor = (services: Services, disk: FileSystem, root: string, options: Options): FilesAdapter =>
  new FilesAdapter(services.look, services.write, {
    source: root,
    root,
    platform: 'posix',
    marker,
    rules,
    fs: disk,
    watchRoot: null,
    onMovedOn: () => {},
    areTorn: async (moved) => moved.map(() => false),
    onPlaced: () => undefined,
    onRecovered: () => undefined,
    onProblems: () => {},
    ...options,
  });

/** A folder on some file system; `user` writes into it as another program would. */
async function subject(
  services: Services,
  disk: FileSystem,
  root: string,
  options: Options,
  user: Pick<ContractSubject, 'edit'> & { end(): void },
): Promise<ContractSubject> {
  const adapter = adapterFor(services, disk, root, options);
  await adapter.open(true);
  return {
    adapter,
    samples,
    groupOf,
    ...user,
    print: () =>
      [...describeTree(disk, root)]
        .filter(([path]) => !path.startsWith('.lockstep'))
        .map(
          ([path, what]) =>
            `${path} ${what} ${Buffer.from(revisionOf(disk.lstat(`${root}/${path}`)!)).toString('hex')}`,
        )
        .join('\n'),
    close: async () => {
      await adapter.close();
      user.end();
    },
  };
}

/** A folder on the real disk. */
function realSubject(services: (versions: string) => Services): Promise<ContractSubject> {
  const base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'contract-')));
  const [root, versions] = [join(base, 'root'), join(base, 'versions')];
  fs.mkdirSync(root);
  fs.mkdirSync(versions);
  let turn = 0;
  return subject(
    services(versions),
    nodeFileSystem,
    root,
    { isFolding: () => false, clock: systemClock, watch: watchFiles },
    {
      edit(id, how) {
        if (how === 'remove') fs.rmSync(join(root, id));
        else {
          fs.mkdirSync(join(root, groupOf(id)), { recursive: true });
          fs.writeFileSync(join(root, id), `somebody wrote this, ${++turn}`);
        }
      },
      end: () => fs.rmSync(base, { recursive: true, force: true }),
    },
  );
}

/** Long after everything a test wrote: nothing is fresh. */
const later = (): number => Date.now() + 60_000;

/** The real disk, where some directories cannot be opened, not even by a superuser. */
const closed = new Set<string>();
const closing: FileSystem = {
  ...nodeFileSystem,
  readDirectory(path) {
    if ([...closed].some((each) => path.endsWith(`/${each}`)))
      throw Object.assign(new Error(`EACCES: ${path}`), { code: 'EACCES' });
    return nodeFileSystem.readDirectory(path);
  },
};
const breakReal = () => {
  closed.add(BROKEN);
  onTestFinished(() => void closed.clear());
  return { group: BROKEN, mend: () => closed.clear() };
};

describeSourceAdapter('a folder, in this thread', { content: true, breakGroup: breakReal, outside }, () =>
  realSubject((versions) => ({
    look: inlineService(new LookService(closing, later)),
    write: inlineService(new WriteService(nodeFileSystem, versions, 0o644)),
  })),
);

describe('a folder, in threads of its own', () => {
  let look: Worker;
  let base: string;
  let write: Worker;
  const called = <T extends object>(worker: Worker): Remote<T> =>
    remote<T>(worker, (code, message, subjectOf) => new LockstepError(code, message, subjectOf));
  let services: Services;
  beforeAll(() => {
    base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'contract-threads-')));
    const from = new URL('../../src/main/compose.ts', import.meta.url).href;
    look = new Worker(workerScript(from, './sources/files/look-thread.ts'));
    write = new Worker(workerScript(from, './sources/files/write-thread.ts'), {
      workerData: { versions: base, newFileMode: 0o644 },
    });
    services = { look: called<LookService>(look), write: called<WriteService>(write) };
  });
  afterAll(async () => {
    await Promise.all([look.terminate(), write.terminate()]);
    fs.rmSync(base, { recursive: true, force: true });
  });
  describeSourceAdapter('it', { content: true, breakGroup: null, outside }, () => realSubject(() => services));
});

/** A folder on a disk in memory that does not tell names apart by case. */
interface FoldingSubject extends ContractSubject {
  readonly user: SimulatedUser;
  /** Another adapter of the folder, as after a restart. */
  again(): FilesAdapter;
}
async function foldingSubject(): Promise<FoldingSubject> {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp('/home/sync');
  user.mkdirp('/data/versions');
  disk.mount('/home/sync', { names: { caseless: true } });
  const process = disk.process();
  const services = {
    look: inlineService(new LookService(process, () => clock.now() + 60_000)),
    write: inlineService(new WriteService(process, '/data/versions', 0o644)),
  };
  let turn = 0;
  const options = { isFolding: () => process.lstat('/home/sync/.LOCKSTEP') !== null, clock, watch: null };
  const made = await subject(services, process, '/home/sync', options, {
    edit(id, how) {
      if (how === 'remove') user.remove(`/home/sync/${id}`);
      else {
        user.mkdirp(`/home/sync/${groupOf(id)}`);
        user.save(`/home/sync/${id}`, `somebody wrote this, ${++turn}`, 'in-place');
      }
    },
    end: () => {},
  });
  return { ...made, user, again: () => adapterFor(services, process, '/home/sync', options) };
}
const breakMemory = (broken: ContractSubject) => {
  const { fs: own } = (broken as FoldingSubject).user;
  own.setMode(`/home/sync/${BROKEN}`, 0);
  return { group: BROKEN, mend: () => own.setMode(`/home/sync/${BROKEN}`, 0o755) };
};
describeSourceAdapter(
  'a folder in memory that folds case',
  { content: true, breakGroup: breakMemory, outside },
  foldingSubject,
);

describe('a folder that folds case', () => {
  const open = async () => {
    const made = await foldingSubject();
    onTestFinished(() => made.close());
    return made;
  };
  const make = (each: Sample) => ({
    id: each.id,
    fields: each.fields,
    expected: null,
    replaces: null,
    content: { from: 'bytes', bytes: each.content! } as const,
  });

  it('holds one of two names that fold to one, and names the other', async () => {
    const { adapter, print } = await open();
    const [smaller, larger] = await adapter.construct([
      make(sample('A.txt', 'capital')),
      make(sample('a.txt', 'small')),
    ]);
    expect(smaller).toMatchObject({ done: 'written' });
    expect(larger).toMatchObject({ id: 'a.txt', done: 'refused', reason: 'names-collide' });
    expect(print()).toContain('A.txt');
  });

  it('holds it in a batch of its own too, and lets it in once the other is gone', async () => {
    const { adapter, user } = await open();
    user.save('/home/sync/Name.txt', 'x', 'in-place');
    expect(await adapter.construct([make(sample('name.txt', 'small'))])).toEqual([
      { id: 'name.txt', done: 'refused', reason: 'names-collide', detail: expect.stringContaining('Name.txt') },
    ]);
    expect(user.readText('/home/sync/Name.txt')).toBe('x');
    user.remove('/home/sync/Name.txt');
    expect(await adapter.construct([make(sample('name.txt', 'small'))])).toMatchObject([{ done: 'written' }]);
  });

  it('knows it also where the folder was away when it was opened', async () => {
    const { user, again } = await open();
    user.save('/home/sync/Name.txt', 'x', 'in-place');
    user.fs.rename('/home/sync/.lockstep', '/home/sync/aside');
    const adapter = again();
    await adapter.open(false);
    const list = () => adapter.list(null, null, () => undefined, new AbortController().signal);
    await expect(list()).rejects.toMatchObject({ code: 'source-unavailable' });
    user.fs.rename('/home/sync/aside', '/home/sync/.lockstep');
    await list();
    expect(await adapter.construct([make(sample('name.txt', 'small'))])).toMatchObject([{ reason: 'names-collide' }]);
  });

  it('still says of its own name that it changed', async () => {
    const { adapter, user } = await open();
    user.save('/home/sync/name.txt', 'x', 'in-place');
    expect(await adapter.construct([make(sample('name.txt', 'small'))])).toMatchObject([
      { reason: 'changed-underneath' },
    ]);
  });
});
