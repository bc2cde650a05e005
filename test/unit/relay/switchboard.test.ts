import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { MemberSigner } from '../../../src/main/peers/identity/identity.ts';
import { collectionId } from '../../../src/main/record/ids.ts';
import type { EventsHandle } from '../../../src/relay/rules/meetings.ts';
import type { Session } from '../../../src/relay/rules/tokens.ts';
import { aclBody, GROUP, memberNamed } from '../../fakes/relay-bodies.ts';
import { HeardEvents, HeldEnd, HOUSE, RelayInMemory } from '../../fakes/relay-in-memory.ts';

const [ana, ben, cara, dan] = ['ana', 'ben', 'cara', 'dan'].map((name) => memberNamed(name)) as [
  MemberSigner,
  MemberSigner,
  MemberSigner,
  MemberSigner,
];
const OTHER = collectionId('bb'.repeat(16));
const MIB = 1024 * 1024;

let relay: RelayInMemory;
let [asAna, asBen]: Session[] = [];
let [atAna, atBen]: HeardEvents[] = [];
let [ofAna, ofBen]: EventsHandle[] = [];
beforeEach(async () => {
  relay = new RelayInMemory();
  await relay.register([ana, ben, cara, dan]);
  [asAna, asBen] = [await relay.enter(ana), await relay.enter(ben)];
  [atAna, atBen] = [new HeardEvents(), new HeardEvents()];
  ofAna = relay.service.connectEvents(asAna, atAna);
  ofBen = relay.service.connectEvents(asBen, atBen);
});

describe('who is there', () => {
  it('is told at the start and at each change', async () => {
    const both = { is: 'presence', g: GROUP, online: [ana.key, ben.key].sort() };
    expect(atAna!.messages).toEqual([{ ...both, online: [ana.key] }, both]);
    expect(atBen!.messages).toEqual([both]);
    ofBen!.closed();
    ofBen!.closed();
    expect(atAna!.messages.slice(2)).toEqual([{ ...both, online: [ana.key] }]);
  });

  it('does not change while one of several sockets of a member is open', async () => {
    atAna!.take('presence');
    const newer = new HeardEvents();
    const handle = relay.service.connectEvents(await relay.enter(ben), newer);
    expect(newer.messages).toHaveLength(1);
    ofBen!.closed();
    expect(atAna!.messages).toEqual([]);
    handle.closed();
    expect(atAna!.messages).toHaveLength(1);
  });

  it('is asked every 25 seconds, and is gone when it is silent three times as long', async () => {
    for (let n = 0; n < 4; n++) {
      await relay.pass(26_000);
      expect(atAna!.take('ping')).toHaveLength(1);
      ofAna!.came('{"is":"pong"}');
    }
    expect([atAna!.closed, atBen!.closed]).toEqual([null, 4408]);
  });

  it('is left by who says what nobody understands', () => {
    for (const text of ['', '[]', 'null', '{"is":"pong"', '{"is":"shout"}', '{"is":"live","req":-1}']) {
      const port = new HeardEvents();
      relay.service.connectEvents(asAna!, port).came(text);
      expect([text, port.closed]).toEqual([text, 4400]);
    }
  });
});

