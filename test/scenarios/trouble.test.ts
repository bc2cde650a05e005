import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { CutProxy } from './cut-proxy.ts';
import { Device, type DeviceOptions, end, ownAddress, startPair } from './device.ts';
import { Folder, scratch } from './folder.ts';

let devices: Device[] = [];
const mounts: string[] = [];
const proxies: CutProxy[] = [];
afterEach(async () => {
  for (const proxy of proxies.splice(0)) proxy.close();
  await end(...devices);
  for (const mount of mounts.splice(0)) execFileSync('umount', ['-l', mount]);
  devices = [];
});
async function lone(name: string, options: DeviceOptions = {}): Promise<Device> {
  const device = await Device.start(name, options);
  devices.push(device);
  return device;
}
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Files in a folder, whatever is below; [path, digest]. Nothing of ours. */
function files(folder: Folder, below = ''): [string, string][] {
  return readdirSync(folder.path(below), { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const id = below === '' ? entry.name : `${below}/${entry.name}`;
    if (id === '.lockstep') return [];
    return entry.isDirectory() ? files(folder, id) : [[id, sha(readFileSync(folder.path(id)))]];
  });
}

const countFiles = ({ root }: Folder): number =>
  readdirSync(root).reduce((sum, name) => sum + (name === '.lockstep' ? 0 : readdirSync(join(root, name)).length), 0);

describe('kill -9', () => {
  it('of either side, ten times in a first sync of 3,000 files: a reader never sees half a file, and all arrives', async () => {
    const random = new SeededRandom('kill -9');
    const [a, b] = [await lone('anna'), await lone('bert')];
    const [folderA, folderB] = [new Folder('anna'), new Folder('bert')];
    for (let each = 0; each < 3000; each++)
      folderA.write(`${each % 50}/${each}.txt`, `file ${each} `.repeat(1 + random.int(200)));
    const { collection } = await a.add(folderA);
    const whole = new Map(files(folderA));
    await b.join(a, collection, folderB);
    for (let kill = 1; kill <= 10; kill++) {
      const victim = kill % 2 === 0 ? a : b;
      const enough = Math.min(2900, countFiles(folderB) + random.int(300));
      await expect.poll(() => countFiles(folderB), { interval: 5 }).toBeGreaterThanOrEqual(enough);
      await victim.kill9();
      for (const [id, digest] of files(folderB)) expect([id, digest]).toEqual([id, whole.get(id)]);
      await victim.restart();
    }
    await b.sync();
    expect(folderB.tree()).toEqual(folderA.tree());
    const [rootA, rootB] = [await a.root(collection), await b.root(collection)];
    expect([rootB.root, rootA.differs, rootB.differs]).toEqual([rootA.root, [], []]);
    expect([await a.conflicts(), await b.conflicts(), await b.problems()]).toEqual([[], [], []]);
  });

  it('while edits come in: each file has old or new bytes, and the edits arrive', async () => {
    const { a, b, folderA, folderB } = await startPair((folder) => {
      for (let each = 0; each < 300; each++) folder.write(`${each}.txt`, `old ${each}`);
    });
    devices.push(a, b);
    for (let each = 0; each < 300; each++) folderA.write(`${each}.txt`, `new ${each} `.repeat(50));
    await a.ask('config', 'safety.rewrite-share', '1');
    const looked = a.look();
    const isNew = () => [0, 150, 299].some((each) => folderB.read(`${each}.txt`) !== `old ${each}`);
    await expect.poll(isNew, { interval: 1 }).toBe(true);
    await b.kill9();
    await looked;
    for (let each = 0; each < 300; each++)
      expect([`old ${each}`, `new ${each} `.repeat(50)]).toContain(folderB.read(`${each}.txt`));
    folderB.write('7.txt', 'written by bert while he was down');
    await b.restart();
    await b.sync();
    const differing = files(folderA).filter(([id, digest]) => digest !== sha(readFileSync(folderB.path(id))));
    expect(differing.map(([id]) => id)).toEqual((await a.conflicts()).map((each) => each.record));
    const readings = [folderA.read('7.txt'), folderB.read('7.txt')];
    expect(readings).toContain('written by bert while he was down');
  });
});

describe('a disk of which some is to stay free', () => {
  it('has nothing fetched to it beyond that: said file by file, everything else goes on, and they arrive when there is room', async () => {
    const { a, b, folderA, folderB } = await startPair((folder) => folder.write('gone.txt', 'there at first'));
    devices.push(a, b);
    await b.ask('config', 'disk.reserve', String(2 ** 60));
    folderA.write('small.txt', 'small');
    folderA.write('large.raw', randomBytes(1_500_000));
    folderA.remove('gone.txt');
    await a.sync();
    const problems = await b.problems();
    expect(problems.map(({ record, code }) => [record, code]).sort()).toEqual([
      ['large.raw', 'disk-full'],
      ['small.txt', 'disk-full'],
    ]);
    expect(new Set(problems.map(({ detail }) => detail.includes('disk.reserve')))).toEqual(new Set([true]));
    expect([folderB.has('gone.txt'), folderB.has('small.txt'), folderB.has('large.raw')]).toEqual([
      false,
      false,
      false,
    ]);
    await b.ask('config', 'disk.reserve', '0');
    await expect.poll(() => b.problems()).toEqual([]);
    expect(folderB.contents()).toEqual(folderA.contents());
  });
});

