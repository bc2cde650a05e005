import type { RecordsView, RecordView } from '../../contract/contract.ts';
import type { Collection } from '../collection.ts';
import { recordTitle } from '../past/record-title.ts';
import { inTurns } from '../platform/in-turns.ts';
import type { RecordId } from '../record/ids.ts';
import { AT_ONCE, FollowedRows, shownOf } from './followed-rows.ts';
import {
  findIn,
  foundWords,
  isSaid,
  type Search,
  type SearchedText,
  searchedTextOf,
  searchOf,
  titleSays,
} from './search-fields.ts';
import { type ListedRecord, SortedRecords } from './sorted-records.ts';

const MOST = 10_000;
/** So many texts are searched in one go. */
const SEARCHED_AT_ONCE = 5_000;

/** Contacts or events in a list, and what is found in them. Their texts are read with the first search: whoever only opens the list does not wait for that. */
export class ListRecords {
  readonly #collection: Collection;
  readonly #sorted: SortedRecords;
  readonly #texts: FollowedRows<SearchedText>;

  constructor(collection: Collection) {
    this.#collection = collection;
    this.#sorted = new SortedRecords(collection);
    this.#texts = new FollowedRows(collection, (record) => {
      const fields = shownOf(collection, record);
      return searchedTextOf(recordTitle(collection.kind, record.id, fields), fields);
    });
  }

  /** What says each word of the search, whatever its case and marks, or a phone number with its digits; all of them where it is empty. */
  async list(search: string): Promise<RecordsView> {
    const wanted = searchOf(search);
    const list = await this.#sorted.list();
    return wanted === null
      ? { list: list.slice(0, MOST).map(({ view }) => view), total: list.length }
      : this.#texts.answer(() => this.#found(list, wanted));
  }

  /** What was read is forgotten. */
  letGo(): void {
    this.#sorted.letGo();
    this.#texts.letGo();
  }

  async #found(list: readonly ListedRecord[], wanted: Search): Promise<RecordsView> {
    const { rows } = this.#texts;
    const hits: ListedRecord[] = [];
    for await (const each of inTurns(list, SEARCHED_AT_ONCE)) {
      const text = rows.get(each.id);
      if (text !== undefined && isSaid(wanted, text)) hits.push(each);
    }
    const views: RecordView[] = [];
    for await (const { id, view } of inTurns(hits.slice(0, MOST), AT_ONCE)) {
      const text = rows.get(id);
      const isTitled = text !== undefined && titleSays(wanted, text);
      views.push(isTitled ? view : this.#withPlace(id, view, wanted));
    }
    return { list: views, total: hits.length };
  }

  /** With where it was found, where its line does not say so. */
  #withPlace(id: RecordId, view: RecordView, wanted: Search): RecordView {
    const record = this.#collection.records.find(id);
    const found = record === null ? null : findIn(wanted, view.title, shownOf(this.#collection, record));
    const where = found === null || found.text === view.line ? null : foundWords(found, wanted);
    return where === null ? view : { ...view, found: where };
  }
}
