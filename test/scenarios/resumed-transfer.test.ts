import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { CutProxy } from './cut-proxy.ts';
import { Device, end, ownAddress } from './device.ts';
import { Folder } from './folder.ts';

/** More than is on its way or read ahead at a time, several times over. */
const SIZE = 80_000_000;
/** What is lost with a link: what was on its way and was not written yet. */
const LOST = 12_000_000;
const PATIENCE = { timeout: 240_000 };
const patiently = { timeout: 200_000, interval: 100 };

let [a, b]: Device[] = [];
let ways: CutProxy[] = [];
const [folderA, folderB] = [new Folder('anna'), new Folder('bert')];
const content = randomBytes(SIZE);

beforeAll(async () => {
  // Whichever of them dials.
  const [atA, atB] = [await ownAddress(), await ownAddress()];
  ways = [await CutProxy.to(atA), await CutProxy.to(atB)];
  a = await Device.start('anna', { listen: atA, reroute: [atB, ways[1]!.address] });
  b = await Device.start('bert', { listen: atB, reroute: [atA, ways[0]!.address] });
  folderA.write('small', 'x');
  const { collection } = await a.add(folderA);
  await b.join(a, collection, folderB);
});
afterEach(() => shut(false));
afterAll(async () => {
  await end(a, b);
  for (const way of ways) way.close();
});

/** What is staged at Bert's, in bytes. */
function staged(): number {
  const staging = folderB.path('.lockstep/staging');
  const files = existsSync(staging) ? readdirSync(staging).filter((name) => name.endsWith('.part')) : [];
  return files.reduce((sum, name) => sum + statSync(`${staging}/${name}`).blocks * 512, 0);
}
function shut(is: boolean): void {
  for (const way of ways) {
    way.isShut = is;
    if (is) way.cut();
  }
}
const cutAfter = (bytes: number | null): void => {
  for (const way of ways) way.cutAfter = bytes;
};
const received = async () => (await b!.status()).links.bytesIn;

/** Bert gets about so much of the film, and then nothing. */
async function partOf(bytes: number): Promise<void> {
  // What passes is counted of each connection.
  for (const way of ways) {
    way.cut();
    way.cuts = 0;
  }
  cutAfter(bytes);
  await a!.look();
  await expect.poll(() => ways.some(({ cuts }) => cuts > 0), patiently).toBe(true);
  shut(true);
  cutAfter(null);
  // What had come is written.
  await expect.poll(staged, patiently).toBeGreaterThan(bytes - LOST);
}

it('a file that was cut off goes on where it was, also after the program was killed', PATIENCE, async () => {
  folderA.write('film', content);
  await partOf(0.6 * SIZE);
  const before = staged();
  await b!.kill9();
  await b!.restart();
  expect(staged()).toBe(before);
  shut(false);
  await b!.ask('sync', '--wait', '--timeout', '200');
  expect(folderB.contents()).toEqual(folderA.contents());
  // Counted since the restart.
  expect(await received()).toBeLessThan(SIZE - before + LOST);
  expect(staged()).toBe(0);
});

it('what came of it is used for what it became meanwhile', PATIENCE, async () => {
  const first = randomBytes(SIZE);
  folderA.write('series', first);
  await partOf(0.6 * SIZE);
  const before = staged();
  await b!.kill9();
  // Everything lies elsewhere in it.
  folderA.write('series', Buffer.concat([randomBytes(1_000_000), first]));
  await a!.look();
  await b!.restart();
  shut(false);
  await b!.ask('sync', '--wait', '--timeout', '200');
  expect(folderB.contents()).toEqual(folderA.contents());
  expect(await received()).toBeLessThan(SIZE - before + LOST);
  expect(staged()).toBe(0);
});

it('of what was deleted meanwhile nothing stays', PATIENCE, async () => {
  folderA.write('gone', randomBytes(SIZE));
  await partOf(0.3 * SIZE);
  folderA.remove('gone');
  await a!.look();
  shut(false);
  await b!.ask('sync', '--wait', '--timeout', '200');
  await expect.poll(staged, patiently).toBe(0);
  expect(folderB.contents()).toEqual(folderA.contents());
});
