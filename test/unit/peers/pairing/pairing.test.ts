import { describe, expect, it } from 'vitest';
import type { MessageStream } from '../../../../src/main/peers/connect/message-stream.ts';
import type { DeviceIdentity } from '../../../../src/main/peers/identity/identity.ts';
import { LanTlsTransport } from '../../../../src/main/peers/links/lan-tls-link.ts';
import type { StrangerLink } from '../../../../src/main/peers/links/peer-link.ts';
import { evaluateMembership } from '../../../../src/main/peers/membership/membership.ts';
import { addMember, selfAsMember } from '../../../../src/main/peers/membership/membership-log.ts';
import { parseOp } from '../../../../src/main/peers/membership/membership-op.ts';
import { inviteKeys, parseInviteLink } from '../../../../src/main/peers/pairing/invite-link.ts';
import { InviteDesk } from '../../../../src/main/peers/pairing/pairing-inviter.ts';
import { type JoinerHost, joinByInvite } from '../../../../src/main/peers/pairing/pairing-joiner.ts';
import {
  joinStatement,
  mac,
  offerStatement,
  PAIRING_EXPORTER,
} from '../../../../src/main/peers/pairing/pairing-transcript.ts';
import { toHex } from '../../../../src/main/peers/protocol/hex.ts';
import type { MessageOf } from '../../../../src/main/peers/protocol/messages.ts';
import { systemClock } from '../../../../src/main/platform/clock.ts';
import { systemRandom } from '../../../../src/main/platform/random.ts';
import { makeIdentity } from '../../../fakes/identities.ts';
import { noKnock, noMailbox } from '../../../fakes/no-relay.ts';
import { ana, ben, eve, founding, never, random, World } from './pairing-world.ts';

const makeJoin = (
  link: string,
  who: DeviceIdentity,
  stream: MessageStream<StrangerLink>,
  change: Partial<MessageOf<'JOIN'>> = {},
): MessageOf<'JOIN'> => {
  const invite = parseInviteLink(link);
  const own = { descriptor: who.descriptor.bytes, name: 'x', nonce: new Uint8Array(32) };
  const said = joinStatement(invite, own, stream.link.exporter(PAIRING_EXPORTER, 32));
  return {
    is: 'JOIN',
    invite: invite.id,
    ...own,
    sig: who.sign(said),
    mac: mac(inviteKeys(invite).joiner, said),
    ...change,
  };
};

describe('an invite link', () => {
  it('gives back what it was made of, all in the fragment', () => {
    const link = new World().invite();
    const url = new URL(link);
    expect([url.protocol, url.host, url.pathname, url.search]).toEqual(['lockstep:', 'join', '', '']);
    expect(parseInviteLink(` ${link}\n`)).toMatchObject({ inviter: ana.id, addresses: ['ana-host:21027'] });
    expect(parseInviteLink(link.replace('a=ana-host:21027', 'a=[fd00::2%25eth0]:1,10.0.0.1:2')).addresses).toEqual([
      '[fd00::2%eth0]:1',
      '10.0.0.1:2',
    ]);
  });

  it('is refused where a part is damaged, without a word of the secret', () => {
    const link = new World().invite();
    const secret = /s=([^&]+)/.exec(link)?.[1] as string;
    const broken = [
      '',
      'https://example.org',
      link.slice(0, 60),
      link.replace('v=1', 'v=2'),
      link.replace('s=', 's=A'),
      link.replace('a=', 'a=x,'),
      link.replace(/i=[^&]+&/, ''),
    ];
    for (const text of broken) {
      expect(() => parseInviteLink(text)).toThrow(
        expect.objectContaining({ code: 'bad-invite', message: expect.not.stringContaining(secret) }),
      );
    }
    // The last letter of a part says less than it could: what it says besides was not written by us.
    const [, id = ''] = /i=([^&]+)/.exec(link) ?? [];
    const other = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const next = other[other.indexOf(id.at(-1) as string) + 1] as string;
    expect(Buffer.from(id.slice(0, -1) + next, 'base64url')).toEqual(Buffer.from(id, 'base64url'));
    expect(() => parseInviteLink(link.replace(id, id.slice(0, -1) + next))).toThrow('its part i is damaged');
    expect(parseInviteLink(`${link}&a=elsewhere:1`).addresses).toEqual(['ana-host:21027']);
    // An unquoted & ends the word in a shell.
    expect(() => parseInviteLink('lockstep://join#')).toThrow('was all of it copied');
    expect(() => parseInviteLink(link.replace('v=1', 'v=2'))).toThrow('update it');
  });
});

