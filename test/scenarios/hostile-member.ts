import { createHmac } from 'node:crypto';
import { encode } from 'cborg';
import { compressBody } from '../../src/main/change-log/compress-body.ts';
import {
  FIRST_PREVIOUS,
  makePackage,
  type PackageHead,
  type SignedPackage,
} from '../../src/main/change-log/package.ts';
import { greet } from '../../src/main/peers/connect/hello.ts';
import type { Descriptor } from '../../src/main/peers/identity/descriptor.ts';
import { DeviceIdentity, type MemberSigner, makeSecrets } from '../../src/main/peers/identity/identity.ts';
import { LanTlsTransport } from '../../src/main/peers/links/lan-tls-link.ts';
import { parseInviteLink } from '../../src/main/peers/pairing/invite-link.ts';
import { joinByInvite } from '../../src/main/peers/pairing/pairing-joiner.ts';
import type { Message, MessageName, MessageOf } from '../../src/main/peers/protocol/messages.ts';
import { systemClock } from '../../src/main/platform/clock.ts';
import { digestOf } from '../../src/main/platform/hash.ts';
import { systemRandom } from '../../src/main/platform/random.ts';
import { bytesOf, hexOf } from '../../src/main/record/encode-value.ts';
import { type CollectionId, collectionId, type Digest, digest, type LogId, logId } from '../../src/main/record/ids.ts';
import { noKnock } from '../fakes/no-relay.ts';
import type { Device } from './device.ts';

const HANDLE = 1;

/**
 * A member by its keys that obeys no rule: it was let in like anyone, says what it wants, and signs what it wants. Built on the program's own
 * links and frames, not on its session.
 */
export class HostileMember {
  readonly identity = new DeviceIdentity(makeSecrets(systemRandom));
  readonly signer: MemberSigner;
  readonly collection: CollectionId;
  readonly #inviter: Descriptor;
  readonly #address: string;
  #log = newLog();
  #previous = FIRST_PREVIOUS;
  #number = 0;

  private constructor(collection: CollectionId, identity: DeviceIdentity, inviter: Descriptor, address: string) {
    this.collection = collection;
    this.identity = identity;
    this.signer = identity.member(collection);
    this.#inviter = inviter;
    this.#address = address;
  }

  static async join(victim: Device, collection: string, role = 'editor'): Promise<HostileMember> {
    const { link } = await victim.ask<{ link: string }>('invite', collection, '--role', role, '--approve-first');
    const identity = new DeviceIdentity(makeSecrets(systemRandom));
    const transport = new LanTlsTransport(identity);
    const joined = await joinByInvite(
      parseInviteLink(link),
      {
        identity,
        clock: systemClock,
        random: systemRandom,
        name: 'mallory',
        dialStranger: (address, signal) => transport.dialStranger(address, signal),
        knock: noKnock,
        show: () => Promise.resolve(true),
      },
      AbortSignal.timeout(120_000),
    );
    return new HostileMember(collectionId(collection), identity, joined.inviter, victim.listen);
  }

  get log(): LogId {
    return this.#log;
  }
  /** Its next packages begin another log. */
  beginLog(): void {
    this.#log = newLog();
    this.#previous = FIRST_PREVIOUS;
    this.#number = 0;
  }

  /** The next package of its log, of these changes as CBOR values; `head`: what to say otherwise. */
  pack(changes: readonly unknown[], head: Partial<PackageHead> = {}): SignedPackage {
    return this.packBody(compressBody(encode([[], changes])), head);
  }
  /** As `pack`, with a body as it travels. */
  packBody(body: Uint8Array, head: Partial<PackageHead> = {}): SignedPackage {
    const made = makePackage(
      {
        collection: this.collection,
        member: this.signer.key,
        log: this.#log,
        number: this.#number + 1,
        previous: this.#previous,
        epoch: 0,
        time: Date.now() * 1024,
        seen: [],
        ...head,
      },
      body,
      (bytes) => this.signer.sign(bytes),
    );
    this.#number++;
    this.#previous = made.hash;
    return made;
  }

