import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { CutProxy } from './cut-proxy.ts';
import { Device, end, ownAddress } from './device.ts';
import { Folder } from './folder.ts';
import { foundIn } from './found-in.ts';
import { RecordingRelay } from './recording-relay.ts';
import { RelayProcess } from './relay-process.ts';

/** Two computers that cannot reach each other: what each finds at the other's address is a port where nothing listens. */
async function startApart(nameA: string, nameB: string): Promise<readonly [Device, Device]> {
  const [atA, atB, nowhere] = [await ownAddress(), await ownAddress(), await ownAddress()];
  return Promise.all([
    Device.start(nameA, { listen: atA, reroute: [atB, nowhere] }),
    Device.start(nameB, { listen: atB, reroute: [atA, nowhere] }),
  ]);
}

/** How a device is linked with the others, in each collection. */
const linksOf = async (device: Device): Promise<(string | null)[]> =>
  (await device.status()).collections.flatMap(({ peers }) => peers.map(({ link }) => link));
const CARD = 'BEGIN:VCARD\r\nVERSION:4.0\r\nUID:anna-1\r\nFN:Anna Meyer\r\nEND:VCARD\r\n';

describe('two devices that only a relay joins', () => {
  const [folderA, folderB] = [new Folder('relayed-a'), new Folder('relayed-b')];
  const [booksA, booksB] = [new Folder('books-a'), new Folder('books-b')];
  let relay: RelayProcess;
  let [a, b]: Device[] = [];
  let papers = '';

  beforeAll(async () => {
    relay = await RelayProcess.start(['--private']);
    [a, b] = await startApart('anna', 'bert');
  });
  afterAll(async () => {
    await end(a, b);
    await relay.stop();
  });

  it('pair with a link through it, and sync a folder and contacts', async () => {
    await a!.ask('config', 'relay', relay.url);
    folderA.write('letters/hello.txt', 'hello');
    booksA.write('people.vcf', CARD);
    ({ collection: papers } = await a!.add(folderA, '--name', 'papers'));
    const { collection: people } = await a!.ask<{ collection: string }>('add', booksA.path('people.vcf'));
    for (const [collection, place] of [
      [papers, folderB.root],
      [people, booksB.path('people.vcf')],
    ] as const) {
      const { link } = await a!.ask<{ link: string }>('invite', collection, '--approve-first');
      expect(link).toContain(`&r=${encodeURIComponent(relay.url)}`);
      await b!.ask('join', link, place, '--format', place.endsWith('.vcf') ? 'vcard' : 'folder', '--wait');
    }
    await a!.sync();
    expect(folderB.read('letters/hello.txt')).toBe('hello');
    expect(booksB.read('people.vcf')).toContain('FN:Anna Meyer');
    // What lay at the relay may have been enough.
    for (const device of [a!, b!]) await expect.poll(() => linksOf(device)).toEqual(['relay', 'relay']);
    folderB.write('letters/answer.txt', 'and back');
    await b!.sync();
    expect(folderA.read('letters/answer.txt')).toBe('and back');
  });

  it('say so to people, and count what went through it', async () => {
    const { stdout } = await b!.cli('status');
    expect(String(stdout)).toContain('anna: linked (through the relay)');
    const large = new SeededRandom('large').bytes(3_000_000);
    const before = await a!.sent();
    folderA.write('large.bin', large);
    await a!.sync();
    expect(createHash('sha256').update(folderB.bytes('large.bin')).digest()).toEqual(
      createHash('sha256').update(large).digest(),
    );
    expect((await a!.sent()) - before).toBeGreaterThan(large.length);
  });

  it('come together again after the relay was away', async () => {
    const { url, data } = relay;
    const listen = url.replace(/^https:\/\/|#.*$/g, '');
    await relay.stop();
    await expect.poll(async () => (await linksOf(a!)).concat(await linksOf(b!))).toEqual([null, null, null, null]);
    folderA.write('meanwhile.txt', 'written while it was away');
    relay = await RelayProcess.start(['--private'], { data, listen });
    expect(relay.url).toBe(url);
    await expect.poll(() => linksOf(b!)).toEqual(['relay', 'relay']);
    await a!.sync();
    expect(folderB.read('meanwhile.txt')).toBe('written while it was away');
  });

  it('and after one of them was', async () => {
    await b!.kill9();
    folderA.write('meanwhile.txt', 'and again');
    await b!.restart();
    await expect.poll(() => linksOf(a!)).toEqual(['relay', 'relay']);
    await a!.sync();
    expect(folderB.read('meanwhile.txt')).toBe('and again');
  });

  it('are apart once one of them was removed', async () => {
    await a!.ask('remove-device', b!.id, papers);
    await expect.poll(async () => (await b!.status()).collections.find(({ id }) => id === papers)?.removed).toBe(true);
    folderA.write('secret.txt', 'not for bert');
    await a!.look();
    expect(folderB.has('secret.txt')).toBe(false);
  });
});

describe('a direct link', () => {
  it('replaces one through a relay as soon as it can', async () => {
    const relay = await RelayProcess.start();
    const [atA, atB, nowhere] = [await ownAddress(), await ownAddress(), await ownAddress()];
    const a = await Device.start('anna', { listen: atA, reroute: [atB, nowhere] });
    const way = await CutProxy.to(atA);
    way.isShut = true;
    const b = await Device.start('bert', { listen: atB, reroute: [atA, way.address] });
    try {
      const [folderA, folderB] = [new Folder('direct-a'), new Folder('direct-b')];
      await a.ask('config', 'relay', relay.url);
      const { collection } = await a.add(folderA);
      await b.join(a, collection, folderB);
      await a.sync();
      for (const device of [a, b]) await expect.poll(() => linksOf(device)).toEqual(['relay']);
      way.isShut = false;
      await expect.poll(async () => (await linksOf(b))[0]).toMatch(/^lan 127\.0\.0\.1:/);
      await expect.poll(async () => (await linksOf(a))[0]).toMatch(/^lan 127\.0\.0\.1:/);
      folderB.write('direct.txt', 'straight');
      await b.sync();
      expect(folderA.read('direct.txt')).toBe('straight');
    } finally {
      way.close();
      await end(a, b);
      await relay.stop();
    }
  });
});

// I11: all that two devices say to a relay, and through it, from the first word of pairing on.
describe('what a relay sees', () => {
  const SENTENCE = 'Nobody on the way is to read this sentence. ';
  const [folderA, folderB] = [new Folder('anna'), new Folder('bert')];
  const photo = new SeededRandom('relayed').bytes(900_000);

  it('is nothing that can be read', async () => {
    const relay = await RecordingRelay.start();
    const [a, b] = await startApart('annas-secret-laptop', 'berts-secret-tower');
    try {
      folderA.write('letters/to-the-lawyer.txt', SENTENCE.repeat(50));
      folderA.write('photos/of-the-party.raw', photo);
      await a.ask('config', 'relay', relay.url);
      const { collection } = await a.add(folderA, '--name', 'confidential-papers');
      const { link } = await a.ask<{ link: string }>('invite', collection, '--approve-first');
      await b.ask('join', link, folderB.root, '--wait');
      for (const device of [a, b]) await expect.poll(() => linksOf(device)).toEqual(['relay']);
      await a.sync();
      folderB.write('letters/added-later.txt', SENTENCE);
      await b.ask('rename-device', 'renamed-secret-tower');
      await b.sync();
      const digest = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
      const secret = /[#&]s=([^&]*)/.exec(link)?.[1] ?? '';
      const secrets = {
        'a directory': 'letters',
        'a file name': 'to-the-lawyer',
        'another file name': 'of-the-party.raw',
        'a new file name': 'added-later',
        'a content': SENTENCE,
        'part of a large content': photo.subarray(400_000, 400_032),
        'the digest of a content': digest(SENTENCE),
        'the digest of a large content': digest(photo),
        'the collection': 'confidential-papers',
        'a device': 'annas-secret-laptop',
        'the other device': 'berts-secret-tower',
        'a new name of a device': 'renamed-secret-tower',
        'the id of a device': a.id,
        'the id of the other device': b.id,
        'the secret of the invitation': new Uint8Array(Buffer.from(secret, 'base64url')),
        'a place on the disk': folderA.root,
      };
      const said = relay.said();
      // There is no other way for the large content than this one.
      expect(said.length).toBeGreaterThan(photo.length);
      expect([said.includes(collection), foundIn(said, secrets)]).toEqual([true, []]);
      expect(foundIn(folderB.bytes('photos/of-the-party.raw'), secrets)).toEqual(['part of a large content']);
    } finally {
      await end(a, b);
      await relay.stop();
    }
  });
});
