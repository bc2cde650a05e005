import type { AgendaView, DuplicateView, RecordsView } from '../../contract/contract.ts';
import type { Collection } from '../collection.ts';
import type { Clock } from '../platform/clock.ts';
import { LockstepError } from '../platform/trouble.ts';
import { Agenda } from './agenda.ts';
import { ListRecords } from './list-records.ts';
import { PossibleDuplicates } from './possible-duplicates.ts';

/** Nobody looks any more where nothing was asked for so long after the last answer. */
const LET_GO_MS = 60_000;

/** What is known of a collection that people browse. */
interface Browsed {
  records: ListRecords | null;
  agenda: Agenda | null;
  duplicates: PossibleDuplicates | null;
  /** So many answers are under way, and what they read is not let go of meanwhile: it would be followed for good. */
  answering: number;
  /** Of letting go of it. */
  cancel: () => void;
}

/**
 * Lists of contacts and events as people browse them, and of contacts that may be one. What was read for one answer serves the next, brought up to date by what changed, as long as
 * somebody looks: who types a search asks with each letter, and who leafs through months with each of them.
 */
export class BrowsedCollections {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #browsed = new WeakMap<Collection, Browsed>();

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  /**
   * Contacts or events that say each word of the search, whatever its case and marks, or a phone number with its digits; all of them where it is
   * empty. By title, events of one title by when they begin. Fails with `not-available` for files.
   */
  async records(collection: Collection, search: string): Promise<RecordsView> {
    const { id, kind } = collection.stored;
    if (kind === 'files') throw new LockstepError('not-available', 'A folder is looked at in the file manager.', id);
    return this.#answer(collection, async (browsed) => {
      browsed.records ??= new ListRecords(collection);
      return browsed.records.list(search);
    });
  }

  /**
   * What takes place in a calendar between two moments (milliseconds since 1970), in order, the first 2,000 of it; where that is nothing, what comes
   * next. `timeZone`: where one is. Fails with `not-a-calendar`.
   */
  async agenda(collection: Collection, from: number, to: number, timeZone: string): Promise<AgendaView> {
    const { id, kind, name } = collection.stored;
    if (kind !== 'calendar') throw new LockstepError('not-a-calendar', `${name} is no calendar.`, id);
    return this.#answer(collection, async (browsed) => {
      const expand = await import('../sources/calendars/occurrences.ts');
      if (browsed.agenda?.timeZone !== timeZone) {
        browsed.agenda?.letGo();
        browsed.agenda = new Agenda(collection, timeZone, expand);
      }
      return browsed.agenda.between(from, to);
    });
  }

  /** Contacts that may be one person and of which nobody said yet whether they are, the surest first, at most 1,000. Only of contacts. */
  async duplicates(collection: Collection): Promise<readonly DuplicateView[]> {
    if (collection.kind !== 'contacts') return [];
    return this.#answer(collection, async (browsed) => {
      browsed.duplicates ??= new PossibleDuplicates(collection);
      return browsed.duplicates.list();
    });
  }

  async #answer<T>(collection: Collection, answer: (browsed: Browsed) => Promise<T>): Promise<T> {
    const browsed = this.#browsed.get(collection) ?? {
      records: null,
      agenda: null,
      duplicates: null,
      answering: 0,
      cancel: () => {},
    };
    this.#browsed.set(collection, browsed);
    browsed.cancel();
    browsed.answering++;
    try {
      return await answer(browsed);
    } finally {
      browsed.answering--;
      if (browsed.answering === 0) browsed.cancel = this.#clock.after(LET_GO_MS, () => letGo(browsed));
    }
  }
}

function letGo(browsed: Browsed): void {
  browsed.records?.letGo();
  browsed.agenda?.letGo();
  browsed.duplicates?.letGo();
  browsed.records = null;
  browsed.agenda = null;
  browsed.duplicates = null;
}
