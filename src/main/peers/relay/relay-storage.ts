import { digestOf } from '../../platform/hash.ts';
import type { CollectionId } from '../../record/ids.ts';
import {
  BadAnswer,
  MOST_HEADS_ANSWER,
  MOST_ITEMS_ANSWER,
  readHeads,
  readItems,
  readMissing,
  readSid,
} from './relay-answers.ts';
import { RelayError } from './relay-error.ts';
import type { RelayGrants } from './relay-grants.ts';
import { jsonOf } from './relay-http.ts';
import type { RelaySession } from './relay-session.ts';

/** What a relay keeps for devices that are away: the requests of it, and the checking of what is answered. */
export class RelayStorage
  implements
    Pick<
      RelaySession,
      'post' | 'items' | 'setCursor' | 'putHeads' | 'heads' | 'putPack' | 'pack' | 'deletePack' | 'touchPacks'
    >
{
  readonly #grants: RelayGrants;
  constructor(grants: RelayGrants) {
    this.#grants = grants;
  }

  async post(group: CollectionId, item: Uint8Array): Promise<number> {
    const path = `/v1/groups/${group}/items`;
    return this.#read(jsonOf((await this.#grants.ask(group, { method: 'POST', path, body: item })).body), readSid);
  }

  async items(group: CollectionId, after: number) {
    const path = `/v1/groups/${group}/items?after=${after}`;
    const { body, headers } = await this.#grants.ask(group, { method: 'GET', path, most: MOST_ITEMS_ANSWER });
    const items = this.#read(body, (bytes) => readItems(bytes, after));
    const reached = items.at(-1)?.sid ?? 0;
    return {
      items,
      last: Math.max(reached, numberIn(headers['x-last-sid']) ?? after),
      born: numberIn(headers['x-group-born']) ?? 0,
    };
  }

  async setCursor(group: CollectionId, sid: number): Promise<void> {
    await this.#grants.ask(group, { method: 'PUT', path: `/v1/groups/${group}/cursor`, body: { sid } });
  }

  async putHeads(group: CollectionId, bytes: Uint8Array): Promise<void> {
    await this.#grants.ask(group, { method: 'PUT', path: `/v1/groups/${group}/heads`, body: bytes });
  }
  async heads(group: CollectionId) {
    const path = `/v1/groups/${group}/heads`;
    const { body } = await this.#grants.ask(group, { method: 'GET', path, most: MOST_HEADS_ANSWER });
    return this.#read(body, readHeads);
  }

  async putPack(group: CollectionId, bytes: Uint8Array): Promise<string> {
    const id = digestOf(bytes);
    await this.#grants.ask(group, { method: 'PUT', path: packPath(group, id), body: bytes }, 'packs');
    return id;
  }
  async pack(group: CollectionId, id: string, offset: number, length: number): Promise<Uint8Array | null> {
    const range = `bytes=${offset}-${offset + length - 1}`;
    const answer = await this.#grants
      .ask(group, { method: 'GET', path: packPath(group, id), range, most: length }, 'packs')
      .catch(notThere);
    if (answer === null) return null;
    if (answer.body.length !== length || (answer.status !== 206 && offset > 0))
      throw this.#grants.fault(new BadAnswer('a pack that is not as long as it was'));
    return new Uint8Array(answer.body);
  }
  async deletePack(group: CollectionId, id: string): Promise<void> {
    await this.#grants.ask(group, { method: 'DELETE', path: packPath(group, id) }, 'packs').catch(notThere);
  }
  async touchPacks(group: CollectionId, ids: readonly string[]): Promise<readonly string[]> {
    const path = `/v1/groups/${group}/packs/touch`;
    const { body } = await this.#grants.ask(group, { method: 'POST', path, body: { ids }, most: 1 << 20 }, 'packs');
    return this.#read(jsonOf(body), (said) => readMissing(said, ids));
  }

  #read<S, T>(said: S, reader: (said: S) => T): T {
    try {
      return reader(said);
    } catch (error) {
      throw this.#grants.fault(error);
    }
  }
}

const packPath = (group: CollectionId, id: string): string => `/v1/groups/${group}/packs/${id}`;

const numberIn = (header: unknown): number | null =>
  typeof header === 'string' && Number.isSafeInteger(Number(header)) ? Number(header) : null;

/** That a thing is not there is no failure. */
export function notThere(error: unknown): null {
  if (error instanceof RelayError && error.status === 404) return null;
  throw error;
}
