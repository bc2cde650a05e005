// What two devices that are never on together pay for a relay between them, all on this machine:
// `npm run build && node test/bench/relayed.ts [FILES CARDS EVENTS]`. One puts everything up and ends, then the other fetches it.
// Seconds from the start of `serve` on, CPU and high-water mark of its process.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { Device, end } from '../scenarios/device.ts';
import { Folder } from '../scenarios/folder.ts';
import { RelayProcess } from '../scenarios/relay-process.ts';

const [files = 10_000, cards = 3000, events = 1000] = process.argv.slice(2).map(Number);
const FOLDERS = 100;
const SMALL = 4096;
/** One file in five hundred is as long as this. */
const LARGE = 1_000_000;
const PHOTO = 6000;
// As bin/lockstep has them.
process.env.MALLOC_MMAP_THRESHOLD_ ??= '32768';
process.env.MALLOC_TRIM_THRESHOLD_ ??= '131072';

const TICKS = 100;
const say = (what: string): void => console.log(what);
async function measured(what: string, device: Device, isDone: () => Promise<boolean>): Promise<void> {
  const started = performance.now();
  await device.restart();
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 500));
  const wall = (performance.now() - started) / 1000;
  const [, after = ''] = readFileSync(`/proc/${device.pid}/stat`, 'utf8').split(') ');
  const cpu = after
    .split(' ')
    .slice(11, 13)
    .reduce((sum, ticks) => sum + Number(ticks) / TICKS, 0);
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${device.pid}/status`, 'utf8'))?.[1]) * 1024;
  say(`${what}: ${wall.toFixed(1)} s, ${cpu.toFixed(1)} s of CPU, peak RSS ${(peak / 1e6).toFixed(0)} MB`);
  await device.stop();
}
const areThere = async (device: Device): Promise<boolean> => {
  const { collections } = await device.status();
  const counts = collections.map(({ records }) => records).sort((a, b) => a - b);
  const isLevel = collections.every(({ relay, progress }) => relay?.state === 'level' && progress === null);
  return isLevel && counts.join() === [events, cards, files + FOLDERS].sort((a, b) => a - b).join();
};

/** The photo of a card, folded as they are. */
function photo(random: SeededRandom): string {
  const text = `PHOTO;ENCODING=b;TYPE=JPEG:${Buffer.from(random.bytes(PHOTO)).toString('base64')}`;
  return (text.match(/.{1,74}/g) ?? []).join('\r\n ');
}
function generated(job: string, count: number): string {
  const generator = fileURLToPath(new URL('pim.py', import.meta.url));
  return execFileSync('python3', [generator, '--jobs', job, '--print', String(count)], {
    maxBuffer: 1 << 30,
  }).toString();
}

const relay = await RelayProcess.start();
const [a, b] = [await Device.start('here'), await Device.start('there')];
try {
  const [folderA, folderB] = [new Folder('relayed-here'), new Folder('relayed-there')];
  const [bookA, bookB] = [new Folder('relayed-here'), new Folder('relayed-there')];
  await a.ask('config', 'relay', relay.url);
  bookA.write('people.vcf', '');
  bookA.write('dates.ics', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Gen//EN\r\nEND:VCALENDAR\r\n');
  for (const [name, from, to] of [
    ['', folderA, folderB],
    ['people.vcf', bookA, bookB],
    ['dates.ics', bookA, bookB],
  ] as const) {
    const { collection } = await a.ask<{ collection: string }>('add', from.path(name));
    const { link } = await a.ask<{ link: string }>('invite', collection, '--approve-first');
    await b.ask('join', link, to.path(name), '--wait');
  }
  await a.sync();
  await b.stop();
  await a.stop();

  const random = new SeededRandom('relayed');
  for (let n = 0; n < files; n++) folderA.write(`d${n % FOLDERS}/f${n}`, random.bytes(n % 500 === 499 ? LARGE : SMALL));
  const people = generated('cards', cards).replaceAll(/^PHOTO.*\r\n(?: .*\r\n)*/gm, '');
  bookA.write(
    'people.vcf',
    people.replaceAll('END:VCARD', () => `${photo(random)}\r\nEND:VCARD`),
  );
  bookA.write('dates.ics', generated('events', events));
  execFileSync('sync');

  await measured('put up', a, () => areThere(a));
  await measured('fetched', b, async () => {
    if (!(await areThere(b))) return false;
    const { sources } = (await b.status()).collections[0]!;
    return sources.every(({ state }) => state === 'ready');
  });
  execFileSync('diff', ['-r', '--exclude=.lockstep', folderA.root, folderB.root]);
} finally {
  await end(a, b);
  await relay.stop();
  rmSync(dirname(relay.data), { recursive: true, force: true });
}
