import { expect, it, vi } from 'vitest';
import type { CollectionView, EventName, StatusView } from '../../../src/contract/contract.ts';
import type { EngineOptions } from '../../../src/main/engine-thread/engine-api.ts';
import type { EngineHost } from '../../../src/main/engine-thread/engine-host.ts';
import { startLastingEngine } from '../../../src/main/engine-thread/lasting-engine.ts';
import { LockstepError } from '../../../src/main/platform/trouble.ts';
import { EMPTY_STATUS } from '../../fakes/engine-double.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const MIB = 1024 * 1024;
const options: EngineOptions = {
  dataDirectory: '/state',
  listen: { host: '::', port: 0, orNext: false },
  discovery: false,
  relay: null,
  wrappingKey: null,
};
const noRoom = () => Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
const damage = () => Object.assign(new Error('database disk image is malformed'), { code: 'SQLITE_CORRUPT' });
const docs: CollectionView = {
  id: 'c',
  name: 'Docs',
  kind: 'files',
  state: 'working',
  records: 3,
  outside: 0,
  conflicts: 1,
  problems: 0,
  sources: [{ id: 's', location: '/docs', format: 'folder', state: 'scanning', reason: null, plan: null }],
  peers: [{ device: 'l', name: 'Laptop', state: 'linked', link: 'lan', behind: 2 }],
  progress: { stage: 'reading', items: 1, itemsTotal: 3, bytes: 0, bytesTotal: 0, itemsPerSecond: 1, secondsLeft: 2 },
  relay: null,
};

/** Engines that run until they are told to die, on a disk with `room.free` bytes. */
async function running(refusals: Error[] = []) {
  const clock = new FakeClock();
  const room = { free: 1000 * MIB, size: 100_000 * MIB };
  const engines: { options: EngineOptions; die(fault: Error): void; stopped: boolean }[] = [];
  const faults: Error[] = [];
  const log: string[] = [];
  const told: (readonly [EventName, unknown])[] = [];
  const asked = { status: (): void => undefined };
  const status: StatusView = { ...EMPTY_STATUS, collections: [docs] };
  const start = (given: EngineOptions, onFault: (fault: Error) => void): Promise<EngineHost> => {
    const refusal = refusals.shift();
    if (refusal !== undefined) return Promise.reject(refusal);
    const engine = { options: given, die: onFault, stopped: false };
    engines.push(engine);
    return Promise.resolve({
      deviceId: 'd0',
      listenAddress: '0.0.0.0:4711',
      request: (name: string) => {
        if (name === 'status') asked.status();
        return Promise.resolve({ ok: true, value: name === 'status' ? status : `engine ${engines.length}` } as const);
      },
      onEvent: () => () => {},
      stop: () => Promise.resolve((engine.stopped = true)),
    });
  };
  const engine = await startLastingEngine(options, start, {
    clock,
    diskSpace: (path) => Promise.resolve(path === '/state' ? room : null),
    log: (line) => void log.push(line),
    onFault: (fault) => void faults.push(fault),
  });
  engine.onEvent((name, value) => void told.push([name, value]));
  return { clock, room, engines, refusals, faults, log, told, engine, asked };
}

it('stands still on a full disk: says what is full, shows what was known at last, and refuses the rest', async () => {
  const { room, engines, faults, told, engine, log } = await running();
  room.free = 0;
  engines[0]?.die(noRoom());
  const standstill = {
    sentence: 'The disk of /state is full, so Lockstep stands still',
    advice: expect.stringContaining('it then goes on by itself'),
  };
  const status = await engine.request('status', []);
  expect(status).toMatchObject({ ok: true, value: { device: EMPTY_STATUS.device, standstill } });
  const [shown] = status.ok ? (status.value as StatusView).collections : [];
  expect(shown).toMatchObject({ name: 'Docs', state: 'problem', conflicts: 1, progress: null });
  expect(shown?.sources[0]).toMatchObject({ state: 'paused', reason: expect.stringContaining('Waits until') });
  expect(shown?.peers).toEqual([{ device: 'l', name: 'Laptop', state: 'offline', link: null, behind: 2 }]);
  expect(await engine.request('history:list', [{}])).toMatchObject({
    ok: false,
    error: { code: 'disk-full', subject: '/state', message: expect.stringContaining('Free some space') },
  });
  expect(told).toMatchObject([
    ['status', { standstill }],
    ['notice', { about: 'problem', title: standstill.sentence }],
  ]);
  expect(log).toEqual([expect.stringContaining('The disk of /state is full')]);
  expect(faults).toEqual([]);
});

