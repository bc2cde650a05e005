import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { encode } from 'cborg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceView } from '../../src/contract/contract.ts';
import { compressBody } from '../../src/main/change-log/compress-body.ts';
import type { SignedPackage } from '../../src/main/change-log/package.ts';
import { DeviceIdentity, makeSecrets } from '../../src/main/peers/identity/identity.ts';
import { evaluateMembership } from '../../src/main/peers/membership/membership.ts';
import { selfAsMember } from '../../src/main/peers/membership/membership-log.ts';
import { makeOp, type OpBody, parseOp } from '../../src/main/peers/membership/membership-op.ts';
import { digestOf } from '../../src/main/platform/hash.ts';
import { systemRandom } from '../../src/main/platform/random.ts';
import { bytesOf, hexOf } from '../../src/main/record/encode-value.ts';
import { collectionId, type DeviceId, deviceId } from '../../src/main/record/ids.ts';
import { Device, end } from './device.ts';
import { Folder, scratch } from './folder.ts';
import { addDirectory, addFile, addLink, type HostileLink, HostileMember } from './hostile-member.ts';

const LONG = `${`${'x'.repeat(250)}/`.repeat(20)}end`;
const ABSOLUTE = join(scratch('absolute'), 'outside.txt');

let victim: Device;
let buddy: Device;
const [folder, buddyFolder] = [new Folder('victim'), new Folder('buddy')];
let collection = '';
let mallory: HostileMember;
const open: HostileLink[] = [];
let good = 0;
let logs = 0;

beforeAll(async () => {
  [victim, buddy] = await Promise.all([Device.start('victim'), Device.start('buddy')]);
  folder.write('mine.txt', 'mine');
  ({ collection } = await victim.add(folder));
  await buddy.join(victim, collection, buddyFolder);
  await victim.sync();
  mallory = await HostileMember.join(victim, collection);
});
afterEach(async () => {
  for (const link of open.splice(0)) link.close();
  mallory.beginLog();
  // A member may begin so many logs and no more.
  if (++logs % 40 === 0) mallory = await HostileMember.join(victim, collection);
  // Whatever was sent: the device is up, what is in its folder is whole, and it still is in step with who is honest.
  expect(victim.isUp).toBe(true);
  expect(victim.log.join('')).not.toMatch(/stopped unexpectedly|TypeError|RangeError/);
  folder.write(`honest-${good}.txt`, `honest ${good++}`);
  await victim.look();
  await expect.poll(() => buddyFolder.has(`honest-${good - 1}.txt`)).toBe(true);
  expect(folder.read('mine.txt')).toBe('mine');
  expect(readdirSync(dirname(folder.root)).filter((name) => name !== 'docs' && name !== 'outside')).toEqual([]);
});
afterAll(() => end(victim, buddy));

async function linked(): Promise<HostileLink> {
  const link = await mallory.open();
  open.push(link);
  return link;
}
/** Sends a file that is right, after what is not: it has to arrive. */
async function goodAfter(link: HostileLink): Promise<void> {
  const [name, text] = [`good-${good}-${mallory.log}.txt`, `good ${good}`];
  link.contents.set(digestOf(new TextEncoder().encode(text)), new TextEncoder().encode(text));
  const sent = mallory.pack([addFile(name, text)]);
  link.send(sent);
  await link.applied(sent);
  expect(folder.read(name)).toBe(text);
}
const problemsOf = async (record: string) => (await victim.problems()).filter((problem) => problem.record === record);

