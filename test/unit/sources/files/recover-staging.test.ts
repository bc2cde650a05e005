import { beforeEach, describe, expect, it } from 'vitest';
import { recheckAside } from '../../../../src/main/sources/files/aside.ts';
import { recoverStaging, settleRecovered } from '../../../../src/main/sources/files/recover-staging.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { SimulatedUser } from '../../../fakes/simulated-user.ts';
import { ConstructRoom, digestOfText } from './construct-room.ts';

let disk: MemoryDisk;
let room: ConstructRoom;
beforeEach(() => {
  disk = new MemoryDisk({ clock: new FakeClock() });
  disk.process().makeDirectory('/home');
  room = opened();
});
/** A new process on the disk. */
function opened(): ConstructRoom {
  return new ConstructRoom(disk.process(), '/home');
}

describe('after an interruption', () => {
  it('never puts an old file back where somebody removed the new one', () => {
    room.write('a', 'old');
    room.construct(room.file('a', 'new'));
    new SimulatedUser(disk).remove('/home/root/a');
    const again = opened();
    expect(again.recover()).toEqual({ moved: [], problems: [] });
    expect([again.tree(), again.kept('old'), again.staged()]).toEqual([{}, 'old', []]);
  });

  it('tells a directory that was moved in from one that was not', () => {
    room.write('a', 'old');
    room.construct(room.makeDirectory('a'));
    new SimulatedUser(disk).remove('/home/root/a');
    const again = opened();
    again.recover();
    expect([again.tree(), again.kept('old')]).toEqual([{}, 'old']);
  });

  it('keeps other bytes than were replaced in staging until somebody knows what they are', () => {
    room.write('a', 'old');
    const { aside } = room.construct(room.file('a', 'new'));
    const editor = disk.process();
    const fd = editor.open(aside?.asides[0]?.path as string, 'write');
    editor.write(fd, Buffer.from('OLD'), 0, 3, 0);
    for (let time = 0; time < 2; time++) {
      const again = opened();
      const { moved } = again.recover();
      expect(moved).toMatchObject([{ id: 'a', digest: digestOfText('OLD'), instead: digestOfText('old') }]);
      expect([again.kept('OLD'), again.staged().length]).toEqual(['OLD', 3]);
    }
    const last = opened();
    const { moved } = last.recover();
    settleRecovered(
      last.context,
      moved.map(({ path }) => path),
    );
    expect([last.staged(), last.recover().moved]).toEqual([[], []]);
  });

  it('gives what does not fit into the version store from staging, and keeps it once there is room', () => {
    room.write('a', 'old');
    room.construct(room.file('a', 'new'));
    const again = opened();
    disk.root.capacity = disk.root.used;
    expect(again.recover().problems).toMatchObject([{ id: 'a', code: 'disk-full' }]);
    expect([again.kept('old'), again.staged().length]).toEqual(['old', 3]);
    disk.root.capacity = Number.POSITIVE_INFINITY;
    expect(again.recover().problems).toEqual([]);
    expect([again.kept('old'), again.staged()]).toEqual(['old', []]);
  });

  it('leaves alone what only waits to be looked at again', () => {
    room.write('a', 'old');
    const { aside } = room.construct(room.file('a', 'new'));
    recoverStaging(room.context, new Set([aside?.directory as string]));
    expect(room.staged()).toHaveLength(3);
  });
});

describe('what was in its place when an interruption came is told', () => {
  const placed = (): readonly string[] => recoverStaging(opened().context).placed.map(({ id }) => id);
  /** A batch that an interruption left, with these names in its directory. */
  function left(journal: readonly unknown[], names: { readonly [name: string]: string }): void {
    const fs = disk.process();
    for (const directory of ['.lockstep', '.lockstep/staging', '.lockstep/staging/1']) room.directory(directory);
    room.write('.lockstep/staging/1/journal', JSON.stringify(journal));
    for (const [name, other] of Object.entries(names))
      fs.link(room.path(other), room.path(`.lockstep/staging/1/${name}`));
  }
  const digest = digestOfText('text');

  it('of what was replaced and of what was deleted', () => {
    room.write('a', 'new');
    room.write('aside', 'text');
    left(
      [
        ['a', digest, 'file', digestOfText('new')],
        ['b', digest, 'gone', null],
      ],
      { '0.old': 'aside', '1.old': 'aside' },
    );
    expect(placed()).toEqual(['a', 'b']);
  });

  it('not of what was just taken back from where it was moved', () => {
    room.write('from', 'text');
    left(
      [
        ['from', digest, 'gone', null],
        ['to', null, 'file', digest],
      ],
      { '1.old': 'from' },
    );
    expect(placed()).toEqual([]);
  });

  it('not of what was just put back as it was deleted', () => {
    room.write('a', 'text');
    left([['a', digest, 'gone', null]], { '0.old': 'a' });
    expect([placed(), opened().tree()]).toEqual([[], { a: 'file "text"' }]);
  });

  it('not of a batch of an earlier version, which did not say what it made', () => {
    room.write('a', 'new');
    room.write('aside', 'text');
    left([['a', digest, 'file']], { '0.old': 'aside' });
    expect(placed()).toEqual([]);
  });

  it('nor the second time, where what it was replaced with was still beside it the first time', () => {
    room.write('a', 'somebody’s');
    room.write('aside', 'other text');
    room.write('made', 'new');
    left([['a', digest, 'file', digestOfText('new')]], { '0.old': 'aside', '0.new': 'made' });
    expect([placed(), placed()]).toEqual([[], []]);
    const again = opened();
    const { moved } = recoverStaging(again.context);
    settleRecovered(
      again.context,
      moved.map(({ path }) => path),
    );
    expect([moved.length, again.staged()]).toEqual([1, []]);
  });
});

it('what was taken aside waits for a disk that went away', () => {
  disk.process().makeDirectory('/home/root/mnt');
  disk.mount('/home/root/mnt');
  const away = new ConstructRoom(disk.process(), '/home/root/mnt');
  away.write('a', 'old');
  const { aside } = away.construct(away.file('a', 'new'));
  const volume = disk.unmount('/home/root/mnt');
  if (aside === null) throw new Error('nothing is aside');
  const { again } = recheckAside(away.context, aside);
  expect(again?.asides).toHaveLength(1);
  disk.mount('/home/root/mnt', volume);
  expect(recheckAside(away.context, again ?? aside).again).toBeNull();
  expect(away.kept('old')).toBe('old');
});
