import { LockstepError } from '../../src/main/platform/trouble.ts';
import type { DavKind, DavResource, DavText } from '../../src/main/sources/dav/dav-resource.ts';
import { type DavChanges, DavServer } from '../../src/main/sources/dav/dav-server.ts';
import { ServerBusy } from '../../src/main/sources/dav/server-busy.ts';
import type { DavAnswer } from '../../src/main/sources/dav/write-answer.ts';
import type { FakeClock } from './fake-clock.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a server does at its worst: it is not there, is too busy, fails, does what it is asked and fails to say so, takes nothing, breaks some connections off, may only be read. */
export type DavTrouble = 'only-read' | 'away' | 'busy' | 'fails' | 'says-nothing' | 'full' | 'breaks-off';
/** The share of requests of which the connection is broken off, before or after they are done. */
const BROKEN_OFF = 0.3;

/** A collection on a CardDAV or CalDAV server, as other clients of it see it, and as ours is answered. */
export class SimulatedDav {
  readonly kind: DavKind;
  readonly cards = new Map<string, { readonly etag: string; readonly text: string }>();
  /** How it writes what it is given. */
  readonly writes: (text: string) => string;
  trouble: DavTrouble | null = null;
  /** Does it refuse a text of ours for good? */
  refuses: ((text: string) => boolean) | null = null;
  /** It does not know its tokens any more. */
  forgetsTokens: boolean = false;
  /** It says what may be done there to who asks. */
  tellsRights: boolean = true;
  /** Called once before it does what it is asked next. */
  before: (() => void) | null = null;
  /** Requests of ours that changed something. */
  changed = 0;
  /** Does it tell that something is gone which came only since it was asked last (RFC 6578 3.5.2: it may)? */
  tellsPassing: boolean = true;
  readonly #log: { readonly path: string; readonly wasThere: boolean }[] = [];
  #versions = 0;

  constructor(kind: DavKind, writes: (text: string) => string) {
    this.kind = kind;
    this.writes = writes;
  }

  /** Another client writes a text, or takes it away. */
  set(path: string, text: string | null): void {
    this.#log.push({ path, wasThere: this.cards.has(path) });
    if (text === null) this.cards.delete(path);
    else this.cards.set(path, { etag: `"${++this.#versions}"`, text: this.writes(text) });
  }
  list(): { resources: readonly DavResource[]; untold: readonly string[]; token: string | null; isDoubtful: boolean } {
    const resources = [...this.cards].map(([href, { etag }]) => ({ href, etag }));
    return { resources, untold: [], token: String(this.#log.length), isDoubtful: false };
  }
  changesSince(token: string): DavChanges | null {
    if (this.forgetsTokens) return null;
    const since = this.#log.slice(Number(token));
    const paths = new Set(since.map(({ path }) => path));
    const isPassing = (href: string): boolean => since.find(({ path }) => path === href)?.wasThere === false;
    const changed = [...paths].flatMap((href) => {
      const card = this.cards.get(href);
      return card === undefined ? [] : [{ href, etag: card.etag }];
    });
    const gone = [...paths].filter((href) => !this.cards.has(href) && (this.tellsPassing || !isPassing(href)));
    return { token: String(this.#log.length), changed, gone };
  }
  texts(hrefs: readonly string[], gone?: Set<string>): readonly DavText[] {
    return hrefs.flatMap((href) => {
      const card = this.cards.get(href);
      if (card === undefined) gone?.add(href);
      return card === undefined ? [] : [{ href, ...card }];
    });
  }
  mayWrite(): boolean | null {
    return this.tellsRights ? this.trouble !== 'only-read' : null;
  }
  write(path: string, etag: string | null, text: string | null): DavAnswer {
    const there = this.cards.get(path);
    const is = (status: number): DavAnswer => ({
      status,
      isPage: false,
      etag: null,
      detail: `answers ${status}`,
      precondition: null,
    });
    if (text === null && there === undefined) return is(404);
    if (etag === null ? there !== undefined : there?.etag !== etag && !(etag === '*' && there !== undefined))
      return is(412);
    if (this.trouble === 'only-read') return is(403);
    if (this.trouble === 'full' && text !== null) return is(507);
    if (text !== null && this.refuses?.(text) === true) return is(415);
    this.changed++;
    this.set(path, text);
    // A server that writes a text otherwise than it was given says nothing of its version.
    const made = this.cards.get(path);
    return { ...is(204), etag: made !== undefined && made.text === text ? made.etag : null };
  }
}

/** Where a server is, and who asks there: a process that is gone hears no answer any more. */
interface Asker {
  readonly server: SimulatedDav;
  readonly random: SeededRandom;
  readonly clock: FakeClock;
  process(): unknown;
}
const askers = new Map<string, Asker>();

/** From now on what is asked at this host is answered by a simulated server. */
export function serveDav(host: string, asker: Asker): void {
  askers.set(host, asker);
  const { prototype } = DavServer;
  prototype.kindAt = (url) => ask(url, ({ kind }) => kind);
  prototype.mayWrite = (url) => ask(url, (server) => server.mayWrite());
  prototype.list = (url) => ask(url, (server) => server.list());
  prototype.changesSince = (url, token) => ask(url, (server) => server.changesSince(token));
  prototype.texts = (url, hrefs, _kind, gone) => ask(url, (server) => server.texts(hrefs, gone));
  prototype.text = (url, href, gone) => ask(url, (server) => server.texts([href], gone)[0] ?? null);
  prototype.put = (url, etag, text) => ask(url, (server) => server.write(pathOf(url), etag, textOf(text)));
  prototype.remove = (url, etag) => ask(url, (server) => server.write(pathOf(url), etag, null));
}

const pathOf = (url: string): string => new URL(url).pathname;
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function ask<T>(url: string, answer: (server: SimulatedDav) => T): Promise<T> {
  const { server, random, clock, process } = askers.get(new URL(url).host) as Asker;
  const asking = process();
  const wait = (): Promise<void> => new Promise((resolve) => void clock.after(1 + random.int(40), resolve));
  await wait();
  const { before, trouble } = server;
  server.before = null;
  before?.();
  const breaksOff = (): boolean => trouble === 'breaks-off' && random.chance(BROKEN_OFF);
  if (trouble !== 'away' && trouble !== 'busy' && trouble !== 'fails' && !breaksOff()) {
    const answered = answer(server);
    await wait();
    if (process() !== asking) return new Promise<never>(() => {});
    if (trouble !== 'says-nothing' && !breaksOff()) return answered;
  } else await wait();
  if (process() !== asking) return new Promise<never>(() => {});
  if (trouble === 'busy') throw new ServerBusy(url, '429', random.pick([null, 5000]));
  if (trouble === 'fails') throw new LockstepError('server-trouble', `${url} answers 500.`, url);
  throw new LockstepError('not-reachable', `${url} cannot be reached.`, url);
}