describe('frames', () => {
  it.each([
    ['a length of 4 GiB', Uint8Array.of(255, 255, 255, 255, 6, 0, 0)],
    ['a length just above the limit', Uint8Array.of(0, 0x11, 0, 1, 6, 0, 0)],
    ['a length of nothing', Uint8Array.of(0, 0, 0, 0)],
    ['a header longer than its frame', Uint8Array.of(0, 0, 0, 3, 6, 255, 255)],
    ['a message nobody knows', Uint8Array.of(0, 0, 0, 3, 99, 0, 0)],
    ['a header that is not CBOR', Uint8Array.of(0, 0, 0, 4, 6, 0, 1, 0xff)],
    ['a header that is another thing', Uint8Array.of(0, 0, 0, 4, 6, 0, 1, 0x80)],
    ['a second HELLO', Uint8Array.of(0, 0, 0, 4, 1, 0, 1, 0xa0)],
    [
      'deeply nested CBOR',
      Buffer.concat([Uint8Array.of(0, 0, 0xff, 3, 3, 0xff, 0), new Uint8Array(0xff00).fill(0x81)]),
    ],
  ])('%s ends the link', async (_name, bytes) => {
    const link = await linked();
    link.raw(bytes);
    const error = await link.hear('ERROR');
    expect(error).toMatchObject({ code: 'protocol-error', fatal: true });
    await link.closed;
  });

  it('noise ends the link', async () => {
    const link = await linked();
    link.raw(systemRandom.bytes(100_000));
    await link.closed;
  });

  it('an optional message of a later version is passed over', async () => {
    const link = await linked();
    link.raw(Uint8Array.of(0, 0, 0, 3, 200, 0, 0));
    await goodAfter(link);
  });

  it('half a frame, and then silence, harms nobody', async () => {
    const link = await linked();
    link.raw(Uint8Array.of(0, 0x10, 0, 0, 8));
    const other = await linked();
    await goodAfter(other);
  });

  it('a handle that was never opened is nothing', async () => {
    const link = await linked();
    link.say({ is: 'HAVE', h: 77, vector: [] });
    link.say({ is: 'SCAN', h: 77, req: 1 });
    await goodAfter(link);
  });

  it('another group: packages are not taken without its proof', async () => {
    const link = await mallory.link();
    open.push(link);
    const tag = systemRandom.bytes(32);
    link.say({ is: 'GROUPS', tags: [tag] });
    link.say({ is: 'OPEN', h: 1, tag, member: mallory.signer.key, proof: new Uint8Array(64), answers: false });
    link.send(mallory.pack([addDirectory('not-opened')]));
    mallory.beginLog();
    const other = await linked();
    await goodAfter(other);
    expect(folder.has('not-opened')).toBe(false);
  });
});

