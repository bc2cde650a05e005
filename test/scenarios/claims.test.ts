import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HistoryChangeView, PlanView } from '../../src/contract/contract.ts';
import { CutProxy } from './cut-proxy.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';

// One test for each claim that folders over the local network reach; each does the real thing, on two real devices.
let [first, second]: Device[] = [];
let wire: CutProxy;
const [docs, music] = [new Folder('first-docs'), new Folder('first-music')];
const [docsThere, musicThere] = [new Folder('second-docs'), new Folder('second-music')];
const SECRET = 'a sentence that nobody on the way may read. ';
let docsId = '';
let musicId = '';

beforeAll(async () => {
  first = await Device.start('first');
  // All that the second says to the first goes over this wire.
  wire = await CutProxy.to(first.listen);
  wire.record = true;
  second = await Device.start('second', { reroute: [first.listen, wire.address] });
  docs.write('letter.txt', 'letter');
  docs.write('confidential-name.txt', SECRET.repeat(100));
  music.write('song.txt', 'la la');
  docsId = (await first.add(docs, '--name', 'docs')).collection;
  musicId = (await first.add(music, '--name', 'music')).collection;
  await second.join(first, docsId, docsThere);
  await second.join(first, musicId, musicThere);
  await first.sync();
});
afterAll(async () => {
  wire?.close();
  await end(first, second);
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** The newest change of a record, as a device tells it. */
async function changeOf(device: Device, record: string): Promise<HistoryChangeView> {
  const [newest] = await device.history(docsId, '--record', record);
  return newest!.changes.find((change) => change.record === record)!;
}

it('claim 49: two systems with several sources each; sets of differences go out of one and into the other', async () => {
  docs.write('plan.txt', 'plan');
  music.write('tune.txt', 'tune');
  await first!.sync();
  expect([docsThere.read('plan.txt'), musicThere.read('tune.txt')]).toEqual(['plan', 'tune']);
  const { collections } = await second!.status();
  expect(collections.map((each) => [each.name, each.sources.length]).sort()).toEqual([
    ['docs', 1],
    ['music', 1],
  ]);
});

it('claim 50: the differences are change transactions from source to destination', async () => {
  docs.write('letter.txt', 'letter, changed');
  await first!.sync();
  const [here, there] = await Promise.all([first, second].map((device) => device!.history(docsId, '--limit', '1')));
  expect(here?.[0]?.changes.map((change) => [change.record, change.action])).toEqual([['letter.txt', 'modify']]);
  expect([there?.[0]?.id, there?.[0]?.device]).toEqual([here?.[0]?.id, first!.id]);
});

it('claim 51: a source interface, a copy of the previous state, a constructor and a difference generator', async () => {
  await first!.stop();
  docs.write('letter.txt', 'changed while it was off');
  docs.remove('plan.txt');
  await first!.restart();
  await first!.sync();
  const packages = await first!.history(docsId, '--limit', '2');
  const changes = packages.flatMap((each) => each.changes).map((change) => [change.record, change.action]);
  expect(changes).toEqual(
    expect.arrayContaining([
      ['letter.txt', 'modify'],
      ['plan.txt', 'delete'],
    ]),
  );
  expect([docsThere.read('letter.txt'), docsThere.has('plan.txt')]).toEqual(['changed while it was off', false]);
});

it('claim 52: differences travel in a universal format', async () => {
  docs.write('universal.txt', 'the same for all');
  await first!.sync();
  const [sent, received] = await Promise.all([changeOf(first!, 'universal.txt'), changeOf(second!, 'universal.txt')]);
  const entry = received.fields.find((field) => field.path === 'entry');
  expect(entry?.after).toEqual({ type: 'file', size: 16, sha256: sha256('the same for all') });
  expect(received.fields.map((field) => field.after)).toEqual(sent.fields.map((field) => field.after));
});

it('claim 53: each source has an interface of its format', async () => {
  const sources = (await first!.status()).collections.flatMap((each) => each.sources);
  expect(sources.map((source) => [source.format, source.state])).toEqual([
    ['folder', 'ready'],
    ['folder', 'ready'],
  ]);
  await first!.ask('source', musicId, '--ignore', '*.bak');
  music.write('take.bak', 'not for others');
  docs.write('take.bak', 'for others');
  await first!.sync();
  expect([musicThere.has('take.bak'), docsThere.has('take.bak')]).toEqual([false, true]);
});

it('claim 54: the systems are coupled by a network', async () => {
  const before = (await first!.status()).links;
  docs.write('over-the-wire.txt', 'x'.repeat(20_000));
  await first!.sync();
  const after = (await first!.status()).links;
  expect(after.bytesOut).toBeGreaterThan(before.bytesOut);
  const [peer] = (await first!.status()).collections[0]!.peers;
  expect(peer).toMatchObject({ state: 'linked', link: expect.stringMatching(/^lan .+:\d+$/) });
});

it('claim 55: the network may be the Internet: TCP/IP, and nothing on the wire can be read', async () => {
  const seen = wire.seen();
  expect(seen.length).toBeGreaterThan(5_000);
  expect(docsThere.read('confidential-name.txt')).toBe(SECRET.repeat(100));
  for (const text of [SECRET, 'confidential-name', 'letter.txt', 'docs', 'first', docsId])
    expect([text, seen.includes(text)]).toEqual([text, false]);
  expect(seen.includes(Buffer.from(docsId, 'hex'))).toBe(false);
});

it('claim 56: one system is a server without a window, the other a device that talks to it', async () => {
  const ready = await second!.ask<readonly { check: string; detail: string }[]>('doctor');
  expect(ready.find((each) => each.check === 'listening')?.detail).toBe(second!.listen);
  docsThere.write('from-the-server.txt', 'served');
  await second!.sync();
  expect(docs.read('from-the-server.txt')).toBe('served');
});

it('claim 61: differences are extracted when files change, and applied to selected files', async () => {
  await second!.ask('source', docsId, '--only', 'chosen');
  docs.write('chosen/a.txt', 'chosen');
  docs.write('other/b.txt', 'not chosen');
  // Nobody asks for it: that something changed in the folder is enough.
  await expect.poll(() => docsThere.has('chosen/a.txt')).toBe(true);
  await first!.sync();
  expect(docsThere.has('other/b.txt')).toBe(false);
  await second!.ask('source', docsId, '--only', '');
  await first!.sync();
  expect(docsThere.read('other/b.txt')).toBe('not chosen');
});

it('claim 62: differences pass directly between the two', async () => {
  expect(await first!.ask('config', 'relay')).toEqual({ relay: '' });
  docs.write('direct.txt', 'direct');
  docsThere.write('back.txt', 'back');
  await first!.sync();
  expect([docsThere.read('direct.txt'), docs.read('back.txt')]).toEqual(['direct', 'back']);
});

it('claim 63: directly over the Internet: any address that leads there will do', async () => {
  const way = await CutProxy.to(first!.listen);
  way.record = true;
  const third = await Device.start('third');
  const folder = new Folder('third');
  const { link } = await first!.ask<{ link: string }>('invite', docsId, '--approve-first');
  await third.ask('join', link.replace(/a=.*$/, `a=${way.address}`), folder.root, '--wait');
  await third.sync('first');
  expect(folder.contents()).toEqual(docs.contents());
  expect(way.seen().length).toBeGreaterThan(1_000);
  await first!.ask('remove-device', 'third', docsId);
  way.close();
  await end(third);
});

it('claim 65: one of the systems is itself a server', async () => {
  await second!.stop();
  await second!.restart();
  docs.write('after-restart.txt', 'the server is back');
  await first!.sync();
  expect(docsThere.read('after-restart.txt')).toBe('the server is back');
});

it('claim 66: determine the difference, transmit it, apply it, update the second file', async () => {
  docs.write('letter.txt', 'one cycle');
  const { inStep } = await first!.sync();
  expect([inStep, docsThere.read('letter.txt')]).toEqual([true, 'one cycle']);
});

it('claim 67: the first file is compared with a copy of its previous state', async () => {
  await first!.pause();
  docs.touch('direct.txt', 1_500_000_000);
  docs.write('letter.txt', 'compared');
  const { local } = await first!.ask<PlanView>('preview', docsId);
  expect(local.map((each) => [each.record, each.action])).toEqual(
    expect.arrayContaining([
      ['letter.txt', 'modify'],
      ['direct.txt', 'modify'],
    ]),
  );
  expect(local).toHaveLength(2);
  await first!.ask('resume');
  await first!.sync();
});

it('claim 68: its data is extracted and converted; the differences are fields of the universal format', async () => {
  docs.mode('direct.txt', 0o755);
  await first!.sync();
  const { fields } = await changeOf(second!, 'direct.txt');
  expect(fields.map((field) => [field.path, field.before ?? false, field.after])).toEqual([
    ['executable', false, true],
  ]);
});

it('claim 69: applying constructs the second file’s new data in the universal format', async () => {
  await second!.stop();
  docs.write('back.txt', 'edited by the first');
  await first!.look();
  docsThere.mode('back.txt', 0o755);
  await second!.restart();
  await first!.sync();
  const explained = await second!.ask<{ fields: { path: string; value: unknown; device: string }[] }>(
    'explain',
    docsId,
    'back.txt',
  );
  const authors = Object.fromEntries(explained.fields.map((field) => [field.path, field.device]));
  expect([authors.entry, authors.executable]).toEqual([first!.id, second!.id]);
  const roots = await Promise.all([first, second].map(async (device) => (await device!.root(docsId)).root));
  expect(new Set(roots).size).toBe(1);
});

it('claim 70: the new data is written in the second file’s own format', async () => {
  await first!.sync();
  expect([docsThere.read('back.txt'), docs.read('back.txt')]).toEqual(Array(2).fill('edited by the first'));
  expect([docsThere, docs].map((folder) => folder.stat('back.txt').mode & 0o100)).toEqual([0o100, 0o100]);
  expect(Math.floor(docsThere.stat('direct.txt').mtimeMs / 1000)).toBe(1_500_000_000);
});

it('claim 71: transmitting couples the systems through a network, and anew where that breaks', async () => {
  docs.write('cut.txt', 'before');
  await first!.sync();
  wire.cut();
  docs.write('cut.txt', 'after the cut');
  await first!.sync();
  expect(docsThere.read('cut.txt')).toBe('after the cut');
});

it('claim 72: through the Internet: both ends prove who they are, whatever is between', async () => {
  const impostor = await Device.start('impostor');
  const { link } = await first!.ask<{ link: string }>('invite', docsId, '--approve-first');
  const folder = new Folder('fourth');
  const fourth = await Device.start('fourth');
  const refused = await fourth.refused('join', link.replace(/a=.*$/, `a=${impostor.listen}`), folder.root, '--wait');
  expect(refused.status).toBe(1);
  expect(folder.contents()).toEqual({});
  await end(impostor, fourth);
});
