import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { Retry, type RetryPace } from '../../platform/retry.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { compareTexts } from '../../record/compare-texts.ts';
import type { ProblemCode, SourceCondition } from '../source-adapter.ts';
import type {
  DocumentListing,
  DocumentPlace,
  DocumentWritten,
  NewDocument,
  ReadDocument,
  UnreadDocument,
} from '../text/document-place.ts';
import { AskedServer } from './asked-server.ts';
import { documentOf, listed, revisionOf } from './dav-document.ts';
import type { DavKind } from './dav-resource.ts';
import type { DavServer } from './dav-server.ts';
import { LeftOut } from './left-out.ts';
import { ListedVersions } from './listed-versions.ts';
import { MISTAKEN, PutAnew } from './put-anew.ts';
import { PutTexts } from './put-texts.ts';
import { RefusedWrites } from './refused-writes.ts';
import { pathOf } from './resource-path.ts';
import { ServerBusy } from './server-busy.ts';
import { type DavAnswer, reasonOf } from './write-answer.ts';
import { WriteRights } from './write-rights.ts';

/** A server is asked so often whether anything changed; it tells nobody by itself. */
const ASK_MS = 60_000;
/** An answer counts so long. */
const CONDITION_MS = 5000;
/** What it does not give may be large: it is not asked for with each look. */
const NOT_GIVEN: RetryPace = { first: 2 * 60_000, most: 60 * 60_000 };
const UNSAFE = /[^A-Za-z0-9@_=.-]/g;
const LONGEST_NAME = 100;
/** So a write is answered where something else is there than what was to be replaced. */
const OTHERWISE: ReadonlySet<number> = new Set([404, 409, 410, 412]);

export interface DavPlaceOptions {
  readonly server: Pick<
    DavServer,
    'kindAt' | 'mayWrite' | 'list' | 'changesSince' | 'texts' | 'text' | 'put' | 'remove'
  >;
  /** Address of the collection, with the closing slash. */
  readonly url: string;
  readonly kind: DavKind;
  readonly clock: Clock;
  readonly random: Random;
}

/** A collection on a CardDAV or CalDAV server. Every write says which version it replaces, and what the server made of it is read again. */
export class DavPlace implements DocumentPlace {
  readonly many = true;
  readonly writable = true;
  readonly tellsVersions = true;
  readonly mayLoseAnswers = true;
  readonly #options: DavPlaceOptions;
  readonly #listed: ListedVersions;
  readonly #leftOut: LeftOut;
  /** Listed, and not given when they were asked for: once that is one that went just now. */
  readonly #missed = new Map<string, { readonly etag: string | null; readonly again: Retry }>();
  /** What the server says of the version it made of a text was seen to be the version it has. */
  #tellsMade = false;
  /** It was too busy to be written to when that was last tried, however well it answers else. */
  #refusesWrites = false;
  readonly #refusals: RefusedWrites;
  readonly #rights: WriteRights;
  readonly #puts: PutTexts;
  readonly #anew: PutAnew;
  readonly #asked: AskedServer;
  readonly watch: NonNullable<DocumentPlace['watch']>;

