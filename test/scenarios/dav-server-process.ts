import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { digestAuthorization, digestChallenge } from '../../src/main/sources/dav/digest-challenge.ts';
import { atEnd } from './at-end.ts';
import { scratch } from './folder.ts';
import { ownPort } from './own-port.ts';

export type ServerName = 'radicale' | 'xandikos' | 'sabre';

/** Where each of them keeps what. */
const PLACES: { readonly [name in ServerName]: { readonly book: string; readonly plans: string } } = {
  radicale: { book: '/me/book/', plans: '/me/plans/' },
  xandikos: { book: '/user/contacts/addressbook/', plans: '/user/calendars/calendar/' },
  sabre: { book: '/addressbooks/me/book/', plans: '/calendars/me/plans/' },
};
/** The library Nextcloud, ownCloud and Baikal are made of. */
const SABRE = '/usr/share/php/Sabre/autoload.php';
const isInstalled = (name: ServerName): boolean =>
  name === 'sabre'
    ? existsSync(SABRE) && spawnSync('php', ['-r', 'exit(extension_loaded("pdo_sqlite") ? 0 : 1);']).status === 0
    : spawnSync(name, ['--version']).error === undefined;

/** null: it is there; else why a test with it cannot run. */
export function missing(name: ServerName): string | null {
  return isInstalled(name)
    ? null
    : `${name} is not installed (apt-get install radicale xandikos php-sabre-dav php-sqlite3)`;
}
/** Does it ask who we are? */
export const asksForPassword = (name: ServerName): boolean => name !== 'xandikos';

const running = new Set<ChildProcess>();
atEnd(() => {
  for (const child of running) child.kill('SIGKILL');
});

const BOOK = `<?xml version="1.0"?><mkcol xmlns="DAV:" xmlns:CR="urn:ietf:params:xml:ns:carddav"><set><prop>
<resourcetype><collection/><CR:addressbook/></resourcetype><displayname>Book</displayname></prop></set></mkcol>`;
const CALENDAR = `<?xml version="1.0"?><mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>
<resourcetype><collection/><C:calendar/></resourcetype><displayname>Plans</displayname></prop></set></mkcol>`;

/** A request that passed the proxy. */
export interface Passed {
  readonly method: string;
  readonly path: string;
}

/** A real CardDAV and CalDAV server behind a proxy that counts, and that can do something just before a request arrives. */
export class RealServer {
  readonly name: ServerName;
  readonly passed: Passed[] = [];
  /** Called once before the next request of this method is passed on. */
  before: { readonly method: string; run(): Promise<void> } | null = null;
  /** Requests of this method are answered so, and not passed on. */
  refuses: { readonly method: string; readonly status: number; readonly headers?: Record<string, string> } | null =
    null;
  readonly #home = scratch('dav');
  #process: ChildProcess | null = null;
  #proxy: Server | null = null;
  #port = 0;
  #proxyPort = 0;
  password = 'secret';

  private constructor(name: ServerName) {
    this.name = name;
  }

  static async start(name: ServerName): Promise<RealServer> {
    const server = new RealServer(name);
    server.#port = await ownPort();
    server.#proxyPort = await ownPort();
    await server.#startProcess();
    await server.open();
    if (name === 'radicale') {
      await server.send('MKCOL', '/me/book/', BOOK, 'text/xml');
      await server.send('MKCOL', '/me/plans/', CALENDAR, 'text/xml');
    }
    return server;
  }

