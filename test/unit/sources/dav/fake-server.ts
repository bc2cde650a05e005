import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** A server that says whatever a test wants, and remembers what it was asked. */
export class FakeServer {
  readonly asked: Asked[] = [];
  /** null: it never answers. */
  answer: (asked: Asked) => Answer | null = () => ({ status: 404 });
  /** false: it breaks the connection off. */
  hears: (asked: Asked) => boolean = () => true;
  /** An answer is given. */
  answered: (asked: Asked) => void = () => undefined;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }
  static async start(): Promise<FakeServer> {
    const server = createServer();
    const fake = new FakeServer(server);
    server.on('request', (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method = '', url = '', headers } = incoming;
        const asked = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
        fake.asked.push(asked);
        if (!fake.hears(asked)) {
          incoming.socket.destroy();
          return;
        }
        const answer = fake.answer(asked);
        if (answer === null) return;
        outgoing.writeHead(answer.status, answer.headers);
        outgoing.end(answer.body);
        fake.answered(asked);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return fake;
  }
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }
  async end(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const XML = { 'content-type': 'application/xml; charset=utf-8' };
export const multistatus = (inside: string): Answer => ({
  status: 207,
  headers: XML,
  body: `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:card="urn:ietf:params:xml:ns:carddav">${inside}</d:multistatus>`,
});
export const found = (href: string, props: string): string =>
  `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${props}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;
export const status = (href: string, code: number): string =>
  `<d:response><d:href>${href}</d:href><d:status>HTTP/1.1 ${code} so</d:status></d:response>`;

/** A small address book: enough of CardDAV to be listed, read and written. */
export class FakeBook {
  readonly cards = new Map<string, { etag: string; text: string }>();
  /** How it answers a report of changes; null: as `changed` says. */
  token: Answer | null = null;
  changed = '';
  /** Multigets of more than so many resources fail altogether. */
  most = Number.POSITIVE_INFINITY;

  answer(asked: Asked): Answer {
    const { method, path, body, headers } = asked;
    if (method === 'PROPFIND' && body.includes('sync-token'))
      return multistatus(found(path, '<d:sync-token>token-1</d:sync-token>'));
    if (method === 'PROPFIND' && body.includes('current-user-privilege-set')) {
      const may = '<d:privilege><d:read/></d:privilege><d:privilege><d:write/></d:privilege>';
      return multistatus(found(path, `<d:current-user-privilege-set>${may}</d:current-user-privilege-set>`));
    }
    if (method === 'PROPFIND' && headers.depth === '0')
      return multistatus(found(path, '<d:resourcetype><d:collection/><card:addressbook/></d:resourcetype>'));
    if (method === 'PROPFIND')
      return multistatus(
        found(
          path,
          '<d:resourcetype><d:collection/><card:addressbook/></d:resourcetype><d:getetag>"book"</d:getetag>',
        ) + [...this.cards].map(([href, { etag }]) => found(href, `<d:getetag>${etag}</d:getetag>`)).join(''),
      );
    if (method === 'REPORT' && body.includes('sync-collection'))
      return this.token ?? multistatus(`${this.changed}<d:sync-token>token-2</d:sync-token>`);
    if (method === 'REPORT') {
      const hrefs = [...body.matchAll(/<d:href>([^<]*)<\/d:href>/g)].map(([, href]) => href!);
      if (hrefs.length > this.most) return { status: 404 };
      return multistatus(
        hrefs
          .map((href) => {
            const card = this.cards.get(href);
            return card === undefined
              ? status(href, 404)
              : found(href, `<d:getetag>${card.etag}</d:getetag><card:address-data>${card.text}</card:address-data>`);
          })
          .join(''),
      );
    }
    const held = this.cards.get(path);
    if (method === 'GET')
      return held === undefined ? { status: 404 } : { status: 200, headers: { etag: held.etag }, body: held.text };
    if (method === 'PUT') {
      if (headers['if-none-match'] === '*' ? held !== undefined : headers['if-match'] !== held?.etag)
        return { status: 412 };
      this.cards.set(path, { etag: `"put-${this.cards.size}-${body.length}"`, text: body.replace('FN:', 'FN:Mr ') });
      return { status: 201 };
    }
    if (method === 'DELETE') {
      if (held === undefined) return { status: 404 };
      if (headers['if-match'] !== held.etag) return { status: 412 };
      this.cards.delete(path);
      return { status: 204 };
    }
    return { status: 405 };
  }
}