function smallDisk(megabytes: number): string {
  const path = join(scratch('disk'), 'mounted');
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'pipe' });
  mounts.push(path);
  return path;
}
/** null: it can be; else why not. Many a container refuses it even to root. */
function whyNoSmallDisk(): string | null {
  try {
    smallDisk(1);
  } catch (error) {
    return (error as Error).message.trim().split('\n').at(-1) ?? '';
  }
  for (const mount of mounts.splice(0)) execFileSync('umount', ['-l', mount]);
  return null;
}
const whyNone = whyNoSmallDisk();
describe.skipIf(whyNone !== null)(
  `a full disk (${whyNone === null ? 'a small one' : `skipped: none can be made: ${whyNone}`})`,
  () => {
    const enlarge = (path: string, megabytes: number): void => {
      execFileSync('mount', ['-o', `remount,size=${megabytes}m`, path]);
    };

    it('under the folder: what does not fit is a problem of that file, and arrives when there is room', async () => {
      const disk = smallDisk(6);
      const [a, b] = [await lone('anna'), await lone('bert')];
      const [folderA, folderB] = [new Folder('anna'), new Folder('bert', join(disk, 'docs'))];
      for (let each = 0; each < 10; each++) folderA.write(`large/${each}.raw`, randomBytes(1_500_000));
      folderA.write('small.txt', 'small');
      const { collection } = await a.add(folderA);
      await b.join(a, collection, folderB);
      await a.sync();
      const problems = await b.problems();
      expect(problems.length).toBeGreaterThan(3);
      expect(new Set(problems.map((each) => each.code))).toEqual(new Set(['disk-full']));
      expect(folderB.read('small.txt')).toBe('small');
      for (const [id, digest] of files(folderB)) expect(digest).toBe(sha(folderA.bytes(id)));
      enlarge(disk, 60);
      // Nobody asks for it, and no look is due.
      await expect.poll(() => b.problems()).toEqual([]);
      expect(folderB.contents()).toEqual(folderA.contents());
    });

    it('under its own data: it says so, harms nothing, and goes on when there is room', async () => {
      const disk = smallDisk(3);
      const a = await lone('anna');
      const b = await lone('bert', { data: join(disk, 'data') });
      const [folderA, folderB] = [new Folder('anna'), new Folder('bert')];
      folderA.write('first.txt', 'first');
      const { collection } = await a.add(folderA);
      await b.join(a, collection, folderB);
      await a.sync();
      for (let each = 0; each < 6000; each++)
        folderA.write(`${each % 40}/a name that is long enough to fill a database ${each}.txt`, `${each}`);
      await a.look();
      expect((await a.cli('sync', '--wait', '--for', 'all', '--timeout', '4')).status).toBe(3);
      expect(folderB.read('first.txt')).toBe('first');
      enlarge(disk, 200);
      // It may end for want of room, now or in a moment.
      const inStep = async () => {
        if (!b.isUp) await b.restart();
        return (await a.cli('sync', '--wait', '--for', 'all', '--timeout', '30')).status;
      };
      await expect.poll(inStep).toBe(0);
      expect(folderB.contents()).toEqual(folderA.contents());
    });

    it.each([0, 16])(
      'when it starts, but for %i KiB: it says so, and goes on once there is room',
      async (kilobytes) => {
        const disk = smallDisk(6);
        const a = await lone('anna', { data: join(disk, 'data') });
        const folder = new Folder('anna');
        folder.write('first.txt', 'first');
        await a.add(folder);
        await a.stop();
        const { bavail, bsize } = statfsSync(disk);
        writeFileSync(join(disk, 'fill'), Buffer.alloc(bavail * bsize - kilobytes * 1024));
        await a.restart();
        expect((await a.status()).standstill?.sentence).toMatch(/^The disk of .* is full, so Lockstep stands still$/);
        expect(await a.refused('sync')).toEqual({ status: 1, code: 'disk-full' });
        rmSync(join(disk, 'fill'));
        await expect.poll(async () => (await a.status()).standstill).toBeUndefined();
        expect((await a.history((await a.status()).collections[0]!.id)).length).toBe(1);
      },
    );
  },
);

