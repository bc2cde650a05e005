import { describe, expect, it } from 'vitest';
import type { DeviceIdentity } from '../../../../src/main/peers/identity/identity.ts';
import { x25519PrivateKey, x25519PublicKey } from '../../../../src/main/peers/identity/x25519.ts';
import type { StrangerLink } from '../../../../src/main/peers/links/peer-link.ts';
import { inviteKeys } from '../../../../src/main/peers/pairing/invite-link.ts';
import { type Compared, joinNearby, type NearbyJoinerHost } from '../../../../src/main/peers/pairing/nearby-joiner.ts';
import { joinStatement, mac, PAIRING_EXPORTER } from '../../../../src/main/peers/pairing/pairing-transcript.ts';
import { agree, sasCommitment } from '../../../../src/main/peers/pairing/sas.ts';
import type { MessageOf } from '../../../../src/main/peers/protocol/messages.ts';
import { SMALL_ORDER } from '../../../fakes/small-order.ts';
import { SAMPLES } from '../protocol/sample-messages.ts';
import { ana, ben, eve, founding, never, random, TERMS, World } from './pairing-world.ts';

/** Ana waits, and whoever comes. */
class Nearby extends World {
  readonly compared: Compared[] = [];
  #say: (same: boolean) => void = () => {};

  /** The person at the joining device says whether the digits are the same. */
  say(same: boolean): void {
    this.#say(same);
  }
  joiner(who: DeviceIdentity, more: Partial<NearbyJoinerHost> = {}): NearbyJoinerHost {
    return {
      ...this.host(who),
      compare: (compared) => {
        this.compared.push(compared);
        return new Promise((resolve) => {
          this.#say = resolve;
        });
      },
      ...more,
    };
  }
  come(who = ben, more: Partial<NearbyJoinerHost> = {}, signal = never) {
    return joinNearby([this.address], this.joiner(who, more), signal).then(
      (joined) => ({ joined, code: null as string | null }),
      (error) => ({ joined: null, code: error.code as string | null }),
    );
  }
  /** The person at Ana's answers the request that waits. */
  answer(approve: boolean): Promise<void> {
    return this.desk.answer(this.requests[0]?.id ?? '', approve);
  }
  get state(): readonly (string | null | undefined)[] {
    const { window } = this.desk.nearby;
    return [window?.state, window?.why];
  }
}
const open = async (self = ana): Promise<Nearby> => {
  const world = await new Nearby(self).listen();
  world.desk.nearby.open(TERMS);
  return world;
};

/** What somebody says who pairs by hand. */
function introduction(who: DeviceIdentity, change: Partial<MessageOf<'PAIR_I'>> = {}) {
  const key = x25519PrivateKey(random.bytes(32));
  const descriptor = who.descriptor.bytes;
  const say = { is: 'PAIR_I', descriptor, name: 'x', key: x25519PublicKey(key), nonce: random.bytes(32) } as const;
  const message: MessageOf<'PAIR_I'> = { ...say, ...change };
  const { name, nonce, key: shown } = message;
  const side = { device: who.id, name, nonce, key: shown };
  return { key, message, side, commit: sasCommitment(side) };
}

