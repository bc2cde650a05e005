import { describe, expect, it } from 'vitest';
import { fileFields } from '../../../../src/main/record/file-entry.ts';
import { recordId } from '../../../../src/main/record/ids.ts';
import { writeMarker } from '../../../../src/main/sources/files/source-marker.ts';
import { WriteService } from '../../../../src/main/sources/files/write-service.ts';
import type { ConstructItem } from '../../../../src/main/sources/source-adapter.ts';
import { describeTree } from '../../../fakes/describe-tree.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import type { FaultPlan } from '../../../fakes/fault-plan.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { bytesPlan, digestOfText } from './construct-room.ts';

const ROOT = '/home/root';
const MARKER = { collection: 'c', source: 's', device: 'd', mounts: null } as Parameters<typeof writeMarker>[2];

const directory = (id: string): ConstructItem => ({
  id: recordId(id),
  fields: fileFields({ type: 'directory' }),
  expected: null,
  native: null,
  attachments: new Map(),
  replaces: null,
  content: null,
});
const file = (id: string, text: string): ConstructItem => ({
  ...directory(id),
  fields: fileFields(
    { type: 'file', digest: digestOfText(text), size: text.length },
    { executable: false, modified: 1_700_000_000_000_000 },
  ),
  content: bytesPlan(text),
});

describe('a root whose disk goes away just before or while it is written to', () => {
  const disk = (): MemoryDisk => {
    const made = new MemoryDisk({ clock: new FakeClock() });
    const fs = made.process();
    for (const path of ['/home', '/home/versions', ROOT]) fs.makeDirectory(path);
    made.mount(ROOT);
    writeMarker(fs, ROOT, MARKER);
    return made;
  };
  const serviceOn = (made: MemoryDisk, plan: FaultPlan | null = null): WriteService => {
    const service = new WriteService(made.process(plan), '/home/versions', 0o644);
    service.open('s', ROOT, { platform: 'posix', folding: false });
    return service;
  };

  it('is not written to: what is found there is what lies below the mount', () => {
    const made = disk();
    const service = serviceOn(made);
    made.unmount(ROOT);
    const { outcomes } = service.construct('s', [file('a.txt', 'A'), directory('d')]);
    expect(outcomes).toMatchObject([
      { id: 'a.txt', done: 'refused', reason: 'changed-underneath' },
      { id: 'd', done: 'refused', reason: 'changed-underneath' },
    ]);
    expect(describeTree(made.process(), ROOT)).toEqual(new Map());
    const request = { digest: digestOfText('A'), size: 1, wanted: [], copies: [], parts: [], room: null, pieces: [] };
    expect(() => service.stage('s', request)).toThrow('is not the folder it was');
  });
  it('counts nothing as written', () => {
    const made = disk();
    const service = serviceOn(made, ({ name, path }) => {
      if (name === 'makeDirectory' && path === `${ROOT}/second`) made.unmount(ROOT);
      return null;
    });
    const report = service.construct('s', [directory('first'), directory('second')]);
    expect(report.outcomes.map(({ done }) => done)).toEqual(['refused', 'refused']);
    expect(report.needsRecovery).toBe(true);
  });
});

it('of two batches of which the second is written before the first is committed each notes what is its own', () => {
  const made = new MemoryDisk({ clock: new FakeClock() });
  const fs = made.process();
  for (const path of ['/home', '/home/versions', ROOT]) fs.makeDirectory(path);
  writeMarker(fs, ROOT, MARKER);
  const service = new WriteService(fs, '/home/versions', 0o644);
  service.open('s', ROOT, { platform: 'posix', folding: false });
  const link = { ...directory('link'), fields: fileFields({ type: 'symlink', target: 'x' }) };
  const first = service.construct('s', [link]);
  const second = service.construct('s', [file('a.txt', 'A')]);
  service.forgetPlaced('s', first.placed === null ? [] : [first.placed]);
  // A kill.
  const again = new WriteService(fs, '/home/versions', 0o644);
  again.open('s', ROOT, { platform: 'posix', folding: false });
  expect([second.placed === null, again.recover('s').placed.map(({ id }) => id)]).toEqual([false, ['a.txt']]);
});