it('goes on once there is room, where peers know it', async () => {
  const { clock, room, engines, told, engine } = await running();
  room.free = 0;
  engines[0]?.die(noRoom());
  await clock.advance(60_000);
  expect(engines).toHaveLength(1);
  room.free = 65 * MIB;
  await clock.advance(5000);
  expect(engines[1]?.options.listen).toEqual({ host: '0.0.0.0', port: 4711, orNext: true });
  expect(await engine.request('history:list', [{}])).toEqual({ ok: true, value: 'engine 2' });
  expect(told.at(-1)).toEqual(['status', expect.not.objectContaining({ standstill: expect.anything() })]);
});

it('says no more that it goes on where the next one found the disk full at once', async () => {
  const { clock, room, engines, told, log, asked } = await running();
  room.free = 0;
  engines[0]?.die(noRoom());
  room.free = 65 * MIB;
  asked.status = () => {
    asked.status = () => undefined;
    engines[1]?.die(noRoom());
  };
  await clock.advance(5000);
  expect(engines).toHaveLength(2);
  expect(log.filter((line) => line.includes('can be written again'))).toEqual([]);
  expect(told.filter(([name]) => name === 'status').at(-1)?.[1]).toHaveProperty('standstill');
  await clock.advance(60_000);
  expect(log.filter((line) => line.includes('can be written again'))).toHaveLength(1);
});

it('waits for a share of a small disk only', async () => {
  const { clock, room, engines } = await running();
  Object.assign(room, { free: 0, size: 100 * MIB });
  engines[0]?.die(noRoom());
  room.free = 11 * MIB;
  await clock.advance(5000);
  expect(engines).toHaveLength(2);
});

it('tries less and less often where the disk is said to have room and is full again', async () => {
  const { clock, engines } = await running();
  const begun: number[] = [];
  for (let at = 0; at < 4; at++) {
    const since = clock.now();
    engines.at(-1)?.die(noRoom());
    while (engines.length < at + 2) await clock.advance(1000);
    begun.push(clock.now() - since);
  }
  expect(begun).toEqual([5000, 10_000, 20_000, 40_000]);
});

it('waits on where the new engine finds no room at its start', async () => {
  const { clock, engines, refusals, faults } = await running();
  refusals.push(new LockstepError('disk-full', 'no room', '/state/lockstep.db'));
  engines[0]?.die(noRoom());
  await clock.advance(5000);
  expect(engines).toHaveLength(1);
  await clock.advance(10_000);
  expect(engines).toHaveLength(2);
  expect(faults).toEqual([]);
});

it('ends with any other fault, then and while it stands still', async () => {
  const first = await running();
  const bug = new TypeError('a bug');
  first.engines[0]?.die(bug);
  expect(first.faults).toEqual([bug]);
  const second = await running();
  const locked = new LockstepError('keys-locked', 'locked', '');
  second.refusals.push(locked);
  second.engines[0]?.die(noRoom());
  await second.clock.advance(5000);
  expect(second.faults).toEqual([locked]);
});

it('stops while it stands still, and begins no more', async () => {
  const { clock, engines, engine } = await running();
  engines[0]?.die(noRoom());
  expect(await engine.stop(1000)).toBe(true);
  await clock.advance(600_000);
  expect(engines).toHaveLength(1);
});

it('says what it is where the new engine cannot open its database for another reason than room, and goes on after that too', async () => {
  const { clock, engines, refusals, faults, engine, told, log } = await running();
  for (let at = 0; at < 2; at++)
    refusals.push(new LockstepError('database-not-opened', 'Your user may not.', '/state'));
  engines[0]?.die(noRoom());
  await clock.advance(16_000);
  const why = {
    sentence: expect.stringContaining('/state cannot be used'),
    advice: expect.stringContaining('may not.'),
  };
  expect(await engine.request('status', [])).toMatchObject({ value: { standstill: why } });
  expect(await engine.request('history:list', [{}])).toMatchObject({ error: { code: 'database-not-opened' } });
  expect(told.filter(([name]) => name === 'notice')).toHaveLength(2);
  expect(log).toHaveLength(2);
  await clock.advance(20_000);
  expect(engines).toHaveLength(2);
  expect(faults).toEqual([]);
});

