import type { Clock } from '../../platform/clock.ts';
import type { CollectionId } from '../../record/ids.ts';
import { type Location, readLocation } from './relay-answers.ts';
import { RelayHttp } from './relay-http.ts';
import { placeToldBy, type RelayAddress } from './relay-url.ts';

type Part = keyof Location;

/** Addresses of one relay that are spoken to. */
const MOST_PLACES = 8;

/**
 * Where the parts of a relay are, for each group: its `location` says so (the management server of claims 59 and 60). An answer that leads
 * anywhere but to the user's relay is passed over, so a lie costs nothing.
 */
export class RelayPlaces {
  readonly #given: RelayAddress;
  readonly #clock: Clock;
  readonly #open = new Map<string, RelayHttp>();
  readonly #located = new Map<CollectionId, Location>();

  constructor(given: RelayAddress, clock: Clock) {
    this.#given = given;
    this.#clock = clock;
  }

  /** Where the user said the relay is. */
  get entrance(): RelayHttp {
    return this.#at(this.#given);
  }

  async locate(group: CollectionId, token: string): Promise<void> {
    const path = `/v1/groups/${group}/location`;
    this.#located.set(group, readLocation(await this.entrance.askJson({ method: 'GET', path, token })));
  }

  of(group: CollectionId, part: Part): RelayHttp {
    const told = this.#located.get(group)?.[part] ?? '';
    return this.#at(placeToldBy(this.#given, told) ?? this.#given);
  }

  close(): void {
    for (const http of this.#open.values()) http.close();
    this.#open.clear();
  }

  #at(place: RelayAddress): RelayHttp {
    const known = this.#open.get(place.url);
    if (known !== undefined) return known;
    if (this.#open.size >= MOST_PLACES) return this.entrance;
    const http = new RelayHttp(place, this.#clock);
    this.#open.set(place.url, http);
    return http;
  }
}