describe('pairing nearby, without a link', () => {
  it('lets a device in after both people saw the same digits and both said so', async () => {
    const world = await open();
    const coming = world.come();
    await world.clock.advance(1000);
    expect(world.compared).toEqual([{ code: world.requests[0]?.code, name: "Ana's computer" }]);
    expect(world.requests).toMatchObject([{ device: ben.id, name: "Ben's laptop", isNearby: true }]);
    expect(world.compared[0]?.code).toMatch(/^\d{6}$/);
    expect([world.state, world.shown, world.members()]).toEqual([['comparing', null], [], [ana.id]]);
    world.say(true);
    await world.clock.advance(1000);
    expect([world.shown, world.members(), world.requests.length]).toEqual([[], [ana.id], 1]);
    await world.answer(true);
    await world.clock.advance(1000);
    const { joined } = await coming;
    expect(joined).toMatchObject({ collection: founding.group, role: 'editor', addresses: [world.address] });
    expect(world.shown).toMatchObject([{ name: 'Photos', records: 12_431, code: world.compared[0]?.code }]);
    expect([world.state, world.members(), world.requests]).toEqual([['joined', 'joined'], [ana.id, ben.id], []]);
    await world.clock.advance(120_000);
    expect([world.desk.isOpen(), world.network.lines]).toEqual([false, 0]);
  });

  it('goes on as well where the person who shares says so first', async () => {
    const world = await open();
    const coming = world.come();
    await world.clock.advance(1000);
    await world.answer(true);
    await world.clock.advance(1000);
    expect([world.requests, world.shown, world.members()]).toEqual([[], [], [ana.id]]);
    world.say(true);
    await world.clock.advance(1000);
    expect([(await coming).code, world.members()]).toEqual([null, [ana.id, ben.id]]);
  });

  it('tells the device that was let in again where the link broke before it heard so', async () => {
    const world = await open();
    let dialled: StrangerLink | null = null;
    const { dialStranger } = world.host(ben);
    const coming = world.come(ben, {
      dialStranger: async (address, signal) => {
        const link = await dialStranger(address, signal);
        dialled ??= link;
        return link;
      },
    });
    await world.clock.advance(1000);
    world.say(true);
    await world.clock.advance(1000);
    const admit = world.desk.answer(world.requests[0]?.id ?? '', true);
    await world.clock.advance(3);
    (dialled as StrangerLink | null)?.close('broke');
    await admit;
    await world.clock.advance(60_000);
    expect([(await coming).code, world.members()]).toEqual([null, [ana.id, ben.id]]);
  });

  it('lets nobody in without a window', async () => {
    const world = await new Nearby().listen();
    world.invite();
    const coming = world.come();
    await world.clock.advance(1000);
    expect([(await coming).code, world.compared]).toEqual(['not-nearby', []]);
    world.desk.withdraw(null);
    expect(world.desk.isOpen()).toBe(false);
    world.desk.nearby.open(TERMS);
    expect(world.desk.isOpen()).toBe(true);
    await world.clock.advance(120_000);
    expect([world.desk.isOpen(), world.state]).toEqual([false, ['over', 'time']]);
  });

  it('leaves a link that is open beside it alone', async () => {
    const world = await open();
    const link = world.invite({ approveFirst: true });
    const coming = world.come();
    await world.clock.advance(1000);
    const joining = world.join(link, eve);
    await world.clock.advance(1000);
    expect([(await joining).code, world.state]).toEqual([null, ['comparing', null]]);
    world.say(false);
    await world.clock.advance(1000);
    expect((await coming).code).toBe('codes-differ');
  });
});

describe('what ends a pairing nearby, and leaves nothing open', () => {
  const ends = {
    'codes that differ there': ['codes-differ', 'different', (world: Nearby) => world.say(false)],
    'a person who says no here': ['denied', 'denied', (world: Nearby) => world.answer(false)],
    'nobody who answers': ['timeout', 'timeout', (world: Nearby) => world.clock.advance(120_000)],
    'a window that is closed': ['invite-withdrawn', undefined, (world: Nearby) => world.desk.nearby.close()],
    'invitations withdrawn': [
      'invite-withdrawn',
      undefined,
      (world: Nearby) => void world.desk.withdraw(founding.group),
    ],
  } as const;
  it.each(Object.entries(ends))('%s', async (_, [code, why, end]) => {
    const world = await open();
    const coming = world.come();
    await world.clock.advance(1000);
    await end(world);
    await world.clock.advance(1000);
    expect((await coming).code).toBe(code);
    expect([world.state[1], world.requests, world.members(), world.network.lines]).toEqual([why, [], [ana.id], 0]);
    await world.clock.advance(120_000);
    expect(world.desk.isOpen()).toBe(false);
  });

  it('a joiner that cancels, before and after the digits', async () => {
    for (const after of [0, 1000]) {
      const world = await open();
      const abort = new AbortController();
      const coming = world.come(ben, {}, abort.signal);
      await world.clock.advance(after);
      abort.abort();
      await world.clock.advance(1000);
      const why = after === 0 ? null : 'cancelled';
      expect([(await coming).code, world.state, world.requests]).toEqual(['join-cancelled', ['waiting', why], []]);
    }
  });

  it('a joiner that does not want what it is offered', async () => {
    const world = await open();
    const coming = world.come(ben, { show: async () => false });
    await world.clock.advance(1000);
    world.say(true);
    await world.answer(true);
    await world.clock.advance(1000);
    expect([(await coming).code, world.state, world.members()]).toEqual([
      'declined',
      ['waiting', 'cancelled'],
      [ana.id],
    ]);
  });

  it('a disk that takes no member', async () => {
    const world = await open();
    world.admitFails = true;
    const coming = world.come();
    await world.clock.advance(1000);
    world.say(true);
    await world.answer(true);
    await world.clock.advance(1000);
    expect([(await coming).code, world.state[0], world.members()]).toEqual(['not-admitted', 'waiting', [ana.id]]);
  });
});

