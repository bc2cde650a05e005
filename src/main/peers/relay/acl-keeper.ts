import type { Clock } from '../../platform/clock.ts';
import { digestOf } from '../../platform/hash.ts';
import type { CollectionId } from '../../record/ids.ts';
import { type Acl, readAcl, readWords } from './relay-answers.ts';
import { RelayError } from './relay-error.ts';
import type { RelayGrants } from './relay-grants.ts';
import { jsonOf, type RelayRequest } from './relay-http.ts';
import { signedList } from './relay-login.ts';
import type { RelayKey, RelayMember } from './relay-session.ts';

/** Rounds against other admins that set the list at the same time. */
const MOST_TRIES = 5;
const AGAIN_MS = 30_000;
/** Who is gone for longer hears of it elsewhere. */
const WORDS_MS = 365 * 24 * 3600_000;

export interface AclKeeperHost {
  readonly clock: Clock;
  readonly grants: RelayGrants;
  readonly members: ReadonlyMap<CollectionId, RelayMember>;
  /** Does the relay serve this group now? It is asked again when it does. */
  isServed(group: CollectionId): boolean;
}

/**
 * Keeps the relay's lists of keys as the admins among its members know them, and leaves word there for those that were taken out. Who was an admin
 * and still stands there as one brings the list once more, without itself: where two admins took each other's role apart from each other, nobody
 * else can, since the one that prevails is none to the relay.
 */
export class AclKeeper {
  readonly #host: AclKeeperHost;
  readonly #planned = new Map<CollectionId, () => void>();

  constructor(host: AclKeeperHost) {
    this.#host = host;
  }

  /** Looks at a list after some milliseconds, in the place of what was planned before. */
  plan(group: CollectionId, delay: number): void {
    this.#planned.get(group)?.();
    const cancel = this.#host.clock.after(delay, () => {
      this.#planned.delete(group);
      void this.#keep(group);
    });
    this.#planned.set(group, cancel);
  }
  stop(): void {
    for (const cancel of this.#planned.values()) cancel();
    this.#planned.clear();
  }

  async #keep(group: CollectionId): Promise<void> {
    const { grants, members, isServed } = this.#host;
    const member = members.get(group);
    if (member === undefined || !isServed(group)) return;
    try {
      await this.#bring(member);
      await this.#leaveWords(member);
    } catch (error) {
      const { code, retryAfter } = grants.fault(error);
      // What is refused is so until something changes; and who comes to the relay anew looks at the list anyway.
      if (code !== 'relay-refused' && isServed(group)) this.plan(group, Math.max(AGAIN_MS, (retryAfter ?? 0) * 1000));
    }
  }

  /** Brings the list to what this device knows. Does nothing where it is that already, or this device is no admin here nor there. */
  async #bring(member: RelayMember): Promise<void> {
    const path = `/v1/groups/${member.group}/acl`;
    for (let tries = 1; member.acl() !== null; tries++) {
      const present = readAcl(await this.#ask(member, { method: 'GET', path }));
      const keys = nextKeys(present, member);
      if (keys === null) return;
      try {
        await this.#ask(member, { method: 'PUT', path, body: signedList(member, present.gen + 1, keys) });
        return;
      } catch (error) {
        const isRace = error instanceof RelayError && error.status === 409;
        if (!isRace || tries >= MOST_TRIES) throw error;
      }
    }
  }
  /** What an older relay does not take, or a full one, is left at the next look. */
  async #leaveWords(member: RelayMember): Promise<void> {
    const words = !member.isAdmin() ? [] : member.words(this.#host.clock.now() - WORDS_MS);
    if (words.length === 0) return;
    const path = `/v1/groups/${member.group}/words`;
    const there = await this.#ask(member, { method: 'GET', path }).then(readWords).catch(unless('relay-refused'));
    for (const { key, bytes } of there === null ? [] : words)
      if (there?.get(key) !== digestOf(bytes))
        await this.#ask(member, { method: 'PUT', path: `${path}/${key}`, body: bytes }).catch(
          unless('relay-refused', 'relay-quota'),
        );
  }
  async #ask({ group }: RelayMember, request: RelayRequest): Promise<unknown> {
    return jsonOf((await this.#host.grants.ask(group, request)).body);
  }
}

/** Answers that end it until the next look: null stands for them. */
function unless(...codes: readonly string[]): (error: unknown) => null {
  return (error) => {
    if (error instanceof RelayError && codes.includes(error.code)) return null;
    throw error;
  };
}

/** null: the list is right, or this device cannot say. */
function nextKeys({ keys }: Acl, member: RelayMember): readonly RelayKey[] | null {
  const wanted = member.acl();
  const isListed = keys.some(({ key, admin }) => admin && key === member.key);
  if (wanted === null || !(isListed || member.isAdmin()) || !wanted.some(({ admin }) => admin)) return null;
  const removed = new Set(member.removed());
  const known = new Map(wanted.map((each) => [each.key, each]));
  // Only who is an admin there can have put keys there. Of one that is none any more, those nobody here knows may be its own, to stay by.
  const isDisowned = keys.some(
    ({ key, admin }) => admin && key !== member.key && (removed.has(key) || known.get(key)?.admin === false),
  );
  const strangers = isDisowned ? [] : keys.filter(({ key }) => !removed.has(key) && !known.has(key));
  const next = new Map([...strangers, ...wanted].map((each) => [each.key, each]));
  const isSame = next.size === keys.length && keys.every(({ key, admin }) => next.get(key)?.admin === admin);
  return isSame ? null : [...next.values()];
}