describe('pairing', () => {
  it('lets a device in after a person saw the same code and said yes', async () => {
    const world = await new World().listen();
    const joining = world.join(world.invite());
    await world.clock.advance(1000);
    expect(world.requests).toMatchObject([
      { device: ben.id, name: "Ben's laptop", terms: { role: 'editor', name: 'Photos' } },
    ]);
    expect(world.shown).toEqual([
      {
        collection: founding.group,
        kind: 'files',
        name: 'Photos',
        role: 'editor',
        records: 12_431,
        code: world.requests[0]?.code,
      },
    ]);
    expect(world.requests[0]?.code).toMatch(/^\d{6}$/);
    expect(world.members()).toEqual([ana.id]);
    await world.clock.advance(3_600_000);

    await world.desk.answer(world.requests[0]?.id as string, true);
    await world.clock.advance(1000);
    const { joined } = await joining;
    expect(joined).toMatchObject({
      collection: founding.group,
      kind: 'files',
      name: 'Photos',
      role: 'editor',
      addresses: [world.address],
    });
    expect(joined?.inviter.id).toBe(ana.id);
    const membership = evaluateMembership(founding.group, joined?.ops ?? []);
    expect(membership?.members.get(ben.id)).toMatchObject({
      role: 'editor',
      memberKey: ben.member(founding.group).key,
      name: "Ben's laptop",
    });
    expect(world.requests).toEqual([]);
  });

  it('tells that somebody holds a link once that is proven, and not before, nor with a wrong proof', async () => {
    const world = await new World().listen();
    const link = world.invite();
    const other = world.invite();
    const { stream } = await world.stranger(ben);
    expect(world.proven).toBe(0);
    stream.send(makeJoin(link, ben, stream));
    await world.clock.advance(10);
    expect(world.proven).toBe(1);
    const { stream: liar } = await world.stranger(eve);
    liar.send(makeJoin(other, eve, liar, { mac: new Uint8Array(32) }));
    await world.clock.advance(10);
    expect(world.proven).toBe(1);
  });

  it('needs nobody where the link says so, and lets one device in', async () => {
    const world = await new World().listen();
    const link = world.invite({ approveFirst: true });
    const joining = world.join(link);
    await world.clock.advance(1000);
    expect((await joining).joined?.role).toBe('editor');
    const second = world.join(link, eve);
    await world.clock.advance(1000);
    expect((await second).code).toBe('invite-used');
    expect(world.members()).toEqual([ana.id, ben.id].sort());
    await world.clock.advance(16 * 60_000);
    expect(world.desk.isOpen()).toBe(false);
  });

  it('admits a membership log larger than a pairing frame', async () => {
    const world = await new World().listen();
    for (let at = 0; at < 20; at++) {
      const member = makeIdentity(random, `member ${at}`);
      await world.admit({
        descriptor: member.descriptor,
        ...selfAsMember(member, founding.group),
        role: 'reader',
        name: '',
        history: true,
      });
    }
    const joining = world.join(world.invite({ approveFirst: true }));
    await world.clock.advance(1000);
    expect((await joining).joined?.ops).toHaveLength(23);
  });

  it('says denied, and burns the link', async () => {
    const world = await new World().listen();
    const link = world.invite();
    const joining = world.join(link);
    await world.clock.advance(1000);
    const request = world.requests[0]?.id as string;
    await world.desk.answer(request, false);
    await world.clock.advance(1000);
    expect([(await joining).code, world.desk.isOpen(), world.members()]).toEqual(['denied', false, [ana.id]]);
    await expect(world.desk.answer(request, true)).rejects.toMatchObject({ code: 'unknown-request', subject: request });
  });

  it('goes on where the link broke while the person thought', async () => {
    const world = await new World().listen();
    const joining = world.join(world.invite());
    await world.clock.advance(1000);
    world.network.cut('ana-host', 'joiner-host');
    await world.desk.answer(world.requests[0]?.id as string, true);
    await world.clock.advance(4000);
    world.network.mend('ana-host', 'joiner-host');
    await world.clock.advance(60_000);
    expect((await joining).joined?.collection).toBe(founding.group);
    // It was added once, though it came twice.
    expect(world.ops).toHaveLength(3);
  });

  it('is over after a day where the inviter fell silent: no end of the link need ever be seen', async () => {
    const world = await new World().listen();
    const host = world.host(ben);
    const dialled: StrangerLink[] = [];
    const dialStranger = async (address: string, signal: AbortSignal): Promise<StrangerLink> => {
      const link = await host.dialStranger(address, signal);
      dialled.push(link);
      return link;
    };
    const joining = world.join(world.invite(), ben, { dialStranger });
    await world.clock.advance(1000);
    expect(world.requests).toHaveLength(1);
    for (const link of dialled) link.pause();
    await world.clock.advance(24 * 3_600_000);
    expect(await Promise.race([joining, 'waiting'])).toBe('waiting');
    await world.clock.advance(120_000);
    expect((await joining).code).toBe('pairing-failed');
  });

  it('ends at the wish of the joiner, before and after it asked', async () => {
    const world = await new World().listen();
    expect(
      (await Promise.all([world.join(world.invite(), ben, { show: async () => false }), world.clock.advance(1000)]))[0]
        .code,
    ).toBe('declined');
    const cancel = new AbortController();
    const joining = world.join(world.invite(), ben, {}, cancel.signal);
    await world.clock.advance(1000);
    cancel.abort();
    await world.clock.advance(1000);
    expect((await joining).code).toBe('join-cancelled');
  });

  it('tells the joiner where adding it failed', async () => {
    const world = await new World().listen();
    world.admitFails = true;
    const joining = world.join(world.invite({ approveFirst: true }));
    await world.clock.advance(1000);
    expect([(await joining).code, world.desk.isOpen()]).toEqual(['not-admitted', false]);
  });

  it('says where nobody answers', async () => {
    const world = await new World().listen();
    const link = world.invite().replace('ana-host', 'nowhere');
    const joining = world.join(link);
    await world.clock.advance(1000);
    expect((await joining).code).toBe('inviter-unreachable');
  });

  it('lasts 15 minutes', async () => {
    const world = await new World().listen();
    const link = world.invite();
    const other = world.invite();
    await world.clock.advance(15 * 60_000);
    expect(world.desk.isOpen()).toBe(false);
    world.invite();
    const joining = world.join(link);
    await world.clock.advance(1000);
    expect([(await joining).code, other === link]).toEqual(['invite-unknown', false]);
  });

  it('can be withdrawn', async () => {
    const world = await new World().listen();
    const joining = world.join(world.invite());
    await world.clock.advance(1000);
    world.desk.withdraw(founding.group);
    await world.clock.advance(1000);
    expect([(await joining).code, world.requests, world.desk.isOpen()]).toEqual(['invite-withdrawn', [], false]);
  });
});

