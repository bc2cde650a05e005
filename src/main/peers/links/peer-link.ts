import type { Duplex } from 'node:stream';
import type { DeviceId } from '../../record/ids.ts';
import type { Descriptor } from '../identity/descriptor.ts';

/** Stands for an address where there is none: what is sent goes through a relay. */
export const RELAYED = 'relay';
export const isRelayed = ({ address }: Pick<ByteLink, 'address'>): boolean => address === RELAYED;

/** A channel of bytes to another device: ordered, encrypted, both ends proven. It knows nothing of what the bytes mean. */
export interface ByteLink {
  /** host:port of the other end, for people; `RELAYED` where a relay stands in between. */
  readonly address: string;
  /** We opened it. */
  readonly dialled: boolean;
  /** Bytes so far, about as they crossed the network. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /**
   * Sends these bytes in order. false: they are queued, but wait for `onDrain` before sending more. After the close nothing is sent.
   * `sent`: their memory is not needed any more; it may never be told.
   */
  send(frame: Uint8Array | readonly Uint8Array[], sent?: () => void): boolean;
  /**
   * Who takes what arrives, in chunks of any size; one receiver at a time. Before, no more than some chunks are read from the network.
   * `lent`: the chunk's memory is used again after the call.
   */
  onFrames(receive: (chunk: Uint8Array, lent: boolean) => void): void;
  /** Stops and resumes reading, so that a slow reader slows the peer and not the memory. What was read already may still be told. */
  pause(): void;
  resume(): void;
  onDrain(listener: () => void): () => void;
  /** Told once, also when it was closed before. */
  onClose(listener: (reason: string) => void): () => void;
  /** Sends what is queued, then closes; `reason` is for our own listeners. */
  close(reason: string): void;
  /** Keying material only the two ends of this link can compute (RFC 9266). */
  exporter(label: string, length: number): Uint8Array;
}

/** A link whose other end proved to be a device we expect. */
export interface PeerLink extends ByteLink {
  readonly peer: DeviceId;
  readonly descriptor: Descriptor;
}

/** A link to whoever holds this TLS key: for pairing only. */
export interface StrangerLink extends ByteLink {
  readonly spki: Uint8Array;
}

/** Who decides about links that others open to us. */
export interface Door {
  /** Asked with the peer's address before a byte is read. false: closed at once. */
  admit(host: string): boolean;
  /** The device whose TLS key this is, where it is one we share something with. */
  known(spki: Uint8Array): Descriptor | null;
  /** Is anyone invited at the moment? Otherwise strangers are closed before one byte. */
  pairingOpen(): boolean;
  onLink(link: PeerLink): void;
  onStranger(link: StrangerLink): void;
}

export interface Listener {
  /** Where it listens, as host:port. */
  readonly address: string;
  readonly port: number;
  /** Takes no further links; those handed over live on. */
  close(): Promise<void>;
}

/** Bytes somebody else carries between the two ends, who may read and change them. */
export interface CarriedChannel extends Duplex {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** Links inside a channel. They fail as those of `Transport`, and the channel is theirs. */
export interface CarriedTransport {
  /** `dialled`: this end asked for the channel. `serves`: it is the server of the handshake; at the other end it is the other way round. */
  link(
    channel: CarriedChannel,
    expect: Descriptor,
    as: { readonly dialled: boolean; readonly serves: boolean },
    signal: AbortSignal,
  ): Promise<PeerLink>;
  /** To somebody who is known by no more than an invitation: the one who has it, or (`serves`) the one who made it. */
  linkStranger(channel: CarriedChannel, as: { readonly serves: boolean }, signal: AbortSignal): Promise<StrangerLink>;
}

/** How links come to be. Replaced by one in memory where a group of devices is simulated. */
export interface Transport {
  /** Fails with `address-in-use` or `cannot-listen`. */
  listen(at: { readonly host: string; readonly port: number }, door: Door): Promise<Listener>;
  /** Fails with `unreachable`, or `wrong-peer` where another device answers. */
  dial(address: string, expect: Descriptor, signal: AbortSignal): Promise<PeerLink>;
  /** To a device of which only the id is known: the caller has to check who it is before it says anything. */
  dialStranger(address: string, signal: AbortSignal): Promise<StrangerLink>;
  readonly carried: CarriedTransport;
}