  /** A link on which members have greeted each other and nothing was said. */
  async link(): Promise<HostileLink> {
    const transport = new LanTlsTransport(this.identity);
    const link = await transport.dial(this.#address, this.#inviter, AbortSignal.timeout(120_000));
    const greeting = {
      descriptor: this.identity.descriptor.bytes,
      app: 'mallory',
      caps: [],
      run: systemRandom.bytes(32),
    };
    return new HostileLink(this, await greet(link, greeting, systemClock));
  }
  /** What opens the collection on a link: its tag there, and the proof of membership, which is good on no other. */
  opening(link: HostileLink): readonly [Uint8Array, Uint8Array] {
    const exporter = link.exporter();
    const group = bytesOf(this.collection);
    const tag = new Uint8Array(createHmac('sha256', exporter).update('dialler').update(group).digest());
    const statement = Buffer.concat([Buffer.from('lockstep-open-1\0dialler\0'), exporter, group]);
    return [tag, this.signer.sign(statement)];
  }

  /** As `link`, with the collection open between the two. */
  async open(): Promise<HostileLink> {
    const link = await this.link();
    await link.open();
    return link;
  }
}

const newLog = (): LogId => logId(hexOf(systemRandom.bytes(8)));

/** One link of a hostile member. It gives the contents it was told to give, and remembers all it is told. */
export class HostileLink {
  readonly heard: Message[] = [];
  /** What it answers to a wish for a content, whatever the truth is; nothing: it does not have it. */
  readonly contents = new Map<Digest, Uint8Array>();
  /** Resolves with the reason when the other side ends the link. */
  readonly closed: Promise<string>;
  readonly #member: HostileMember;
  readonly #stream;
  readonly #waiting: (() => void)[] = [];

  constructor(member: HostileMember, greeted: Awaited<ReturnType<typeof greet>>) {
    this.#member = member;
    this.#stream = greeted.stream;
    this.closed = new Promise((resolve) => {
      this.#stream.onClose(resolve);
    });
    this.#stream.receive((message) => {
      this.heard.push(message);
      if (message.is === 'CONTENT_WANT') this.#give(message);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** The first message of this kind that holds, heard already or still to come. Fails when the link ends first. */
  async hear<N extends MessageName>(
    name: N,
    holds: (message: MessageOf<N>) => boolean = () => true,
  ): Promise<MessageOf<N>> {
    for (;;) {
      const found = this.heard.find((each) => each.is === name && holds(each as unknown as MessageOf<N>));
      if (found !== undefined) return found as unknown as MessageOf<N>;
      const next = new Promise<null>((resolve) => {
        this.#waiting.push(() => resolve(null));
      });
      const ended = await Promise.race([next, this.closed]);
      if (ended !== null)
        throw new Error(
          `the link ended (${ended}) before ${name}; heard ${this.heard.map((each) => each.is).join(' ')}`,
        );
    }
  }

  say(message: Message): void {
    this.#stream.send(message);
  }
  /** Bytes that need not be a frame. */
  raw(bytes: Uint8Array): void {
    this.#stream.link.send(bytes);
  }

  exporter(): Uint8Array {
    return this.#stream.link.exporter('EXPORTER-lockstep-session', 32);
  }

  async open(): Promise<void> {
    const [tag, proof] = this.#member.opening(this);
    this.say({ is: 'GROUPS', tags: [tag] });
    this.say({ is: 'OPEN', h: HANDLE, tag, member: this.#member.signer.key, proof, answers: false });
    this.say({ is: 'MEMBERS', h: HANDLE, heads: [], ops: [] });
    this.say({ is: 'HAVE', h: HANDLE, vector: [] });
    await this.hear('HAVE');
  }

  send(...packages: readonly SignedPackage[]): void {
    const [first] = packages;
    if (first === undefined) return;
    const { member, log, number } = first.head;
    const numbers = { first: number, count: packages.length };
    this.say({ is: 'PACKAGE', h: HANDLE, member, log, numbers, packages: packages.map((each) => each.bytes) });
  }
  /** Resolves once the other side says it has applied, or named as a problem, this package. */
  applied(sent: SignedPackage): Promise<MessageOf<'ACK'>> {
    const { log, number } = sent.head;
    return this.hear('ACK', (ack) => ack.applied.some((each) => each.log === log && each.number >= number));
  }

  close(): void {
    this.#stream.close('done');
  }

  #give(wanted: MessageOf<'CONTENT_WANT'>): void {
    wanted.items.forEach(({ digest: name }, item) => {
      const bytes = this.contents.get(digest(name));
      if (bytes === undefined) this.say({ is: 'CONTENT_NO', req: wanted.req, items: [{ item, code: 'not-here' }] });
      else {
        const piece = { item, offset: 0, length: bytes.length, total: bytes.length, flags: 1 };
        this.say({ is: 'CONTENT', req: wanted.req, pieces: [piece], data: [bytes] });
      }
    });
  }
}

/** `[record, flags, dots, [name, value, dots]*]`: the change that adds a file, as packages carry it. */
export function addFile(record: unknown, text: string | Uint8Array, size?: number): readonly unknown[] {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return [record, 0, [], 1, [0, bytesOf(digestOf(bytes)), size ?? bytes.length], []];
}
export const addLink = (record: string, target: unknown): readonly unknown[] => [record, 0, [], 1, [2, target], []];
export const addDirectory = (record: string): readonly unknown[] => [record, 0, [], 1, [1], []];