describe('packages', () => {
  async function refused(...packages: readonly SignedPackage[]): Promise<void> {
    const link = await linked();
    link.send(...packages);
    expect((await link.hear('ERROR')).text).toContain('refused');
    await link.closed;
  }
  const tampered = (made: SignedPackage, change: (bytes: Uint8Array) => void): SignedPackage => {
    const bytes = new Uint8Array(made.bytes);
    change(bytes);
    return { ...made, bytes };
  };

  it('a forged signature is refused', async () => {
    const made = mallory.pack([addDirectory('forged')]);
    await refused(tampered(made, (bytes) => (bytes[Buffer.from(bytes).indexOf(made.signature)]! ^= 1)));
    expect(folder.has('forged')).toBe(false);
  });
  it('another body under the same signature is refused', () => {
    const made = mallory.pack([addDirectory('swapped')]);
    return refused(tampered(made, (bytes) => (bytes[bytes.length - 1]! ^= 1)));
  });
  it('a package in the name of another member is refused', async () => {
    const honest = (await victim.history(collection))[0]!;
    const link = await linked();
    const heads = (await link.hear('HAVE')).vector;
    const theirs = heads.find((head) => honest.id.startsWith(head.log))!;
    link.send(mallory.pack([addDirectory('impersonated')], { member: theirs.member }));
    await link.hear('ERROR');
    expect(folder.has('impersonated')).toBe(false);
  });
  it('a package in the log of another member is refused', async () => {
    const link = await linked();
    const theirs = (await link.hear('HAVE')).vector.find((head) => head.member !== mallory.signer.key);
    link.send(
      mallory.pack([addDirectory('appended')], {
        log: theirs!.log,
        number: theirs!.number + 1,
        previous: theirs!.hash,
      }),
    );
    await link.hear('ERROR');
    expect(folder.has('appended')).toBe(false);
  });
  it('a package of another collection is refused', () =>
    refused(mallory.pack([addDirectory('other')], { collection: collectionId(hexOf(systemRandom.bytes(16))) })));
  it('bytes that are no package are refused', () => {
    const made = mallory.pack([addDirectory('x')]);
    return refused({ ...made, bytes: systemRandom.bytes(300) });
  });
  it('a bomb in a body is refused', () => {
    const bomb = Buffer.concat([Uint8Array.of(1), zstdCompressSync(new Uint8Array(1 << 30))]);
    expect(bomb.length).toBeLessThan(1 << 20);
    return refused(mallory.packBody(bomb));
  });
  it.each([
    ['no CBOR', Uint8Array.of(0, 0xff)],
    ['another kind of packing', Uint8Array.of(9, 1, 2, 3)],
    ['an empty body', new Uint8Array(0)],
    ['not two lists', compressBody(encode([1, 2]))],
    [
      'too many changes',
      compressBody(encode([[], Array.from({ length: 257 }, (_, at) => addFile(`many/${at}`, 'x'))])),
    ],
  ])('a body of %s is refused', (_name, body) => refused(mallory.packBody(body)));

  it('a package told again is known, and told out of order asked for', async () => {
    const link = await linked();
    const packages = [0, 1, 2].map((each) => mallory.pack([addDirectory(`order/${each}`)]));
    link.send(packages[2]!);
    const want = await link.hear('WANT');
    expect(want.ranges).toMatchObject([{ log: mallory.log, from: 1 }]);
    for (const each of [0, 0, 1, 2, 1, 0, 2]) link.send(packages[each]!);
    await link.applied(packages[2]!);
    expect(folder.has('order/2')).toBe(true);
    const changes = await victim.history(collection, '--record', 'order/0');
    expect(changes).toHaveLength(1);
  });

  it('two packages with one number are both kept, and that log ends', async () => {
    const link = await linked();
    const first = mallory.pack([addDirectory('fork/one')]);
    link.send(first);
    await link.applied(first);
    link.send(mallory.pack([addDirectory('fork/two')], { number: 1, previous: '0'.repeat(64) }));
    await expect.poll(() => folder.has('fork/two')).toBe(true);
    link.send(mallory.pack([addDirectory('fork/three')], { number: 2, previous: first.hash }));
    mallory.beginLog();
    await goodAfter(link);
    expect([folder.has('fork/one'), folder.has('fork/three')]).toEqual([true, false]);
  });

  it('a broken chain is not taken', async () => {
    const link = await linked();
    link.send(mallory.pack([addDirectory('chain/one')], { previous: 'ab'.repeat(32) }));
    mallory.beginLog();
    await goodAfter(link);
    expect(folder.has('chain/one')).toBe(false);
  });

  it('a time far ahead does not move our clock along', async () => {
    const link = await linked();
    const sent = mallory.pack([addDirectory('future')], { time: Date.UTC(2200, 0, 1) * 1024 });
    link.send(sent);
    await link.applied(sent);
    folder.write('now.txt', 'now');
    await victim.look();
    const [mine] = await victim.history(collection, '--record', 'now.txt');
    expect(Date.parse(mine!.at)).toBeLessThan(Date.now() + 3_600_000);
  });

  it.each([
    ['as many different dots as fit', Array.from({ length: 180_000 }, (_, at) => at)],
    ['a million dots of few', Array.from({ length: 1_000_000 }, (_, at) => at % 24)],
  ])('%s are worked off', async (_name, dots) => {
    const link = await linked();
    const log = hexOf(systemRandom.bytes(8));
    const names = Array.from({ length: 704 }, (_, at) => [log, at + 1, hexOf(systemRandom.bytes(8))]);
    const sent = mallory.packBody(compressBody(encode([names, [['dots', 0, dots, 1, [1], []]]])));
    link.send(sent);
    await link.applied(sent);
    await goodAfter(link);
  });

  it('that refer to more logs than anyone writes in are not taken, and a person is told', async () => {
    const link = await linked();
    const names = Array.from({ length: 200 }, () => [hexOf(systemRandom.bytes(8)), 1, hexOf(systemRandom.bytes(8))]);
    const dots = names.map((_, at) => at * 256);
    link.send(mallory.packBody(compressBody(encode([names, [['many-logs', 0, dots, 1, [1], []]]]))));
    await expect.poll(async () => (await victim.problems()).map(({ code }) => code)).toContain('too-many-logs');
    expect(await victim.refused('explain', collection, 'many-logs')).toMatchObject({ status: 1 });
    mallory = await HostileMember.join(victim, collection);
    await goodAfter(await linked());
  });
});