describe('whoever attacks pairing', () => {
  it('without the secret gets no offer, and burns the link', async () => {
    const world = await new World().listen();
    const link = world.invite();
    const { stream, heard } = await world.stranger(eve);
    stream.send(makeJoin(link, eve, stream, { mac: new Uint8Array(32) }));
    await world.clock.advance(100);
    expect(heard.map((message) => message.is)).toEqual(['HELLO', 'DENY']);
    expect([world.desk.isOpen(), world.requests]).toEqual([false, []]);
  });

  it('with a guessed invite burns nothing', async () => {
    const world = await new World().listen();
    const link = world.invite();
    const { stream, heard } = await world.stranger(eve);
    stream.send(makeJoin(link, eve, stream, { invite: new Uint8Array(16) }));
    await world.clock.advance(100);
    expect([heard.at(-1), world.desk.isOpen()]).toEqual([{ is: 'DENY', code: 'invite-unknown' }, true]);
  });

  it('cannot use a JOIN of another channel, nor one of another key', async () => {
    for (const attack of ['replay', 'key'] as const) {
      const world = await new World().listen();
      const link = world.invite();
      const elsewhere = await world.stranger(ben);
      const join = makeJoin(link, ben, elsewhere.stream);
      elsewhere.stream.close('gone');
      await world.clock.advance(10);
      const { stream, heard } = await world.stranger(attack === 'key' ? eve : ben);
      stream.send(attack === 'key' ? makeJoin(link, ben, stream) : join);
      await world.clock.advance(100);
      expect([heard.at(-1), world.desk.isOpen()], attack).toEqual([{ is: 'DENY', code: 'invite-refused' }, false]);
    }
  });

  it('with a stolen link, second, makes both fail before anyone is let in', async () => {
    const world = await new World().listen();
    const link = world.invite();
    const first = world.join(link, eve);
    await world.clock.advance(1000);
    const second = world.join(link, ben);
    await world.clock.advance(1000);
    expect([(await first).code, (await second).code, world.requests, world.members()]).toEqual([
      'invite-used',
      'invite-used',
      [],
      [ana.id],
    ]);
  });

  it('cannot confirm with the key of another member or device', async () => {
    const world = await new World().listen();
    const link = world.invite({ approveFirst: true });
    const { stream, heard } = await world.stranger(ben);
    stream.send(makeJoin(link, ben, stream));
    await world.clock.advance(100);
    expect(heard.at(-1)?.is).toBe('OFFER');
    stream.send({ is: 'PAIR_CONFIRM', ...selfAsMember(eve, founding.group), mac: new Uint8Array(32) });
    await world.clock.advance(100);
    expect([heard.at(-1), world.members()]).toEqual([{ is: 'DENY', code: 'invite-refused' }, [ana.id]]);
  });

  it('answering in the place of the inviter is not told anything', async () => {
    const world = new World();
    const link = world.invite();
    const heard: string[] = [];
    // It may repeat the inviter's descriptor, but TLS has proven another key.
    await world.answerAs(eve.descriptor, (stream) => stream.receive((message) => heard.push(message.is)));
    const joining = world.join(link);
    await world.clock.advance(1000);
    expect([(await joining).code, heard]).toEqual(['wrong-inviter', []]);
  });

  it('cannot forge the offer or the admission', async () => {
    for (const forged of ['sig', 'mac', 'admit', 'none'] as const) {
      const world = new World();
      const link = world.invite();
      const keys = inviteKeys(parseInviteLink(link));
      await world.answerAs(ana.descriptor, (stream, far) => {
        stream.receive((message) => {
          if (message.is === 'PAIR_CONFIRM')
            stream.send({
              is: 'ADMIT',
              addrs: [],
              ops: founding.ops.map((op) => op.bytes),
              mac: new Uint8Array(32),
            });
          if (message.is !== 'JOIN') return;
          const said = joinStatement(parseInviteLink(link), message, far.exporter(PAIRING_EXPORTER, 32));
          const offer = {
            descriptor: ana.descriptor.bytes,
            group: founding.group,
            name: 'Photos',
            kind: 'files',
            role: 'admin',
            records: 1,
            nonce: new Uint8Array(32),
          } as const;
          const offered = offerStatement(said, offer);
          const sig = (forged === 'sig' ? eve : ana).sign(offered);
          stream.send({
            is: 'OFFER',
            ...offer,
            sig,
            mac: mac(forged === 'mac' ? keys.joiner : keys.inviter, offered),
          });
        });
      });
      const joining = world.join(link);
      await world.clock.advance(1000);
      const shown = forged === 'admit' || forged === 'none' ? 1 : 0;
      expect([(await joining).code, world.shown.length], forged).toEqual(['pairing-failed', shown]);
    }
  });

  it('may say nothing but what pairing needs, in small frames, one at a time, for a minute', async () => {
    const world = await new World().listen();
    world.invite();
    const talker = await world.stranger(eve);
    talker.stream.send({ is: 'PING', n: 1 });
    await world.clock.advance(100);
    expect(talker.heard.map((message) => message.is)).toEqual(['HELLO']);
    expect(world.network.lines).toBe(0);

    const large = await world.stranger(eve);
    large.stream.link.send(new Uint8Array([0, 0, 0x10, 1, 35]));
    await world.clock.advance(100);
    expect(world.network.lines).toBe(0);

    const silent = await world.stranger(eve);
    const next = await world.stranger(ben);
    expect(next.heard.at(-1)).toEqual({ is: 'DENY', code: 'busy' });
    await world.clock.advance(60_000);
    expect([silent.heard.at(-1), world.network.lines]).toEqual([{ is: 'DENY', code: 'timeout' }, 0]);
    expect((await world.stranger(ben)).heard.map((message) => message.is)).toEqual(['HELLO']);
  });

  it('that holds a link has five tries', async () => {
    const world = await new World().listen();
    const link = world.invite();
    for (let attempt = 1; attempt <= 6; attempt++) {
      const { stream, heard } = await world.stranger(ben);
      stream.send(makeJoin(link, ben, stream));
      await world.clock.advance(100);
      // It is told of no thief: it was one device all the time.
      expect(heard.at(-1)).toMatchObject(attempt <= 5 ? { is: 'OFFER' } : { is: 'DENY', code: 'invite-unknown' });
      stream.close('gone');
      await world.clock.advance(100);
    }
    expect(world.desk.isOpen()).toBe(false);
  });
});

