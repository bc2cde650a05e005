import type { RealServer } from '../../scenarios/dav-server-process.ts';
import {
  blocksIn,
  ITEM_KINDS,
  type ServedItem,
  type ServedKind,
  textOf,
  uidIn,
  withValue,
  wrapped,
} from './item-texts.ts';

/** Another client of a server, past the proxy, with a collection that was made for it. */
export class OtherClient {
  readonly path: string;
  readonly #server: RealServer;
  readonly #kind: ServedKind;

  private constructor(server: RealServer, kind: ServedKind, path: string) {
    this.#server = server;
    this.#kind = kind;
    this.path = path;
  }

  /** `name`: one that no collection of the server has. */
  static async make(server: RealServer, kind: ServedKind, name: string): Promise<OtherClient> {
    const path = (kind === 'contacts' ? server.book : server.plans).replace(/[^/]+\/$/, `${name}/`);
    const type =
      kind === 'contacts'
        ? '<CR:addressbook xmlns:CR="urn:ietf:params:xml:ns:carddav"/>'
        : '<C:calendar xmlns:C="urn:ietf:params:xml:ns:caldav"/>';
    const body = `<?xml version="1.0"?><mkcol xmlns="DAV:"><set><prop><resourcetype><collection/>${type}</resourcetype><displayname>X</displayname></prop></set></mkcol>`;
    await server.send('MKCOL', path, body, 'text/xml');
    return new OtherClient(server, kind, path);
  }

  /** Every text there is, by its path. */
  async texts(): Promise<ReadonlyMap<string, string>> {
    const listing = await (await this.#server.ask(this.path, { method: 'PROPFIND', headers: { depth: '1' } })).text();
    const hrefs = [...listing.matchAll(/<(?:[\w-]+:)?href>([^<]*)</g)].map(
      ([, href = '']) => new URL(href.replaceAll('&amp;', '&'), 'http://x').pathname,
    );
    const texts = new Map<string, string>();
    for (const href of new Set(hrefs)) {
      if (href.endsWith('/')) continue;
      const response = await this.#server.ask(href, { method: 'GET' });
      if (response.status === 200) texts.set(href, await response.text());
      else if (response.status !== 404) throw new Error(`GET ${href}: ${response.status}`);
    }
    return texts;
  }
  async blocks(): Promise<readonly string[]> {
    return [...(await this.texts()).values()].flatMap((text) => blocksIn(this.#kind, text));
  }
  /** The text of one item each, of those that `items` knows and nobody deleted. */
  async living(items: ReadonlyMap<string, ServedItem>) {
    return [...(await this.texts())].flatMap(([path, text]) => {
      const item = items.get(uidIn(blocksIn(this.#kind, text)[0] ?? ''));
      return item === undefined || item.isGone ? [] : [{ path, text, item }];
    });
  }

  /** false: the server does not take it. */
  async add(file: string, item: ServedItem): Promise<boolean> {
    return this.put(this.path + encodeURIComponent(file), wrapped(this.#kind, textOf(this.#kind, item)));
  }
  async edit(path: string, text: string, { uid }: ServedItem, number: string): Promise<boolean> {
    return this.put(path, withValue(this.#kind, text, uid, ITEM_KINDS[this.#kind].theirs, number));
  }
  async put(path: string, text: string): Promise<boolean> {
    const headers = { 'content-type': `${ITEM_KINDS[this.#kind].type}; charset=utf-8` };
    const { ok, status } = await this.#server.ask(path, { method: 'PUT', body: text, headers });
    return ok && status !== 207;
  }
  async remove(path: string): Promise<boolean> {
    return (await this.#server.ask(path, { method: 'DELETE' })).ok;
  }
}
