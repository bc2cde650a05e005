import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { SeededRandom } from '../../fakes/seeded-random.ts';
import type { RealServer } from '../../scenarios/dav-server-process.ts';

interface Told {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** What may go wrong with one request: before the server hears of it, or with its answer. */
const TROUBLES = [
  'cut-before',
  'cut-after',
  'cut-amid',
  'ends-early',
  'busy',
  'busy-for',
  'busy-until',
  'locked',
  'no-room',
  'lets-nobody-in',
  'bad-gateway',
  'fails',
  'page',
  'page-after',
  'sent-on',
  'garbled',
  'half-packed',
  'slow',
  'items-404',
  'items-507',
  'partial',
  'twice',
] as const;
export type Trouble = (typeof TROUBLES)[number];
/** How a server, or what stands before it, writes all its answers. */
const WAYS = {
  etags: ['kept', 'none-on-put', 'weak', 'packed'],
  hrefs: ['kept', 'whole', 'elsewhere', 'spelled', 'spelled-in-reports', 'lower'],
  packs: [false, true],
  tokens: ['kept', 'all', 'none', 'refused'],
} as const;
interface Ways {
  readonly etags: (typeof WAYS.etags)[number];
  readonly hrefs: (typeof WAYS.hrefs)[number];
  readonly packs: boolean;
  /** What it makes of a token: it tells of all it has each time, gives none, or knows none any more. */
  readonly tokens: (typeof WAYS.tokens)[number];
}

const PAGE: Told = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: Buffer.from('<!DOCTYPE html><html><body><form>Who are you?</form></body></html>'),
};
const HREF = /(<(?:[\w.-]+:)?href>)([^<]*)(<\/)/g;
const RESPONSE = /<((?:[\w.-]+:)?)response(?: [^>]*)?>[\s\S]*?<\/\1response>/g;

/** A real server behind what proxies, lines and other makes of servers do at their worst; what is chance a seed decides. */
export class FaultyProxy {
  /** The share of requests that something happens to. */
  rate = 0;
  readonly ways: Ways;
  readonly happened = new Map<string, number>();
  /** Requests that changed something, as the server was asked. */
  writes: string[] = [];
  /** Called before a request is passed on, and before its answer is. */
  meanwhile: (() => Promise<void>) | null = null;
  readonly #server: RealServer;
  readonly #random: SeededRandom;
  #listener: Server | null = null;
  #origin = '';
  /** Said once not to be there. */
  readonly #denied = new Set<string>();
  tell: (line: string) => void = () => undefined;

  private constructor(server: RealServer, random: SeededRandom) {
    this.#server = server;
    this.#random = random;
    const chosen = random.fork('ways');
    const plain = chosen.chance(0.3);
    this.ways = {
      etags: plain ? 'kept' : chosen.pick(WAYS.etags),
      hrefs: plain ? 'kept' : chosen.pick(WAYS.hrefs),
      packs: chosen.pick(WAYS.packs),
      tokens: plain || chosen.chance(0.5) ? 'kept' : chosen.pick(WAYS.tokens),
    };
  }

