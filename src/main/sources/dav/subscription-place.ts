import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/hash.ts';
import type { Random } from '../../platform/random.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { SourceCondition } from '../source-adapter.ts';
import type {
  DocumentListing,
  DocumentPlace,
  DocumentWritten,
  ReadDocument,
  UnreadDocument,
} from '../text/document-place.ts';
import { AskedServer } from './asked-server.ts';
import { refusalWords } from './refusal-words.ts';
import { ensureNotBusy } from './server-busy.ts';

/** A feed is asked so often. */
const ASK_MS = 15 * 60_000;
/** An answer counts so long. */
const FRESH_MS = 30_000;

/** A calendar that ends is whole: an answer that broke off says nothing of what would have come. */
const ENDED = /^END:VCALENDAR\s*$/im;
const TAIL_BYTES = 4096;

export interface SubscriptionOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: (url: string, init: { headers: Record<string, string> }) => Promise<Response>;
  /** What is wrong with what was read, as far as a reader that is not ours can tell; null: nothing. */
  doubt(bytes: Uint8Array): Promise<string | null>;
  /** Is this the beginning of a calendar? A login page is none, and says nothing of what was in it. */
  isCalendar(bytes: Uint8Array): boolean;
}

/** A calendar somebody publishes: read, never written. Asked only whether it changed; what is no calendar makes it unavailable. */
export class SubscriptionPlace implements DocumentPlace {
  readonly many = false;
  readonly writable = false;
  readonly #options: SubscriptionOptions;
  #held: { readonly etag: string | null; readonly modified: string | null; readonly bytes: Uint8Array } | null = null;
  #doubt: string | null = null;
  readonly #asked: AskedServer;
  readonly watch: NonNullable<DocumentPlace['watch']>;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    const { clock, random } = options;
    this.#asked = new AskedServer({ clock, random, askMs: ASK_MS, freshMs: FRESH_MS });
    this.watch = this.#asked.watch;
  }

  condition(asked = false): Promise<SourceCondition> {
    return this.#asked.condition(() => this.#ask(), asked);
  }

  list(): Promise<DocumentListing> {
    if (this.#held === null) throw new LockstepError('not-reachable', `${this.#options.url} was not read yet`);
    const problems =
      this.#doubt === null ? [] : [{ name: this.#options.url, code: 'malformed' as const, detail: this.#doubt }];
    return Promise.resolve({ documents: [documentOf(this.#held.bytes)], problems });
  }
  read(names: readonly string[]): Promise<readonly (ReadDocument | UnreadDocument)[]> {
    const held = this.#held;
    return Promise.resolve(
      names.map((name) =>
        held === null ? { name, code: 'unreadable', detail: 'it was not read yet' } : documentOf(held.bytes),
      ),
    );
  }
  write(): Promise<DocumentWritten> {
    const detail = `${this.#options.url} can only be read: the change stays where it was made, until it is undone there.`;
    return Promise.resolve({ done: 'refused', reason: 'not-writable', detail });
  }
  newName(): string {
    return '';
  }
  release(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }

  async #ask(): Promise<SourceCondition> {
    const { url, fetch, isCalendar } = this.#options;
    const { etag = null, modified = null } = this.#held ?? {};
    const response = await fetch(url, {
      headers: {
        accept: 'text/calendar',
        ...(etag === null ? {} : { 'if-none-match': etag }),
        ...(modified === null ? {} : { 'if-modified-since': modified }),
      },
    });
    ensureNotBusy(response, url);
    if (response.status === 304 && this.#held !== null) return this.#ready();
    if (!response.ok) return away(`${url} ${refusalWords(response)} Nothing was deleted.`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (!isCalendar(bytes))
      return away(`${url} gives no calendar just now (perhaps a page to log in). Nothing was deleted.`);
    if (!ENDED.test(new TextDecoder().decode(bytes.subarray(-TAIL_BYTES))))
      return away(`${url} gives a calendar that breaks off. Nothing was deleted.`);
    const { headers } = response;
    this.#doubt = await this.#options.doubt(bytes);
    this.#held = { etag: headers.get('etag'), modified: headers.get('last-modified'), bytes };
    return this.#ready();
  }
  #ready(): SourceCondition {
    this.#asked.worked();
    return { is: 'ready' };
  }
}

function documentOf(bytes: Uint8Array): ReadDocument {
  return { name: '', revision: sha256(bytes), fresh: false, size: bytes.length, bytes };
}
const away = (detail: string): SourceCondition => ({ is: 'unavailable', code: 'unreadable', detail });
