import { createHash } from 'node:crypto';
import { toHex } from '../../main/peers/protocol/hex.ts';
import type { CollectionId, MemberKey } from '../../main/record/ids.ts';
import { WORD_LIFE_MS, WORDS } from './limits.ts';
import { Refusal } from './refusal.ts';
import type { RelayStore, WordHash } from './relay-store.ts';

/**
 * What admins leave for keys that they took out of a group's list: sealed, and given to nobody but who proves that key. A device that comes to
 * nobody but the relay would not learn otherwise why it is not let in any more.
 */
export class Words {
  readonly #store: RelayStore;
  constructor(store: RelayStore) {
    this.#store = store;
  }

  /** Keeps it for a year, in the place of what lay there for that key. `most`: bytes of all items of the group. Refuses with `exists` for a member. */
  async put(group: CollectionId, key: MemberKey, bytes: Uint8Array, now: number, most: number): Promise<void> {
    const hash = toHex(createHash('sha256').update(bytes).digest());
    const there = await this.#store.words(group);
    if (there.length >= WORDS && !there.some(({ k }) => k === key)) noRoom();
    const outcome = await this.#store.putWord(group, key, { hash, bytes, at: now }, most);
    if (outcome === 'quota') noRoom();
    if (outcome === 'member') throw new Refusal('exists', 'that key is a member of the group');
    if (outcome === 'no-group') throw new Refusal('not-found', 'no such group is registered');
  }

  /** For which keys something lies there, and its SHA-256. */
  all(group: CollectionId): Promise<readonly WordHash[]> {
    return this.#store.words(group);
  }

  async of(group: CollectionId, key: MemberKey): Promise<Uint8Array> {
    const bytes = await this.#store.word(group, key);
    if (bytes === null) throw new Refusal('not-found', 'nothing was left for that key');
    return bytes;
  }

  /** Lets go of what nobody fetched for a year. */
  collect(now: number): Promise<void> {
    return this.#store.collectWords(now - WORD_LIFE_MS);
  }
}

function noRoom(): never {
  throw new Refusal('quota', 'the group has as much here as it may');
}
