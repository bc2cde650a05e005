import type { CollectionId } from '../../record/ids.ts';
import { BadAnswer, type Grant, MOST_ITEM } from './relay-answers.ts';
import { asRelayError, RelayError } from './relay-error.ts';
import type { RelayAnswer, RelayRequest } from './relay-http.ts';
import { logIn } from './relay-login.ts';
import type { RelayPlaces } from './relay-places.ts';
import type { RelayMember } from './relay-session.ts';
import type { RelayAddress } from './relay-url.ts';

const REFUSALS: { readonly [error: string]: string } = {
  'unknown-group': 'does not know this collection yet: a device that is an admin of it has to connect to it first',
  'not-a-member':
    'does not let this device in: a device that is an admin of the collection has to connect to it first, unless this device was removed',
  'not-admitted':
    'is private: it takes a collection only by all of its address, up to what follows &a= (the line that lockstep relay serve prints)',
  'elsewhere': 'keeps this collection elsewhere, or could not be asked where',
};

/**
 * An admin that is not let in: another one took it out of the list there, and nobody else may change that. The relay cannot tell who is right, and
 * what would prove it says who the members are.
 */
const SHUT_OUT =
  'does not let this device in, though it is an admin of the collection. Another admin has to connect to the relay first, which lets it in unless it removed this device. Where none does, give the collection another relay on a device that is an admin: lockstep config relay URL, or Settings';

/** What the relay lets this device do: a token for its groups, asked for when it is needed and renewed when it has expired. */
export class RelayGrants {
  readonly #address: RelayAddress;
  readonly #places: RelayPlaces;
  readonly #members: ReadonlyMap<CollectionId, RelayMember>;
  #current: Grant | null = null;
  #loggingIn: Promise<Grant> | null = null;

  /** `members`: looked at each time it authenticates. */
  constructor(address: RelayAddress, places: RelayPlaces, members: ReadonlyMap<CollectionId, RelayMember>) {
    this.#address = address;
    this.#places = places;
    this.#members = members;
  }

  /** null: none, or it is known to be worth nothing any more. */
  get current(): Grant | null {
    return this.#current;
  }
  forget(): void {
    this.#current = null;
    this.#loggingIn = null;
  }

  /** A new one. Two at a time are one. */
  renew(): Promise<Grant> {
    if (this.#loggingIn !== null) return this.#loggingIn;
    const members = [...this.#members.values()];
    if (members.length === 0) return Promise.reject(this.fault(new Error('it is not connected')));
    const asked: Promise<Grant> = this.#enter(members).then(
      (grant) => {
        // What was asked for before the members changed is not kept.
        if (this.#loggingIn === asked) this.#current = grant;
        return grant;
      },
      (error: unknown) => Promise.reject(this.fault(error)),
    );
    this.#loggingIn = asked;
    const done = (): void => {
      if (this.#loggingIn === asked) this.#loggingIn = null;
    };
    asked.then(done, done);
    return asked;
  }

  /** Groups that are stored elsewhere, or of which it is not known where, are left out. */
  async #enter(members: readonly RelayMember[]): Promise<Grant> {
    await this.#places.locate(members.map(({ group }) => group));
    return logIn(
      this.#places.home,
      this.#address,
      members.filter(({ group }) => this.#places.isHome(group)),
    );
  }

  /** Asks as a member of `group`, where that part of the relay is; with a new token where the one there was has expired. */
  async ask(group: CollectionId, request: RelayRequest, part: 'api' | 'packs' = 'api'): Promise<RelayAnswer> {
    for (let again = false; ; again = true) {
      const grant = this.#current ?? (await this.renew());
      this.#check(grant, group);
      try {
        return await this.#places.of(group, part).ask({ ...request, token: grant.token });
      } catch (error) {
        const isExpired = error instanceof RelayError && error.status === 401;
        if (!isExpired || again) throw error;
        if (this.#current === grant) this.#current = null;
      }
    }
  }

  /** What was left for this device in a group that it was taken out of. */
  async word({ token }: Grant, { group, key }: RelayMember): Promise<Uint8Array> {
    const path = `/v1/groups/${group}/words/${key}`;
    const { body } = await this.#places.of(group, 'api').ask({ method: 'GET', path, token, most: MOST_ITEM });
    return new Uint8Array(body);
  }

  #check(grant: Grant, group: CollectionId): void {
    const refusal = this.refusal(grant, group);
    if (refusal !== null) throw refusal;
  }

  /** Why a grant does not open a group, for people; null: it does. */
  refusal({ groups }: Grant, group: CollectionId): RelayError | null {
    const error = groups.get(group) ?? (groups.has(group) ? null : 'elsewhere');
    if (error === null) return null;
    const { url } = this.#address;
    const isShutOut = error === 'not-a-member' && this.#members.get(group)?.isAdmin() === true;
    const why = isShutOut ? SHUT_OUT : (REFUSALS[error] ?? `refuses (${error})`);
    return new RelayError('relay-refused', `The relay ${url} ${why}.`, url);
  }

  /** Whatever went wrong, as what callers are told. */
  fault(error: unknown): RelayError {
    const { url } = this.#address;
    return error instanceof BadAnswer
      ? new RelayError('relay-refused', `The relay ${url} answers what makes no sense: ${error.message}.`, url)
      : asRelayError(error, url);
  }
}
