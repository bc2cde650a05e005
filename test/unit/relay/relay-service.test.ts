import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { collectionId, memberKey } from '../../../src/main/record/ids.ts';
import { LIMITS } from '../../../src/relay/rules/limits.ts';
import type { Session } from '../../../src/relay/rules/tokens.ts';
import { FileBlobs } from '../../../src/relay/storage/file-blobs.ts';
import { aclBody, authBody, GROUP, memberNamed } from '../../fakes/relay-bodies.ts';
import { HeardEvents, HOUSE, RELAY_ORIGIN, RELAY_PIN, RelayInMemory } from '../../fakes/relay-in-memory.ts';

const OTHER = collectionId('bb'.repeat(16));
const [ana, ben, cara] = [memberNamed('ana'), memberNamed('ben'), memberNamed('cara')];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
const refused = (code: string, more: object = {}) => expect.objectContaining({ name: 'Refusal', code, ...more });
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let relay: RelayInMemory;
beforeEach(() => {
  relay = new RelayInMemory({ origins: ['https://relay.example.org:443'] });
});

describe('who is let in', () => {
  beforeEach(() => relay.register([ana, ben]));
  const authenticate = (body: unknown) => relay.service.authenticate(HOUSE, body);
  const prove = (origin = RELAY_ORIGIN, group = GROUP, member = ana) =>
    authBody(relay.service.challenge(HOUSE), origin, [{ group, member }]);

  it('a member, by the name of the relay it knows', async () => {
    for (const origin of [RELAY_ORIGIN, 'https://relay.example.org:443']) {
      const view = await authenticate(prove(origin));
      expect(view).toEqual({
        token: expect.stringMatching(/^[0-9a-f]{64}$/),
        expires: relay.clock.now() + HOUR,
        groups: [{ g: GROUP, error: null }],
      });
      expect(relay.service.session(view.token).groups.get(GROUP)).toBe(ana.key);
    }
    expect(relay.service.challenge(HOUSE).origins).toEqual([`k=${RELAY_PIN}`, 'https://relay.example.org:443']);
  });

  it('not what was signed for another relay, nor an answer that was used, nor a late one', async () => {
    await expect(authenticate(prove('k=another'))).rejects.toEqual(refused('not-authenticated'));
    const once = prove();
    await authenticate(once);
    await expect(authenticate(once)).rejects.toEqual(refused('not-authenticated'));
    const late = prove();
    await relay.pass(2 * MINUTE + SECOND);
    await expect(authenticate(late)).rejects.toEqual(refused('not-authenticated'));
    await expect(authenticate({ ...prove(), challenge: '00'.repeat(32) })).rejects.toEqual(
      refused('not-authenticated'),
    );
  });

  it('not a moment longer than said, whether or not somebody cleaned up meanwhile', async () => {
    const [early, late] = [prove(), prove()];
    await relay.clock.advance(2 * MINUTE);
    const { token, expires } = await authenticate(early);
    await relay.clock.advance(1);
    await expect(authenticate(late)).rejects.toEqual(refused('not-authenticated'));
    await relay.clock.advance(expires - relay.clock.now() - 1);
    relay.service.session(token);
    await relay.clock.advance(1);
    expect(() => relay.service.session(token)).toThrow(refused('not-authenticated'));
  });

  it('and nothing of that is remembered when it is over', async () => {
    prove();
    await authenticate(prove());
    expect(relay.service.open.tokens).toBe(2);
    await relay.pass(2 * MINUTE + SECOND);
    expect(relay.service.open.tokens).toBe(1);
    await relay.pass(HOUR);
    expect(relay.service.open.tokens).toBe(0);
  });

  it('a wrong challenge is used up by the try', async () => {
    const body = prove();
    await expect(authenticate({ ...body, origin: 'k=another' })).rejects.toEqual(refused('not-authenticated'));
    await expect(authenticate(body)).rejects.toEqual(refused('not-authenticated'));
  });

  it('says of each group why not, and lets in where it can', async () => {
    const challenge = relay.service.challenge(HOUSE);
    const forged = authBody(challenge, RELAY_ORIGIN, [{ group: GROUP, member: ben }]).members[0]!;
    const body = authBody(challenge, RELAY_ORIGIN, [
      { group: GROUP, member: ana },
      { group: OTHER, member: ana },
      { group: GROUP, member: cara },
    ]);
    // Ben's signature under Ana's key.
    const members = [...body.members, { ...forged, k: ana.key }];
    const view = await authenticate({ ...body, members });
    expect(view.groups.map(({ error }) => error)).toEqual([null, 'unknown-group', 'not-a-member', 'bad-signature']);
    expect([...relay.service.session(view.token).groups]).toEqual([[GROUP, ana.key]]);
    expect(Object.fromEntries(relay.counts)).toMatchObject({ auth_ok: 1, auth_bad_signature: 1, auth_not_a_member: 1 });
  });

  it('a signature of another group, or for another time, is none', async () => {
    const challenge = relay.service.challenge(HOUSE);
    const other = authBody(challenge, RELAY_ORIGIN, [{ group: OTHER, member: ana }]).members[0]!;
    const early = authBody({ ...challenge, time: challenge.time - 1 }, RELAY_ORIGIN, [{ group: GROUP, member: ana }]);
    const body = { ...early, members: [...early.members, { ...other, g: GROUP }] };
    const { groups } = await authenticate(body);
    expect(groups.map(({ error }) => error)).toEqual(['bad-signature', 'bad-signature']);
  });

  it('an hour long, and where no group was proven only to be asked again', async () => {
    const { token } = await authenticate(prove());
    const nothing = await authenticate(prove(RELAY_ORIGIN, OTHER));
    expect(nothing.expires).toBe(relay.clock.now() + 2 * MINUTE);
    await expect(relay.service.acl(relay.service.session(nothing.token), OTHER)).rejects.toEqual(
      refused('not-a-member'),
    );
    await relay.pass(HOUR - SECOND);
    relay.service.session(token);
    await relay.pass(SECOND);
    expect(() => relay.service.session(token)).toThrow(refused('not-authenticated'));
    expect(() => relay.service.session(null)).toThrow(refused('not-authenticated'));
  });

  it('a member has eight tokens at a time, and what hangs on the oldest is closed', async () => {
    const first = await relay.enter(ana);
    const events = new HeardEvents();
    relay.service.connectEvents(first, events);
    for (let more = 0; more < 7; more++) await relay.enter(ana);
    expect(events.closed).toBeNull();
    await relay.enter(ana);
    expect(events.closed).toBe(4409);
    expect(() => relay.service.session(first.token)).toThrow(refused('not-authenticated'));
  });

  it('is told what is wrong with what it sends', async () => {
    for (const body of [null, [], 'x', {}, { challenge: 1 }, { ...prove(), members: {} }, { ...prove(), origin: '' }])
      await expect(authenticate(body)).rejects.toEqual(refused('bad-request'));
    const body = prove();
    for (const bad of [{ g: 'zz' }, { k: `${ana.key}00` }, { sig: 'AB'.repeat(64) }, { g: GROUP.toUpperCase() }])
      await expect(authenticate({ ...body, members: [{ ...body.members[0], ...bad }] })).rejects.toEqual(
        refused('bad-request'),
      );
    // A key that is no point of the curve.
    const nobody = { ...body.members[0]!, k: 'ff'.repeat(32) };
    expect((await authenticate({ ...body, members: [nobody] })).groups[0]?.error).toBe('not-a-member');
  });

  it.each(['ff', '00', '01'])('a key that is none (%s…) opens nothing, though an admin put it there', async (byte) => {
    const broken = { ...ana, key: memberKey(byte.repeat(32)) };
    await relay.register([ana, broken], OTHER);
    const body = prove(RELAY_ORIGIN, OTHER, broken);
    for (const sig of [body.members[0]!.sig, '00'.repeat(64), `${'00'.repeat(32)}01${'00'.repeat(31)}`]) {
      const again = { ...prove(RELAY_ORIGIN, OTHER, broken), members: [{ ...body.members[0]!, sig }] };
      expect((await authenticate(again)).groups[0]?.error).toBe('bad-signature');
    }
  });

  it('strangers of one host are slowed down, this machine is not', async () => {
    const ask = (from: string) => () => relay.service.challenge(from);
    for (let count = 0; count < 20; count++) ask('192.0.2.1')();
    expect(ask('192.0.2.1')).toThrow(refused('too-many', { retryAfter: 3 }));
    expect(ask('::ffff:192.0.2.1')).toThrow(refused('too-many'));
    ask('192.0.2.2')();
    await relay.pass(3 * SECOND);
    ask('192.0.2.1')();
    for (let count = 0; count < 20; count++) ask(`2001:db8::${count}`)();
    expect(ask('2001:db8::ffff:1')).toThrow(refused('too-many'));
    ask('2001:db8:0:1::1')();
    for (let count = 0; count < 100; count++) ask('127.0.0.1')();
  });
});

