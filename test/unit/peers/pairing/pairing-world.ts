import { MessageStream } from '../../../../src/main/peers/connect/message-stream.ts';
import type { Descriptor } from '../../../../src/main/peers/identity/descriptor.ts';
import type { DeviceIdentity } from '../../../../src/main/peers/identity/identity.ts';
import type { StrangerLink } from '../../../../src/main/peers/links/peer-link.ts';
import { evaluateMembership } from '../../../../src/main/peers/membership/membership.ts';
import { addMember, type Newcomer } from '../../../../src/main/peers/membership/membership-log.ts';
import type { MembershipOp } from '../../../../src/main/peers/membership/membership-op.ts';
import { parseInviteLink } from '../../../../src/main/peers/pairing/invite-link.ts';
import type { InviterHost, InviteTerms, PairingRequest } from '../../../../src/main/peers/pairing/inviter-host.ts';
import type { NearbyWindow } from '../../../../src/main/peers/pairing/nearby-desk.ts';
import { InviteDesk } from '../../../../src/main/peers/pairing/pairing-inviter.ts';
import { type JoinerHost, joinByInvite, type OfferShown } from '../../../../src/main/peers/pairing/pairing-joiner.ts';
import { toHex } from '../../../../src/main/peers/protocol/hex.ts';
import type { Message } from '../../../../src/main/peers/protocol/messages.ts';
import { LockstepError } from '../../../../src/main/platform/trouble.ts';
import { channelPair } from '../../../fakes/channel-pair.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { foundPhotos, makeIdentities } from '../../../fakes/identities.ts';
import { memoryCarried } from '../../../fakes/memory-carried.ts';
import { MemoryNetwork } from '../../../fakes/memory-network.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

export const random = new SeededRandom('pairing');
export const [ana, ben, eve] = makeIdentities(random, 'ana', 'ben', 'eve');
export const founding = foundPhotos(ana);
export const never = new AbortController().signal;

export const TERMS: InviteTerms = {
  collection: founding.group,
  kind: 'files',
  name: 'Photos',
  role: 'editor',
  history: true,
  approveFirst: false,
  records: 12_431,
};

/** Ana's desk on a network in memory, and whoever comes to it. */
export class World {
  readonly self: DeviceIdentity;
  readonly clock = new FakeClock();
  readonly network = new MemoryNetwork(this.clock);
  readonly desk: InviteDesk;
  readonly address = 'ana-host:21027';
  ops: MembershipOp[] = [...founding.ops];
  requests: readonly PairingRequest[] = [];
  admitFails: boolean = false;
  readonly shown: OfferShown[] = [];
  /** Of the collection; null: none. */
  relay: string | null = null;
  /** Open at the relay: what has to be brought, and until when. */
  readonly mailboxes = new Map<string, { readonly token: string; readonly until: number }>();
  knocks = 0;
  /** Every state the window for devices nearby was in. */
  readonly windows: (NearbyWindow | null)[] = [];

