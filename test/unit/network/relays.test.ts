import { describe, expect, it } from 'vitest';
import { relayedGroup } from '../../../src/main/network/relayed-groups.ts';
import { Relays } from '../../../src/main/network/relays.ts';
import type { DeviceIdentity } from '../../../src/main/peers/identity/identity.ts';
import type { PeerLink, StrangerLink } from '../../../src/main/peers/links/peer-link.ts';
import { GroupMembership } from '../../../src/main/peers/membership/group-membership.ts';
import { LeftCollection } from '../../../src/main/peers/membership/left-collection.ts';
import { createCollection, selfAsMember } from '../../../src/main/peers/membership/membership-log.ts';
import type { MemberRole } from '../../../src/main/peers/protocol/messages.ts';
import type {
  RelayConnector,
  RelayEvents,
  RelayMember,
  RelaySession,
} from '../../../src/main/peers/relay/relay-session.ts';
import { parseRelayUrl } from '../../../src/main/peers/relay/relay-url.ts';
import { sealWord } from '../../../src/main/peers/sealed/sealed-word.ts';
import { LockstepError } from '../../../src/main/platform/trouble.ts';
import type { CollectionId, DeviceId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { type ChannelEnd, channelPair } from '../../fakes/channel-pair.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { aboutPhotos, makeIdentities } from '../../fakes/identities.ts';
import { memoryCarried } from '../../fakes/memory-carried.ts';
import { MemoryNetwork } from '../../fakes/memory-network.ts';
import { RelayNetwork } from '../../fakes/relay-network.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const HOME = 'https://home.example:443';
const WORK = 'https://work.example:443';
const never = new AbortController().signal;
const random = new SeededRandom('relays');
const [ana, ben, eve] = makeIdentities(random, 'ana', 'ben', 'eve');

/** One device: its memberships, its relays, and what it was told. */
class Side {
  readonly identity: DeviceIdentity;
  readonly replicas = new Map<CollectionId, Pick<Replica, 'membership' | 'receiveMembership'>>();
  readonly left: LeftCollection[] = [];
  readonly relays: Relays;
  readonly told: string[] = [];
  readonly links: PeerLink[] = [];
  readonly strangers: StrangerLink[] = [];
  admits = true;

  constructor(identity: DeviceIdentity, connector: RelayConnector | null) {
    this.identity = identity;
    const transport = new MemoryNetwork(new FakeClock()).transport(identity.descriptor, 'nowhere');
    this.relays = new Relays({
      world: { relays: connector, transport },
      replicas: this.replicas,
      left: this.left,
      links: {
        presenceChanged: (device: DeviceId) => void this.told.push(`there ${device.slice(0, 4)}`),
        admitsRelayed: () => this.admits,
        welcomeRelayed: (link) => void this.links.push(link),
      },
      onStranger: (link) => void this.strangers.push(link),
      changed: () => void this.told.push('changed'),
      log: (line) => void this.told.push(line),
    });
  }
  /** Knows these operations from now on. */
  open(group: CollectionId, operations: readonly Uint8Array[]): GroupMembership {
    let kept = operations;
    const file = { load: () => kept, save: (all: readonly Uint8Array[]) => void (kept = all) };
    const membership = new GroupMembership(this.identity, group, file, random);
    const receiveMembership = (all: readonly Uint8Array[]): boolean => membership.receive(all);
    this.replicas.set(group, { membership, receiveMembership });
    return membership;
  }
  /** Begins a collection at this relay. */
  found(name: string, relay: string): GroupMembership {
    const nonce = new Uint8Array(32).fill(name.charCodeAt(0));
    const { group, ops } = createCollection(this.identity, { ...aboutPhotos, name, nonce });
    const membership = this.open(
      group,
      ops.map(({ bytes }) => bytes),
    );
    if (relay !== '') membership.setRelay(relay, 2000);
    return membership;
  }
}
function admit(membership: GroupMembership, who: DeviceIdentity, role: MemberRole = 'editor'): void {
  const self = selfAsMember(who, membership.group);
  membership.add({ descriptor: who.descriptor, ...self, role, name: 'new', history: true }, 3000);
}

/** A connector that notes what it is asked, and tells what the test says. */
class Noted implements RelayConnector {
  readonly opened: { readonly url: string; readonly events: RelayEvents; readonly calls: string[] }[] = [];
  open(text: string, events: RelayEvents): RelaySession {
    const { url } = parseRelayUrl(text);
    const calls: string[] = [];
    this.opened.push({ url, events, calls });
    const note = async (what: string): Promise<void> => void calls.push(what);
    return {
      bytes: { bytesIn: 100, bytesOut: 20 },
      setMembers: (members: readonly RelayMember[]) => void note(`members ${members.length}`),
      openMailbox: (id: string, hash: string, ttl: number) => note(`open ${id} ${hash} ${ttl}`),
      closeMailbox: (id: string) => note(`close ${id}`),
      knock: () => note('knock').then(() => Promise.reject(new LockstepError('relay-offline', 'nobody'))),
      retryNow: () => void note('retry'),
      close: () => note('closed'),
    } as unknown as RelaySession;
  }
}
const carriedOf = (who: DeviceIdentity) => memoryCarried(who.descriptor, () => 1);
const settle = () => new FakeClock().advance(0);

describe('the relays of a device', () => {
  it('have one session each, asked anew only where something is another than it was', async () => {
    const noted = new Noted();
    const side = new Side(ana, noted);
    const [photos, notes, work] = [side.found('Photos', HOME), side.found('Notes', HOME), side.found('Work', WORK)];
    side.found('Local', '');
    side.relays.refresh();
    side.relays.refresh();
    expect(noted.opened.map(({ url, calls }) => [url, calls])).toEqual([
      [HOME, ['members 2']],
      [WORK, ['members 1']],
    ]);
    admit(photos, ben);
    side.relays.refresh();
    notes.setRelay(WORK, 4000);
    side.relays.refresh();
    expect(noted.opened.map(({ calls }) => calls)).toEqual([
      ['members 2', 'members 2', 'members 1'],
      ['members 1', 'members 2'],
    ]);
    work.setRelay('', 5000);
    notes.setRelay('', 5000);
    side.relays.refresh();
    expect([noted.opened[1]?.calls.at(-1), side.relays.sessionOf(work.group)]).toEqual(['closed', null]);
    // What went to the relay that is not used any more counts as well.
    expect(side.relays.bytes).toEqual({ bytesIn: 200, bytesOut: 40 });
    side.relays.networkChanged();
    side.relays.stop();
    expect(noted.opened[0]?.calls.slice(-2)).toEqual(['retry', 'closed']);
  });

  it('are as another member wrote them, and a bad one is said and harms nothing', () => {
    const noted = new Noted();
    const side = new Side(ana, noted);
    const [bad, good] = [side.found('Bad', 'https://home.example/path'), side.found('Good', HOME)];
    side.relays.refresh();
    expect(side.relays.stateOf(bad.group)).toMatchObject({ is: 'offline', why: { code: 'bad-relay-url' } });
    expect([side.relays.sessionOf(bad.group), side.relays.stateOf(good.group)?.is]).toEqual([null, 'offline']);
    expect([noted.opened.length, side.relays.inviteUrl(bad.group), side.relays.inviteUrl(good.group)]).toEqual([
      1,
      null,
      HOME,
    ]);
  });

  it('are not used where there are none to use', async () => {
    const side = new Side(ana, null);
    const { group } = side.found('Photos', HOME);
    side.relays.refresh();
    expect([side.relays.sessionOf(group), side.relays.reaches(ben.id)]).toEqual([null, false]);
    await expect(side.relays.knock(HOME, 'aa', Uint8Array.of(1), never)).rejects.toMatchObject({
      code: 'relay-unreachable',
    });
  });

  it('tell of a collection to who listens, also what was told before', () => {
    const noted = new Noted();
    const side = new Side(ana, noted);
    const { group } = side.found('Photos', HOME);
    side.relays.refresh();
    const events = noted.opened[0]?.events as RelayEvents;
    events.onReady(group);
    const heard: string[] = [];
    const stop = side.relays.listen(group, {
      onReady: () => heard.push('ready'),
      onNew: (sid) => heard.push(`new ${sid}`),
      onHeads: () => heard.push('heads'),
      onPresence: () => heard.push('presence'),
    });
    events.onNew(group, 4);
    events.onHeads(group);
    events.onPresence(group, []);
    expect(heard).toEqual(['ready', 'new 4', 'heads', 'presence']);
    expect(side.relays.readySession(group)).not.toBeNull();
    events.onState({ is: 'online', why: null });
    events.onRefused(group, new LockstepError('relay-refused', 'not a member any more'));
    expect(side.relays.readySession(group)).toBeNull();
    expect(side.relays.stateOf(group)).toMatchObject({ is: 'offline', why: { message: 'not a member any more' } });
    events.onReady(group);
    expect(side.relays.stateOf(group)).toEqual({ is: 'online', why: null });
    events.onState({ is: 'offline', why: null });
    expect(side.relays.readySession(group)).toBeNull();
    stop();
    events.onNew(group, 5);
    expect(heard).not.toContain('new 5');
  });

  it('have a device that was removed know so by what was left for it, and by nothing else', () => {
    const noted = new Noted();
    const [anas, bens] = [new Side(ana, noted), new Side(ben, noted)];
    const membership = anas.found('Photos', HOME);
    const { group } = membership;
    admit(membership, ben);
    const own = bens.open(group, membership.operations());
    bens.relays.refresh();
    const { events } = noted.opened[0]!;
    membership.remove(ben.id, [], 5000);
    const [word, ...more] = relayedGroup(membership)!.words(5000);
    expect([word!.key, more, relayedGroup(membership)!.words(5001)]).toEqual([ben.member(group).key, [], []]);
    const forged = sealWord({ group, secret: own.membersSecret()! }, [new Uint8Array(50)])!;
    const other = sealWord({ group, secret: new Uint8Array(32) }, membership.operations())!;
    for (const junk of [new Uint8Array(9), other, forged]) events.onWord(group, junk);
    expect([own.isMember(), bens.told.filter((line) => line.includes('cannot be used')).length]).toEqual([true, 2]);
    events.onWord(group, word!.bytes);
    expect(own.isMember()).toBe(false);
  });

  it('know who can be reached, and forget it with the connection', () => {
    const noted = new Noted();
    const side = new Side(ana, noted);
    const membership = side.found('Photos', HOME);
    admit(membership, ben);
    side.relays.refresh();
    const events = noted.opened[0]?.events as RelayEvents;
    const key = ben.member(membership.group).key;
    events.onPresence(membership.group, [key, eve.member(membership.group).key]);
    events.onPresence(membership.group, [key]);
    expect(side.told.filter((each) => each.startsWith('there'))).toEqual([`there ${ben.id.slice(0, 4)}`]);
    expect([side.relays.reaches(ben.id), side.relays.reaches(eve.id)]).toEqual([true, false]);
    events.onState({ is: 'online', why: new LockstepError('relay-refused', 'its events cannot be heard') });
    expect(side.relays.reaches(ben.id)).toBe(false);
  });

  it('open and close mailboxes where the collection is', async () => {
    const noted = new Noted();
    const side = new Side(ana, noted);
    const { group } = side.found('Photos', HOME);
    side.relays.refresh();
    side.relays.openMailbox(group, 'aa', 'hash', 900);
    side.relays.closeMailbox('aa');
    side.relays.closeMailbox('bb');
    expect(noted.opened[0]?.calls.slice(1)).toEqual(['open aa hash 900', 'close aa']);
    await expect(side.relays.knock(WORK, 'aa', Uint8Array.of(1), never)).rejects.toMatchObject({
      code: 'relay-offline',
    });
    expect(noted.opened[1]?.calls).toEqual(['knock', 'closed']);
  });

  it('let nobody ask for a link who is no member, or asks too often, or is another', async () => {
    const noted = new Noted();
    const side = new Side(ana, noted);
    const membership = side.found('Photos', HOME);
    admit(membership, ben);
    side.relays.refresh();
    const events = noted.opened[0]?.events as RelayEvents;
    const { group } = membership;
    const ask = async (as: DeviceIdentity, claims: DeviceIdentity): Promise<ChannelEnd> => {
      const [near, far] = channelPair();
      far.on('error', () => undefined);
      const linking = carriedOf(as).link(far, ana.descriptor, { dialled: true, serves: true }, never);
      linking.catch(() => undefined);
      events.onLive(group, claims.member(group).key, near);
      await settle();
      return near;
    };
    expect((await ask(eve, eve)).destroyed).toBe(true);
    expect((await ask(eve, ben)).destroyed).toBe(true);
    side.admits = false;
    expect((await ask(ben, ben)).destroyed).toBe(true);
    expect(side.links).toEqual([]);
    side.admits = true;
    await ask(ben, ben);
    expect(side.links.map(({ peer, dialled }) => [peer, dialled])).toEqual([[ben.id, false]]);
  });

  it('hand on who comes with an invitation', async () => {
    const noted = new Noted();
    const side = new Side(ana, noted);
    side.found('Photos', HOME);
    side.relays.refresh();
    const [near, far] = channelPair();
    noted.opened[0]?.events.onKnock('aa', near);
    await carriedOf(eve).linkStranger(far, { serves: false }, never);
    await settle();
    expect(side.strangers).toHaveLength(1);
  });
});

describe('two devices at one relay', () => {
  async function world() {
    const clock = new FakeClock();
    const relays = new RelayNetwork(clock);
    const reachedBy = (host: string) => relays.connector({ host, clock, random, isDead: () => false });
    const [a, b] = [new Side(ana, reachedBy('10.0.0.1')), new Side(ben, reachedBy('10.0.0.2'))];
    const membership = a.found('Photos', HOME);
    admit(membership, ben);
    b.open(membership.group, membership.operations());
    for (const side of [a, b]) side.relays.refresh();
    await clock.advance(10_000);
    return { clock, relays, a, b, membership };
  }

  it('reach each other, and each knows which of the two asked', async () => {
    const { clock, relays, a, b } = await world();
    expect([a.relays.reaches(ben.id), b.relays.reaches(ana.id)]).toEqual([true, true]);
    const dialling = a.relays.dial(ben.descriptor, never);
    await clock.advance(100);
    const link = await dialling;
    expect([link.peer, link.dialled, b.links.map((each) => [each.peer, each.dialled])]).toEqual([
      ben.id,
      true,
      [[ana.id, false]],
    ]);
    expect(link.exporter('x', 32)).toEqual(b.links[0]?.exporter('x', 32));
    // Who reads what comes learns that nothing more does.
    link.onFrames(() => {});
    const closed = new Promise((resolve) => link.onClose(resolve));
    relays.cut('10.0.0.2');
    await clock.advance(100);
    expect([await closed, a.relays.reaches(ben.id), relays.at(HOME).channels]).toEqual(['closed-by-peer', false, 0]);
    await expect(a.relays.dial(ben.descriptor, never)).rejects.toMatchObject({ code: 'relay-offline' });
  });

  it('also where one of them has left, for the other has to hear of it', async () => {
    const { clock, a, b, membership } = await world();
    const bens = b.replicas.get(membership.group)?.membership as GroupMembership;
    bens.remove(ben.id, [], 4000);
    b.replicas.clear();
    b.left.push(new LeftCollection(bens, 4000, () => {}));
    b.relays.refresh();
    await clock.advance(100);
    expect([b.relays.reaches(ana.id), a.relays.reaches(ben.id)]).toEqual([true, true]);
  });
});

describe('what a relay is told of a group', () => {
  it('is who belongs, who is an admin, and who is gone; also by who was removed, which is gone', () => {
    const side = new Side(ana, null);
    const membership = side.found('Photos', HOME);
    admit(membership, ben, 'reader');
    admit(membership, eve);
    membership.remove(eve.id, [], 4000);
    const group = relayedGroup(membership);
    const keyOf = (who: DeviceIdentity) => who.member(membership.group).key;
    const list = [
      { key: keyOf(ana), admin: true },
      { key: keyOf(ben), admin: false },
    ];
    expect(new Set(group?.acl())).toEqual(new Set(list));
    expect(group?.removed()).toEqual([keyOf(eve)]);
    const bens = new Side(ben, null).open(membership.group, membership.operations());
    const toBen = relayedGroup(bens);
    expect([new Set(toBen?.acl()), toBen?.relay]).toEqual([new Set(list), HOME]);
    expect([group?.isAdmin(), toBen?.isAdmin()]).toEqual([true, false]);
    const eves = new Side(eve, null).open(membership.group, membership.operations());
    const toEve = relayedGroup(eves);
    expect([toEve?.belongs(), toEve?.isAdmin(), toEve?.words(0)]).toEqual([false, false, []]);
    expect([toEve?.acl(), toEve?.removed()]).toEqual([group?.acl(), [eves.ownKey]]);
  });
});