describe('what is left for who was removed', () => {
  const word = bytes('sealed operations');
  const prove = (member: typeof ana, as = member) => {
    const body = authBody(relay.service.challenge(HOUSE), RELAY_ORIGIN, [{ group: GROUP, member }]);
    return { ...body, members: body.members.map((each) => ({ ...each, k: as.key })) };
  };
  beforeEach(async () => {
    await relay.register([ana, ben]);
    await relay.service.setAcl(await relay.enter(ana), GROUP, aclBody(GROUP, 2, [ana], ana));
  });

  it('is left by an admin, for keys that do not belong, and given to who proves that key and to nobody else', async () => {
    const { service } = relay;
    const anas = await relay.enter(ana);
    expect((await service.authenticate(HOUSE, prove(ben))).groups).toEqual([{ g: GROUP, error: 'not-a-member' }]);
    await service.putWord(anas, GROUP, ben.key, word);
    expect(await service.words(anas, GROUP)).toEqual([{ k: ben.key, hash: sha256(word) }]);
    const { token, groups } = await service.authenticate(HOUSE, prove(ben));
    expect(groups).toEqual([{ g: GROUP, error: 'not-a-member', word: true }]);
    const bens = service.session(token);
    expect(await service.word(bens, GROUP, ben.key)).toEqual(word);
    // Nothing else is open to it.
    expect(() => service.check(bens, GROUP, 1)).toThrow(refused('not-a-member'));
    await expect(service.words(bens, GROUP)).rejects.toEqual(refused('not-a-member'));
    await expect(service.items(bens, GROUP, 0)).rejects.toEqual(refused('not-a-member'));
    await expect(service.post(bens, GROUP, word)).rejects.toEqual(refused('not-a-member'));
    // And nobody else has it: neither who only says that it is Ben, nor another who was removed, nor a member.
    for (const body of [prove(cara, ben), prove(cara)]) {
      const { token: other, groups: others } = await service.authenticate(HOUSE, body);
      expect(others).toEqual([{ g: GROUP, error: 'not-a-member' }]);
      await expect(service.word(service.session(other), GROUP, ben.key)).rejects.toEqual(refused('not-a-member'));
    }
    await expect(service.word(anas, GROUP, ben.key)).rejects.toEqual(refused('not-a-member'));
  });

  it('is not taken of who is no admin, for who belongs, beyond a limit, nor where there is no room', async () => {
    const { service } = relay;
    await service.setAcl(await relay.enter(ana), GROUP, aclBody(GROUP, 3, [ana, cara], ana));
    const [anas, caras] = [await relay.enter(ana), await relay.enter(cara)];
    await expect(service.putWord(caras, GROUP, ben.key, word)).rejects.toEqual(refused('not-an-admin'));
    await expect(service.putWord(anas, GROUP, cara.key, word)).rejects.toEqual(refused('exists'));
    await expect(service.putWord(anas, GROUP, ben.key, new Uint8Array())).rejects.toEqual(refused('bad-request'));
    const long = new Uint8Array(LIMITS.item + 1);
    await expect(service.putWord(anas, GROUP, ben.key, long)).rejects.toEqual(refused('too-large'));
    const put = (n: number) => relay.store.putWord(GROUP, memberKey(sha256(bytes(`${n}`))), stored, 1e9);
    const stored = { hash: sha256(word), bytes: word, at: 0 };
    for (let n = 0; n < 1000; n++) await put(n);
    await expect(service.putWord(anas, GROUP, ben.key, word)).rejects.toEqual(refused('quota'));
    await service.putWord(anas, GROUP, memberKey(sha256(bytes('7'))), bytes('another'));
  });

  it('goes after a year, and when its key is let in again', async () => {
    const { service } = relay;
    await service.putWord(await relay.enter(ana), GROUP, ben.key, word);
    await relay.clock.advance(365 * DAY);
    await service.collect();
    expect(await relay.store.words(GROUP)).toHaveLength(1);
    await relay.clock.advance(2 * DAY);
    await service.collect();
    expect(await relay.store.words(GROUP)).toEqual([]);
    await service.putWord(await relay.enter(ana), GROUP, ben.key, word);
    const late = await service.authenticate(HOUSE, prove(ben));
    await service.setAcl(await relay.enter(ana), GROUP, aclBody(GROUP, 3, [ana, ben], ana));
    await expect(service.word(service.session(late.token), GROUP, ben.key)).rejects.toEqual(refused('not-found'));
  });
});