  /** `self`: whose desk it is. */
  constructor(self = ana) {
    this.self = self;
    const host: InviterHost = {
      identity: self,
      name: () => "Ana's computer",
      onNearby: () => this.windows.push(this.desk.nearby.window),
      clock: this.clock,
      random,
      addresses: () => [this.address],
      mailbox: {
        url: () => this.relay,
        open: (_collection, { id, mailbox }, ttl) =>
          this.mailboxes.set(toHex(id), { token: toHex(mailbox), until: this.clock.now() + ttl }),
        close: (id) => this.mailboxes.delete(toHex(id)),
      },
      admit: async (collection, newcomer) => this.admit(newcomer),
      onRequests: (requests) => {
        this.requests = requests;
      },
    };
    this.desk = new InviteDesk(host);
  }
  /** How many strangers have shown that they hold a link. */
  proven = 0;
  async admit(newcomer: Newcomer): Promise<readonly Uint8Array[]> {
    if (this.admitFails) throw new Error('disk full');
    const heads = evaluateMembership(founding.group, this.ops)?.heads ?? [];
    this.ops.push(addMember(ana, founding.group, heads, 2, newcomer));
    return this.ops.map((op) => op.bytes);
  }
  async listen(): Promise<this> {
    await this.network.transport(this.self.descriptor, 'ana-host').listen(
      { host: 'ana-host', port: 21027 },
      {
        admit: () => true,
        known: () => null,
        pairingOpen: () => this.desk.isOpen(),
        onLink: (link) => link.close('no'),
        onStranger: (link) => this.desk.accept(link, () => this.proven++),
      },
    );
    return this;
  }
  invite(terms: Partial<InviteTerms> = {}): string {
    return this.desk.invite({ ...TERMS, ...terms });
  }
  host(who: DeviceIdentity, more: Partial<JoinerHost> = {}): JoinerHost {
    const transport = this.network.transport(who.descriptor, 'joiner-host');
    return {
      identity: who,
      clock: this.clock,
      random,
      name: "Ben's laptop",
      dialStranger: (address, signal) => transport.dialStranger(address, signal),
      knock: (url, id, token, signal) => this.knock(who.descriptor, [url, toHex(id), toHex(token)], signal),
      show: async (offer) => {
        this.shown.push(offer);
        return true;
      },
      ...more,
    };
  }
  /** As the relay does it, whoever stands at the other end (`answers`). */
  async knock(
    who: Descriptor,
    [url, id, token]: readonly [string, string, string],
    signal: AbortSignal,
    answers = ana.descriptor,
  ): Promise<StrangerLink> {
    this.knocks++;
    const box = this.mailboxes.get(id);
    if (url !== this.relay || box?.token !== token || box.until < this.clock.now())
      throw new LockstepError('relay-offline', 'nobody listens there', url);
    const [near, far] = channelPair();
    const rung = memoryCarried(answers, () => ++this.knocks).linkStranger(far, { serves: true }, never);
    void rung.then((link) => this.desk.accept(link));
    return memoryCarried(who, () => ++this.knocks).linkStranger(near, { serves: false }, signal);
  }
  join(link: string, who = ben, more: Partial<JoinerHost> = {}, signal = never) {
    const outcome = joinByInvite(parseInviteLink(link), this.host(who, more), signal).then(
      (joined) => ({ joined, code: null as string | null }),
      (error) => ({ joined: null, code: error.code as string | null }),
    );
    return outcome;
  }
  /** A stranger who speaks as it likes. */
  async stranger(who: DeviceIdentity, from = 'evil-host') {
    const dialling = this.network.transport(who.descriptor, from).dialStranger(this.address, never);
    await this.clock.advance(10);
    const stream = new MessageStream((await dialling) as StrangerLink, 'pairing');
    const heard: Message[] = [];
    stream.receive((message) => heard.push(message));
    await this.clock.advance(10);
    return { stream, heard };
  }
  /** Somebody who answers in the place of the desk, says HELLO as it would, and then whatever `speak` has it say. */
  async answerAs(
    proven: Descriptor,
    speak: ((stream: MessageStream<StrangerLink>, link: StrangerLink) => void) | null,
    host = 'ana-host',
  ): Promise<void> {
    await this.network.transport(proven, host).listen(
      { host, port: 21027 },
      {
        admit: () => true,
        known: () => null,
        pairingOpen: () => true,
        onLink: () => {},
        onStranger: (link) => {
          const stream = new MessageStream(link, 'pairing');
          if (speak === null) return;
          const nonce = new Uint8Array(32);
          stream.send({ is: 'HELLO', versions: [1], descriptor: ana.descriptor.bytes, app: '', caps: [], nonce });
          speak(stream, link);
        },
      },
    );
  }
  members(): readonly string[] {
    return [...(evaluateMembership(founding.group, this.ops)?.members.keys() ?? [])];
  }
}