describe('pairing through a relay', () => {
  const RELAY = 'https://relay.example:443#k=abc';
  /** A desk nobody can reach directly, of a collection with a relay. */
  const away = (): World => {
    const world = new World();
    world.relay = RELAY;
    return world;
  };

  it('lets a device in that reaches no address, and tells nothing of an address where there is none', async () => {
    const world = away();
    const link = world.invite({ approveFirst: true });
    expect(parseInviteLink(link)).toMatchObject({ relay: RELAY, addresses: ['ana-host:21027'] });
    expect(link).toContain('&r=https%3A%2F%2Frelay.example%3A443%23k%3Dabc');
    const joining = world.join(link);
    await world.clock.advance(60_000);
    const { joined, code } = await joining;
    expect([code, joined?.addresses, world.members().length]).toEqual([null, ['ana-host:21027'], 2]);
    expect(parseInviteLink(new World().invite()).relay).toBeNull();
  });

  it('rings nowhere while an address answers', async () => {
    const world = await away().listen();
    const joining = world.join(world.invite({ approveFirst: true }));
    await world.clock.advance(10_000);
    expect([(await joining).code, world.knocks]).toEqual([null, 0]);
  });

  it('gives the addresses no more than four seconds', async () => {
    const world = away();
    const dialled: string[] = [];
    const dialStranger = (address: string, signal: AbortSignal): Promise<StrangerLink> =>
      new Promise((_, reject) => {
        dialled.push(address);
        signal.addEventListener('abort', () => reject(new Error('given up')));
      });
    const joining = world.join(world.invite({ approveFirst: true }), ben, { dialStranger });
    await world.clock.advance(3900);
    expect([dialled.length, world.knocks]).toEqual([1, 0]);
    await world.clock.advance(1000);
    expect([dialled.length, world.knocks > 0]).toEqual([1, true]);
    expect((await joining).code).toBeNull();
  });

  it('keeps the mailbox open while the invitation lives, waits for a person, and closes it after', async () => {
    const world = away();
    const link = world.invite();
    const left = (): number[] => [...world.mailboxes.values()].map(({ until }) => until - world.clock.now());
    expect(left()).toEqual([15 * 60_000]);
    const joining = world.join(link);
    await world.clock.advance(10_000);
    expect(left()[0]).toBeGreaterThan(23 * 3_600_000);
    await world.desk.answer(world.requests[0]?.id ?? '', true);
    await world.clock.advance(1000);
    expect((await joining).code).toBeNull();
    await world.clock.advance(15 * 60_000);
    expect([world.mailboxes.size, world.desk.isOpen()]).toEqual([0, false]);
    for (const end of ['expired', 'withdrawn'] as const) {
      world.invite();
      expect(world.mailboxes.size).toBe(1);
      if (end === 'withdrawn') world.desk.withdraw(null);
      else await world.clock.advance(15 * 60_000);
      expect(world.mailboxes.size).toBe(0);
    }
  });

  it('refuses a relay that puts itself in between', async () => {
    const world = away();
    const link = world.invite({ approveFirst: true });
    const { relay } = parseInviteLink(link);
    const knock: JoinerHost['knock'] = (url, id, token, signal) =>
      world.knock(ben.descriptor, [url, toHex(id), toHex(token)], signal, eve.descriptor);
    const joining = world.join(link, ben, { knock });
    await world.clock.advance(60_000);
    expect([relay, (await joining).code, world.members().length]).toEqual([RELAY, 'wrong-inviter', 1]);
  });

  it('says where nobody answered', async () => {
    const world = away();
    const link = world.invite();
    world.desk.withdraw(null);
    const joining = joinByInvite(parseInviteLink(link), world.host(ben), never).catch((error: Error) => error.message);
    await world.clock.advance(60_000);
    expect(await joining).toBe(
      'the inviting device does not answer at ana-host:21027, https://relay.example:443: is it on, and online?',
    );
  });

  it.each(['r=ftp%3A%2F%2Fx', 'r=https%3A%2F%2Fa%20b', `r=https%3A%2F%2F${'x'.repeat(600)}`, 'r=%E0%A4%A'])(
    'takes no link with %s',
    (field) => expect(() => parseInviteLink(`${new World().invite()}&${field}`)).toThrow(/the relay in it|damaged/),
  );
});

