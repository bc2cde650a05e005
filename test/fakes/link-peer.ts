import type { GreetedLink } from '../../src/main/peers/connect/hello.ts';
import { LinkManager } from '../../src/main/peers/connect/link-manager.ts';
import type { RelayedLinks } from '../../src/main/peers/connect/ways-to-device.ts';
import type { DeviceIdentity } from '../../src/main/peers/identity/identity.ts';
import type { StrangerLink, Transport } from '../../src/main/peers/links/peer-link.ts';
import type { Message } from '../../src/main/peers/protocol/messages.ts';
import type { FakeClock } from './fake-clock.ts';
import type { MemoryNetwork } from './memory-network.ts';
import { noRelay } from './no-relay.ts';
import { SeededRandom } from './seeded-random.ts';

/** A device that has nothing but links, and what it was told of them. */
export class LinkPeer {
  readonly identity: DeviceIdentity;
  readonly host: string;
  readonly manager: LinkManager;
  readonly events: string[] = [];
  readonly heard: Message[] = [];
  readonly strangers: StrangerLink[] = [];
  members: readonly DeviceIdentity[] = [];
  former: readonly DeviceIdentity[] = [];
  constructor(
    clock: FakeClock,
    network: MemoryNetwork,
    identity: DeviceIdentity,
    host: string,
    { transport, relayed = noRelay }: { transport?: Transport; relayed?: RelayedLinks } = {},
  ) {
    this.identity = identity;
    this.host = host;
    this.manager = new LinkManager({
      identity,
      members: () => new Map(this.members.map((member) => [member.id, member.descriptor])),
      former: () => this.former.map((each) => each.descriptor),
      transport: transport ?? network.transport(identity.descriptor, host),
      relayed,
      clock,
      random: new SeededRandom(`links/${host}`),
      app: host,
      onLinked: (link) => this.linked(link),
      onUnlinked: (id, reason) => this.events.push(`unlinked ${reason}`),
      pairingOpen: () => true,
      onStranger: (link) => this.strangers.push(link),
    });
  }
  linked(greeted: GreetedLink): void {
    this.events.push(`linked ${greeted.app}`);
    greeted.stream.receive((message) => this.heard.push(message));
  }
  expect(...members: DeviceIdentity[]): void {
    this.members = members;
    this.manager.membersChanged();
  }
  get address(): string {
    return `${this.host}:21027`;
  }
  get link(): GreetedLink {
    return this.manager.linked()[0] as GreetedLink;
  }
}
