import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { CutProxy } from './cut-proxy.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';
import { foundIn } from './found-in.ts';

// I11: all that two devices say to each other, as it passes between them, from the first word of pairing on.
const SENTENCE = 'Nobody on the way is to read this sentence. ';
const [folderA, folderB] = [new Folder('anna'), new Folder('bert')];
const random = new SeededRandom('wire');
const photo = random.bytes(900_000);
let [a, b]: Device[] = [];
let wire: CutProxy;
let collection = '';
let link = '';

beforeAll(async () => {
  a = await Device.start('annas-secret-laptop');
  wire = await CutProxy.to(a.listen);
  wire.record = true;
  b = await Device.start('berts-secret-tower', { reroute: [a.listen, wire.address] });
  folderA.write('letters/to-the-lawyer.txt', SENTENCE.repeat(50));
  folderA.write('letters/short.txt', SENTENCE);
  folderA.write('photos/of-the-party.raw', photo);
  ({ collection } = await a.add(folderA, '--name', 'confidential-papers'));
  ({ link } = await a.ask<{ link: string }>('invite', collection, '--approve-first'));
  await b.ask('join', link, folderB.root, '--wait');
  await a.sync();
});
afterAll(async () => {
  wire.close();
  await end(a, b);
});

const digest = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function secrets() {
  const field = (name: string) => new RegExp(`[#&]${name}=([^&]*)`).exec(link)![1]!;
  return {
    'a directory': 'letters',
    'a file name': 'to-the-lawyer',
    'another file name': 'of-the-party.raw',
    'a new file name': 'added-later',
    'a content': SENTENCE,
    'part of a large content': photo.subarray(400_000, 400_032),
    'the digest of a content': digest(SENTENCE),
    'the digest of a large content': digest(photo),
    'the collection': 'confidential-papers',
    'its id': collection,
    'a device': 'annas-secret-laptop',
    'the other device': 'berts-secret-tower',
    'a new name of a device': 'renamed-secret-tower',
    'the id of a device': a!.id,
    'the id of the other device': b!.id,
    'the secret of the invitation': new Uint8Array(Buffer.from(field('s'), 'base64url')),
    'the invitation': new Uint8Array(Buffer.from(field('i'), 'base64url')),
    'a place on the disk': folderA.root,
  };
}

it('nothing that passes between two devices can be read', async () => {
  folderB.write('letters/added-later.txt', SENTENCE);
  folderB.write('letters/short.txt', `${SENTENCE}changed`);
  await b!.ask('rename-device', 'renamed-secret-tower');
  await a!.ask('set-role', b!.id, 'editor', collection);
  await b!.sync();
  folderB.remove('letters/added-later.txt');
  await b!.sync();
  expect(folderA.read('letters/short.txt')).toBe(`${SENTENCE}changed`);

  const seen = wire.seen();
  const { bytesIn, bytesOut } = (await a!.status()).links;
  // It is all of it: nothing went another way.
  expect(seen.length).toBeGreaterThan(bytesIn + bytesOut);
  expect(foundIn(seen, secrets())).toEqual([]);
});

it('what is looked for would be found', () => {
  const photoThere = readFileSync(folderB.path('photos/of-the-party.raw'));
  expect(foundIn(photoThere, secrets())).toEqual(['part of a large content']);
  expect(foundIn(Buffer.from(a!.id, 'hex'), secrets())).toEqual(['the id of a device']);
  expect(foundIn(Buffer.from(`x${SENTENCE}${collection}`), secrets())).toEqual(['a content', 'its id']);
});