describe('the members of a group', () => {
  it('are registered once, by an admin among them', async () => {
    const { service } = relay;
    await expect(service.register(HOUSE, aclBody(GROUP, 1, [ana, ben], ben))).rejects.toEqual(refused('not-an-admin'));
    const forged = { ...aclBody(GROUP, 1, [ana, ben], ana), sig: aclBody(GROUP, 1, [ana, ben], ben).sig };
    await expect(service.register(HOUSE, forged)).rejects.toEqual(refused('not-an-admin'));
    await expect(service.register(HOUSE, aclBody(GROUP, 2, [ana], ana))).rejects.toEqual(refused('not-an-admin'));
    await relay.register([ana, ben]);
    await expect(relay.register([ana])).rejects.toEqual(refused('exists'));
    const keys = [ana, ben].map(({ key }) => ({ k: key, admin: key === ana.key })).sort((a, b) => (a.k < b.k ? -1 : 1));
    expect(await service.acl(await relay.enter(ben), GROUP)).toEqual({ gen: 1, keys });
  });

  it('of a private relay are those of who knows all of its address', async () => {
    const { service } = new RelayInMemory({ admission: 'the right one' });
    const body = aclBody(GROUP, 1, [ana, ben], ana);
    for (const a of [undefined, '', 'the wrong one', 7, null])
      await expect(service.register(HOUSE, { ...body, a })).rejects.toEqual(refused('not-admitted'));
    await service.register(HOUSE, { ...body, a: 'the right one' });
    await expect(service.register(HOUSE, { ...body, a: 'the right one' })).rejects.toEqual(refused('exists'));
  });

  it.each([
    ['no list', { keys: 'x' }],
    ['nobody', { keys: [] }],
    ['no admin', { keys: [{ k: ana.key, admin: false }] }],
    ['one twice', { keys: [ana, ana].map(({ key }) => ({ k: key, admin: true })) }],
    ['an admin that is no yes', { keys: [{ k: ana.key, admin: 1 }] }],
    ['too many', { keys: Array.from({ length: 201 }, (_, n) => ({ k: sha256(bytes(`${n}`)), admin: true })) }],
    ['a group that is none', { g: '../../etc/passwd' }],
    ['a longer group', { g: `${GROUP}00` }],
  ])('are not %s', async (_, wrong) => {
    await expect(relay.service.register(HOUSE, { ...aclBody(GROUP, 1, [ana], ana), ...wrong })).rejects.toEqual(
      refused('bad-request'),
    );
  });

  describe('change', () => {
    let [asAna, asBen]: Session[] = [];
    beforeEach(async () => {
      await relay.register([ana, ben]);
      [asAna, asBen] = [await relay.enter(ana), await relay.enter(ben)];
    });
    const set = (session: Session, ...what: Parameters<typeof aclBody>) =>
      relay.service.setAcl(session, GROUP, aclBody(...what));

    it('to a higher generation, signed by an admin of before', async () => {
      await expect(set(asBen!, GROUP, 2, [ben], ben)).rejects.toEqual(refused('not-an-admin'));
      await expect(set(asAna!, OTHER, 2, [ana], ana)).rejects.toEqual(refused('not-an-admin'));
      await set(asAna!, GROUP, 3, [ana, ben, cara], ana);
      await expect(set(asAna!, GROUP, 3, [ana], ana)).rejects.toEqual(refused('old-generation', { data: { gen: 3 } }));
      // Whoever brings it: the signature counts.
      await set(asBen!, GROUP, 4, [ana, ben], ana);
    });

    it('and who is removed loses its tokens and sockets at once, and others hear of it', async () => {
      const [atAna, atBen] = [new HeardEvents(), new HeardEvents()];
      relay.service.connectEvents(asAna!, atAna);
      const handle = relay.service.connectEvents(asBen!, atBen);
      atAna.take('presence');
      await set(asAna!, GROUP, 2, [ana], ana);
      expect(atBen.closed).toBe(4403);
      handle.closed();
      expect(atAna.messages).toEqual([
        { is: 'presence', g: GROUP, online: [ana.key] },
        { is: 'acl', g: GROUP, gen: 2 },
      ]);
      expect(() => relay.service.session(asBen!.token)).toThrow(refused('not-authenticated'));
      await expect(relay.enter(ben)).rejects.toThrow('not-a-member');
    });

    it('and all of its tokens, those it got after others were over too', async () => {
      await relay.pass(30 * MINUTE);
      const later = await relay.enter(ben);
      await relay.pass(40 * MINUTE);
      const latest = await relay.enter(ben);
      asAna = await relay.enter(ana);
      await set(asAna, GROUP, 2, [ana], ana);
      for (const { token } of [later, latest])
        expect(() => relay.service.session(token)).toThrow(refused('not-authenticated'));
      relay.service.session(asAna.token);
    });

    it('and who is removed loses the socket too that has outlived its token', async () => {
      const atBen = new HeardEvents();
      const ofBen = relay.service.connectEvents(await relay.enter(ben), atBen);
      for (let minute = 0; minute < 61; minute++) {
        await relay.pass(60_000);
        ofBen.came('{"is":"pong"}');
      }
      expect(atBen.closed).toBeNull();
      await set(await relay.enter(ana), GROUP, 2, [ana], ana);
      expect(atBen.closed).toBe(4403);
      atBen.messages.length = 0;
      await relay.service.putHeads(await relay.enter(ana), GROUP, new Uint8Array(3));
      expect(atBen.messages).toEqual([]);
    });

    it('and who is removed while it proves itself is not let in', async () => {
      const body = authBody(relay.service.challenge(HOUSE), RELAY_ORIGIN, [{ group: GROUP, member: ben }]);
      const proven = relay.service.authenticate(HOUSE, body);
      const removed = set(asAna!, GROUP, 2, [ana], ana);
      const outcome = await proven.then(
        ({ token }) => relay.service.session(token),
        (refusal) => refusal,
      );
      await removed;
      if ('token' in outcome) expect(() => relay.service.session(outcome.token)).toThrow(refused('not-authenticated'));
      else expect(outcome).toEqual(refused('not-authenticated'));
    });
  });
});

