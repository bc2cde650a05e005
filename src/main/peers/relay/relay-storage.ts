import { digestOf } from '../../platform/hash.ts';
import type { CollectionId } from '../../record/ids.ts';
import { MOST_HEADS_ANSWER, MOST_ITEMS_ANSWER, readHeads, readItems, readMissing, readSid } from './relay-answers.ts';
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

  async items(group: CollectionId, after: number, limit?: number) {
    const path = `/v1/groups/${group}/items?after=${after}${limit === undefined ? '' : `&limit=${limit}`}`;
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
      .catch(nothingFor(NOT_FOUND, BAD_RANGE));
    // All of it is no part of it: another pack than it was said to be.
    if (answer === null || (answer.status !== 206 && offset > 0)) return null;
    const { buffer, byteOffset, length: taken } = answer.body;
    return new Uint8Array(buffer, byteOffset, taken);
  }
  async deletePack(group: CollectionId, id: string): Promise<void> {
    await this.#grants
      .ask(group, { method: 'DELETE', path: packPath(group, id) }, 'packs')
      .catch(nothingFor(NOT_FOUND, FORBIDDEN));
  }
  async touchPacks(group: CollectionId, ids: readonly string[]): Promise<readonly string[]> {
    const missing: string[] = [];
    for (let at = 0; at < ids.length; at += TOUCHED_AT_ONCE)
      missing.push(...(await this.#touch(group, ids.slice(at, at + TOUCHED_AT_ONCE))));
    return missing;
  }
  async #touch(group: CollectionId, ids: readonly string[]): Promise<readonly string[]> {
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

const [NOT_FOUND, FORBIDDEN, BAD_RANGE] = [404, 403, 416];
/** Packs one request may name. */
const TOUCHED_AT_ONCE = 1000;

const packPath = (group: CollectionId, id: string): string => `/v1/groups/${group}/packs/${id}`;

const numberIn = (header: unknown): number | null =>
  typeof header === 'string' && Number.isSafeInteger(Number(header)) ? Number(header) : null;

/** Answers that are no failure: null stands for them. */
function nothingFor(...statuses: readonly number[]): (error: unknown) => null {
  return (error) => {
    if (error instanceof RelayError && statuses.some((status) => status === error.status)) return null;
    throw error;
  };
}
/** That a thing is not there is no failure. */
export const notThere = nothingFor(NOT_FOUND);