describe('a link of two members', () => {
  const ask = (to = ben.key, g = GROUP) => ofAna!.came(JSON.stringify({ is: 'live', req: 7, g, to }));
  function meet(): [string, string] {
    ask();
    const [granted] = atAna!.take('granted');
    const [live] = atBen!.take('live');
    expect([granted?.req, live?.from, live?.g]).toEqual([7, ana.key, GROUP]);
    return [granted!.token, live!.token];
  }

  it('is refused with who is not there, is no member, or oneself', () => {
    for (const [to, g, why] of [
      [cara.key, GROUP, 'offline'],
      [ana.key, GROUP, 'offline'],
      [memberNamed('eve').key, GROUP, 'offline'],
      [ben.key, OTHER, 'not-a-member'],
    ] as const) {
      ask(to, g);
      expect(atAna!.take('no')).toEqual([{ is: 'no', req: 7, why }]);
    }
  });

  it('joins what both say, in order, from the first byte', () => {
    const [forAna, forBen] = meet();
    expect(forAna).not.toBe(forBen);
    const [first, second] = [new HeldEnd(), new HeldEnd()];
    const one = relay.service.claimLive(forAna, first);
    expect(first.isPaused).toBe(true);
    one.came(Uint8Array.of(1));
    const two = relay.service.claimLive(forBen, second);
    expect(first.isPaused).toBe(false);
    one.came(Uint8Array.of(2));
    two.came(Uint8Array.of(3));
    expect([second.got, first.got].map((got) => got.map((each) => each[0]))).toEqual([[1, 2], [3]]);
    expect(relay.counts.get('live_bytes')).toBe(3);
    one.closed();
    expect([first.closed, second.closed]).toEqual([null, 1000]);
    two.came(Uint8Array.of(4));
    expect(first.got).toHaveLength(1);
  });

  it('holds who sends faster than the other takes, between 1 MiB and 256 KiB', () => {
    const [forAna, forBen] = meet();
    const [first, second] = [new HeldEnd(), new HeldEnd()];
    const one = relay.service.claimLive(forAna, first);
    relay.service.claimLive(forBen, second);
    const quarter = new Uint8Array(MIB / 4);
    for (let n = 0; n < 4; n++) one.came(quarter);
    expect(first.isPaused).toBe(false);
    one.came(Uint8Array.of(1));
    expect([first.isPaused, second.isPaused]).toEqual([true, false]);
    second.leave(3);
    expect(first.isPaused).toBe(true);
    second.leave(1);
    expect(first.isPaused).toBe(false);
    second.leave(1);
    for (let n = 0; n < 5; n++) one.came(quarter);
    expect(first.isPaused).toBe(true);
  });

  it('holds who sends frames without a byte, or with one, as they fill the memory too', () => {
    for (const frame of [new Uint8Array(0), Uint8Array.of(1)]) {
      const [forAna, forBen] = meet();
      const [first, second] = [new HeldEnd(), new HeldEnd()];
      const one = relay.service.claimLive(forAna, first);
      relay.service.claimLive(forBen, second);
      for (let sent = 0; sent < 100_000 && !first.isPaused; sent++) one.came(frame);
      expect([first.isPaused, second.got.length < 10_000]).toEqual([true, true]);
      second.leave(second.held.length);
      expect(first.isPaused).toBe(false);
    }
  });

  it('needs tokens that are good once, for ten seconds', async () => {
    const [forAna, forBen] = meet();
    relay.service.claimLive(forAna, new HeldEnd());
    expect(() => relay.service.claimLive(forAna, new HeldEnd())).toThrow('no such token');
    expect(() => relay.service.claimLive('00'.repeat(32), new HeldEnd())).toThrow('no such token');
    expect(() => relay.service.claimLive('../..', new HeldEnd())).toThrow('lower-case hex');
    await relay.pass(11_000);
    expect(() => relay.service.claimLive(forBen, new HeldEnd())).toThrow('no such token');
  });

  it('is given up where the other end does not come', async () => {
    const [forAna] = meet();
    const first = new HeldEnd();
    relay.service.claimLive(forAna, first);
    await relay.pass(11_000);
    expect([first.closed, first.isPaused, relay.service.open.splices]).toEqual([4408, false, 0]);
  });

  it('ends when one of them is removed', async () => {
    const [forAna, forBen] = meet();
    const [first, second] = [new HeldEnd(), new HeldEnd()];
    relay.service.claimLive(forAna, first);
    relay.service.claimLive(forBen, second);
    await relay.service.setAcl(asAna!, GROUP, aclBody(GROUP, 2, [ana, ben], ana));
    expect([first.closed, second.closed]).toEqual([null, null]);
    await relay.service.setAcl(asAna!, GROUP, aclBody(GROUP, 3, [ana], ana));
    expect([first.closed, second.closed]).toEqual([4403, 4403]);
  });

  it('a member has sixteen at a time, whatever others have', async () => {
    for (let n = 0; n < 16; n++) meet();
    ask();
    expect(atAna!.take('no')).toEqual([{ is: 'no', req: 7, why: 'too-many' }]);
    relay.service.connectEvents(await relay.enter(dan), new HeardEvents());
    const atCara = new HeardEvents();
    const ofCara = relay.service.connectEvents(await relay.enter(cara), atCara);
    ofCara.came(JSON.stringify({ is: 'live', req: 1, g: GROUP, to: dan.key }));
    expect(atCara.take('granted')).toHaveLength(1);
  });
});