describe('links', () => {
  it('a connection that is cut again and again still brings all, without sending what arrived twice', async () => {
    // Whichever of them dials.
    const [atA, atB] = [await ownAddress(), await ownAddress()];
    const ways = [await CutProxy.to(atA), await CutProxy.to(atB)] as const;
    proxies.push(...ways);
    const a = await lone('anna', { listen: atA, reroute: [atB, ways[1].address] });
    const b = await lone('bert', { listen: atB, reroute: [atA, ways[0].address] });
    const [folderA, folderB] = [new Folder('anna'), new Folder('bert')];
    let size = 0;
    for (let each = 0; each < 40; each++) {
      folderA.write(`${each}.raw`, randomBytes(250_000));
      size += 250_000;
    }
    folderA.write('large.raw', randomBytes(6_000_000));
    size += 6_000_000;
    const { collection } = await a.add(folderA);
    for (const way of ways) way.cutAfter = 2_000_000;
    await b.join(a, collection, folderB);
    // A busy machine may read next to nothing of a connection before it is cut, time and again.
    await b.ask('sync', '--wait', '--for', 'all', '--timeout', '500');
    expect(folderB.contents()).toEqual(folderA.contents());
    const cuts = ways.reduce((sum, way) => sum + way.cuts, 0);
    expect(cuts).toBeGreaterThanOrEqual(size / 2_000_000 - 1);
    // What is lost with a cut is what was under way, and of what had come one content and one frame that were not whole.
    const { bytesIn } = (await b.status()).links;
    expect(bytesIn).toBeLessThan(size + (cuts + 1) * 600_000);
  });

  it('who is away catches up when it is back, and both knew that meanwhile', async () => {
    const { a, b, folderA, folderB } = await startPair((folder) => folder.write('x', 'x'));
    devices.push(a, b);
    await b.kill9();
    folderA.write('meanwhile', 'written');
    await a.look();
    const call = await a.cli('sync', '--wait', '--for', 'all', '--timeout', '3', '--json');
    expect(call.status).toBe(3);
    expect(JSON.parse(call.stdout.toString())).toMatchObject({
      inStep: false,
      members: [{ name: 'bert', inStep: false }],
    });
    const [peer] = (await a.status()).collections[0]!.peers;
    expect([peer?.state, peer?.behind]).toEqual(['offline', 1]);
    await b.restart();
    await a.sync();
    expect(folderB.read('meanwhile')).toBe('written');
  });
});

describe('the process', () => {
  it('killed while a folder is added it marks the folder when it runs again, but never one that lost its mark later', async () => {
    const a = await lone('anna');
    const folder = new Folder('anna');
    await a.add(folder);
    const source = async () => (await a.status()).collections[0]?.sources[0]?.state;
    const interrupt = async (lost: readonly string[]) => {
      await a.kill9();
      for (const path of lost) rmSync(path, { recursive: true });
      await a.restart();
    };
    // What is written last of a source that is added.
    await interrupt([folder.path('.lockstep'), join(a.data, 'identity', 'places.json')]);
    await expect.poll(source).toBe('ready');
    folder.write('x', 'x');
    await a.look();
    expect((await a.status()).collections[0]?.records).toBe(1);
    await interrupt([folder.path('.lockstep')]);
    await expect.poll(source).toBe('unavailable');
    await interrupt([join(a.data, 'identity', 'places.json')]);
    await expect.poll(source).toBe('unavailable');
    expect((await a.status()).collections[0]?.records).toBe(1);
  });

  it('a folder another device keeps in step is refused before anything is made or spent', async () => {
    const { a, b, folderA } = await startPair((folder) => folder.write('x', 'x'));
    devices.push(a, b);
    const { collection } = await b.add(new Folder('own'));
    const { link } = await b.ask<{ link: string }>('invite', collection, '--approve-first');
    const before = (await b.status()).collections.length;
    expect(await b.refused('add', folderA.root)).toEqual({ status: 1, code: 'other-marker' });
    expect((await b.status()).collections).toHaveLength(before);
    expect(await a.refused('join', link, folderA.root)).toEqual({ status: 1, code: 'overlaps-source' });
    const c = await lone('cleo');
    expect(await c.refused('join', link, folderA.root)).toEqual({ status: 1, code: 'other-marker' });
    await c.ask('join', link, new Folder('cleo').root, '--wait');
    expect((await c.status()).collections).toHaveLength(1);
  });

  it('SIGTERM ends it in time and with status 0, also in the middle of work', async () => {
    const a = await lone('anna');
    const folder = new Folder('anna');
    for (let each = 0; each < 2000; each++) folder.write(`${each % 20}/${each}`, `content ${each}`.repeat(20));
    const adding = a.cli('add', folder.root, '--json');
    await expect.poll(async () => (await a.status()).collections.length).toBe(1);
    const status = await a.stop();
    await adding;
    // Not the 1 of one that was cut off because it did not end within the five seconds.
    expect(status).toBe(0);
    await a.restart();
    await a.look();
    expect((await a.status()).collections[0]?.records).toBe(2020);
  });

  it('a second one on the same directory is told, and the first goes on', async () => {
    const a = await lone('anna');
    const second = await a.refused('serve', '--listen', '127.0.0.1:0', '--no-ui', '--no-discovery');
    expect(second).toEqual({ status: 1, code: 'already-running' });
    expect((await a.status()).device.id).toBe(a.id);
  });

  it('one that was killed leaves nothing that keeps the next from starting', async () => {
    const a = await lone('anna');
    await a.kill9();
    await a.restart();
    expect((await a.status()).device.name).toBe('anna');
  });
});
