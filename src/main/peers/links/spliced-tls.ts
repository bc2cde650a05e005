import { connect, TLSSocket } from 'node:tls';
import { equalBytes } from '../../platform/equal-bytes.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { Descriptor } from '../identity/descriptor.ts';
import type { DeviceIdentity } from '../identity/identity.ts';
import { deviceTls, HANDSHAKE_MS, LINK_PROTOCOL, PAIR_PROTOCOL, peerKey } from './device-tls.ts';
import { type CarriedChannel, type CarriedTransport, type PeerLink, RELAYED, type StrangerLink } from './peer-link.ts';
import { type Below, TlsPeerLink, TlsStrangerLink } from './tls-link.ts';

interface Secured {
  readonly socket: TLSSocket;
  readonly spki: Uint8Array;
}

/**
 * TLS 1.3 between two devices inside a channel that a relay carries, with the same keys and checks as on the local network: the relay sees
 * a handshake whose certificates are encrypted, and sizes. The end that is to be the server is settled by whoever opens the channel.
 */
export class SplicedTls implements CarriedTransport {
  readonly #identity: DeviceIdentity;

  constructor(identity: DeviceIdentity) {
    this.#identity = identity;
  }

  async link(
    channel: CarriedChannel,
    expect: Descriptor,
    { dialled, serves }: { readonly dialled: boolean; readonly serves: boolean },
    signal: AbortSignal,
  ): Promise<PeerLink> {
    const { socket, spki } = await this.#secure(channel, LINK_PROTOCOL, serves, signal);
    if (!equalBytes(spki, expect.tls)) {
      socket.destroy();
      throw new LockstepError('wrong-peer', 'another device answers through the relay', expect.id);
    }
    return new TlsPeerLink(socket, below(channel, dialled), expect);
  }

  async linkStranger(
    channel: CarriedChannel,
    { serves }: { readonly serves: boolean },
    signal: AbortSignal,
  ): Promise<StrangerLink> {
    const { socket, spki } = await this.#secure(channel, PAIR_PROTOCOL, serves, signal);
    return new TlsStrangerLink(socket, below(channel, !serves), spki);
  }

  #secure(channel: CarriedChannel, protocol: string, serves: boolean, signal: AbortSignal): Promise<Secured> {
    const options = { ...deviceTls(this.#identity), ALPNProtocols: [protocol] };
    const socket = serves
      ? new TLSSocket(channel, { ...options, isServer: true })
      : connect({ ...options, socket: channel });
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => {
        done();
        socket.destroy();
        channel.destroy();
        reject(new LockstepError('unreachable', 'no answer through the relay', RELAYED, cause));
      };
      const onAbort = (): void => fail(signal.reason);
      const late = setTimeout(() => fail(new Error('handshake timed out')), HANDSHAKE_MS);
      late.unref();
      const done = (): void => {
        clearTimeout(late);
        signal.removeEventListener('abort', onAbort);
        channel.off('error', fail);
        socket.off('error', fail).off('close', fail);
      };
      // What carries it may break at any time; the link hears of it by the end of what it carries.
      channel.on('error', () => socket.destroy());
      channel.on('error', fail);
      // With the last bytes of the handshake there may come what breaks it, before the link listens: an error nobody listens for ends the program.
      socket.on('error', () => socket.destroy());
      socket.on('error', fail).on('close', fail);
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort);
      // The event of a connection that is served; `secureConnect` is of those that were opened.
      socket.once(serves ? 'secure' : 'secureConnect', () => {
        const spki = peerKey(socket);
        if (spki === null || socket.alpnProtocol !== protocol) {
          fail(new Error('not a Lockstep device'));
          return;
        }
        done();
        resolve({ socket, spki });
      });
    });
  }
}

const below = (channel: CarriedChannel, dialled: boolean): Below => ({
  address: RELAYED,
  dialled,
  counts: channel,
  reads: null,
});