describe('items', () => {
  let [asAna, asBen]: Session[] = [];
  beforeEach(async () => {
    await relay.register([ana, ben]);
    [asAna, asBen] = [await relay.enter(ana), await relay.enter(ben)];
  });
  const post = (text: string, session = asAna!) => relay.service.post(session, GROUP, bytes(text));
  const texts = async (after = 0, limit?: number, session = asBen!) => {
    const { items, last } = await relay.service.items(session, GROUP, after, limit);
    return [items.map((each) => Buffer.from(each.bytes).toString()).join(), last];
  };

  it('are kept once, told to those that are there, and given in order', async () => {
    const [atAna, atBen] = [new HeardEvents(), new HeardEvents()];
    relay.service.connectEvents(asAna!, atAna);
    relay.service.connectEvents(asBen!, atBen);
    expect([await post('a'), await post('b'), await post('a'), await post('c', asBen!)]).toEqual([1, 2, 1, 3]);
    expect(atBen.take('new').map(({ sid }) => sid)).toEqual([1, 2]);
    expect(atAna.take('new').map(({ sid }) => sid)).toEqual([3]);
    expect(await texts()).toEqual(['a,b,c', 3]);
    expect(await texts(0, 2)).toEqual(['a,b', 2]);
    expect(await texts(3)).toEqual(['', 3]);
    // That was never given here.
    expect(await texts(99)).toEqual(['', 3]);
  });

  it('of a group are for its members', async () => {
    await relay.register([ben], OTHER);
    for (const [session, group] of [
      [asAna!, OTHER],
      [await relay.enter(ben, OTHER), GROUP],
    ] as const) {
      await expect(relay.service.post(session, group, bytes('x'))).rejects.toEqual(refused('not-a-member'));
      await expect(relay.service.items(session, group, 0)).rejects.toEqual(refused('not-a-member'));
      expect(() => relay.service.check(session, group, 0)).toThrow(refused('not-a-member'));
    }
    for (const name of ['', '..', `${GROUP}/`, 'AA'.repeat(16)])
      await expect(relay.service.items(asAna!, name, 0)).rejects.toEqual(refused('bad-request'));
  });

  it('are as large as info says, not more and not nothing', async () => {
    expect(relay.service.info(HOUSE)).toMatchObject({ version: 1, key: RELAY_PIN, limits: { item: LIMITS.item } });
    await relay.service.post(asAna!, GROUP, new Uint8Array(LIMITS.item));
    await expect(relay.service.post(asAna!, GROUP, new Uint8Array(LIMITS.item + 1))).rejects.toEqual(
      refused('too-large'),
    );
    await expect(post('')).rejects.toEqual(refused('bad-request'));
  });

  it('of 8 MiB at most are given at once', async () => {
    for (let n = 0; n < 8; n++) await relay.service.post(asAna!, GROUP, new Uint8Array(LIMITS.item).fill(n));
    const first = await relay.service.items(asBen!, GROUP, 0);
    expect([first.items.length, first.last]).toEqual([7, 7]);
    const rest = await relay.service.items(asBen!, GROUP, first.last);
    expect([rest.items.length, rest.last]).toEqual([1, 8]);
  });

  it('are refused beyond the quota of the group', async () => {
    relay = new RelayInMemory({ limits: { ...LIMITS, groupItems: 5 } });
    await relay.register([ana]);
    asAna = await relay.enter(ana);
    await post('12345');
    await expect(post('6')).rejects.toEqual(refused('quota'));
    expect(await post('12345')).toBe(1);
    expect(relay.counts.get('quota_refusals')).toBe(1);
  });

  it('and packs and groups are refused on a full disk, what frees it is not', async () => {
    let isFull = false;
    relay = new RelayInMemory({ hasRoom: () => !isFull });
    await relay.register([ana]);
    asAna = await relay.enter(ana);
    await post('before');
    isFull = true;
    const pack = bytes('pack');
    for (const refusal of [
      post('after'),
      relay.service.putPack(asAna, GROUP, sha256(pack), pack),
      relay.register([ana], OTHER),
    ])
      await expect(refusal).rejects.toEqual(refused('quota'));
    expect(await relay.service.setCursor(asAna, GROUP, { sid: 1 })).toBe(1);
  });

  it('are taken where the disk has no room for packs any more', async () => {
    relay = new RelayInMemory({ hasRoom: (kind) => kind !== 'packs' });
    await relay.register([ana]);
    asAna = await relay.enter(ana);
    const pack = bytes('pack');
    await expect(relay.service.putPack(asAna, GROUP, sha256(pack), pack)).rejects.toEqual(refused('quota'));
    expect(await post('what the others hear of it')).toBe(1);
  });

  it('come from one member fifty at once and ten a second', async () => {
    for (let n = 0; n < 50; n++) await post(`${n}`);
    await expect(post('x')).rejects.toEqual(refused('too-many', { retryAfter: 1 }));
    await post('y', asBen!);
    await relay.pass(SECOND);
    for (let n = 0; n < 10; n++) await post(`again ${n}`);
    await expect(post('x')).rejects.toEqual(refused('too-many'));
  });

  it('and packs come and go from one member at 20 MB a second', async () => {
    const check = () => relay.service.check(asAna!, GROUP, 8_000_000);
    for (let n = 0; n < 5; n++) check();
    expect(check).toThrow(refused('too-many', { retryAfter: 1 }));
    relay.service.check(asBen!, GROUP, 8_000_000);
    await relay.pass(SECOND);
    check();
  });

  it('go when everybody has them, and who missed some is told', async () => {
    for (const text of ['a', 'b', 'c']) await post(text);
    expect(await relay.service.setCursor(asAna!, GROUP, { sid: 3 })).toBe(0);
    expect(await relay.service.setCursor(asBen!, GROUP, { sid: 2 })).toBe(2);
    await relay.service.collect();
    await relay.pass(25 * HOUR);
    [asAna, asBen] = [await relay.enter(ana), await relay.enter(ben)];
    await relay.service.collect();
    expect(await texts()).toEqual(['a,b,c', 3]);
    await relay.clock.advance(DAY);
    relay.service.tick();
    [asAna, asBen] = [await relay.enter(ana), await relay.enter(ben)];
    await relay.service.collect();
    // Ben passed them, and is told nothing of what he has.
    expect(await texts()).toEqual(['c', 3]);
    await relay.service.setAcl(asAna!, GROUP, aclBody(GROUP, 2, [ana, ben, cara], ana));
    const asCara = await relay.enter(cara);
    await expect(relay.service.items(asCara, GROUP, 0)).rejects.toEqual(refused('collected', { data: { oldest: 3 } }));
    expect(await texts(2, 10, asCara)).toEqual(['c', 3]);
    expect(relay.counts.get('collected_items')).toBe(2);
    for (const sid of [-1, 1.5, '1', null])
      await expect(relay.service.setCursor(asBen!, GROUP, { sid })).rejects.toEqual(refused('bad-request'));
  });

  it('who missed some is told, though they went while it asked', async () => {
    await post('a');
    const items = relay.store.items.bind(relay.store);
    vi.spyOn(relay.store, 'items').mockImplementationOnce(async (...asked) => {
      const over = relay.clock.now() + 1;
      for (let turn = 0; turn < 2; turn++)
        await relay.store.collectItems({ graceOver: over, keep: over, life: over }, relay.clock.now());
      return items(...asked);
    });
    await expect(relay.service.items(asBen!, GROUP, 0)).rejects.toEqual(refused('collected', { data: { oldest: 2 } }));
  });

  it('heads: the last of each member, told to the others', async () => {
    const atBen = new HeardEvents();
    relay.service.connectEvents(asBen!, atBen);
    await relay.service.putHeads(asAna!, GROUP, bytes('1'));
    await relay.service.putHeads(asAna!, GROUP, bytes('2'));
    expect(atBen.take('heads')).toHaveLength(2);
    const heads = await relay.service.heads(asBen!, GROUP);
    expect(heads).toEqual([{ k: ana.key, at: relay.clock.now(), bytes: bytes('2') }]);
    await expect(relay.service.putHeads(asAna!, GROUP, new Uint8Array(LIMITS.heads + 1))).rejects.toEqual(
      refused('too-large'),
    );
  });
});

