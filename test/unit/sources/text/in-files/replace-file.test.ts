import { describe, expect, it } from 'vitest';
import { collectionId, deviceId, sourceId } from '../../../../../src/main/record/ids.ts';
import type { DocumentPlace } from '../../../../../src/main/sources/text/document-place.ts';
import { FolderOfFiles } from '../../../../../src/main/sources/text/in-files/folder-of-files.ts';
import { OneFile } from '../../../../../src/main/sources/text/in-files/one-file.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';
import type { FaultPlan } from '../../../../fakes/fault-plan.ts';
import { MemoryDisk } from '../../../../fakes/memory-disk.ts';
import type { MemoryFileSystem } from '../../../../fakes/memory-file-system.ts';
import { SimulatedUser } from '../../../../fakes/simulated-user.ts';

const DIRECTORY = '/home/cards';
const PATH = `${DIRECTORY}/all.txt`;
const [OLD, NEW, THEIRS] = ['the old text', 'what is to replace it', 'what another program wrote'];
const marker = { collection: collectionId('c1'), source: sourceId('s1'), device: deviceId('d1') };

/** A text, another program that has it open, and ours: a process each time `place` is asked for. */
function room(many: boolean) {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp(DIRECTORY);
  user.writeFile(PATH, OLD);
  const open = user.fs.open(PATH, 'write');
  const watch = () => Promise.resolve(() => Promise.resolve());
  const place = (): { place: DocumentPlace; fs: MemoryFileSystem } => {
    const fs = disk.process();
    const folder = new FolderOfFiles({ fs, clock, root: DIRECTORY, ending: '.txt', marker, watch });
    if (many) folder.mark();
    const made = many ? folder : new OneFile({ fs, clock, path: PATH, watch });
    return { place: made, fs };
  };
  /** What lies there but for our own directory, by name. */
  const there = (): Record<string, string | null> =>
    Object.fromEntries(
      user.fs
        .readDirectory(DIRECTORY)
        .flatMap(({ name }) =>
          name === null || name === '.lockstep' ? [] : [[name, user.readText(`${DIRECTORY}/${name}`)]],
        ),
    );
  /** Writes to the text that was there at first, wherever it is by now. */
  const writeOpen = (text: string): void => {
    user.fs.truncate(open, 0);
    user.fs.write(open, Buffer.from(text), 0, text.length, 0);
  };
  return { clock, user, place, there, writeOpen, name: many ? 'all.txt' : '' };
}
type Room = ReturnType<typeof room>;

async function replace({ place, name }: Room, to: string | null, plan: FaultPlan | null) {
  const { place: made, fs } = place();
  const { documents } = await made.list();
  const from = fs.calls;
  fs.plan = plan === null ? null : (call) => plan({ ...call, number: call.number - from });
  const bytes = to === null ? null : new Uint8Array(Buffer.from(to));
  const written = await made.write(name, documents[0]?.revision ?? null, bytes).catch(() => null);
  return { written, dead: fs.dead, calls: fs.calls - from };
}

