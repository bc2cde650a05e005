import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { Device, end, ownAddress, PATIENT } from '../scenarios/device.ts';
import { scratch } from '../scenarios/folder.ts';
import { RelayProcess } from '../scenarios/relay-process.ts';
import { minutes, seed, staysUp } from './options.ts';
import { type Place, SharedItems } from './shared-items.ts';

// Three devices with a book and a calendar, each in its own formats, and a relay; the first and the last meet nowhere else. Everything that anybody
// wrote is everywhere at each stop, and in the end nothing is written any more.
const STOP_MS = 180_000;
const random = new SeededRandom(seed);
const root = scratch('soak-books');
const [atAnna, atCleo, nowhere] = [await ownAddress(), await ownAddress(), await ownAddress()];
const anna = await Device.start('anna', { listen: atAnna, reroute: [atCleo, nowhere] });
const bert = await Device.start('bert');
const cleo = await Device.start('cleo', { listen: atCleo, reroute: [atAnna, nowhere] });
const devices = [anna, bert, cleo];
let relay = await RelayProcess.start(['--private']);
await anna.ask('config', 'relay', relay.url);

const place = (device: Device, name: string, shape: Place['shape']): Place => ({
  person: device.name,
  path: join(root, `${device.name}-${name}`),
  shape,
});
const book = new SharedItems(
  [place(anna, 'book.vcf', 'cards'), place(bert, 'cards', 'card-folder'), place(cleo, 'google.csv', 'google')],
  random.fork('book'),
);
const calendar = new SharedItems(
  [place(anna, 'calendar.ics', 'events'), place(bert, 'events', 'event-folder'), place(cleo, 'calendar.ics', 'events')],
  random.fork('calendar'),
);
const all = [book, calendar];

for (const items of all) {
  const [own, ...others] = items.places as [Place, Place, Place];
  writeFileSync(
    own.path,
    items === book ? '' : 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//soak//EN\r\nEND:VCALENDAR\r\n',
  );
  items.fill(200);
  const { collection } = await anna.ask<{ collection: string }>('add', own.path);
  for (const [at, { path, shape }] of others.entries()) {
    const { link } = await anna.ask<{ link: string }>('invite', collection, '--approve-first');
    const format = { 'card-folder': 'vcard-folder', 'event-folder': 'icalendar-folder', google: 'csv-google' }[
      shape as string
    ];
    if (shape.endsWith('folder')) mkdirSync(path);
    await (devices[at + 1] as Device).ask('join', link, path, '--format', format ?? 'icalendar', '--wait');
  }
}
for (const device of devices) await device.ask('config', 'safety.delete-share', '1');

const wrong: string[] = [];
let [sittings, kills] = [0, 0];
const until = Date.now() + minutes * 60_000;
await comeToRest();
while (Date.now() < until && wrong.length === 0) {
  const stop = Math.min(until, Date.now() + STOP_MS);
  while (Date.now() < stop) await sit();
  await comeToRest();
}
await checkQuiet();
if (wrong.length > 0 && staysUp) {
  for (const line of wrong) console.log(line);
  for (const { name, data, log } of devices) console.log(`${name}: ${data}\n${log.join('')}`);
  await pause(1e9);
}
await end(...devices);
await relay.stop();
for (const line of wrong.slice(0, 30)) console.log(line);
console.log(
  `seed ${seed}: ${sittings} sittings, ${kills} kills, ${book.count} contacts, ${calendar.count} events, ${wrong.length} wrong`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;

/** Somebody edits something at one device, which may be down; or it, or the relay, is killed. */
async function sit(): Promise<void> {
  const device = random.pick(devices);
  const items = random.pick(all);
  const at = items.places[devices.indexOf(device)] as Place;
  const kind = random.int(100);
  sittings++;
  if (kind < 4) {
    await device.kill9();
    kills++;
    // Others may be at work for a while before it is there again.
    if (random.chance(0.5)) items.work(at);
  } else if (kind < 6) {
    const listen = relay.url.replace(/^https:\/\/|#.*$/g, '');
    await relay.stop('SIGKILL');
    kills++;
    relay = await RelayProcess.start(['--private'], { data: relay.data, listen });
  } else if (!device.isUp) {
    items.work(at);
    if (random.chance(0.4)) await device.restart();
  } else await device.unseen(() => items.work(at));
  if (random.chance(0.3)) await pause(random.int(400));
}

/** All devices are up and in step; what is wrong then, and how much memory they take. */
async function comeToRest(): Promise<void> {
  for (const device of devices) if (!device.isUp) await device.restart();
  // What one place says while the others are asked reaches all of them with the second.
  for (let round = 0; round < 2; round++)
    for (const device of devices) {
      const { status, stdout } = await device.cli('sync', '--wait', '--for', 'all', '--timeout', PATIENT);
      if (status === 0 || round === 0) continue;
      wrong.push(`${device.name} does not come to be in step (status ${status}): ${stdout}`);
      for (const { record, detail } of await device.problems()) wrong.push(`  ${record}: ${detail}`);
    }
  for (const items of all) for (const at of items.places) wrong.push(...items.wrongAt(at));
  for (const device of devices)
    for (const { record } of await device.conflicts()) wrong.push(`${device.name}: a conflict about ${record}`);
  const memory = devices.map(({ name, pid }) => `${name} ${residentMegabytes(pid)} MB`).join(', ');
  console.log(
    `${sittings} sittings, ${kills} kills, ${book.count} + ${calendar.count} items, ${wrong.length} wrong; ${memory}`,
  );
}

/** Once all are in step no place is written to. */
async function checkQuiet(): Promise<void> {
  const stamps = (): string => all.flatMap(({ places }) => places.map(stampOf)).join('\n');
  const before = stamps();
  for (let round = 0; round < 5; round++) for (const device of devices) await device.look();
  if (stamps() !== before) wrong.push('places are written to though nothing changes');
}

function stampOf({ path }: Place): string {
  const paths = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
  return paths.map((each) => `${each} ${statSync(each, { bigint: true }).mtimeNs}`).join('\n');
}

function residentMegabytes(pid: number): number {
  const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1]) / 1024);
}