describe('pairing over TLS', () => {
  it('lets a device in, also one that is known already', async () => {
    const ops = [...founding.ops];
    const desk = new InviteDesk({
      identity: ana,
      name: () => 'ana',
      onNearby: () => {},
      clock: systemClock,
      random: systemRandom,
      addresses: () => [listener.address],
      mailbox: noMailbox,
      admit: async (_collection, newcomer) => {
        ops.push(addMember(ana, founding.group, evaluateMembership(founding.group, ops)?.heads ?? [], 2, newcomer));
        return ops.map((op) => op.bytes);
      },
      onRequests: (requests) => {
        for (const request of requests) void desk.answer(request.id, true);
      },
    });
    const listener = await new LanTlsTransport(ana).listen(
      { host: '127.0.0.1', port: 0 },
      {
        admit: () => true,
        known: () => ben.descriptor,
        pairingOpen: () => desk.isOpen(),
        onLink: (link) => link.close('no'),
        onStranger: (link) => desk.accept(link),
      },
    );
    const transport = new LanTlsTransport(ben);
    const link = desk.invite({
      collection: founding.group,
      kind: 'files',
      name: 'Photos',
      role: 'admin',
      history: true,
      approveFirst: false,
      records: 1,
    });
    const joined = await joinByInvite(
      parseInviteLink(link),
      {
        identity: ben,
        clock: systemClock,
        random: systemRandom,
        name: 'ben',
        dialStranger: (address, signal) => transport.dialStranger(address, signal),
        knock: noKnock,
        show: async () => true,
      },
      never,
    );
    await listener.close();
    desk.withdraw(null);
    expect(joined.ops.map((op) => parseOp(op.bytes)?.hash)).toEqual(ops.map((op) => op.hash));
    expect(evaluateMembership(founding.group, joined.ops)?.members.get(ben.id)?.role).toBe('admin');
  });
});
