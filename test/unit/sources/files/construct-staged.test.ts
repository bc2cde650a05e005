import { beforeEach, describe, expect, it } from 'vitest';
import { type HashStream, hashStreamHere } from '../../../../src/main/content/hash-stream.ts';
import { digestOf } from '../../../../src/main/platform/hash.ts';
import { type Digest, recordId } from '../../../../src/main/record/ids.ts';
import { StagedContent } from '../../../../src/main/sources/files/stage-content.ts';
import type { StageRequest } from '../../../../src/main/sources/source-adapter.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import type { MemoryFileSystem } from '../../../fakes/memory-file-system.ts';
import { ConstructRoom, digestOfText } from './construct-room.ts';

const OLD = 'AAAABBBBCCCCDDDDEEEE';
const NEW = 'AAAABBBBXXXXDDDDEEEEFFFF';

let fs: MemoryFileSystem;
let room: ConstructRoom;
let staged: StagedContent;
let clock: FakeClock;

beforeEach(() => {
  clock = new FakeClock();
  fs = new MemoryDisk({ clock }).process();
  fs.makeDirectory('/home');
  room = new ConstructRoom(fs, '/home');
  staged = new StagedContent(room.context);
});

const piece = (offset: number) => ({ offset, length: 4, digest: digestOfText(NEW.slice(offset, offset + 4)) });
const fetched = (offset: number, text = NEW.slice(offset, offset + 4)) => ({
  offset,
  digest: piece(offset).digest,
  bytes: Buffer.from(text),
});

function request(...fromOld: number[]): StageRequest {
  const from = (offset: number) => ({ id: recordId('old'), revision: room.revision('old')!, offset });
  return {
    digest: digestOfText(NEW),
    size: NEW.length,
    copies: fromOld.map((offset) => ({ ...piece(offset), from: from(offset) })),
    wanted: [0, 4, 8, 12, 16, 20].filter((offset) => !fromOld.includes(offset)).map(piece),
    parts: [],
    room: null,
    pieces: [],
  };
}

const stagedItem = (path: string) => room.file('target', NEW, { content: { from: 'staged', path } });

