import type { EventEmitter } from 'node:events';
import { networkInterfaces } from 'node:os';
import { Bonjour, type Browser, type Service } from 'bonjour-service';
import type { Random } from '../../platform/random.ts';
import { toHex } from '../protocol/hex.ts';
import type { BeaconChannel } from './discovery.ts';
import { type Beacon, beaconFromText, beaconToText } from './discovery-beacon.ts';
import { outwardAddresses } from './network-cards.ts';

const TYPE = 'lockstep';

interface Card {
  readonly mdns: Bonjour;
  readonly browser: Browser;
  announced: Service | null;
}

/**
 * Beacons as an mDNS service, `_lockstep._tcp`, with names drawn at random. One instance a network card: multicast-dns sends on one only.
 * Bound to all addresses, or it would hear no group where there is no route for multicast.
 */
export class MdnsBeacon implements BeaconChannel {
  readonly #random: Random;
  readonly #cards = new Map<string, Card>();
  #heard: (beacon: Beacon, host: string) => void = () => {};
  #last: { readonly beacon: Beacon; readonly hour: number } | null = null;
  readonly #hour: () => number;

  /** `hour` is asked at each beacon: a service is announced anew when its tags would have expired, not every half minute. */
  constructor(random: Random, hour: () => number) {
    this.#random = random;
    this.#hour = hour;
  }

  async start(heard: (beacon: Beacon, host: string) => void): Promise<void> {
    this.#heard = heard;
    this.networksChanged();
  }

  say(beacon: Beacon): void {
    const hour = this.#hour();
    const last = this.#last?.hour === hour ? this.#last.beacon : null;
    const fresh = last?.port === beacon.port && last.waiting?.id === beacon.waiting?.id;
    if (fresh) {
      for (const { browser } of this.#cards.values()) browser.update();
      return;
    }
    this.#last = { beacon, hour };
    for (const card of this.#cards.values()) this.#announce(card);
  }

  networksChanged(): void {
    const now = new Set(outwardAddresses(networkInterfaces()));
    for (const [address, card] of [...this.#cards]) {
      if (now.has(address)) continue;
      card.mdns.destroy();
      this.#cards.delete(address);
    }
    for (const address of now) if (!this.#cards.has(address)) this.#cards.set(address, this.#open(address));
    this.#last = null;
  }

  async stop(): Promise<void> {
    const cards = [...this.#cards.values()];
    this.#cards.clear();
    await Promise.all(cards.map(({ mdns }) => goodbye(mdns)));
  }

  #open(address: string): Card {
    const options = { interface: address, bind: '0.0.0.0' } as ConstructorParameters<typeof Bonjour>[0];
    const mdns = new Bonjour(options, () => {});
    // Trouble of one network (port 5353 in exclusive use) is no fault of the program; the UDP beacon is there too. The library
    // throws what nobody listens to.
    (mdns as unknown as { readonly server: { readonly mdns: EventEmitter } }).server.mdns.on('error', () => {});
    const browser = mdns.find({ type: TYPE });
    const hear = (service: Service): void => this.#hear(service);
    browser.on('up', hear);
    browser.on('txt-update', hear);
    browser.on('srv-update', hear);
    return { mdns, browser, announced: null };
  }

  #hear(service: Service): void {
    const host = service.referer?.address;
    const beacon = beaconFromText(service.txt ?? {}, service.port);
    if (host !== undefined && beacon !== null) this.#heard(beacon, host);
  }

  #announce(card: Card): void {
    if (this.#last === null) return;
    const { beacon } = this.#last;
    // The machine's own name would be announced otherwise.
    const name = toHex(this.#random.bytes(8));
    card.announced?.stop();
    const txt = beaconToText(beacon);
    card.announced = card.mdns.publish({
      name,
      host: `${name}.local`,
      type: TYPE,
      port: beacon.port,
      txt,
      probe: false,
    });
  }
}

function goodbye(mdns: Bonjour): Promise<void> {
  return new Promise((resolve) => mdns.unpublishAll(() => mdns.destroy(resolve)));
}