  async #startProcess(): Promise<void> {
    const home = this.#home;
    const port = String(this.#port);
    if (asksForPassword(this.name)) this.setPassword(this.password);
    if (this.name === 'radicale') {
      this.setRights('rw');
      writeFileSync(
        join(home, 'config'),
        `[server]\nhosts = 127.0.0.1:${port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = ${join(home, 'users')}\nhtpasswd_encryption = plain\ndelay = 0\n[rights]\ntype = from_file\nfile = ${join(home, 'rights')}\n[storage]\nfilesystem_folder = ${join(home, 'collections')}\n[logging]\nlevel = error\n`,
      );
    }
    if (this.name === 'xandikos') mkdirSync(join(home, 'data'), { recursive: true });
    const [command, ...args] = {
      radicale: ['radicale', '-C', join(home, 'config')],
      xandikos: [
        'xandikos',
        ...['--defaults', '-d', join(home, 'data'), '-l', '127.0.0.1', '-p', port],
        ...['--current-user-principal', '/user/'],
      ],
      sabre: ['php', '-S', `127.0.0.1:${port}`, join(import.meta.dirname, 'sabre-server.php')],
    }[this.name] as [string, ...string[]];
    const env = { ...process.env, LOCKSTEP_SABRE: home };
    const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    this.#process = child;
    while (!(await listens(this.#port))) if (child.exitCode !== null) throw new Error(`${this.name} ended: ${said}`);
  }

  /** What the account may do with its collections (not of Xandikos, which lets everybody); that it may make some is so all the time. */
  setRights(may: 'r' | 'rw'): void {
    if (this.name === 'sabre') {
      const file = join(this.#home, 'only-read');
      if (may === 'r') writeFileSync(file, '');
      else rmSync(file, { force: true });
      return;
    }
    const rules = [
      '[root]\nuser: .+\ncollection:\npermissions: R',
      '[account]\nuser: .+\ncollection: {user}\npermissions: RW',
      `[collections]\nuser: .+\ncollection: {user}/[^/]+\npermissions: ${may}`,
    ];
    writeFileSync(join(this.#home, 'rights'), `${rules.join('\n')}\n`);
  }

  setPassword(password: string): void {
    this.password = password;
    writeFileSync(join(this.#home, 'users'), `me:${password}\n`);
  }

  /** The proxy takes connections (again), at the same address as before. */
  async open(): Promise<void> {
    const proxy = createServer((incoming, outgoing) => void this.#pass(incoming, outgoing));
    proxy.listen(this.#proxyPort, '127.0.0.1');
    await once(proxy, 'listening');
    this.#proxy = proxy;
  }
  /** Nobody can reach it any more. */
  async shut(): Promise<void> {
    const proxy = this.#proxy;
    this.#proxy = null;
    proxy?.closeAllConnections();
    if (proxy !== null) await new Promise((resolve) => proxy.close(resolve));
  }
  async end(): Promise<void> {
    await this.shut();
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  get book(): string {
    return PLACES[this.name].book;
  }
  get plans(): string {
    return PLACES[this.name].plans;
  }
  /** The address a person gives. */
  address(path: string): string {
    return `http://${asksForPassword(this.name) ? 'me@' : ''}127.0.0.1:${this.#proxyPort}${path}`;
  }
  writes(): number {
    return this.passed.filter(({ method }) => method === 'PUT' || method === 'DELETE').length;
  }

  /** As another client of the server would, past the proxy. */
  async send(method: string, path: string, body: string | null = null, type = 'text/vcard'): Promise<string> {
    const response = await this.ask(path, {
      method,
      body,
      headers: body === null ? {} : { 'content-type': `${type}; charset=utf-8` },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  }
  /** As `send`, whatever it answers. */
  async ask(path: string, init: RequestInit & { readonly method: string }): Promise<Response> {
    const url = `http://127.0.0.1:${this.#port}${path}`;
    const as = (authorization: string) => fetch(url, { ...init, headers: { ...init.headers, authorization } });
    const response = await as(`Basic ${Buffer.from(`me:${this.password}`).toString('base64')}`);
    const challenge = digestChallenge(response.headers.get('www-authenticate'));
    if (response.status !== 401 || challenge === null) return response;
    const { password } = this;
    const answer = { user: 'me', password, method: init.method, target: path, count: 1, clientNonce: 'test' };
    return as(digestAuthorization(challenge, answer));
  }
  /** Every text of a collection, by path, in order. */
  async texts(path: string): Promise<ReadonlyMap<string, string>> {
    const listing = await (await this.ask(path, { method: 'PROPFIND', headers: { depth: '1' } })).text();
    const hrefs = [...listing.matchAll(/<(?:\w+:)?href>([^<]*\.(?:vcf|ics))</g)].map(([, href]) => href!);
    const texts = new Map<string, string>();
    for (const href of [...new Set(hrefs)].sort())
      texts.set(href, await this.send('GET', new URL(href, 'http://x').pathname));
    return texts;
  }
  /** The path and text of the only one that holds this. */
  async holding(path: string, part: string): Promise<{ readonly href: string; readonly text: string }> {
    const found = [...(await this.texts(path))].filter(([, text]) => text.includes(part));
    if (found.length !== 1) throw new Error(`${found.length} hold ${part}`);
    const [href, text] = found[0]!;
    return { href, text };
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming;
    const { before } = this;
    if (before?.method === method) {
      this.before = null;
      await before.run();
    }
    this.passed.push({ method, path: url });
    if (this.refuses?.method === method) {
      incoming.resume();
      outgoing.writeHead(this.refuses.status, this.refuses.headers).end();
      return;
    }
    const onward = request({ host: '127.0.0.1', port: this.#port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => setTimeout(() => resolve(false), 50));
  });
}