  constructor(options: DavPlaceOptions) {
    this.#options = options;
    const { clock, random } = options;
    this.#asked = new AskedServer({ clock, random, askMs: ASK_MS, freshMs: CONDITION_MS });
    this.#listed = new ListedVersions(options.server, options.url, clock);
    this.#leftOut = new LeftOut({
      texts: (names, gone) => options.server.texts(options.url, names, options.kind, gone),
      text: (name, gone) => options.server.text(options.url, name, gone),
    });
    this.#refusals = new RefusedWrites(clock);
    this.#rights = new WriteRights(clock, () => options.server.mayWrite(options.url));
    this.#anew = new PutAnew(options);
    this.#puts = new PutTexts({
      put: ({ name, bytes }) => this.#put(name, null, bytes),
      answers: () => this.#answers(),
    });
    this.watch = this.#asked.watch;
  }

  condition(asked = false): Promise<SourceCondition> {
    const { server, url, kind } = this.#options;
    if (asked) {
      this.#refusals.tryAll();
      this.#rights.tryNow();
      this.#listed.askAgain();
      for (const { again } of this.#missed.values()) again.tryNow();
    }
    return this.#asked.condition(async () => {
      if ((await server.kindAt(url)) === kind) return { is: 'ready' };
      return away(`${url} holds no ${kind} any more. Nothing was deleted elsewhere.`);
    }, asked);
  }

  async list(): Promise<DocumentListing> {
    const isRoomMade = await this.#asking(() => this.#listed.ask());
    if (isRoomMade) this.#refusals.roomMade();
    for (const name of this.#missed.keys()) if (this.#listed.of(name) === null) this.#missed.delete(name);
    const { replaced } = this.#listed;
    const all = [...this.#listed.all];
    const behind = all.flatMap(([name, etag]) => (replaced.isBehind(name, etag) ? name : []));
    const isBehind = new Set(behind);
    const documents = all.filter(([name]) => !isBehind.has(name)).map(([name, etag]) => listed(name, etag, 0));
    documents.sort((a, b) => compareTexts(a.name, b.name));
    const untold = this.#listed.untold.map((name) =>
      unreadable(name, 'the server does not say which version of it it has'),
    );
    const waiting = behind.filter((name) => !replaced.isRemoved(name)).map((name) => unreadable(name, BEHIND));
    return { documents, problems: [...untold, ...waiting] };
  }

  async leftOut(names: readonly string[]): Promise<DocumentListing> {
    const behind = names.filter((name) => this.#listed.replaced.isBehind(name, null));
    const asked = names.filter((name) => !behind.includes(name));
    const { there, untold } = await this.#asking(() => this.#leftOut.among(asked, this.#listed.names));
    for (const { href, etag } of there) this.#listed.keep(href, etag);
    return {
      documents: there.map(({ href, etag }) => listed(href, etag, 0)),
      problems: [
        ...untold.map((name) => unreadable(name, 'the server neither gives it nor says that it is gone')),
        // As what went just now: where another client moved it, it is where that put it.
        ...behind.map((name) => ({ name, code: 'changing' as const, detail: BEHIND })),
      ],
    };
  }

  async read(names: readonly string[]): Promise<readonly (ReadDocument | UnreadDocument)[]> {
    const { server, url, kind } = this.#options;
    const asked = names.filter((name) => !this.#isLeftAlone(name));
    const found = asked.length === 0 ? [] : await this.#asking(() => server.texts(url, asked, kind));
    const texts = new Map(found.map((text) => [text.href, text]));
    // One that a server cannot put into a list it may give by itself.
    for (const name of asked.filter((each) => !texts.has(each) && this.#missed.has(each))) {
      const text = await this.#asking(() => server.text(url, name));
      if (text === null) this.#miss(name);
      else texts.set(name, text);
    }
    return names.map((name) => {
      const text = texts.get(name);
      if (text === undefined) {
        if (this.#missed.has(name)) return unreadable(name, 'the server lists it, and does not give it');
        this.#missed.set(name, { etag: this.#listed.of(name), again: new Retry(NOT_GIVEN) });
        return { name, code: 'changing', detail: `${name} is not there any more` };
      }
      this.#missed.delete(name);
      if (this.#listed.replaced.isBehind(name, text.etag)) return unreadable(name, BEHIND);
      this.#listed.note(name, text.etag);
      return documentOf(text);
    });
  }

  /** It was not given by itself either, in the version that is listed, and not long ago. */
  #isLeftAlone(name: string): boolean {
    const [etag, missed] = [this.#listed.of(name), this.#missed.get(name)];
    return etag !== null && missed?.etag === etag && missed.again.dueIn(this.#options.clock.now()) > 0;
  }
  #miss(name: string): void {
    const [etag, known] = [this.#listed.of(name), this.#missed.get(name)];
    const again = known?.etag === etag ? known.again : new Retry(NOT_GIVEN);
    again.failed(this.#options.clock.now());
    this.#missed.set(name, { etag, again });
  }

  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      const answer = await ask();
      if (!this.#refusesWrites) this.#asked.worked();
      return answer;
    } catch (error) {
      this.#asked.failed(error as Error);
      throw error;
    }
  }

  /** Fails with `server-busy` where the server is too busy to be written to at all. */
  async write(name: string, expected: Uint8Array | null, bytes: Uint8Array | null): Promise<DocumentWritten> {
    const etag = this.#listed.of(name);
    if (expected !== null && (etag === null || Buffer.compare(revisionOf(etag), expected) !== 0))
      return refused('changed-underneath', `${name} changed on the server`);
    try {
      if (await this.#mayOnlyRead()) return ONLY_READ;
      const known = this.#refusals.of(name, etag, bytes);
      if (known !== null) return known;
      const outcome = await (bytes === null
        ? this.#remove(name, etag)
        : this.#replace(name, etag, expected !== null, bytes));
      return await this.#tried(name, etag, bytes, outcome);
    } catch (error) {
      return this.#failedToWrite(error);
    }
  }

  /** Where it may be written by now, what was refused for want of that is tried. */
  async #mayOnlyRead(): Promise<boolean> {
    const before = this.#rights.isRefusing;
    const areNone = await this.#rights.areNone();
    if (before && !areNone) this.#refusals.tryAll();
    return areNone;
  }

  /** Notes what became of it: what was forbidden is so of this item, or of all. Never fails: what was done counts, whatever the server tells now. */
  async #tried(
    name: string,
    etag: string | null,
    bytes: Uint8Array | null,
    outcome: DocumentWritten,
  ): Promise<DocumentWritten> {
    const isForbidden = outcome.done === 'refused' && outcome.reason === 'no-permission';
    const areNone = isForbidden && (await this.#rights.areNoneBy().catch(() => false));
    const judged = areNone ? ({ ...outcome, reason: 'not-writable' } as const) : outcome;
    if (judged.done === 'written') this.#rights.took();
    this.#refusals.tried(name, etag, bytes, judged);
    return judged;
  }

  async #remove(name: string, etag: string | null): Promise<DocumentWritten> {
    const { server, url, kind } = this.#options;
    const answer = this.#judgedListed(await server.remove(new URL(name, url).href, etag ?? '*'));
    if (answer.status !== 404 && answer.status >= 300) return refused(reasonOf(answer), answer.detail);
    const mayBeOfLogIn = answer.isPage || answer.status === 404;
    if (mayBeOfLogIn && (await server.texts(url, [name], kind)).length > 0) return refused('io', NOT_DONE);
    this.#listed.went(name);
    if (etag !== null && answer.status < 300) this.#listed.replaced.replaced(name, etag, true);
    return { done: 'written', document: null };
  }

  async #replace(name: string, etag: string | null, isThere: boolean, bytes: Uint8Array): Promise<DocumentWritten> {
    const answer = await this.#put(name, isThere ? etag : null, bytes);
    if (answer.status >= 300) return refused(reasonOf(answer), answer.detail);
    const there = this.#anew.nameOf(name);
    if (answer.etag !== etag) this.#listed.replaced.replaced(there, isThere ? etag : null);
    const [document] = await this.read([there]);
    return this.#judge(there, etag, bytes, answer, document);
  }

  /**
   * New ones, some on their way at once; what the server made of them is asked for in few requests. Where the server does not answer any more those not
   * begun wait, and where that is because it is too busy and none was written it fails with `server-busy`.
   */
  async make(documents: readonly NewDocument[]): Promise<readonly DocumentWritten[]> {
    const outcomes = new Map<string, DocumentWritten>();
    try {
      if (await this.#mayOnlyRead()) return documents.map(() => ONLY_READ);
    } catch (error) {
      const outcome = this.#failedToWrite(error);
      return documents.map(() => outcome);
    }
    for (const { name, bytes } of documents) {
      const known = this.#refusals.of(name, null, bytes);
      if (known !== null) outcomes.set(name, known);
    }
    const wanted = documents.filter(({ name }) => !outcomes.has(name));
    const asked = this.#rights.isRefusing ? wanted.slice(0, 1) : wanted;
    for (const { name } of wanted.slice(asked.length)) outcomes.set(name, ONLY_READ);
    const { answers, failures, brokenOff } = await this.#puts.run(asked);
    // Where it was not reached that says nothing of the text.
    const isOfText = new Set([...answers.keys(), ...brokenOff]);
    for (const [name, answer] of answers)
      if (answer.status >= 300) outcomes.set(name, refused(reasonOf(answer), answer.detail));
    const made = [...answers.keys()].filter((name) => !outcomes.has(name));
    const busy = [...failures.values()].find((each) => each instanceof ServerBusy);
    if (busy !== undefined) this.#tooBusy(busy);
    if (busy !== undefined && made.length === 0) throw busy;
    for (const [name, failure] of failures)
      if (!(failure instanceof ServerBusy)) outcomes.set(name, this.#failedToWrite(failure));
    try {
      const there = made.map((name) => this.#anew.nameOf(name));
      for (const name of there) this.#listed.replaced.replaced(name, null);
      const read = made.length === 0 ? [] : await this.read(there);
      const bytesOf = new Map(asked.map(({ name, bytes }) => [name, bytes]));
      made.forEach((name, at) => {
        const bytes = bytesOf.get(name) as Uint8Array;
        outcomes.set(name, this.#judge(there[at] as string, null, bytes, answers.get(name) as DavAnswer, read[at]));
      });
    } catch (error) {
      const outcome = this.#failedToWrite(error);
      for (const name of made) {
        outcomes.set(name, outcome);
        isOfText.delete(name);
      }
    }
    for (const { name, bytes } of asked) {
      const outcome = outcomes.get(name);
      if (outcome !== undefined && isOfText.has(name))
        outcomes.set(name, await this.#tried(name, null, bytes, outcome));
    }
    const waits = refused('changed-underneath', [...failures.values()][0]?.message ?? '');
    return documents.map(({ name }) => outcomes.get(name) ?? waits);
  }

  async #put(name: string, etag: string | null, bytes: Uint8Array): Promise<DavAnswer> {
    const { server, url, kind } = this.#options;
    this.#missed.get(name)?.again.tryNow();
    this.#anew.isPlain(name);
    const answer = await server.put(new URL(name, url).href, etag, bytes, kind);
    if (etag === null && answer.status === MISTAKEN && (await this.#anew.isMistaken(name)))
      return this.#judgedListed(await this.#anew.put(name, bytes));
    return this.#judgedListed(answer);
  }

  /** The server answers a write. Where it has something else there than it told of, it is asked for all of it. */
  #judgedListed(answer: DavAnswer): DavAnswer {
    this.#refusesWrites = false;
    if (OTHERWISE.has(answer.status)) this.#listed.doubt();
    return answer;
  }

  async #answers(): Promise<boolean> {
    const { server, url, kind } = this.#options;
    try {
      return (await server.kindAt(url)) === kind;
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      return false;
    }
  }

  /** Servers write texts as they like: what it is now counts. `was`: the etag it had before; null: there was none. */
  #judge(
    name: string,
    was: string | null,
    bytes: Uint8Array,
    { isPage, etag: made }: DavAnswer,
    document: ReadDocument | UnreadDocument | undefined,
  ): DocumentWritten {
    if (isPage && this.#listed.of(name) === was) return refused('io', NOT_DONE);
    if (document === undefined || 'code' in document)
      return was === null
        ? this.#refusals.lost(name, bytes)
        : refused('changed-underneath', document?.detail ?? 'it went at once');
    const isOurs = made === this.#listed.of(name);
    if (isOurs) {
      this.#tellsMade = true;
      return { done: 'written', document };
    }
    // Whoever wrote to it at once is not taken for the server: the next look finds out what they changed.
    const isOthers = made !== null && this.#tellsMade;
    if (!isOthers) return { done: 'written', document, edited: 'perhaps' };
    // What is new they can have changed only as we wrote it; into what was there they may have put what it was before.
    if (was === null) return { done: 'written', document, edited: 'surely' };
    return refused('changed-underneath', `${name} changed on the server just now`);
  }

  #failedToWrite(error: unknown): DocumentWritten {
    if (!(error instanceof LockstepError)) throw error;
    if (error instanceof ServerBusy) {
      this.#tooBusy(error);
      throw error;
    }
    this.#asked.forget();
    return refused('io', error.message);
  }

  /** What it would say of each other item as well. */
  #tooBusy(error: LockstepError): void {
    this.#refusesWrites = true;
    this.#asked.failed(error);
  }

  newName(uid: string, isTaken: (name: string) => boolean): string {
    const { kind, url } = this.#options;
    const base = uid.replace(UNSAFE, '_').replace(/^\.+/, '_').slice(0, LONGEST_NAME) || 'item';
    for (let at = 1; ; at++) {
      const file = `${base}${at === 1 ? '' : `-${at}`}${kind === 'contacts' ? '.vcf' : '.ics'}`;
      const name = pathOf(encodeURIComponent(file), url);
      if (!isTaken(name) && this.#listed.of(name) === null) return name;
    }
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

const ONLY_READ: DocumentWritten = {
  done: 'refused',
  reason: 'not-writable',
  detail: 'the account may only read this collection, as the server says',
};
const BEHIND =
  'the server shows what was there before it took what was written just now; until it shows that, nothing there counts as changed';
const NOT_DONE = 'the server answers with a page, and has not done it (perhaps it wants somebody to log in)';
const unreadable = (name: string, detail: string): UnreadDocument => ({ name, code: 'unreadable', detail });
const away = (detail: string): SourceCondition => ({ is: 'unavailable', code: 'unreadable', detail });
const refused = (reason: ProblemCode, detail: string): DocumentWritten => ({ done: 'refused', reason, detail });
