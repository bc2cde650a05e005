import type { Clock } from '../../platform/clock.ts';
import { isRelayed } from '../links/peer-link.ts';
import type { GreetedLink } from './hello.ts';

/** Silence after which the peer is asked whether it is there, and again; after two questions without a sound the link is dead. */
const QUIET_MS = 90_000;
/** Through a relay, whose ends do not see each other go; and what stands in between drops what is quiet. */
const RELAYED_QUIET_MS = 25_000;
const MISSES = 2;
/** How soon a peer must answer where there is reason to doubt that the link lives. */
const PROBE_MS = 10_000;
/** Longer than a dial that began before this link stood can take: at the slowest of sixteen addresses, with its handshake and greeting. */
const OLD_MS = 30_000;
/** What a link may have carried in vain, one frame of content, so that another is no waste. */
const LITTLE_BYTES = 256 * 1024;

/** A link in use, watched: one that carries nothing any more is closed as `dead`, though no end of it was seen. */
export class LiveLink {
  readonly greeted: GreetedLink;
  readonly #clock: Clock;
  readonly #since: number;
  #heard = 0;
  #misses = 0;
  #pings = 0;
  #cancelWatch: () => void = () => {};
  #cancelProbe: (() => void) | null = null;

  constructor(greeted: GreetedLink, clock: Clock) {
    this.greeted = greeted;
    this.#clock = clock;
    this.#since = clock.now();
    this.#heard = greeted.stream.link.bytesIn;
    this.#watch();
  }

  /** Whoever dialled this late has no link: the end of this one was not seen here. */
  get isOld(): boolean {
    return this.#clock.now() - this.#since >= OLD_MS;
  }

  /** It lived long; or something came of it, and neither end broke the protocol: another one is worth dialling for at once. */
  get wasGood(): boolean {
    const { moved, isBroken } = this.greeted.stream;
    return this.isOld || (moved.isWorth && !isBroken);
  }

  /** It stood as long as that (milliseconds), and no more was sent in vain than may be: another one may be dialled for as soon as this one was. */
  outlived(milliseconds: number): boolean {
    const { link, isBroken } = this.greeted.stream;
    const stood = this.#clock.now() - this.#since;
    return stood >= milliseconds && link.bytesIn + link.bytesOut <= LITTLE_BYTES && !isBroken;
  }

  /** Closes the link unless the peer is heard within ten seconds. */
  probe(): void {
    if (this.#cancelProbe !== null) return;
    const { stream } = this.greeted;
    const before = stream.link.bytesIn;
    this.#ping();
    this.#cancelProbe = this.#clock.after(PROBE_MS, () => {
      this.#cancelProbe = null;
      if (stream.link.bytesIn === before) stream.close('dead');
    });
  }

  stop(): void {
    this.#cancelWatch();
    this.#cancelProbe?.();
  }

  #watch(): void {
    const { stream } = this.greeted;
    this.#cancelWatch = this.#clock.after(isRelayed(stream.link) ? RELAYED_QUIET_MS : QUIET_MS, () => {
      if (stream.link.bytesIn !== this.#heard) {
        this.#heard = stream.link.bytesIn;
        this.#misses = 0;
      } else if (this.#misses++ >= MISSES) {
        stream.close('dead');
        return;
      } else this.#ping();
      this.#watch();
    });
  }

  #ping(): void {
    this.greeted.stream.send({ is: 'PING', n: ++this.#pings });
  }
}