describe('staging a large file', () => {
  it('clones the item that holds most of it and asks for the rest', () => {
    room.write('old', OLD);
    const { path, missing } = staged.stage(request(0, 4, 12, 16));
    expect(missing).toEqual([8, 20]);
    expect(fs.callsByName.get('copy')).toBe(1);
    expect(staged.write(path, [fetched(8), fetched(20)])).toEqual([]);
    expect(room.construct(stagedItem(path)).outcomes).toMatchObject([{ done: 'written' }]);
    expect([room.text('target'), room.text('old'), room.staged()]).toEqual([NEW, OLD, []]);
    expect(fs.lstat(room.path('target'))!.mode & 0o777).toBe(0o644);
  });

  it('begins nothing where more is missing than may be fetched, and goes on with what was begun', () => {
    const asked = request();
    expect(() => staged.stage({ ...asked, room: 23 })).toThrow(expect.objectContaining({ code: 'disk-full' }));
    expect(room.staged()).toEqual([]);
    const { path } = staged.stage({ ...asked, room: 24 });
    staged.write(path, [fetched(0), fetched(4)]);
    expect(() => staged.stage({ ...asked, room: 15 })).toThrow(expect.objectContaining({ code: 'disk-full' }));
    expect(staged.stage({ ...asked, room: 16 }).missing).toEqual([8, 12, 16, 20]);
  });

  it('copies ranges that moved', () => {
    room.write('old', `zz${OLD.slice(12)}`);
    const moved = { ...piece(12), from: { id: recordId('old'), revision: room.revision('old')!, offset: 2 } };
    const { path, missing } = staged.stage({ ...request(), copies: [moved], wanted: [0, 4, 8, 16, 20].map(piece) });
    expect(missing).toEqual([0, 4, 8, 16, 20]);
    expect(room.textAt(path)!.slice(12, 16)).toBe('DDDD');
  });

  it('copies a range that moved within the item which the rest of the file is a copy of', () => {
    room.write('old', 'AAAABBBBCCCCDDDDzzzzEEEE');
    const { copies, ...rest } = request(0, 4, 12, 16);
    const moved = copies.map((copy) => (copy.offset === 16 ? { ...copy, from: { ...copy.from, offset: 20 } } : copy));
    const { path, missing } = staged.stage({ ...rest, copies: moved });
    expect([missing, room.textAt(path)!.slice(16, 20)]).toEqual([[8, 20], 'EEEE']);
  });

  it('names a range that moved for which the item is too short', () => {
    room.write('old', 'zzDD');
    const moved = { ...piece(12), from: { id: recordId('old'), revision: room.revision('old')!, offset: 2 } };
    const { missing } = staged.stage({ ...request(), copies: [moved], wanted: [0, 4, 8, 16, 20].map(piece) });
    expect(missing.toSorted((a, b) => a - b)).toEqual([0, 4, 8, 12, 16, 20]);
  });

  it('has nothing behind its end of an item that was longer', () => {
    room.write('old', `${OLD}GGGGHHHH`);
    const { path } = staged.stage(request(0, 4, 12, 16));
    staged.write(path, [fetched(8), fetched(20)]);
    expect([room.textAt(path), staged.isWhole(path)]).toEqual([NEW, true]);
  });

  it('writes a file in one go where nothing is to be fetched any more, and does not read it again', () => {
    room.write('old', OLD);
    const whole = { ...request(0, 4, 12, 16), pieces: [fetched(8), fetched(20)] };
    const reads = () => fs.callsByName.get('read') ?? 0;
    const before = reads();
    const { path, missing } = staged.stage(whole);
    expect(missing).toEqual([]);
    // Of the item, two runs.
    expect([reads() - before, fs.callsByName.get('copy') ?? 0]).toEqual([2, 0]);
    expect(fs.lstat(path)!.mode & 0o777).toBe(0o600);
    expect(staged.isWhole(path)).toBe(true);
    expect(room.construct(stagedItem(path)).outcomes).toMatchObject([{ done: 'written' }]);
    expect(reads() - before).toBe(2);
    expect([room.text('target'), room.text('old'), room.staged()]).toEqual([NEW, OLD, []]);
  });

  it('clones where the disk can, and puts in what was fetched', () => {
    fs = new MemoryDisk({ clock, clones: true }).process();
    fs.makeDirectory('/home');
    room = new ConstructRoom(fs, '/home');
    staged = new StagedContent(room.context);
    room.write('old', OLD);
    const { path, missing } = staged.stage({ ...request(0, 4, 12, 16), pieces: [fetched(8), fetched(20)] });
    expect([missing, fs.callsByName.get('copy')]).toEqual([[], 1]);
    expect([room.textAt(path), staged.isWhole(path)]).toEqual([NEW, true]);
  });

  it('finds out that pieces which came first, or an item, are not what they shall be', () => {
    room.write('old', `AAAABBBB${OLD.slice(8, 12)}DDDDevil`);
    const whole = { ...request(0, 4, 12, 16), pieces: [fetched(8, 'evil'), fetched(20)] };
    const { path, missing } = staged.stage(whole);
    expect([missing, staged.isWhole(path)]).toEqual([[], false]);
    expect(staged.stage({ ...whole, pieces: [] }).missing).toEqual([8, 16]);
    // Now each is verified before it is written.
    expect(staged.stage(whole).missing).toEqual([8, 16]);
    expect(staged.stage({ ...whole, pieces: [fetched(8)] }).missing).toEqual([16]);
    expect(staged.write(path, [fetched(16)])).toEqual([]);
    expect(staged.isWhole(path)).toBe(true);
  });

  it('names what an item is too short for, and goes on with the rest', () => {
    room.write('old', OLD.slice(0, 14));
    const { path, missing } = staged.stage({ ...request(0, 4, 12, 16), pieces: [fetched(8), fetched(20)] });
    expect(missing).toEqual([12, 16]);
    expect(staged.write(path, [fetched(12), fetched(16)])).toEqual([]);
    expect([room.textAt(path), staged.isWhole(path)]).toEqual([NEW, true]);
  });

  it('takes a hash that is not known for one to be found out', () => {
    room.write('old', OLD);
    const silent = (): HashStream => ({ ...hashStreamHere(), digest: () => null });
    const { path } = new StagedContent(room.context, silent).stage({
      ...request(0, 4, 12, 16),
      pieces: [fetched(8), fetched(20)],
    });
    expect(room.construct(stagedItem(path)).outcomes).toMatchObject([{ done: 'written' }]);
  });

  it('leaves nothing half-done where the disk is full', () => {
    const small = new MemoryDisk({ clock, capacity: 40 }).process();
    small.makeDirectory('/home');
    room = new ConstructRoom(small, '/home');
    room.write('old', OLD);
    const whole = { ...request(0, 4, 12, 16), pieces: [fetched(8), fetched(20)] };
    expect(() => new StagedContent(room.context).stage(whole)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    expect([room.staged(), small.openPaths]).toEqual([[], []]);
  });

  it('resumes with what is there', () => {
    const first = staged.stage(request());
    expect(first.missing).toEqual([0, 4, 8, 12, 16, 20]);
    staged.write(first.path, [fetched(4), fetched(16)]);
    const second = new StagedContent(room.context).stage(request());
    expect(second).toEqual({ path: first.path, missing: [0, 8, 12, 20] });
  });

  it('takes over what an earlier version that did not come whole holds, and nothing of it unverified', () => {
    const former = 'zzAAAABBBBDDDDEEEE';
    const begun = { ...request(), digest: digestOfText(former), size: former.length };
    const half = staged.stage({ ...begun, wanted: [0, 4, 8, 12].map(piece) }).path;
    staged.write(half, [
      { ...fetched(0), offset: 2 },
      { ...fetched(4, 'evil'), offset: 6 },
      { ...fetched(12), offset: 10 },
    ]);
    const from = (offset: number) => ({ content: digestOfText(former), offset });
    const parts = [
      { ...piece(0), from: from(2) },
      { ...piece(4), from: from(6) },
      { ...piece(12), from: from(10) },
      { ...piece(16), from: from(14) },
      { ...piece(20), from: { content: digestOfText('another'), offset: 0 } },
    ];
    const again = { ...request(), parts };
    const { path, missing } = staged.stage(again);
    expect(missing).toEqual([4, 8, 16, 20]);
    expect(room.textAt(path)?.slice(0, 16)).toBe('AAAA\0\0\0\0\0\0\0\0DDDD');
    staged.write(
      path,
      [4, 8, 16, 20].map((offset) => fetched(offset)),
    );
    expect([staged.isWhole(path), room.textAt(path)]).toEqual([true, NEW]);
    // Once begun it goes on with the two of them.
    fs.unlink(path);
    staged.stage({ ...again, parts: parts.slice(0, 1) });
    expect(new StagedContent(room.context).stage(again).missing).toEqual([4, 8, 16, 20]);
    staged.keep([digestOfText(NEW)], []);
    expect(staged.contents()).toEqual([digestOfText(NEW)]);
  });

  it('does not believe an item that has changed, or is gone', () => {
    room.write('old', OLD);
    const asked = request(0, 4);
    room.write('old', 'something else', 'write');
    expect(staged.stage(asked).missing).toEqual([0, 4, 8, 12, 16, 20]);
    fs.unlink(room.path('old'));
    expect(staged.stage(asked).missing).toEqual([0, 4, 8, 12, 16, 20]);
  });

  it('asks for what an item that has changed was to give, though all else is at hand', () => {
    room.write('old', OLD);
    const asked = { ...request(0, 4), pieces: [8, 12, 16, 20].map((offset) => fetched(offset)) };
    room.write('old', 'something else', 'write');
    const { path, missing } = staged.stage(asked);
    expect(missing).toEqual([0, 4]);
    staged.write(path, [fetched(0), fetched(4)]);
    expect([room.textAt(path), staged.isWhole(path)]).toEqual([NEW, true]);
  });

  it('finds out in the end that pieces are not what they shall be, and then does not write such ones', () => {
    const { path } = staged.stage(request());
    const rest = [4, 8, 12, 16, 20].map((offset) => fetched(offset));
    expect(staged.write(path, [fetched(0, 'evil'), ...rest])).toEqual([]);
    expect(staged.isWhole(path)).toBe(false);
    expect(room.construct(stagedItem(path)).outcomes).toMatchObject([{ reason: 'content-wrong' }]);
    expect(staged.stage(request()).missing).toEqual([0]);
    const before = room.textAt(path);
    expect(staged.write(path, [fetched(0, 'harm')])).toEqual([0]);
    expect(room.textAt(path)).toBe(before);
    expect(staged.write(path, [fetched(0)])).toEqual([]);
    expect(staged.isWhole(path)).toBe(true);
  });

  it('finds out in the end that an item it copied does not hold what was said of it', () => {
    room.write('old', `AAAABBBB${OLD.slice(8, 12)}DDDDevil`);
    const { path, missing } = staged.stage(request(0, 4, 12, 16));
    expect(missing).toEqual([8, 20]);
    staged.write(path, [fetched(8), fetched(20)]);
    expect(staged.isWhole(path)).toBe(false);
    expect(staged.stage(request(0, 4, 12, 16)).missing).toEqual([16]);
  });

  it('does not read again what came in order, and reads what did not', () => {
    const reads = () => fs.callsByName.get('read') ?? 0;
    const { path } = staged.stage(request());
    const inOrder = [0, 4, 8, 12, 16, 20].map((offset) => fetched(offset));
    staged.write(path, inOrder.slice(0, 3));
    staged.write(path, inOrder.slice(3));
    const before = reads();
    expect(staged.isWhole(path)).toBe(true);
    expect(reads() - before).toBe(1);
    expect(room.construct(stagedItem(path)).outcomes).toMatchObject([{ done: 'written' }]);
    expect(reads() - before).toBe(1);

    fs.unlink(room.path('target'));
    const again = staged.stage(request()).path;
    staged.write(again, inOrder.slice(3));
    staged.write(again, inOrder.slice(0, 3));
    expect(staged.isWhole(again)).toBe(true);
    expect(room.construct(stagedItem(again)).outcomes).toMatchObject([{ done: 'written' }]);
  });

  it('writes in one go what follows each other in the file and in memory', () => {
    const { path } = staged.stage(request());
    const bytes = new Uint8Array(Buffer.from(NEW));
    const lying = (offset: number) => ({ ...piece(offset), bytes: bytes.subarray(offset, offset + 4) });
    const before = fs.callsByName.get('write') ?? 0;
    staged.write(path, [0, 4, 8, 16, 20].map(lying));
    expect((fs.callsByName.get('write') ?? 0) - before).toBe(2);
    staged.write(path, [lying(12)]);
    expect([room.textAt(path), staged.isWhole(path)]).toEqual([NEW, true]);
  });

  it('writes each piece from its own memory, though it would follow the other one there', () => {
    const { path } = staged.stage(request());
    const memories = [0, 1].map(() => new Uint8Array(8).fill(0x7a));
    const at = (offset: number, memory: Uint8Array | undefined, from: number) => {
      memory?.set(Buffer.from(NEW.slice(offset, offset + 4)), from);
      return { ...piece(offset), bytes: (memory as Uint8Array).subarray(from, from + 4) };
    };
    staged.write(path, [at(0, memories[0], 0), at(4, memories[1], 4)]);
    expect(room.textAt(path)!.slice(0, 8)).toBe('AAAABBBB');
  });

  it('notices that somebody else wrote to what it has hashed', () => {
    const { path } = staged.stage(request());
    staged.write(
      path,
      [0, 4, 8, 12, 16, 20].map((offset) => fetched(offset)),
    );
    expect(staged.isWhole(path)).toBe(true);
    clock.advance(1000);
    const fd = fs.open(path, 'write');
    fs.write(fd, Buffer.from('evil'), 0, 4, 0);
    fs.close(fd);
    expect(room.construct(stagedItem(path)).outcomes).toMatchObject([{ reason: 'content-wrong' }]);
  });

  it('is refused while it is not whole, and can then go on', () => {
    const { path } = staged.stage(request());
    staged.write(
      path,
      [0, 4, 8, 12, 20].map((offset) => fetched(offset)),
    );
    expect(room.construct(stagedItem(path)).outcomes).toMatchObject([{ reason: 'content-wrong' }]);
    expect(staged.stage(request()).missing).toEqual([16]);
    staged.write(path, [fetched(16)]);
    expect(room.construct(stagedItem(path)).outcomes).toMatchObject([{ done: 'written' }]);
  });

  it('survives that its item is refused', () => {
    room.write('target', 'mine');
    const { path } = staged.stage(request());
    staged.write(
      path,
      [0, 4, 8, 12, 16, 20].map((offset) => fetched(offset)),
    );
    const outdated = { ...stagedItem(path), expected: null };
    expect(room.construct(outdated).outcomes).toMatchObject([{ reason: 'changed-underneath' }]);
    expect(room.construct(stagedItem(path)).outcomes).toMatchObject([{ done: 'written', kept: digestOfText('mine') }]);
  });

  it('writes to nothing but its own files', () => {
    room.write('old', OLD);
    for (const path of [room.path('old'), '/etc/passwd', `${room.path('.lockstep/staging')}/../../old`]) {
      expect(() => staged.write(path, [fetched(0)])).toThrow(expect.objectContaining({ code: 'not-staged' }));
    }
    expect(room.text('old')).toBe(OLD);
  });

  it('cleans away what nobody wants any more', () => {
    const { path } = staged.stage(request());
    const other: Digest = digestOf(Buffer.from('other'));
    staged.keep([digestOfText(NEW)], []);
    staged.keep([], [digestOfText(NEW)]);
    // What is waited for may take over what is here.
    staged.keep([other], []);
    expect([fs.lstat(path) !== null, staged.contents()]).toEqual([true, [digestOfText(NEW)]]);
    staged.keep([], [other]);
    expect([fs.lstat(path), staged.contents()]).toEqual([null, []]);
    staged.keep([], []);
  });
});