describe('packs', () => {
  let [asAna, asBen]: Session[] = [];
  const pack = bytes('a pack of sealed pieces');
  const id = sha256(pack);
  beforeEach(async () => {
    await relay.register([ana, ben, cara]);
    [asAna, asBen] = [await relay.enter(ana), await relay.enter(ben)];
  });
  const { length } = pack;

  it('are kept under the digest of their bytes and read in part', async () => {
    await relay.service.putPack(asBen!, GROUP, id, pack);
    await relay.service.putPack(asAna!, GROUP, id, pack);
    expect(await relay.service.packSize(asAna!, GROUP, id)).toBe(length);
    expect(await relay.service.readPack(asAna!, GROUP, id, 2, 4)).toEqual(pack.subarray(2, 6));
    await expect(relay.service.putPack(asBen!, GROUP, sha256(bytes('x')), pack)).rejects.toEqual(
      refused('bad-request'),
    );
    for (const name of ['../x', id.toUpperCase(), `${id}0`, ''])
      await expect(relay.service.putPack(asBen!, GROUP, name, pack)).rejects.toEqual(refused('bad-request'));
  });

  it('are deleted by who put them, or an admin', async () => {
    await relay.service.putPack(asBen!, GROUP, id, pack);
    const asCara = await relay.enter(cara);
    await expect(relay.service.deletePack(asCara, GROUP, id)).rejects.toEqual(refused('not-an-admin'));
    await relay.service.deletePack(asBen!, GROUP, id);
    for (const gone of [
      relay.service.packSize(asBen!, GROUP, id),
      relay.service.readPack(asBen!, GROUP, id, 0, 9),
      relay.service.deletePack(asBen!, GROUP, id),
    ])
      await expect(gone).rejects.toEqual(refused('not-found'));
    await relay.service.putPack(asBen!, GROUP, id, pack);
    await relay.service.deletePack(asAna!, GROUP, id);
  });

  it('one whose bytes are lost is missing from then on', async () => {
    await relay.service.putPack(asBen!, GROUP, id, pack);
    await relay.blobs.remove(GROUP, id);
    await expect(relay.service.readPack(asAna!, GROUP, id, 0, 9)).rejects.toEqual(refused('not-found'));
    expect(await relay.service.touchPacks(asBen!, GROUP, { ids: [id] })).toEqual([id]);
    await relay.service.putPack(asBen!, GROUP, id, pack);
    expect(await relay.service.readPack(asAna!, GROUP, id, 0, 6)).toEqual(pack.subarray(0, 6));
  });

  it('one that could not be written takes no room', async () => {
    relay = new RelayInMemory({
      limits: { ...LIMITS, groupPacks: length },
      blobs: Object.assign(new RelayInMemory().blobs, { put: () => Promise.reject(new Error('disk full')) }),
    });
    await relay.register([ana]);
    asAna = await relay.enter(ana);
    for (let again = 0; again < 2; again++) {
      await expect(relay.service.putPack(asAna, GROUP, id, pack)).rejects.toThrow('disk full');
      expect(await relay.service.touchPacks(asAna, GROUP, { ids: [id] })).toEqual([id]);
    }
  });

  it('are refused beyond the quota of the group, and leave nothing', async () => {
    relay = new RelayInMemory({ limits: { ...LIMITS, groupPacks: length } });
    await relay.register([ana]);
    asAna = await relay.enter(ana);
    await relay.service.putPack(asAna, GROUP, id, pack);
    const more = bytes('x');
    await expect(relay.service.putPack(asAna, GROUP, sha256(more), more)).rejects.toEqual(refused('quota'));
    expect(await relay.blobs.read(GROUP, sha256(more), 0, 1)).toBeNull();
    await relay.service.putPack(asAna, GROUP, id, pack);
  });

  it('what a crash left of them goes after an hour, and nothing else', async () => {
    const root = mkdtempSync(join(tmpdir(), 'relay-blobs-'));
    try {
      const blobs = new FileBlobs(root);
      relay = new RelayInMemory({ blobs });
      await relay.register([ana]);
      asAna = await relay.enter(ana);
      await relay.service.putPack(asAna, GROUP, id, pack);
      const [old, fresh] = [sha256(bytes('old')), sha256(bytes('fresh'))];
      for (const name of [old, fresh]) await blobs.put(GROUP, name, bytes('x'));
      const directory = join(root, GROUP.slice(0, 2), GROUP);
      const half = `${sha256(bytes('half'))}.1-1.new`;
      writeFileSync(join(directory, half), 'ha');
      const now = relay.clock.now() / 1000;
      for (const name of [id, old, half]) utimesSync(join(directory, name), now - 3601, now - 3601);
      utimesSync(join(directory, fresh), now - 3599, now - 3599);
      await relay.service.collect();
      expect(readdirSync(directory).sort()).toEqual([id, fresh].sort());
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it('one that is put again while it is collected has its bytes', async () => {
    await relay.service.putPack(asBen!, GROUP, id, pack);
    const collect = relay.store.collectPacks.bind(relay.store);
    let again: Promise<void> | null = null;
    vi.spyOn(relay.store, 'collectPacks').mockImplementationOnce(async (...over) => {
      await relay.store.removePack(GROUP, id);
      again = relay.service.putPack(asBen!, GROUP, id, pack);
      return [{ g: GROUP, id }, ...(await collect(...over))];
    });
    await relay.service.collect();
    await again;
    expect(await relay.service.readPack(asAna!, GROUP, id, 0, length)).toEqual(pack);
  });

  it('stay thirty days after they were put or touched, and a day', async () => {
    await relay.service.putPack(asBen!, GROUP, id, pack);
    const wait = async (days: number) => {
      await relay.clock.advance(days * DAY);
      relay.service.tick();
      asBen = await relay.enter(ben);
      await relay.service.collect();
    };
    await wait(27);
    await wait(2);
    expect(await relay.service.touchPacks(asBen!, GROUP, { ids: [id] })).toEqual([]);
    await wait(29);
    await wait(1);
    expect(await relay.service.packSize(asBen!, GROUP, id)).toBe(length);
    await wait(1);
    await expect(relay.service.packSize(asBen!, GROUP, id)).rejects.toEqual(refused('not-found'));
    expect(await relay.blobs.read(GROUP, id, 0, 1)).toBeNull();
  });
});

describe('location', () => {
  it('is here, by the name it was asked by, for a group it does not know too', async () => {
    const place = `https://home:21028#k=${RELAY_PIN}`;
    const blob = { kind: 'relay', base: place };
    const here = { api: place, events: place, live: place, blob, region: null, ttl: 3600 };
    expect(await relay.service.location(HOUSE, GROUP, 'home:21028')).toEqual({ gen: 0, ...here });
    await relay.register([ana]);
    expect(await relay.service.location(HOUSE, GROUP, 'home:21028')).toEqual({ gen: 1, ...here });
  });

  it('may be asked for many groups at once, and not without end', async () => {
    const ask = () => relay.service.location('192.0.2.1', GROUP, 'home:21028');
    for (let n = 0; n < 600; n++) await ask();
    await expect(ask()).rejects.toEqual(refused('too-many', { retryAfter: 1 }));
    await relay.pass(SECOND);
    await ask();
  });

  it('is what the table says: where the group was when it was registered', async () => {
    relay = new RelayInMemory({ storage: 'https://first:1' });
    await relay.register([ana]);
    const later = new RelayInMemory({ storage: 'https://second:2', store: relay.store });
    expect((await later.service.location(HOUSE, GROUP, 'manager:3')).api).toBe('https://first:1');
    expect((await later.service.location(HOUSE, OTHER, 'manager:3')).api).toBe('https://second:2');
  });
});