describe('an invitation', () => {
  const id = 'cd'.repeat(16);
  const secret = 'ef'.repeat(32);
  const token = createHash('sha256').update(Buffer.from(secret, 'hex')).digest('hex');
  const open = (session = asAna!, more = {}) =>
    relay.service.openMailbox(session, { id, token, ttl: 900_000, ...more });
  const knock = (with_ = secret) => relay.service.knock('192.0.2.1', id, with_);

  it('brings who has it to who opened it', async () => {
    await open();
    atAna!.take('presence');
    const knocked = await knock();
    const [heard] = atAna!.take('knock');
    expect(heard?.mailbox).toBe(id);
    if (knocked.is !== 'heard') throw new Error(`not heard: ${knocked.code}`);
    const [joiner, inviter] = [new HeldEnd(), new HeldEnd()];
    relay.service.claimLive(knocked.token, joiner).came(Uint8Array.of(5));
    relay.service.claimLive(heard!.token, inviter);
    expect(inviter.got.map((each) => each[0])).toEqual([5]);
  });

  it('is unknown with another secret, and burns after five tries', async () => {
    await open();
    for (let n = 0; n < 5; n++) expect(await knock('00'.repeat(32))).toEqual({ is: 'no', code: 4403 });
    expect(await knock()).toEqual({ is: 'no', code: 4404 });
    await expect(relay.service.knock(HOUSE, id, 'short')).rejects.toThrow('32 bytes');
    await expect(relay.service.knock(HOUSE, '../x', secret)).rejects.toThrow('16 bytes');
  });

  it('waits for who opened it to be there, which is no try', async () => {
    await open();
    ofAna!.closed();
    for (let n = 0; n < 9; n++) expect(await knock()).toEqual({ is: 'no', code: 4404 });
    relay.service.connectEvents(await relay.enter(ana), atAna!);
    expect(await knock()).toMatchObject({ is: 'heard' });
  });

  it('waits where its owner has as many channels as a member may', async () => {
    await open();
    for (let n = 0; n < 16; n++) ofAna!.came(JSON.stringify({ is: 'live', req: n, g: GROUP, to: ben.key }));
    expect(await knock()).toEqual({ is: 'no', code: 4429 });
    await relay.pass(11_000);
    expect(await knock()).toMatchObject({ is: 'heard' });
  });

  it('is over with its time, a day at most', async () => {
    await open(asAna!, { ttl: 365 * 86_400_000 });
    await relay.clock.advance(86_400_000);
    expect(await knock()).toEqual({ is: 'no', code: 4404 });
    await open(asAna!, { ttl: 1000 });
    await relay.clock.advance(999);
    expect(await knock()).toMatchObject({ is: 'heard' });
    await relay.clock.advance(1);
    expect(await knock()).toEqual({ is: 'no', code: 4404 });
    for (const ttl of [0, -1, 'x']) await expect(open(asAna!, { ttl })).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('is its owner’s alone', async () => {
    await open();
    await expect(open(asBen!)).rejects.toMatchObject({ code: 'exists' });
    await expect(relay.service.closeMailbox(asBen!, id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(open(asAna!, { g: OTHER })).rejects.toMatchObject({ code: 'not-a-member' });
    await relay.service.closeMailbox(asAna!, id);
    await open(asBen!);
  });

  it('is one of thirty-two at most', async () => {
    for (let n = 0; n < 32; n++) await open(asAna!, { id: n.toString(16).padStart(32, '0') });
    await expect(open()).rejects.toMatchObject({ code: 'too-many' });
    await open(asAna!, { id: '0'.repeat(32) });
  });
});