describe('whoever attacks pairing nearby', () => {
  it('has three attempts in a window, half a minute apart, one at a time', async () => {
    const world = await open();
    const attempt = async (from: string) => {
      const { stream, heard } = await world.stranger(eve, from);
      stream.send({ is: 'PAIR_COMMIT', commit: new Uint8Array(32) });
      await world.clock.advance(100);
      return { stream, last: heard.at(-1) };
    };
    const first = await attempt('one');
    expect(first.last?.is).toBe('PAIR_R');
    expect((await attempt('two')).last).toEqual({ is: 'DENY', code: 'busy' });
    // It leaves once it knows the digits and they are not what it needs: that counts.
    first.stream.close('no use');
    await world.clock.advance(100);
    expect((await attempt('two')).last).toEqual({ is: 'DENY', code: 'wait' });
    for (const from of ['two', 'three']) {
      await world.clock.advance(30_000);
      const next = await attempt(from);
      expect(next.last?.is).toBe('PAIR_R');
      next.stream.close('no use');
      await world.clock.advance(100);
    }
    await world.clock.advance(1000);
    expect([world.state, world.desk.nearby.window?.from, world.desk.isOpen()]).toEqual([
      ['over', 'disturbed'],
      'one',
      false,
    ]);
  });

  /** Somebody who only wants to be in the way: asks whenever it may, shows no digits, and goes. */
  async function disturb(world: Nearby, milliseconds: number, from = 'evil-host'): Promise<number> {
    let attempts = 0;
    for (let passed = 0; passed < milliseconds; passed += 1000) {
      if (!world.desk.isOpen()) return attempts;
      const { stream, heard } = await world.stranger(eve, from);
      stream.send({ is: 'PAIR_COMMIT', commit: new Uint8Array(32) });
      await world.clock.advance(480);
      if (heard.at(-1)?.is === 'PAIR_R') attempts++;
      stream.close('no use');
      await world.clock.advance(500);
    }
    return attempts;
  }

  it('from one address cannot keep two people from pairing in the same window', async () => {
    const world = await open();
    expect(await disturb(world, 45_000)).toBe(2);
    const coming = world.come();
    expect(await disturb(world, 30_000)).toBe(0);
    expect(world.state).toEqual(['comparing', null]);
    world.say(true);
    await world.answer(true);
    await world.clock.advance(1000);
    expect([(await coming).code, world.members()]).toEqual([null, [ana.id, ben.id]]);
  });

  it('cannot keep others out by coming and saying nothing', async () => {
    const world = await open();
    await world.stranger(eve);
    const second = await world.stranger(eve);
    expect(second.heard.at(-1)).toEqual({ is: 'DENY', code: 'busy' });
    const coming = world.come();
    await world.clock.advance(1000);
    expect(world.state).toEqual(['comparing', null]);
    world.say(false);
    await world.clock.advance(1000);
    await coming;
    for (let each = 1; each < 8; each++) await world.stranger(eve, `host-${each}`);
    expect((await world.stranger(eve, 'host-8')).heard.at(-1)).toEqual({ is: 'DENY', code: 'busy' });
  });

  it('who disturbed a window lets others go first in the next', async () => {
    const world = await open();
    for (const from of ['one', 'two', 'three']) {
      await disturb(world, 5000, from);
      await world.clock.advance(26_000);
    }
    expect([world.state, world.desk.nearby.window?.from]).toEqual([['over', 'disturbed'], 'one']);
    world.desk.nearby.open(TERMS);
    for (const from of ['one', 'two', 'three']) expect(await disturb(world, 5000, from)).toBe(0);
    const coming = world.come();
    await world.clock.advance(1000);
    expect(world.state).toEqual(['comparing', null]);
    world.say(false);
    await world.clock.advance(1000);
    expect((await coming).code).toBe('codes-differ');
    // What it is told is by the last who was there, not by who disturbed before.
    await world.clock.advance(120_000);
    expect(world.state).toEqual(['over', 'time']);
    // It is not shut out: after a minute it may come as anybody.
    world.desk.nearby.open(TERMS);
    await world.clock.advance(61_000);
    expect(await disturb(world, 2000, 'one')).toBe(1);
  });

  it('who finds another device there waits for its turn, and says so in the end', async () => {
    const world = await open();
    const { stream } = await world.stranger(eve);
    const { message, commit } = introduction(eve);
    stream.send({ is: 'PAIR_COMMIT', commit });
    await world.clock.advance(100);
    stream.send(message);
    await world.clock.advance(100);
    const coming = world.come();
    await world.clock.advance(25_000);
    expect(world.requests.map(({ device }) => device)).toEqual([eve.id]);
    await world.answer(false);
    await world.clock.advance(20_000);
    expect(world.requests.map(({ device }) => device)).toEqual([ben.id]);
    await world.answer(false);
    await world.clock.advance(1000);
    expect((await coming).code).toBe('denied');
  });

  it('cannot say something else than it committed to, nor be somebody else, nor bring a key that shares nothing', async () => {
    const honest = introduction(eve);
    const other = introduction(eve);
    const asBen = introduction(ben);
    const small = introduction(eve, { key: SMALL_ORDER[0] as Uint8Array });
    const itself = introduction(ana);
    const attacks = [
      [honest.commit, other.message],
      [honest.commit, { ...honest.message, name: 'another name' }],
      [asBen.commit, asBen.message],
      [small.commit, small.message],
      [itself.commit, itself.message],
      [honest.commit, { ...honest.message, descriptor: new Uint8Array(7) }],
    ] as const;
    for (const [commit, message] of attacks) {
      const world = await open();
      const { stream, heard } = await world.stranger(eve);
      stream.send({ is: 'PAIR_COMMIT', commit });
      await world.clock.advance(100);
      stream.send(message);
      await world.clock.advance(100);
      expect(heard.at(-1)).toEqual({ is: 'DENY', code: 'pairing-refused' });
      expect([world.requests, world.state]).toEqual([[], ['waiting', 'pairing-refused']]);
    }
  });

  it('cannot ask for the offer with another secret, twice, or by an invitation of somebody else', async () => {
    for (const attack of ['mac', 'twice', 'other'] as const) {
      const world = await open();
      world.invite();
      const { stream, heard } = await world.stranger(eve);
      const { key, message, side, commit } = introduction(eve);
      stream.send({ is: 'PAIR_COMMIT', commit });
      await world.clock.advance(100);
      stream.send(message);
      await world.clock.advance(100);
      const theirs = heard.at(-1) as MessageOf<'PAIR_R'>;
      const channel = stream.link.exporter(PAIRING_EXPORTER, 32);
      const waiting = { device: ana.id, name: theirs.name, key: theirs.key, nonce: theirs.nonce };
      const agreed = agree(key, theirs.key, { commitment: commit, joiner: side, waiting, channel });
      if (agreed === null) throw new Error('it agreed on nothing');
      const id = attack === 'other' ? new Uint8Array(16) : agreed.id;
      const own = { descriptor: eve.descriptor.bytes, name: 'x', nonce: new Uint8Array(32) };
      const said = joinStatement({ id, inviter: ana.id }, own, channel);
      const proof = attack === 'mac' ? new Uint8Array(32) : mac(inviteKeys(agreed).joiner, said);
      const join = { is: 'JOIN', invite: id, ...own, sig: eve.sign(said), mac: proof } as const;
      stream.send(join);
      if (attack === 'twice') stream.send(join);
      await world.clock.advance(100);
      expect(heard.map(({ is }) => is)).toEqual(['HELLO', 'PAIR_R', 'DENY']);
      expect([world.requests, world.state]).toEqual([[], ['waiting', 'invite-refused']]);
    }
  });

  it('may say only what is due, and not for long', async () => {
    const { message } = introduction(eve);
    for (const early of [message, { is: 'PAIR_ABORT', code: 'x' }, { ...message, is: 'PAIR_R' }] as const) {
      const world = await open();
      const { stream } = await world.stranger(eve);
      stream.send({ ...early } as typeof message);
      await world.clock.advance(100);
      expect([world.network.lines, world.state]).toEqual([0, ['waiting', null]]);
    }
    const world = await open();
    const { stream, heard } = await world.stranger(eve);
    stream.send({ is: 'PAIR_COMMIT', commit: new Uint8Array(32) });
    await world.clock.advance(100);
    stream.send({ is: 'PAIR_COMMIT', commit: new Uint8Array(32) });
    await world.clock.advance(100);
    expect([world.network.lines, world.state]).toEqual([0, ['waiting', 'pairing-refused']]);
    await world.clock.advance(30_000);
    const silent = await world.stranger(eve);
    silent.stream.send({ is: 'PAIR_COMMIT', commit: new Uint8Array(32) });
    await world.clock.advance(20_100);
    expect([heard.at(-1), silent.heard.at(-1)]).toEqual([
      { is: 'DENY', code: 'pairing-refused' },
      { is: 'DENY', code: 'timeout' },
    ]);
  });

  it('with a name that misleads is shown without what does', async () => {
    const world = await open();
    const coming = world.come(ben, { name: `Ana\u202e\n${'x'.repeat(500)}` });
    await world.clock.advance(1000);
    expect(world.requests[0]?.name).toBe(`Ana${'x'.repeat(61)}`);
    world.say(false);
    await coming;
    const { stream } = await world.stranger(eve);
    stream.send({ ...introduction(eve).message, name: 'x'.repeat(300) });
    await world.clock.advance(100);
    expect(world.network.lines).toBe(0);
  });

  it('standing between the two, shows them two different codes', async () => {
    const world = await open();
    // Eve waits in Ana's place for Ben, and goes to Ana as if she were he.
    const evil = await open(eve);
    const asBen = world.come(eve);
    const ofBen = evil.come(ben);
    await Promise.all([world.clock.advance(1000), evil.clock.advance(1000)]);
    expect([world.compared.length, evil.compared.length]).toEqual([1, 1]);
    expect(world.requests[0]?.code).not.toBe(evil.compared[0]?.code);
    evil.say(false);
    world.say(true);
    await world.answer(false);
    await Promise.all([world.clock.advance(1000), evil.clock.advance(1000)]);
    expect([(await asBen).code, (await ofBen).code, world.members()]).toEqual(['denied', 'codes-differ', [ana.id]]);
  });

  it('waiting in the place of a device cannot bring a key that shares nothing, nor offer before it was asked', async () => {
    for (const attack of ['key', 'descriptor', 'early'] as const) {
      const world = new Nearby();
      await world.answerAs(ana.descriptor, (stream) =>
        stream.receive((message) => {
          if (message.is !== 'PAIR_COMMIT') return;
          const { message: said } = introduction(attack === 'descriptor' ? eve : ana);
          const key = attack === 'key' ? (SMALL_ORDER[1] as Uint8Array) : said.key;
          stream.send({ ...said, is: 'PAIR_R', key });
          if (attack === 'early') stream.send(SAMPLES.OFFER);
        }),
      );
      const coming = world.come();
      await world.clock.advance(1000);
      expect([(await coming).code, world.shown], attack).toEqual(['pairing-failed', []]);
    }
  });

  it('that answers where the other device did until the link broke is named soon', async () => {
    const world = await open();
    await world.answerAs(eve.descriptor, () => {}, 'evil-host');
    const { dialStranger } = world.host(ben);
    const links: StrangerLink[] = [];
    const coming = world.come(ben, {
      show: async () => {
        links[0]?.close('broke');
        return true;
      },
      dialStranger: async (address, signal) => {
        const link = await dialStranger(links.length === 0 ? address : 'evil-host:21027', signal);
        links.push(link);
        return link;
      },
    });
    await world.clock.advance(1000);
    world.say(true);
    await world.clock.advance(1000);
    await world.answer(true);
    await world.clock.advance(5000);
    expect([(await coming).code, world.members()]).toEqual(['wrong-inviter', [ana.id]]);
  });

  it('that answers and says nothing, or not what is due, is a failure soon, which says what to do', async () => {
    for (const says of ['nothing', 'HELLO only'] as const) {
      const world = new Nearby();
      // It says HELLO by itself.
      await world.answerAs(ana.descriptor, says === 'nothing' ? null : () => {});
      const coming = joinNearby([world.address], world.joiner(ben), never).catch((error) => error);
      await world.clock.advance(21_000);
      expect(await coming).toMatchObject({
        code: 'pairing-failed',
        message: expect.stringMatching(/ana-host.*does not prove.*with a link/),
      });
    }
  });
});
