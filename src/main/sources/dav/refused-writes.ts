import type { Clock } from '../../platform/clock.ts';
import { sha256Text } from '../../platform/hash.ts';
import { Retry, type RetryPace } from '../../platform/retry.ts';
import type { DocumentWritten } from '../text/document-place.ts';

/** A server is asked each minute: what it refused is left out of the next look at least. */
const PACE: RetryPace = { first: 2 * 60_000, most: 60 * 60_000 };
/** When it was written, which each try says anew. */
const STAMPS = /^(?:DTSTAMP|LAST-MODIFIED|REV)[:;].*(?:\r?\n[ \t].*)*\r?\n/gim;

/** What is refused for these is so for the account, whatever it says. */
const OF_ACCOUNT: ReadonlySet<string> = new Set(['no-permission', 'not-writable', 'disk-full']);

const LOST =
  'the server said that it took it, and does not have it where it was put; so that it is not there twice it is not given it again until it says something else';

type RefusedDocument = Extract<DocumentWritten, { readonly done: 'refused' }>;
interface Refused {
  readonly what: string;
  readonly refusal: RefusedDocument;
  readonly again: Retry;
}

/**
 * What a server refused, and that it would only refuse again: the same text in the place of the same version is not sent again with each look, but ever
 * more seldom, until a person asks, or it takes something else where the reason was one of the account.
 */
export class RefusedWrites {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #refused = new Map<string, Refused>();
  readonly #lost = new Map<string, Pick<Refused, 'what' | 'refusal'>>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Why it need not be tried now; null: it is to be. `etag`: of what it would replace; null: of nothing. `bytes` null: a deletion. */
  of(name: string, etag: string | null, bytes: Uint8Array | null): RefusedDocument | null {
    const known = this.#refused.get(name);
    const isWaiting = known !== undefined && known.again.dueIn(this.#clock.now()) > 0;
    const lost = this.#lost.get(name);
    if (!isWaiting && lost === undefined) return null;
    const what = whatOf(etag, bytes);
    if (lost?.what === what) return lost.refusal;
    return isWaiting && known.what === what ? known.refusal : null;
  }

  /**
   * The server said that it took what is new, and has nothing of that name. It may have it under another one: given it again, whoever asks for that, it
   * would have it once more each time.
   */
  lost(name: string, bytes: Uint8Array): RefusedDocument {
    const refusal: RefusedDocument = { done: 'refused', reason: 'not-taken', detail: LOST };
    this.#lost.set(name, { what: whatOf(null, bytes), refusal });
    return refusal;
  }

  /** What became of it. */
  tried(name: string, etag: string | null, bytes: Uint8Array | null, outcome: DocumentWritten): void {
    // Where something else stands a look finds out what.
    const known = this.#refused.get(name);
    this.#refused.delete(name);
    if (outcome.done === 'written') this.#lost.delete(name);
    if (outcome.done === 'written' && bytes !== null) for (const { again } of this.#ofAccount()) again.tryNow();
    if (outcome.done === 'written' && bytes === null) this.roomMade();
    if (outcome.done === 'written' || outcome.reason === 'changed-underneath') return;
    const what = whatOf(etag, bytes);
    const again = known?.what === what ? known.again : new Retry(PACE);
    again.failed(this.#clock.now());
    this.#refused.set(name, { what, refusal: outcome, again });
  }

  /** Something went from there: one of what found no room is tried, that tried longest ago. Where it is taken, so is the rest. */
  roomMade(): void {
    const [first] = this.#ofAccount().filter(({ refusal }) => refusal.reason === 'disk-full');
    first?.again.tryNow();
  }

  #ofAccount(): readonly Refused[] {
    return [...this.#refused.values()].filter(({ refusal }) => OF_ACCOUNT.has(refusal.reason));
  }

  /** A person asks, or the account may write again: all of it is tried once more. */
  tryAll(): void {
    for (const { again } of this.#refused.values()) again.tryNow();
  }
}

const whatOf = (etag: string | null, bytes: Uint8Array | null): string =>
  `${etag ?? ''} ${bytes === null ? '' : sha256Text(Buffer.from(bytes).toString().replace(STAMPS, ''))}`;
