import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { Device, end, PATIENT } from '../scenarios/device.ts';
import { Folder } from '../scenarios/folder.ts';
import { minutes, numberGiven, seed, staysUp } from './options.ts';
import { digestOf, Person } from './person.ts';

// In the end every file is where its only writer left it, and what differs between devices is a conflict.
const count = numberGiven('devices') ?? 3;
const random = new SeededRandom(seed);
const names = ['anna', 'bert', 'cleo', 'dora', 'emil'].slice(0, count);

const devices: Device[] = [];
for (const name of names) devices.push(await Device.start(name));
const folders = names.map((name) => new Folder(name));
const [first, ...others] = devices as [Device, ...Device[]];
const { collection } = await first.add(folders[0] as Folder);
for (const [at, device] of others.entries()) await device.join(first, collection, folders[at + 1] as Folder);
// People who delete all day are not to be asked each time.
for (const device of devices) await device.ask('config', 'safety.delete-share', '1');

const written = new Map<string, Set<string>>();
const people = names.map((name, at) => new Person(name, folders[at] as Folder, random.fork(name), written));
let operations = 0;
let kills = 0;
const work = (): void => {
  random.pick(people).work();
  operations++;
};
const until = Date.now() + minutes * 60_000;
while (Date.now() < until) {
  work();
  if (random.chance(0.02)) {
    const victim = random.pick(devices);
    await victim.kill9();
    kills++;
    for (let left = random.int(15); left > 0; left--) work();
    if (random.chance(0.3)) await pause(random.int(3000));
    await victim.restart();
  }
  // Other programs and the network have their turn as well.
  if (random.chance(0.3)) await pause(random.int(150));
}

const wrong: string[] = [];
for (const device of devices) {
  const { status, stdout } = await device.cli('sync', '--wait', '--for', 'all', '--timeout', PATIENT);
  if (status === 0) continue;
  wrong.push(`${device.name} does not come to be in step (status ${status}): ${stdout}`);
  for (const { record, detail } of await device.problems()) wrong.push(`  ${record}: ${detail}`);
}
if (wrong.length > 0 && staysUp) {
  for (const line of wrong) console.log(line);
  for (const device of devices) console.log(`${device.name}: ${device.data}\n${device.log.join('')}`);
  await pause(1e9);
}
const conflicts = new Set((await first.conflicts()).map(({ record }) => record));
const trees = folders.map((folder) => filesBelow(folder, ''));
for (const { name, own } of people)
  for (const [at, tree] of trees.entries()) {
    const there = [...tree.keys()].filter((path) => path.startsWith(`${name}/`));
    for (const path of new Set([...own.keys(), ...there]))
      if (tree.get(path) !== own.get(path))
        wrong.push(`${path} on ${names[at]}: ${tree.has(path) ? 'not as it was left' : 'missing'}`);
  }
for (const path of new Set(trees.flatMap((tree) => [...tree.keys()].filter((path) => path.startsWith('shared/'))))) {
  const values = trees.map((tree) => tree.get(path));
  if (values.some((value) => value !== undefined && written.get(path)?.has(value) !== true))
    wrong.push(`${path}: nobody wrote that`);
  if (new Set(values).size > 1 && !conflicts.has(path)) wrong.push(`${path}: differs, and is no conflict`);
}
for (const device of devices) {
  const { differs } = await device.root(collection);
  for (const path of differs) wrong.push(`${path} on ${device.name}: verify says that it differs`);
}
await end(...devices);
for (const line of wrong.slice(0, 30)) console.log(line);
console.log(
  `seed ${seed}: ${operations} operations, ${kills} kills, ${trees[0]?.size} files, ${conflicts.size} conflicts, ${wrong.length} wrong`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;

/** Digests of all files, by path; nothing of ours. */
function filesBelow(folder: Folder, below: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder.path(below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (path === '.lockstep') continue;
    if (entry.isDirectory()) for (const [id, digest] of filesBelow(folder, path)) found.set(id, digest);
    else found.set(path, digestOf(readFileSync(folder.path(path))));
  }
  return found;
}
