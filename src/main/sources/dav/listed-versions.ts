import type { Clock } from '../../platform/clock.ts';
import type { DavChanges, DavServer } from './dav-server.ts';
import { ReplacedVersions } from './replaced-versions.ts';
import { folderOf } from './resource-path.ts';

/**
 * Everything is listed so often at least, whatever the server says has changed: one that was put back to what it was some time ago, or lost count, tells
 * nothing of it, and an item that is another one there than it was said to be can neither be read nor be written.
 */
const LIST_MS = 24 * 60 * 60_000;
/** And so often where it tells that something changed, and not what, or not which version of something it has. */
const DOUBTED_MS = 10 * 60_000;

/** What a collection on a server held when it was last asked: the version of each resource, by its path. */
export class ListedVersions {
  readonly #server: Pick<DavServer, 'list' | 'changesSince'>;
  readonly #url: string;
  readonly #clock: Pick<Clock, 'now'>;
  #held = new Map<string, string>();
  /** Not told by the server itself, since it was asked last: of one that went again by then it may tell nothing (RFC 6578 3.5.2). */
  readonly #untoldYet = new Set<string>();
  /** null: everything has to be listed. */
  #token: string | null = null;
  #untold: readonly string[] = [];
  /** What writes of ours replaced just now. */
  readonly replaced: ReplacedVersions;
  #listedAt = 0;
  #isDoubted = false;

  constructor(server: Pick<DavServer, 'list' | 'changesSince'>, url: string, clock: Pick<Clock, 'now'>) {
    this.#server = server;
    this.#url = url;
    this.#clock = clock;
    this.replaced = new ReplacedVersions(clock);
  }

  get names(): readonly string[] {
    return [...this.#held.keys()];
  }
  get all(): Iterable<readonly [name: string, etag: string]> {
    return this.#held;
  }
  /** Of these it did not say in its last full list which version they are. */
  get untold(): readonly string[] {
    return this.#untold;
  }
  /** null: there is none, as far as is known. */
  of(name: string): string | null {
    return this.#held.get(name) ?? null;
  }
  /** It was read or written in this version. */
  note(name: string, etag: string): void {
    if (!this.#held.has(name)) this.#untoldYet.add(name);
    this.#held.set(name, etag);
  }
  /** It is there in this version, and the server leaves it out of what it tells. */
  keep(name: string, etag: string): void {
    this.#held.set(name, etag);
  }
  went(name: string): void {
    this.#held.delete(name);
  }
  /** A person asks: which version it has of something it did not tell may be told now, and what it has nothing of is gone. */
  askAgain(): void {
    this.replaced.newMayGo();
    if (this.#untold.length > 0) this.doubt();
  }
  /** The server found something else than it had told of: everything is listed the next time. */
  doubt(): void {
    this.#token = null;
  }

  /** Asks the server. Did it tell of something that went? Fails as asking does; then all is as it was. */
  async ask(): Promise<boolean> {
    const token = this.#isDue() ? null : this.#token;
    const told = token === null ? null : await this.#server.changesSince(this.#url, token);
    const changes = told === null || this.#isElsewhere(told) ? null : told;
    if (changes !== null) this.#take(changes);
    if (changes === null || this.#isDue()) await this.#list();
    return (changes?.gone.length ?? 0) > 0;
  }

  #isDue(): boolean {
    const since = this.#clock.now() - this.#listedAt;
    const isDoubted = this.#isDoubted || this.#untold.length > 0;
    return this.#token === null || since < 0 || since >= (isDoubted ? DOUBTED_MS : LIST_MS);
  }

  /** What changed lies in another folder than what was listed: the collection has another path now, and all of it is somewhere else. */
  #isElsewhere({ changed }: DavChanges): boolean {
    if (changed.length === 0 || this.#held.size === 0) return false;
    const folders = new Set(this.names.map(folderOf));
    return changed.some(({ href }) => !folders.has(folderOf(href)));
  }

  #take({ changed, gone, token }: DavChanges): void {
    const told = new Set([...gone, ...changed.map(({ href }) => href)]);
    // A copy that is behind knows nothing of what came since: what it tells is over is over.
    const passed = token === this.#token ? [] : [...this.#untoldYet].filter((name) => !told.has(name));
    for (const name of [...gone, ...passed]) this.replaced.told(name);
    for (const name of this.#untoldYet) this.#held.delete(name);
    this.#untoldYet.clear();
    for (const { href, etag } of changed) this.#held.set(href, etag);
    for (const href of gone) this.#held.delete(href);
    if (told.size > 0) this.#untold = this.#untold.filter((name) => !told.has(name));
    if (changed.length === 0 && gone.length === 0 && token !== this.#token) this.#isDoubted = true;
    this.#token = token;
  }

  async #list(): Promise<void> {
    const { resources, untold, token, isDoubtful } = await this.#server.list(this.#url);
    this.#untoldYet.clear();
    this.#held = new Map(resources.map(({ href, etag }) => [href, etag]));
    this.#untold = untold;
    this.#token = token;
    this.#listedAt = this.#clock.now();
    this.#isDoubted = isDoubtful;
  }
}
