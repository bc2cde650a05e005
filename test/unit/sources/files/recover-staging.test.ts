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
