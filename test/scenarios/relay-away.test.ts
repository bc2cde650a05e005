import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Device, end } from './device.ts';
import { Folder, scratch } from './folder.ts';
import { RelayProcess } from './relay-process.ts';

// The claims that need a relay, and what goes with them: two computers that are never on at the same time, and a server between them.
// One relay tells where everything is, another keeps it.
const [here, there] = [new Folder('relay-here'), new Folder('relay-there')];
const [bookHere, bookThere] = [new Folder('relay-book-here'), new Folder('relay-book-there')];
const SECRET = 'a sentence that nobody but the two may read. ';
const CARD = [
  'BEGIN:VCARD',
  'VERSION:4.0',
  'UID:urn:uuid:1',
  'FN:Secretary Planted',
  'TEL:+1 555 0100',
  'END:VCARD',
  '',
];
let storage: RelayProcess;
let management: RelayProcess;
let [laptop, desktop]: Device[] = [];
let files = '';

beforeAll(async () => {
  storage = await RelayProcess.start();
  // The two are one relay to the devices: an address is followed only to the key they were given.
  const data = join(scratch('relay'), 'management');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  cpSync(join(storage.data, 'tls.key'), join(data, 'tls.key'));
  management = await RelayProcess.start(['--role', 'management', '--storage', storage.url], { data });
  laptop = await Device.start('laptop');
  desktop = await Device.start('desktop');
  await laptop.ask('config', 'relay', management.url);
  here.write('first.txt', 'from the beginning');
  bookHere.write('contacts.vcf', CARD.join('\r\n'));
  files = (await laptop.add(here, '--name', 'papers')).collection;
  const book = await laptop.ask<{ collection: string }>('add', join(bookHere.root, 'contacts.vcf'), '--name', 'people');
  await desktop.join(laptop, files, there);
  const { link } = await laptop.ask<{ link: string }>('invite', book.collection, '--approve-first');
  await desktop.ask('join', link, join(bookThere.root, 'contacts.vcf'), '--wait');
  await laptop.sync();
});
afterAll(async () => {
  await end(laptop, desktop);
  await management?.stop();
  await storage?.stop();
});

const up = async (device: Device): Promise<void> => {
  if (!device.isUp) await device.restart();
};
/** Only this one is on: it does something, and what it wrote is where the other finds it. */
async function alone(device: Device, other: Device, act: () => void): Promise<void> {
  await other.stop();
  await up(device);
  act();
  await device.look();
}
/** Then only the other one is. */
async function then(device: Device, other: Device): Promise<void> {
  await other.stop();
  await up(device);
  await device.sync();
}

function* bytesBelow(folder: string): Generator<Buffer> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* bytesBelow(path);
    else yield readFileSync(path);
  }
}

it('claims 57, 64, 73, 74: the first sends differences to a storage server, which keeps them until the second fetches them', async () => {
  await alone(laptop!, desktop!, () => {
    here.write('letter.txt', SECRET.repeat(50));
    here.write('large.bin', 'x'.repeat(500_000));
    here.move('first.txt', 'renamed.txt');
    bookHere.write('contacts.vcf', CARD.join('\r\n').replace('0100', '0199'));
  });
  await then(desktop!, laptop!);
  expect(Object.keys(there.contents())).toEqual(['large.bin', 'letter.txt', 'renamed.txt']);
  expect(there.read('letter.txt')).toBe(SECRET.repeat(50));
  expect(bookThere.read('contacts.vcf')).toContain('TEL:+1 555 0199');
});

it('claims 57, 64: and the second what it wrote, which goes the same way back', async () => {
  await alone(desktop!, laptop!, () => there.write('answer.txt', 'an answer'));
  await then(laptop!, desktop!);
  expect(here.read('answer.txt')).toBe('an answer');
});