  static async start(server: RealServer, random: SeededRandom): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(server, random);
    const listener = createServer((incoming, outgoing) => {
      proxy.#pass(incoming, outgoing).catch((error: unknown) => {
        proxy.tell(`proxy: ${(error as Error).stack}`);
        outgoing.destroy();
      });
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    proxy.#listener = listener;
    proxy.#origin = `http://127.0.0.1:${(listener.address() as { port: number }).port}`;
    return proxy;
  }
  get origin(): string {
    return this.#origin;
  }
  async end(): Promise<void> {
    this.#listener?.closeAllConnections();
    await new Promise((resolve) => this.#listener?.close(resolve));
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = '', url = '' } = incoming;
    const headers: Record<string, string> = {};
    for (const name of ['content-type', 'depth', 'if-match', 'if-none-match', 'accept'])
      if (typeof incoming.headers[name] === 'string') headers[name] = incoming.headers[name];
    const asked = this.#asIs({ method, path: url, headers, body: Buffer.concat(chunks).toString() });
    const trouble = this.#random.chance(this.rate) ? this.#random.pick(TROUBLES) : null;
    if (trouble !== null) this.happened.set(trouble, (this.happened.get(trouble) ?? 0) + 1);
    const before = this.#before(trouble, asked);
    if (before === 'cut') {
      this.tell(`    ${method} ${url}: ${trouble}`);
      incoming.socket.destroy();
      return;
    }
    await this.#between();
    const told = before ?? (await this.#ask(asked));
    this.tell(
      `    ${method} ${url} ${JSON.stringify(headers)}: ${trouble ?? ''} ${told.status} ${told.headers.etag ?? ''}`,
    );
    await this.#between();
    await this.#answer(before === null ? this.#asTold(told, method) : told, trouble, incoming, outgoing);
  }

  async #between(): Promise<void> {
    const { meanwhile } = this;
    this.meanwhile = null;
    await meanwhile?.();
  }

  #before(trouble: Trouble | null, { method, body }: Asked): Told | 'cut' | null {
    const random = this.#random;
    const plain = (status: number, headers: Record<string, string> = {}): Told => ({
      status,
      headers,
      body: Buffer.from('no'),
    });
    if (trouble === 'cut-before') return 'cut';
    if (trouble === 'busy') return plain(random.pick([429, 503]));
    if (trouble === 'busy-for') return plain(random.pick([429, 503]), { 'retry-after': String(random.pick([1, 30])) });
    if (trouble === 'busy-until') return plain(random.pick([429, 503]), this.#until(random.pick([1000, 30_000])));
    if (trouble === 'locked' && (method === 'PUT' || method === 'DELETE')) return plain(423);
    if (trouble === 'no-room' && method === 'PUT') return plain(507);
    if (trouble === 'lets-nobody-in') return plain(401, { 'www-authenticate': 'Basic realm="so"' });
    if (this.ways.tokens === 'refused' && isOfToken(method, body)) return plain(403);
    if (trouble === 'bad-gateway') return plain(random.pick([502, 504]));
    if (trouble === 'fails') return plain(500);
    if (trouble === 'page') return PAGE;
    if (trouble === 'sent-on')
      return plain(302, { location: random.pick(['/login', 'https://login.example/', `${this.#origin}/login`]) });
    return null;
  }

  /** A moment by the clock of the server, which is a day behind or ahead. */
  #until(wait: number): Record<string, string> {
    const now = Date.now() + this.#random.pick([-1, 1]) * 86_400_000;
    return { 'date': new Date(now).toUTCString(), 'retry-after': new Date(now + wait).toUTCString() };
  }

  async #ask(asked: Asked): Promise<Told> {
    const told = await this.#askServer(asked);
    if (this.ways.tokens !== 'all' || told.status !== 207 || !isOfToken(asked.method, asked.body)) return told;
    // Besides what changed it tells of what did not.
    const body = '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getetag/></prop></propfind>';
    const list = await this.#askServer({
      ...asked,
      method: 'PROPFIND',
      headers: { 'depth': '1', 'content-type': 'text/xml' },
      body,
    });
    const all = list.body.toString();
    const gone = (told.body.toString().match(RESPONSE) ?? []).filter((each) =>
      /<[^>]*status>HTTP\/1.1 404[^<]*<\/[^>]*status>\s*<\/[^>]*response>/.test(each),
    );
    const [, token = ''] = /sync-token>([^<]*)</.exec(told.body.toString()) ?? [];
    const own = gone.map(
      (each) =>
        `<x:response xmlns:x="DAV:"><x:href>${/href>([^<]*)</.exec(each)?.[1]}</x:href><x:status>HTTP/1.1 404 so</x:status></x:response>`,
    );
    const text = all.replace(
      /<\/(?:[\w.-]+:)?multistatus>/,
      (end) => `${own.join('')}<x:sync-token xmlns:x="DAV:">${token}</x:sync-token>${end}`,
    );
    return { ...list, body: Buffer.from(text) };
  }
  async #askServer({ method, path, headers, body }: Asked): Promise<Told> {
    if (method === 'PUT' || method === 'DELETE') this.writes.push(`${method} ${path}`);
    const response = await this.#server.ask(path, { method, headers, body: body === '' ? null : body });
    const told = {
      status: response.status,
      headers: Object.fromEntries(
        ['content-type', 'etag', 'location'].flatMap((name) => {
          const value = response.headers.get(name);
          return value === null ? [] : [[name, value]];
        }),
      ),
      body: Buffer.from(await response.arrayBuffer()),
    };
    return told;
  }

  async #answer(told: Told, trouble: Trouble | null, incoming: IncomingMessage, outgoing: ServerResponse) {
    const { status, headers } = told;
    let { body } = told;
    let more: Record<string, string> = {};
    if (trouble === 'cut-after') {
      incoming.socket.destroy();
      return;
    }
    if (trouble === 'page-after') {
      outgoing.writeHead(200, PAGE.headers).end(PAGE.body);
      return;
    }
    const text = body.toString();
    const isList = status === 207;
    if (isList && trouble === 'items-404') body = Buffer.from(this.#withItems(text, 404));
    if (isList && trouble === 'items-507') body = Buffer.from(this.#withItems(text, 507));
    if (isList && trouble === 'twice') body = Buffer.from(text.replace(RESPONSE, '$&$&'));
    if (isList && trouble === 'partial')
      body = Buffer.from(
        text
          .replace(RESPONSE, (each) => (this.#random.chance(0.5) ? each : ''))
          .replace(/<\/([\w.-]+:)?multistatus>/, (end, prefix: string = '') => {
            const names = /xmlns:([\w-]+)="DAV:"/.exec(text)?.[1];
            const p = prefix || (names === undefined ? '' : `${names}:`);
            return `<${p}response><${p}href>${incoming.url}</${p}href><${p}status>HTTP/1.1 507 Insufficient Storage</${p}status></${p}response>${end}`;
          }),
      );
    if (trouble === 'ends-early') body = body.subarray(0, this.#random.int(body.length + 1));
    if (trouble === 'garbled' && body.length > 0) more = { 'content-encoding': 'gzip' };
    else if ((this.ways.packs || trouble === 'half-packed') && body.length > 0 && incoming.method !== 'GET') {
      body = gzipSync(body);
      more = { 'content-encoding': 'gzip' };
      if (trouble === 'half-packed') body = body.subarray(0, Math.max(1, body.length >> 1));
    }
    outgoing.writeHead(status, {
      ...headers,
      ...more,
      ...(status === 204 ? {} : { 'content-length': String(body.length) }),
    });
    if (trouble === 'cut-amid' && body.length > 1) {
      outgoing.write(body.subarray(0, this.#random.int(body.length)), () => incoming.socket.destroy());
      return;
    }
    if (trouble === 'slow') {
      for (let at = 0; at < body.length; at += Math.ceil(body.length / 5)) {
        outgoing.write(body.subarray(at, at + Math.ceil(body.length / 5)));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      outgoing.end();
      return;
    }
    outgoing.end(body);
  }

  /** Some of the items of a list are said not to be there, or not to be told for want of room. */
  #withItems(text: string, status: number): string {
    return text.replace(RESPONSE, (each, prefix: string) => {
      const href = new RegExp(`<${prefix}href>([^<]*)</`).exec(each)?.[1] ?? '';
      if (href.endsWith('/') || this.#denied.has(href) || this.#random.chance(0.6)) return each;
      this.#denied.add(href);
      return `<${prefix}response><${prefix}href>${href}</${prefix}href><${prefix}status>HTTP/1.1 ${status} so</${prefix}status></${prefix}response>`;
    });
  }

  /** As the server itself is asked: in its own words of names and versions. */
  #asIs(asked: Asked): Asked {
    const { etags, hrefs } = this.ways;
    const headers = { ...asked.headers };
    for (const name of ['if-match', 'if-none-match']) {
      const value = headers[name];
      if (value === undefined) continue;
      if (etags === 'weak') headers[name] = value.replace(/^W\//, '');
      if (etags === 'packed') headers[name] = value.replace(/-gzip"$/, '"');
    }
    if (hrefs !== 'lower') return { ...asked, headers };
    return {
      ...asked,
      headers,
      path: lower(asked.path),
      body: asked.body.replace(HREF, (_, a, href: string, b) => a + lower(href) + b),
    };
  }

  /** As those who ask are told. */
  #asTold(told: Told, method: string): Told {
    const { etags, tokens } = this.ways;
    const headers = { ...told.headers };
    const otherwise = (etag: string): string =>
      etags === 'weak' ? etag.replace(/^(?:W\/)?/, 'W/') : etags === 'packed' ? etag.replace(/"$/, '-gzip"') : etag;
    if (headers.etag !== undefined) headers.etag = otherwise(headers.etag);
    if (etags === 'none-on-put' && told.status !== 200) delete headers.etag;
    if (told.status !== 207) return { ...told, headers };
    const text = told.body
      .toString()
      .replace(/(<(?:[\w.-]+:)?getetag>)([^<]*)(<\/)/g, (_, a, etag: string, b) => {
        const plain = etag.replaceAll('&quot;', '"');
        return a + otherwise(plain) + b;
      })
      .replace(tokens === 'none' ? /<((?:[\w.-]+:)?sync-token)>[^<]*<\/\1>/g : /(?!)/, '')
      .replace(HREF, (_, a, href: string, b) => a + this.#spelled(href, method) + b);
    return { ...told, headers, body: Buffer.from(text) };
  }
  #spelled(href: string, method: string): string {
    const path = href.replace(/^https?:\/\/[^/]*/, '');
    const { hrefs } = this.ways;
    switch (hrefs === 'spelled-in-reports' && method === 'REPORT' ? 'spelled' : hrefs) {
      case 'whole':
        return this.#origin + path;
      case 'elsewhere':
        return `http://127.0.0.1:9${path}`;
      case 'spelled':
        return path.replace(/(?<!%[0-9A-Fa-f]?)[a-m@](?=[^/]*$)/, (one) => `%${one.charCodeAt(0).toString(16)}`);
      default:
        return href;
    }
  }
}

const isOfToken = (method: string, body: string): boolean => method === 'REPORT' && body.includes('sync-collection');
const lower = (path: string): string =>
  path.replace(/[^/]*$/, (name) =>
    name.replace(/%[0-9A-F]{2}|[A-Z]/g, (one) => (one.startsWith('%') ? one : one.toLowerCase())),
  );
