import type { Clock } from '../../../platform/clock.ts';
import { sha256 } from '../../../platform/hash.ts';
import { troubleText } from '../../../platform/trouble-text.ts';
import { compareTexts } from '../../../record/compare-texts.ts';
import type { ProblemCode, SourceCondition } from '../../source-adapter.ts';
import type {
  DocumentListing,
  DocumentPlace,
  DocumentWritten,
  ReadDocument,
  UnreadDocument,
} from '../../text/document-place.ts';
import { type AddressBook, CHURN, type OpenAddressBook, type StoredCard } from './address-book.ts';
import { propertiesOfText, textOfCard } from './card-text.ts';

export interface ThunderbirdPlaceOptions {
  readonly open: OpenAddressBook;
  readonly clock: Clock;
  /** A real path: `…/abook.sqlite`. */
  readonly path: string;
  /** Is Thunderbird running with the profile the book is in? */
  isLocked(): boolean;
  isThere(): boolean;
  readonly watch: DocumentPlace['watch'];
}

/** The newest version of the database whose cards are understood. */
const NEWEST = 4;
const LOCKED = 'Thunderbird is running and would overwrite it: it is written once Thunderbird is closed';

/**
 * An address book of Thunderbird: a card is a document, its vCard the text. It is read whenever it is looked at, and written only while
 * Thunderbird does not run. The database is open for no longer than one question takes.
 */
export class ThunderbirdPlace implements DocumentPlace {
  readonly many = true;
  readonly writable = true;
  readonly watch: DocumentPlace['watch'];
  readonly #options: ThunderbirdPlaceOptions;

  constructor(options: ThunderbirdPlaceOptions) {
    this.#options = options;
    this.watch = options.watch;
  }

  condition(): Promise<SourceCondition> {
    const { path, isThere } = this.#options;
    const away = (code: 'missing' | 'unreadable', detail: string): SourceCondition => ({
      is: 'unavailable',
      code,
      detail,
    });
    if (!isThere()) return Promise.resolve(away('missing', `${path} is not there. Nothing was deleted elsewhere.`));
    try {
      const version = this.#with('read', (book) => {
        // One that is broken further inside is met only as its cards are read.
        book.cards();
        return book.version;
      });
      if (version <= NEWEST) return Promise.resolve({ is: 'ready' });
      return Promise.resolve(
        away('unreadable', `${path} is of a newer Thunderbird (version ${version}) than this one knows.`),
      );
    } catch (error) {
      return Promise.resolve(away('unreadable', `${path} cannot be read: ${troubleText(error)}`));
    }
  }

  list(): Promise<DocumentListing> {
    const documents = this.#with('read', (book) => book.cards().flatMap((card) => documentOf(card) ?? []));
    documents.sort((a, b) => compareTexts(a.name, b.name));
    return Promise.resolve({ documents, problems: [] });
  }

  read(names: readonly string[]): Promise<readonly (ReadDocument | UnreadDocument)[]> {
    const gone = (name: string): UnreadDocument => ({ name, code: 'changing', detail: 'it went while it was read' });
    return Promise.resolve(
      this.#with('read', (book) =>
        names.map((name) => {
          const card = book.card(name);
          return (card === null ? null : documentOf(card)) ?? gone(name);
        }),
      ),
    );
  }

  write(name: string, expected: Uint8Array | null, bytes: Uint8Array | null): Promise<DocumentWritten> {
    const { clock, isLocked } = this.#options;
    const refused = (reason: ProblemCode, detail: string): DocumentWritten => ({ done: 'refused', reason, detail });
    if (isLocked()) return Promise.resolve(refused('no-permission', LOCKED));
    try {
      return Promise.resolve(
        this.#with('write', (book): DocumentWritten => {
          const properties =
            bytes === null ? null : propertiesOfText(book.version, bytes, book.card(name), clock.now());
          if (bytes !== null && properties === null) return refused('malformed', 'it is no card');
          const isDone = book.replace(name, properties, (now) => isAt(now, expected));
          if (!isDone) return refused('changed-underneath', 'somebody changed it just now');
          const card = bytes === null ? null : book.card(name);
          return { done: 'written', document: card === null ? null : documentOf(card) };
        }),
      );
    } catch (error) {
      return Promise.resolve(refused('io', troubleText(error)));
    }
  }

  newName(uid: string, isTaken: (name: string) => boolean): string {
    for (let at = 1; ; at++) {
      const name = at === 1 ? uid : `${uid}-${at}`;
      if (!isTaken(name)) return name;
    }
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }

  #with<T>(how: 'read' | 'write', work: (book: AddressBook) => T): T {
    const { open, path } = this.#options;
    try {
      const book = open(path, how);
      try {
        return work(book);
      } finally {
        book.close();
      }
    } catch (error) {
      // Without the code that SQLite gives it: that is how our own database is told to fail.
      throw new Error(troubleText(error));
    }
  }
}

function documentOf(card: StoredCard): ReadDocument | null {
  const bytes = textOfCard(card);
  if (bytes === null) return null;
  return { name: card.uid, revision: revisionOf(card), fresh: false, size: bytes.length, bytes };
}

function isAt(card: StoredCard | null, expected: Uint8Array | null): boolean {
  if (card === null || expected === null) return card === null && expected === null;
  return Buffer.compare(revisionOf(card), expected) === 0;
}

/** Of all it says, but not of what Thunderbird counts for itself. */
function revisionOf({ properties }: StoredCard): Uint8Array {
  const said = [...properties].filter(([name]) => !CHURN.has(name)).sort(([a], [b]) => compareTexts(a, b));
  return sha256(JSON.stringify(said));
}