describe.each([
  ['a file', false],
  ['a file of a folder', true],
])('%s is replaced', (_, many) => {
  it.each([
    ['replaced', NEW],
    ['removed', null],
  ])(
    'an end of the program at any call leaves the old text or the new one, and nothing beside it: %s',
    async (_how, to) => {
      for (let at = 1; ; at++) {
        const here = room(many);
        const { dead } = await replace(here, to, ({ number }) => (number === at ? { dies: 'before' } : null));
        await here.place().place.list();
        const [now] = Object.values(here.there());
        expect([at, Object.keys(here.there())]).toEqual([at, now === undefined ? [] : ['all.txt']]);
        expect([OLD, to ?? undefined]).toContain(now);
        if (!dead) break;
      }
    },
  );

  it('who writes to it at any moment before an end of the program finds its text in its place', async () => {
    let last = 0;
    const { calls } = await replace(room(many), NEW, ({ number, name, path }) => {
      if (name === 'rename' && path.includes('lockstep-old')) last = number;
      return null;
    });
    expect(last).toBeGreaterThan(8);
    for (let at = 1; at <= last; at++)
      for (let end = at; end <= calls; end++) {
        const here = room(many);
        await replace(here, NEW, ({ number }) => {
          if (number === at) here.writeOpen(THEIRS);
          return number === end + 1 ? { dies: 'before' } : null;
        });
        await here.place().place.list();
        // What is written after the last look at the old text comes too late for its place, and stays beside it.
        const there = Object.values(here.there());
        expect([at, end, there]).toEqual([at, end, at === last && end >= last ? [NEW, THEIRS] : [THEIRS]]);
      }
  });

  it('who writes to it at any moment is not taken for us', async () => {
    for (let at = 1; ; at++) {
      const here = room(many);
      const { written, calls } = await replace(here, NEW, ({ number }) => {
        if (number === at) here.user.writeFile(PATH, THEIRS);
        return null;
      });
      if (at > calls) break;
      expect(here.user.readText(PATH)).toBe(THEIRS);
      const revision = written?.done === 'written' ? written.document?.revision : undefined;
      const { documents } = await here.place().place.list();
      if (revision !== undefined) expect([at, documents[0]?.revision]).not.toEqual([at, revision]);
    }
  });

  it('who still has the old text open after an end of the program writes to what comes back', async () => {
    const here = room(many);
    await replace(here, NEW, ({ name, path }) =>
      name === 'rename' && path.includes('lockstep-old') ? { dies: 'before' } : null,
    );
    here.writeOpen(THEIRS);
    await here.place().place.list();
    expect(here.there()).toEqual({ 'all.txt': THEIRS });
  });

  it('who has the text open that was to be removed at an end of the program writes to what comes back', async () => {
    const here = room(many);
    let isGone = false;
    await replace(here, null, ({ name, path }) => {
      if (isGone) return { dies: 'before' };
      isGone = name === 'unlink' && path === PATH;
      return null;
    });
    expect(isGone).toBe(true);
    here.writeOpen(THEIRS);
    await here.place().place.list();
    expect(here.there()).toEqual({ 'all.txt': THEIRS });
  });

  it('keeps both where both were written to', async () => {
    const here = room(many);
    await replace(here, NEW, ({ name, path }) =>
      name === 'rename' && path.includes('lockstep-old') ? { dies: 'before' } : null,
    );
    here.writeOpen(THEIRS);
    here.user.writeFile(PATH, 'and what a person wrote');
    const { documents, problems } = await here.place().place.list();
    expect(documents).toHaveLength(1);
    expect(problems).toMatchObject([{ code: 'kept-beside' }]);
    expect(Object.values(here.there()).sort()).toEqual(['and what a person wrote', THEIRS]);
    expect(here.user.readText(PATH)).toBe('and what a person wrote');
  });

  it.each([
    ['replaced', NEW],
    ['removed', null],
  ])(
    'who has the old text open and writes to it within two seconds finds that beside it, and is told: %s',
    async (_how, to) => {
      const here = room(many);
      const { place, fs } = here.place();
      let told = 0;
      const { documents } = await place.list();
      await place.watch?.(() => told++);
      await place.write(here.name, documents[0]?.revision ?? null, to === null ? null : Buffer.from(to));
      await here.clock.advance(1000);
      here.writeOpen(THEIRS);
      await here.clock.advance(1000);
      const there = here.there();
      const [kept] = Object.keys(there).filter((name) => name.startsWith('all.txt.kept-'));
      expect(there).toEqual({ ...(to === null ? {} : { 'all.txt': to }), [kept as string]: THEIRS });
      if (to !== null) {
        expect((await place.list()).problems).toMatchObject([{ name: kept, code: 'kept-beside' }]);
        expect((await here.place().place.list()).problems).toMatchObject([{ name: kept, code: 'kept-beside' }]);
        fs.unlink(`${DIRECTORY}/${kept}`);
        expect((await place.list()).problems).toEqual([]);
      }
      expect(told).toBe(1);
    },
  );

  it('on a disk without links it is replaced, removed and made as well', async () => {
    const here = room(many);
    const { place, fs } = here.place();
    fs.plan = ({ name }) => (name === 'link' ? { fails: 'EPERM' } : null);
    const { documents } = await place.list();
    const written = await place.write(here.name, documents[0]?.revision ?? null, Buffer.from(NEW));
    expect([written.done, here.there()]).toEqual(['written', { 'all.txt': NEW }]);
    expect(await place.write(here.name, documents[0]?.revision ?? null, Buffer.from(OLD))).toMatchObject({
      reason: 'changed-underneath',
    });
    const revision = written.done === 'written' ? written.document?.revision : undefined;
    expect(await place.write(here.name, revision ?? null, null)).toMatchObject({ done: 'written' });
    expect(here.there()).toEqual({});
    expect(await place.write(here.name, null, Buffer.from(NEW))).toMatchObject({ done: 'written' });
    expect(await place.write(here.name, null, Buffer.from(OLD))).toMatchObject({ reason: 'changed-underneath' });
    expect(here.there()).toEqual({ 'all.txt': NEW });
  });

  it.each([
    ['replaced', NEW],
    ['removed', null],
  ])('on a disk without links it is not where somebody writes to it until the last moment: %s', async (_how, to) => {
    const here = room(many);
    const { written } = await replace(here, to, ({ name }) => {
      if (name !== 'link') return null;
      here.user.writeFile(PATH, THEIRS);
      return { fails: 'EPERM' };
    });
    expect([written, here.there()]).toMatchObject([{ reason: 'changed-underneath' }, { 'all.txt': THEIRS }]);
  });

  it('nothing is left of the old text after two seconds, nor when the place is closed', async () => {
    for (const after of [2000, 0]) {
      const here = room(many);
      const { place } = here.place();
      const { documents } = await place.list();
      await place.write(here.name, documents[0]?.revision ?? null, Buffer.from(NEW));
      expect(Object.keys(here.there())).toHaveLength(2);
      await place.list();
      expect(Object.keys(here.there())).toHaveLength(2);
      await here.clock.advance(after);
      if (after === 0) await place.close();
      expect(here.there()).toEqual({ 'all.txt': NEW });
    }
  });
});
