import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import type { BeaconChannel } from './discovery.ts';
import { type Beacon, decodeBeacon, encodeBeacon } from './discovery-beacon.ts';
import { broadcastAddresses } from './network-cards.ts';

const BEACON_PORT = 21_028;
/** Link-local scope; the group's name is "LS". */
const GROUP = 'ff12::4c53';

/**
 * Beacons as UDP datagrams: broadcast on each IPv4 network and multicast on each IPv6 one. Needs no route for multicast, which mDNS does.
 * A socket that cannot be opened (no IPv6, the port in exclusive use) is done without.
 */
export class UdpBeacon implements BeaconChannel {
  readonly #port: number;
  #four: Socket | null = null;
  #six: Socket | null = null;

  constructor(port = BEACON_PORT) {
    this.#port = port;
  }

  async start(heard: (beacon: Beacon, host: string) => void): Promise<void> {
    this.#four = await open('udp4', this.#port, heard);
    this.#six = await open('udp6', this.#port, heard);
    this.#four?.setBroadcast(true);
    this.#join();
  }

  say(beacon: Beacon): void {
    const datagram = encodeBeacon(beacon);
    for (const address of broadcastAddresses(networkInterfaces())) send(this.#four, datagram, this.#port, address);
    for (const card of cardsWithSix()) send(this.#six, datagram, this.#port, `${GROUP}%${card}`);
  }

  networksChanged(): void {
    this.#join();
  }

  async stop(): Promise<void> {
    await Promise.all([close(this.#four), close(this.#six)]);
    this.#four = null;
    this.#six = null;
  }

  #join(): void {
    for (const card of cardsWithSix()) {
      try {
        this.#six?.addMembership(GROUP, `::%${card}`);
      } catch {
        // Joined already, or a card without multicast.
      }
    }
  }
}

function cardsWithSix(): readonly string[] {
  return Object.entries(networkInterfaces())
    .filter(([, addresses]) => addresses?.some(({ family, internal }) => family === 'IPv6' && !internal))
    .map(([card]) => card);
}

function open(
  type: 'udp4' | 'udp6',
  port: number,
  heard: (beacon: Beacon, host: string) => void,
): Promise<Socket | null> {
  return new Promise((resolve) => {
    // Several Locksteps of one machine all have to hear.
    const socket = createSocket({ type, reuseAddr: true, ipv6Only: type === 'udp6' });
    socket.once('error', () => {
      socket.close();
      resolve(null);
    });
    socket.on('message', (datagram, from) => {
      const beacon = decodeBeacon(datagram);
      if (beacon !== null) heard(beacon, from.address);
    });
    socket.bind(port, () => {
      // A network that goes away is no fault of the program.
      socket.removeAllListeners('error').on('error', () => {});
      socket.unref();
      resolve(socket);
    });
  });
}
function send(socket: Socket | null, datagram: Uint8Array, port: number, address: string): void {
  // A beacon that does not get out is followed by the next one.
  socket?.send(datagram, port, address, () => {});
}
function close(socket: Socket | null): Promise<void> {
  return new Promise((resolve) => {
    if (socket === null) resolve();
    else socket.close(() => resolve());
  });
}
