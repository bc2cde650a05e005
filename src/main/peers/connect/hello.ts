import type { Clock } from '../../platform/clock.ts';
import { equalBytes } from '../../platform/equal-bytes.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { PeerLink } from '../links/peer-link.ts';
import { toHex } from '../protocol/hex.ts';
import type { Message, MessageOf } from '../protocol/messages.ts';
import { MessageStream } from './message-stream.ts';

/** The versions of the protocol this program speaks. */
const VERSIONS: readonly number[] = [1];
const HELLO_MS = 10_000;
/** Bytes of bulk a peer may send before we grant more. */
export const FIRST_CREDIT = 4 * 1024 * 1024;

/** What this device says of itself on every link. */
export interface Greeting {
  readonly descriptor: Uint8Array;
  readonly app: string;
  readonly caps: readonly string[];
  /** 32 bytes drawn once a run of the program. */
  readonly run: Uint8Array;
}

/** A link both ends agreed on: messages may flow. */
export interface GreetedLink {
  readonly stream: MessageStream<PeerLink>;
  readonly version: number;
  /** What both can. */
  readonly caps: readonly string[];
  /** Bytes of bulk the peer takes before it grants more. */
  readonly credit: number;
  readonly app: string;
  /** Another one than before means the peer started anew. */
  readonly run: string;
}

/**
 * Exchanges HELLO and HELLO_OK on a fresh link. Fails, and closes the link, with `version-unsupported`, `wrong-peer` (its descriptor is
 * not the one its key belongs to), `hello-timeout`, `protocol-error` or `link-lost`.
 */
export function greet(link: PeerLink, own: Greeting, clock: Clock, versions = VERSIONS): Promise<GreetedLink> {
  const stream = new MessageStream(link, 'greeting');
  return new Promise((resolve, reject) => {
    let theirs: MessageOf<'HELLO'> | null = null;
    let version = 0;
    const cleanUp = [
      clock.after(HELLO_MS, () => fail('hello-timeout', 'did not say HELLO in time')),
      stream.onFault((detail) => fail('protocol-error', detail)),
      stream.onClose((reason) => fail('link-lost', reason)),
    ];
    const finish = (): void => {
      for (const undo of cleanUp) undo();
      stream.receive(null);
    };
    const fail = (code: string, detail: string): void => {
      finish();
      stream.close(code);
      reject(new LockstepError(code, `${link.address}: ${detail}`, link.peer));
    };

    const agree = (hello: MessageOf<'HELLO'>): void => {
      theirs = hello;
      version = Math.max(0, ...versions.filter((each) => hello.versions.includes(each)));
      if (version > 0) {
        stream.send({ is: 'HELLO_OK', version, caps: common(own.caps, hello.caps), credit: FIRST_CREDIT });
        return;
      }
      stream.send({ is: 'ERROR', code: 'version-unsupported', text: `speaks ${versions.join(', ')}`, fatal: true });
      fail('version-unsupported', `speaks versions ${hello.versions.join(', ')}, this device ${versions.join(', ')}`);
    };
    const onHello = (hello: MessageOf<'HELLO'>): void => {
      if (theirs !== null) stream.fault('a second HELLO');
      else if (!equalBytes(hello.descriptor, link.descriptor.bytes)) fail('wrong-peer', 'says it is another device');
      else agree(hello);
    };
    const onHelloOk = (ok: MessageOf<'HELLO_OK'>): void => {
      if (theirs === null || ok.version !== version) {
        stream.fault('HELLO_OK of something not agreed');
        return;
      }
      stream.becomeLinked();
      finish();
      const { app, caps, nonce } = theirs;
      resolve({ stream, version, caps: common(own.caps, caps), credit: ok.credit, app, run: toHex(nonce) });
    };
    stream.receive((message: Message) => {
      if (message.is === 'HELLO') onHello(message);
      else if (message.is === 'HELLO_OK') onHelloOk(message);
      else if (message.is === 'ERROR')
        fail(message.code === 'version-unsupported' ? message.code : 'link-lost', message.text);
      else if (message.is === 'BYE') fail('link-lost', message.reason);
    });
    stream.send({ is: 'HELLO', versions, descriptor: own.descriptor, app: own.app, caps: own.caps, nonce: own.run });
  });
}

function common(ours: readonly string[], theirs: readonly string[]): readonly string[] {
  return ours.filter((cap) => theirs.includes(cap));
}