describe('changes', () => {
  it.each(
    [
      '../outside.txt',
      'a/../../outside.txt',
      ABSOLUTE,
      'a//b',
      './a',
      'a/.',
      '',
      'nul\0byte',
      '.lockstep/marker.json',
      '.LOCKSTEP/marker.json',
      '.Lockstep/x',
      '.lockstep\u200b/x',
      '\uff0elockstep/x',
      '.lockstep./x',
      '.\u{1d529}ockstep/x',
      'lockst~1/x',
      '.loc\u212astep/x',
      'u\u0308-not-composed',
      'x'.repeat(256),
      LONG,
    ].map(
      (record) => [record === ABSOLUTE ? 'of the whole disk' : JSON.stringify(record).slice(0, 40), record] as const,
    ),
  )('the path %s is a problem of that change; the next one is taken', async (_name, record) => {
    const link = await linked();
    const before = folder.contents();
    const sent = mallory.pack([addFile(record, 'escaped'), addDirectory(`after/${good}`)]);
    link.contents.set(digestOf(new TextEncoder().encode('escaped')), new TextEncoder().encode('escaped'));
    link.send(sent);
    await link.applied(sent);
    expect(folder.has(`after/${good}`)).toBe(true);
    const { after, ...added } = Object.fromEntries(Object.entries(folder.contents()).filter(([id]) => !(id in before)));
    expect(Object.keys(added)).toEqual([`after/${good}`]);
    expect((await victim.problems()).map((problem) => problem.code)).toContain('invalid-change');
    expect(existsSync(ABSOLUTE)).toBe(false);
  });

  const dots: never[] = [];
  it.each([
    ['a digest that is a path', ['evil', 0, [], 1, { type: 'file', digest: '../../../../outside.txt', size: 3 }, dots]],
    ['a size below nothing', ['evil', 0, [], 1, { type: 'file', digest: 'ab'.repeat(32), size: -1 }, dots]],
    ['a link without a target', ['evil', 0, [], 1, { type: 'symlink' }, dots]],
    ['a link with a number as target', ['evil', 0, [], 1, [2, 7], dots]],
    ['a link with a NUL', ['evil', 0, [], 1, [2, 'a\0b'], dots]],
    ['an entry that is a text', ['evil', 0, [], 1, 'file', dots]],
    ['an entry of another type', ['evil', 0, [], 1, [9, 'device'], dots]],
    ['a time that is a text', ['evil', 0, [], 1, [1], dots, 3, 'yesterday', dots]],
    ['executable: maybe', ['evil', 0, [], 1, [1], dots, 2, 'maybe', dots]],
    ['a field twice', ['evil', 0, [], 1, [1], dots, 1, [1], dots]],
    ['a field nobody knows', ['evil', 0, [], '__proto__', { polluted: true }, dots]],
    ['a record that is a number', [7, 0, [], 1, [1], dots]],
    ['flags that are a text', ['evil', 'all', [], 1, [1], dots]],
    ['a dot of a package not named', ['evil', 0, [99_999], 1, [1], dots]],
    ['a dot below nothing', ['evil', 0, [-1], 1, [1], dots]],
    ['moved to a path outside', ['evil', 1, [], -1, '../outside.txt', dots]],
    ['a change that is a map', { record: 'evil' }],
    ['a change of half a field', ['evil', 0, [], 1]],
  ])('%s is a problem of that change; the next one is taken', async (_name, change) => {
    const link = await linked();
    const sent = mallory.pack([change, addDirectory(`next/${good}`)]);
    link.send(sent);
    await link.applied(sent);
    expect([folder.has(`next/${good}`), folder.has('evil')]).toEqual([true, false]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('contents', () => {
  it('bytes that are not the content are a problem of that file', async () => {
    const link = await linked();
    const [right, wrong] = ['the right content', 'the wrong content'].map((text) => new TextEncoder().encode(text));
    link.contents.set(digestOf(right!), wrong!);
    const sent = mallory.pack([addFile('wrong.txt', right!)]);
    link.send(sent);
    await goodAfter(link);
    expect(folder.has('wrong.txt')).toBe(false);
    const [problem] = await problemsOf('wrong.txt');
    expect(problem?.code).toBe('content-wrong');
    link.contents.set(digestOf(right!), right!);
    await victim.look();
    await expect.poll(() => folder.has('wrong.txt')).toBe(true);
  });

  it('a size that is not its content’s is a problem of that file', async () => {
    const link = await linked();
    const bytes = new TextEncoder().encode('seven..');
    link.contents.set(digestOf(bytes), bytes);
    link.send(mallory.pack([addFile('size.txt', bytes, 7_000)]));
    await goodAfter(link);
    expect(folder.has('size.txt')).toBe(false);
    expect(await problemsOf('size.txt')).toMatchObject([{ code: 'content-wrong' }]);
  });

  it('a chunk list without end, and one of nonsense, are problems of that file', async () => {
    const link = await linked();
    for (const [name, list] of [
      ['endless.bin', systemRandom.bytes(200_000)],
      ['empty.bin', new Uint8Array(0)],
      ['nonsense.bin', encode({ chunks: 'all' })],
    ] as const) {
      link.contents.set(digestOf(list), list);
      const entry = [0, bytesOf(digestOf(new TextEncoder().encode(name))), 1 << 30, bytesOf(digestOf(list))];
      link.send(mallory.pack([[name, 0, [], 1, entry, []]]));
    }
    await goodAfter(link);
    expect(['endless.bin', 'empty.bin', 'nonsense.bin'].filter((name) => folder.has(name))).toEqual([]);
  });

  it('content nobody asked for ends the link', async () => {
    const link = await linked();
    const bytes = new Uint8Array(1000);
    const piece = { item: 0, offset: 0, length: 1000, total: 1000, flags: 1 };
    link.say({ is: 'CONTENT', req: 4711, pieces: [piece], data: [bytes] });
    expect((await link.hear('ERROR')).text).toContain('nobody asked');
    await link.closed;
  });

  it.each([
    ['past its end', { offset: 0, total: 3 }],
    ['of 2^52 bytes', { offset: 0, total: 2 ** 52 }],
    ['out of order', { offset: 500, total: 10_000 }],
  ])('an answer %s ends the link', async (_name, piece) => {
    const link = await linked();
    const name = `answer-${good}.txt`;
    link.say({ is: 'CREDIT', bytes: 1 });
    const bytes = new TextEncoder().encode(`asked ${good}`);
    const list = Buffer.concat([bytes, new Uint8Array(100)]);
    link.send(mallory.pack([addFile(name, list)]));
    const { req } = await link.hear('CONTENT_WANT');
    link.say({
      is: 'CONTENT',
      req,
      pieces: [{ item: 0, length: list.length, flags: 1, ...piece }],
      data: [list],
    } as unknown as Parameters<HostileLink['say']>[0]);
    await link.closed;
    expect(folder.has(name)).toBe(false);
  });

  it('what it asks for it gets only from the collection', async () => {
    const link = await linked();
    const secret = new TextEncoder().encode('a file outside of every collection');
    mkdirSync(join(dirname(folder.root), 'outside'), { recursive: true });
    writeFileSync(join(dirname(folder.root), 'outside', 'secret'), secret);
    const ask = (digest: string, hint: string | null, req: number): void =>
      link.say({
        is: 'CONTENT_WANT',
        h: 1,
        req,
        items: [{ digest, kind: 0, offset: 0, hint, base: null }],
      } as unknown as Parameters<HostileLink['say']>[0]);
    ask(digestOf(secret), '../outside/secret', 1);
    ask(digestOf(new TextEncoder().encode('mine')), 'mine.txt', 2);
    expect((await link.hear('CONTENT')).req).toBe(2);
    expect((await link.hear('CONTENT_NO')).req).toBe(1);
  });
});

describe('links on the disk', () => {
  it('nothing is written through a link, whoever made it', async () => {
    const outside = join(dirname(folder.root), 'outside');
    mkdirSync(outside, { recursive: true });
    const link = await linked();
    const text = new TextEncoder().encode('through the link');
    link.contents.set(digestOf(text), text);
    symlinkSync(outside, folder.path('by-hand'));
    link.send(mallory.pack([addLink('sent', '../outside')]));
    const both = mallory.pack([addFile('sent/evil.txt', text), addFile('by-hand/evil.txt', text)]);
    link.send(both);
    await link.applied(both);
    await goodAfter(link);
    expect(readdirSync(outside).filter((name) => name.startsWith('evil'))).toEqual([]);
    folder.remove('by-hand');
  });

  it('a directory that is swapped for a link between one package and the next lets nothing out', async () => {
    const outside = join(dirname(folder.root), 'outside');
    mkdirSync(outside, { recursive: true });
    // What lies in the directory while it is a link is gone for that time, and this is not about that.
    await victim.ask('config', 'safety.delete-count', '100000');
    folder.write('swapped/mine.txt', 'mine');
    await victim.look();
    const link = await linked();
    const send = async (name: string): Promise<void> => {
      const changes = Array.from({ length: 20 }, (_, at) => {
        const text = new TextEncoder().encode(`${name} ${at}`);
        link.contents.set(digestOf(text), text);
        return addFile(`swapped/${name}/${at}.txt`, text);
      });
      const sent = mallory.pack([
        ...changes,
        addDirectory(`swapped/${name}-empty`),
        addLink(`swapped/${name}-link`, 'x'),
      ]);
      link.send(sent);
      await link.applied(sent);
    };
    await send('before');
    expect(folder.read('swapped/before/7.txt')).toBe('before 7');
    for (const each of ['first', 'second', 'third']) {
      renameSync(folder.path('swapped'), `${outside}-aside`);
      symlinkSync(outside, folder.path('swapped'));
      await send(each);
      // Those of the directory itself, whose place is a link now, as well as deeper ones.
      expect(readdirSync(outside).filter((name) => name !== 'secret')).toEqual([]);
      folder.remove('swapped');
      renameSync(`${outside}-aside`, folder.path('swapped'));
    }
    await victim.look();
    await send('after');
    expect(folder.read('swapped/after/7.txt')).toBe('after 7');
    expect(readdirSync(outside).filter((name) => name !== 'secret')).toEqual([]);
  });
});

describe('strangers', () => {
  it('one who was never invited gets nothing, not even a HELLO', async () => {
    const { connect } = await import('node:tls');
    const stranger = new DeviceIdentity(makeSecrets(systemRandom));
    const [host, port] = victim.listen.split(':');
    const heard = await new Promise<number>((resolve) => {
      let bytes = 0;
      const socket = connect({
        host: host!,
        port: Number(port),
        key: stranger.tlsKey,
        cert: stranger.certificate,
        rejectUnauthorized: false,
        ALPNProtocols: ['lockstep/1'],
      });
      socket.on('data', (chunk) => (bytes += chunk.length)).on('error', () => {});
      socket.on('close', () => resolve(bytes));
    });
    expect(heard).toBe(0);
  });

  it('a proof of membership of another link is none', async () => {
    const first = await mallory.link();
    open.push(first);
    const second = await mallory.link();
    open.push(second);
    const [tag] = mallory.opening(second);
    const [, proof] = mallory.opening(first);
    second.say({ is: 'GROUPS', tags: [tag] });
    second.say({ is: 'OPEN', h: 1, tag, member: mallory.signer.key, proof, answers: false });
    expect((await second.hear('ERROR')).text).toContain('proof');
    await second.closed;
  });

  it('what an editor says of members, or in the name of an admin, is not obeyed', async () => {
    const before = await victim.ask<readonly DeviceView[]>('devices');
    const link = await linked();
    // Heads alone are told at first, and all operations to whoever has other ones.
    const { ops } = await link.hear('MEMBERS', (message) => message.ops.length > 0);
    const known = ops.flatMap((bytes) => parseOp(bytes) ?? []);
    const heads = evaluateMembership(mallory.collection, known)!.heads;
    const stranger = new DeviceIdentity(makeSecrets(systemRandom));
    const says = (body: OpBody, as: { readonly id: DeviceId } = mallory.identity) =>
      makeOp({ id: as.id, sign: (bytes) => mallory.identity.sign(bytes) }, mallory.collection, heads, Date.now(), body)
        .bytes;
    const admin = { id: deviceId(victim.id) };
    const add = {
      op: 'add',
      descriptor: stranger.descriptor.bytes,
      ...selfAsMember(stranger, mallory.collection),
      role: 'admin',
      name: 'stranger',
      history: true,
    } as const;
    const promotion = { op: 'role', device: mallory.identity.id, role: 'admin', cut: [] } as const;
    const bodies: OpBody[] = [add, promotion, { op: 'remove', device: admin.id, cut: [], epoch: 0 }];
    link.say({ is: 'MEMBERS', h: 1, heads, ops: bodies.flatMap((body) => [says(body), says(body, admin)]) });
    link.say({ is: 'MEMBERS', h: 1, heads, ops: [systemRandom.bytes(200), new Uint8Array(0)] });
    await goodAfter(link);
    const roles = (devices: readonly DeviceView[]) => devices.map(({ device, role }) => `${device} ${role}`).sort();
    expect(roles(await victim.ask<readonly DeviceView[]>('devices'))).toEqual(roles(before));
    expect(roles(await buddy.ask<readonly DeviceView[]>('devices'))).toEqual(roles(before));
  });

  it('what a removed device wrote is set aside, whoever passes it on, until a person has decided', async () => {
    const removed = await HostileMember.join(victim, collection);
    const link = await removed.open();
    const before = removed.pack([addDirectory('while-a-member')]);
    link.send(before);
    await link.applied(before);
    await victim.ask('remove-device', removed.identity.id, collection);
    await link.closed;
    const other = await linked();
    other.send(removed.pack([addDirectory('after-its-removal')]), removed.pack([addDirectory('long-after')]));
    await goodAfter(other);
    expect([folder.has('while-a-member'), folder.has('after-its-removal')]).toEqual([true, false]);
    const setAside = async () => (await victim.problems()).filter(({ code }) => code === 'quarantined');
    expect((await setAside()).map(({ detail }) => /: (.*)\. Take it/.exec(detail)?.[1])).toEqual([
      'after-its-removal, long-after',
    ]);
    await victim.ask('quarantine', removed.identity.id, '--drop');
    expect(await setAside()).toEqual([]);
  });

  it('a member who was removed is not let in again', async () => {
    const removed = await HostileMember.join(victim, collection);
    const link = await removed.open();
    await victim.ask('remove-device', removed.identity.id, collection);
    await link.closed;
    await expect(removed.open()).rejects.toThrow();
  });

  it('a reader’s packages are not taken', async () => {
    const reader = await HostileMember.join(victim, collection, 'reader');
    const link = await reader.open();
    open.push(link);
    link.send(reader.pack([addDirectory('by-a-reader')]));
    await goodAfter(await linked());
    expect(folder.has('by-a-reader')).toBe(false);
  });
});