it('stands still while its disk fails, or may only be read, and goes on without a word of room', async () => {
  const { clock, room, engines, faults, engine, told } = await running();
  room.free = 0;
  engines[0]?.die(Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' }));
  const standstill = {
    sentence: '/state cannot be used, so Lockstep stands still',
    advice: expect.stringMatching(/^SQLite says: disk I\/O error\. .*It then goes on by itself/),
  };
  expect(await engine.request('status', [])).toMatchObject({ value: { standstill } });
  expect(await engine.request('history:undo', ['x'])).toMatchObject({ error: { code: 'database-not-opened' } });
  expect(told.filter(([name]) => name === 'notice')).toHaveLength(1);
  await clock.advance(6000);
  expect(engines).toHaveLength(2);
  expect(await engine.request('history:list', [{}])).toEqual({ ok: true, value: 'engine 2' });
  expect(faults).toEqual([]);
});

it('stands still on a disk that is full from the start, and begins once there is room', async () => {
  const { clock, engine, engines, log } = await running([new LockstepError('disk-full', 'no room', '/state')]);
  expect([engines, engine.deviceId]).toEqual([[], '']);
  expect(log).toEqual([expect.stringContaining('The disk of /state is full')]);
  expect(await engine.request('status', [])).toMatchObject({
    value: { collections: [], standstill: { sentence: expect.stringContaining('The disk of /state is full') } },
  });
  await clock.advance(5000);
  expect(engines[0]?.options.listen).toEqual(options.listen);
  expect(engine.deviceId).toBe('d0');
});

it('is not begun at all where its database cannot be opened for another reason', async () => {
  const start = vi.fn(() => Promise.reject(new LockstepError('database-not-opened', 'Your user may not.', '/state')));
  const port = { clock: new FakeClock(), diskSpace: () => Promise.resolve(null), log: () => {}, onFault: () => {} };
  await expect(startLastingEngine(options, start, port)).rejects.toMatchObject({ code: 'database-not-opened' });
});

it('begins anew with a new database where the one it has is damaged, and says so', async () => {
  const { clock, engines, engine, told, log, faults } = await running();
  engines[0]?.die(damage());
  const standstill = { sentence: expect.stringContaining('/state is damaged'), advice: expect.any(String) };
  expect(await engine.request('status', [])).toMatchObject({ ok: true, value: { standstill } });
  expect(await engine.request('history:list', [{}])).toMatchObject({ ok: false, error: { code: 'database-damaged' } });
  await clock.advance(1000);
  expect(engines[1]?.options).toMatchObject({ renew: true, listen: { port: 4711 } });
  expect(await engine.request('history:list', [{}])).toEqual({ ok: true, value: 'engine 2' });
  expect(told).toMatchObject([
    ['status', { standstill }],
    ['notice', { about: 'problem', title: standstill.sentence }],
    ['status', expect.not.objectContaining({ standstill: expect.anything() })],
  ]);
  expect([log.length, faults]).toEqual([2, []]);
});

it('begins once more where its start found the database damaged', async () => {
  const { clock, engines, refusals } = await running();
  engines[0]?.die(noRoom());
  refusals.push(new LockstepError('database-damaged', 'malformed', '/state/lockstep.db'));
  await clock.advance(5000);
  expect(engines[1]?.options).toMatchObject({ renew: true });
});

it('sets a damaged database aside also where the first engine after that could not begin', async () => {
  const { clock, engines, refusals, faults } = await running();
  engines[0]?.die(damage());
  refusals.push(new LockstepError('disk-full', 'no room', '/state/lockstep.db'));
  await clock.advance(1000 + 5000);
  expect(engines[1]?.options).toMatchObject({ renew: true });
  engines[1]?.die(noRoom());
  await clock.advance(60_000);
  expect(engines[2]?.options).not.toHaveProperty('renew');
  expect(faults).toEqual([]);
});

it('ends where a new database is damaged soon after it was made', async () => {
  const { clock, engines, faults } = await running();
  engines[0]?.die(damage());
  await clock.advance(60_000);
  const again = damage();
  engines[1]?.die(again);
  await clock.advance(3_600_000);
  expect([engines.length, faults]).toEqual([2, [again]]);
});

it('makes no new database once it was stopped', async () => {
  const { clock, engines, engine } = await running();
  engines[0]?.die(damage());
  await engine.stop(1000);
  await clock.advance(60_000);
  expect(engines).toHaveLength(1);
});