it('claims 58, 75: through the Internet: nothing that lies there can be read', async () => {
  await alone(laptop!, desktop!, () => here.write('telling name.txt', `${SECRET}again`));
  const lying = [...bytesBelow(storage.data), ...bytesBelow(management.data)];
  expect(lying.some((bytes) => bytes.length > 0)).toBe(true);
  for (const word of ['nobody but the two', 'telling name', 'papers', 'Planted', 'laptop', 'desktop'])
    expect(lying.some((bytes) => bytes.includes(word) || bytes.includes(Buffer.from(word, 'utf16le')))).toBe(false);
});

it('claims 59, 60: a management server talks with both and says where on the storage server things are', async () => {
  // All of what the tests before sent went to the one that keeps things, of which neither device was told but by the other relay.
  for (const device of [laptop!, desktop!]) {
    await up(device);
    const { collections } = await device.status();
    expect(collections.map(({ relay }) => relay?.url)).toEqual([management.url, management.url]);
  }
  expect([...bytesBelow(join(storage.data, 'packs'))].length).toBeGreaterThan(0);
  expect([...bytesBelow(join(management.data, 'packs'))].length).toBe(0);
});

it('a conflict of two that never met waits for a person, with both values and what was before', async () => {
  await laptop!.sync();
  await alone(laptop!, desktop!, () => here.write('answer.txt', 'as the laptop has it'));
  await laptop!.stop();
  // Before it hears of that.
  await storage.stop();
  await desktop!.restart();
  there.write('answer.txt', 'as the desktop has it');
  await desktop!.look();
  await desktop!.stop();
  storage = await RelayProcess.start([], { data: storage.data, listen: new URL(storage.url).host });
  await desktop!.restart();
  await desktop!.look();
  const [conflict] = await desktop!.conflicts();
  const values = await Promise.all(
    conflict!.values.map(({ id }) => desktop!.bytes(files, 'answer.txt', '--value', id)),
  );
  expect(values.sort()).toEqual(['as the desktop has it', 'as the laptop has it']);
  expect(there.read('answer.txt')).toBe('as the desktop has it');
  await desktop!.ask('resolve', conflict!.id, '--take', conflict!.values[0]!.id);
  await desktop!.look();
  await then(laptop!, desktop!);
  expect(await laptop!.conflicts()).toEqual([]);
});

it('who is killed while it puts things up, or takes them in, goes on where it was', async () => {
  await alone(laptop!, desktop!, () => {
    for (let each = 0; each < 300; each++) here.write(`many/${each}.txt`, `file ${each} ${SECRET.repeat(each % 40)}`);
    void laptop!.cli('sync', '--timeout', '30');
  });
  await laptop!.kill9();
  await laptop!.restart();
  await laptop!.look();
  await laptop!.stop();
  await desktop!.restart();
  void desktop!.cli('sync', '--timeout', '30');
  await desktop!.kill9();
  await then(desktop!, laptop!);
  expect(Object.keys(there.contents()).filter((path) => path.startsWith('many/')).length).toBe(300);
  expect(there.read('many/299.txt')).toBe(here.read('many/299.txt'));
});

const papersOf = async (device: Device) => (await device.status()).collections.find(({ id }) => id === files);

it('what all have read and applied is taken away', async () => {
  await up(laptop!);
  await laptop!.sync();
  await laptop!.look();
  await desktop!.look();
  expect([...bytesBelow(join(storage.data, 'packs'))].length).toBe(0);
});

it('one that was removed meanwhile is told so, keeps its folder and gets nothing more', async () => {
  await alone(desktop!, laptop!, () => there.write('last.txt', 'before it was removed'));
  await then(laptop!, desktop!);
  await laptop!.ask('remove-device', 'desktop', files);
  here.write('secret.txt', 'not for the desktop');
  await laptop!.look();
  const before = there.contents();
  await laptop!.stop();
  await desktop!.restart();
  await expect
    .poll(() => papersOf(desktop!))
    .toMatchObject({
      removed: true,
      state: 'problem',
      peers: [],
      sources: [{ reason: expect.stringContaining('removed') }],
    });
  expect(there.contents()).toEqual(before);
  expect(there.has('secret.txt')).toBe(false);
});
