import { parseRelayUrl } from '../peers/relay/relay-url.ts';
import type { Clock } from '../platform/clock.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { CollectionId, DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import type { RegistryStore } from '../store/registry-store.ts';

/** Whose person sets a relay. */
interface Setter {
  readonly world: { readonly clock: Clock };
  readonly deviceId: DeviceId;
  readonly replicas: ReadonlyMap<CollectionId, Replica>;
  readonly config: { text(name: 'relay'): string; set(name: 'relay', value: string): void };
  readonly registry: Pick<RegistryStore, 'setting' | 'setSetting'>;
}

/**
 * Which relay this device gives the collections that it is an admin of: the one that was set here (`config relay`), or for this run (`serve
 * --relay`). Every other member learns it from the membership log. The last word of a person counts, on whichever device: this device says its
 * own once for each collection and notes that, so that a start, or what another admin sets later, does not make it say it again.
 */
export class RelaySetting {
  readonly #device: Setter;
  /** '' for none. */
  #url = '';
  /** Given for this run, by a person who meant all collections. */
  #isOfRun = false;

  constructor(device: Setter) {
    this.#device = device;
  }

  /** At the start, before any collection is there. `url`: for this run; null: as configured. Fails with `bad-relay-url`. */
  begin(url: string | null): void {
    this.#isOfRun = url !== null && url !== '';
    this.#url = url !== null && url !== '' ? parseRelayUrl(url).url : this.#device.config.text('relay');
  }

  /**
   * What this device gives its collections now, whether it was set or is for this run; where it gives none, which they have of others (with a comma
   * between several); '' for none.
   */
  get shown(): string {
    if (this.#url !== '') return this.#url;
    const learned = [...this.#device.replicas.values()].flatMap(({ membership }) =>
      membership.isMember() && membership.relay() !== '' ? [membership.relay()] : [],
    );
    return [...new Set(learned)].join(', ');
  }

  /**
   * A person sets it for this device and every collection that it is an admin of, whoever gave them which relay before; '' for none. Fails with
   * `bad-relay-url`, and with `not-allowed` where there is something to be changed and this device is an admin of none.
   */
  set(url: string): void {
    const wanted = url.trim() === '' ? '' : parseRelayUrl(url).url;
    if (wanted !== '' || this.#url === '') this.#checkAdminOfAny(wanted);
    this.#device.config.set('relay', wanted);
    this.#isOfRun = false;
    this.#url = wanted;
    for (const replica of this.#device.replicas.values()) {
      this.forget(replica.id);
      if (wanted !== '') this.#say(replica, true);
      else if (this.#isAdmin(replica)) this.#write(replica, '');
    }
  }

  /** A collection came, or this device's role in it is another: it gets the relay, unless somebody gave it one. */
  offer(replica: Replica): void {
    this.#say(replica, this.#isOfRun);
  }

  /** The collection is not here any more. */
  forget(collection: CollectionId): void {
    this.#device.registry.setSetting(keyOf(collection), null);
  }

  /** `instead`: of any other relay it has. */
  #say(replica: Replica, instead: boolean): void {
    if (this.#url === '' || this.#said(replica.id) === this.#url || !this.#isAdmin(replica)) return;
    // Noted first: what is written comes back here.
    this.#device.registry.setSetting(keyOf(replica.id), this.#url);
    if (instead || replica.membership.relay() === '') this.#write(replica, this.#url);
  }

  #write(replica: Replica, url: string): void {
    if (replica.membership.relay() === url) return;
    replica.membership.setRelay(url, this.#device.world.clock.now());
    replica.membershipChanged();
  }

  /** What this device gave it, or would have where it had another one; null: nothing. */
  #said(collection: CollectionId): string | null {
    return this.#device.registry.setting(keyOf(collection));
  }

  #isAdmin({ membership }: Replica): boolean {
    return membership.member(this.#device.deviceId)?.role === 'admin';
  }

  #checkAdminOfAny(url: string): void {
    const shared = [...this.#device.replicas.values()].filter(
      ({ membership }) => membership.isMember() && (url !== '' || membership.relay() !== ''),
    );
    if (shared.length === 0 || shared.some((replica) => this.#isAdmin(replica))) return;
    const admins = shared.flatMap(({ membership }) => membership.others().filter(({ role }) => role === 'admin'));
    const where = [...new Set(admins.map(({ name }) => name))].join(' or ');
    throw new LockstepError(
      'not-allowed',
      `Only an admin of a collection can set its relay, and this device is an admin of none: do it on ${where}.`,
      url,
    );
  }
}

const keyOf = (collection: CollectionId): string => `relay.${collection}`;
