import type { Clock } from '../../platform/clock.ts';
import { type CollectionId, collectionId } from '../../record/ids.ts';
import { type Location, readLocation } from './relay-answers.ts';
import { RelayError } from './relay-error.ts';
import type { RelayReach, RelayWire } from './relay-http.ts';
import { placeToldBy, type RelayAddress } from './relay-url.ts';

type Part = 'api' | 'events' | 'live' | 'packs';

/** Addresses of one relay that are spoken to. */
const MOST_PLACES = 8;
const SECOND = 1000;
/** How long a location is believed, whatever the relay says. */
const SHORTEST_MS = 60 * SECOND;
const LONGEST_MS = 24 * 3600 * SECOND;
/** Of no group: where those are that are not known yet. */
const ANY = collectionId('0'.repeat(32));

/**
 * Where the parts of a relay are, for each group: its `location` says so (the management server of claims 59 and 60), and is asked before
 * anything else. An answer that leads anywhere but to the user's relay is passed over, so a lie costs nothing.
 */
export class RelayPlaces {
  readonly #given: RelayAddress;
  readonly #clock: Clock;
  readonly #reach: RelayReach;
  readonly #open = new Map<string, RelayWire>();
  readonly #located = new Map<CollectionId, { readonly location: Location; readonly until: number }>();
  /** Where this device authenticates: where the first of its groups is. */
  #home: RelayAddress;

  constructor(given: RelayAddress, clock: Clock, reach: RelayReach) {
    this.#given = given;
    this.#clock = clock;
    this.#reach = reach;
    this.#home = given;
  }

  /**
   * Asks where these groups are, as far as that is not known. A relay that wants a pause is asked for the rest another time. Fails where it
   * tells of none.
   */
  async locate(groups: readonly CollectionId[]): Promise<void> {
    for (const [at, group] of groups.entries()) {
      if ((this.#located.get(group)?.until ?? 0) > this.#clock.now()) continue;
      try {
        await this.#ask(group);
      } catch (error) {
        if (at === 0 || !(error instanceof RelayError) || error.code !== 'relay-too-many') throw error;
        break;
      }
    }
    const [first] = groups;
    this.#home = first === undefined ? this.#given : this.#placeOf(first, 'api');
  }
  async #ask(group: CollectionId): Promise<void> {
    const path = `/v1/groups/${group}/location`;
    const location = readLocation(await this.#at(this.#given).askJson({ method: 'GET', path }));
    const ttl = Math.min(Math.max(location.ttl * SECOND, SHORTEST_MS), LONGEST_MS);
    this.#located.set(group, { location, until: this.#clock.now() + ttl });
  }

  /** Where this device authenticates. */
  get home(): RelayWire {
    return this.#at(this.#home);
  }
  /** Is it known where this group is, and is that where this device authenticates? */
  isHome(group: CollectionId): boolean {
    return this.#located.has(group) && this.#placeOf(group, 'api').url === this.#home.url;
  }
  of(group: CollectionId, part: Part): RelayWire {
    return this.#at(this.#placeOf(group, part));
  }
  /** Where invitations are rung at, for somebody who is no member of anything. */
  async doorbell(): Promise<RelayWire> {
    if ((this.#located.get(ANY)?.until ?? 0) <= this.#clock.now()) await this.#ask(ANY);
    return this.of(ANY, 'live');
  }

  get bytes(): { readonly bytesIn: number; readonly bytesOut: number } {
    const all = [...this.#open.values()];
    return {
      bytesIn: all.reduce((sum, { bytesIn }) => sum + bytesIn, 0),
      bytesOut: all.reduce((sum, { bytesOut }) => sum + bytesOut, 0),
    };
  }

  close(): void {
    for (const wire of this.#open.values()) wire.close();
  }

  #placeOf(group: CollectionId, part: Part): RelayAddress {
    return placeToldBy(this.#given, this.#located.get(group)?.location[part] ?? '') ?? this.#given;
  }
  #at(place: RelayAddress): RelayWire {
    const known = this.#open.get(place.url);
    if (known !== undefined) return known;
    if (this.#open.size >= MOST_PLACES && place !== this.#given) return this.#at(this.#given);
    const wire = this.#reach(place);
    this.#open.set(place.url, wire);
    return wire;
  }
}
