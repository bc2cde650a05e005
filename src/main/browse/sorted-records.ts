import type { RecordView, ValueView } from '../../contract/contract.ts';
import { contactWords } from '../../contract/field-words.ts';
import type { Collection } from '../collection.ts';
import { countChoices } from '../merge/record-state.ts';
import { recordTitle } from '../past/record-title.ts';
import { compareTexts } from '../record/compare-texts.ts';
import { fieldName, type RecordId } from '../record/ids.ts';
import type { Fields, Plain, Value } from '../record/value.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { FollowedRows, shownOf } from './followed-rows.ts';
import { mergeInTurns, sortInTurns } from './sort-in-turns.ts';

/** A record as lists have it. */
export interface ListedRecord {
  readonly id: RecordId;
  readonly view: RecordView;
  /** When an event begins, as it says itself; '' of anything else. */
  readonly begins: string;
}

const WHEN = fieldName('when');
const BY_TITLE = new Intl.Collator('en', { numeric: true });
/** What of a record stands beside its title: the first of these that it has. */
const TELLING = [
  ['emails/', 'address'],
  ['phones/', 'number'],
  ['organizations/', 'name'],
  ['when', 'start'],
  ['locations/', 'name'],
] as const;

/** All records of a collection in the order of their titles, those without one last; events of one title by when they begin. */
export class SortedRecords {
  readonly #rows: FollowedRows<ListedRecord>;
  #sorted: readonly ListedRecord[] = [];

  constructor(collection: Collection) {
    this.#rows = new FollowedRows(collection, (record) => listedRecord(collection, record));
  }

  /** As they are now. */
  list(): Promise<readonly ListedRecord[]> {
    return this.#rows.answer(async (changed) => {
      const { rows } = this.#rows;
      if (changed === null) this.#sorted = await sortInTurns([...rows.values()], byTitle);
      else if (changed.size > 0) {
        const stayed = this.#sorted.filter((row) => rows.get(row.id) === row);
        const news = [...changed].flatMap((id) => rows.get(id) ?? []);
        this.#sorted = await mergeInTurns(stayed, await sortInTurns(news, byTitle), byTitle);
      }
      return this.#sorted;
    });
  }

  /** What was read is forgotten. */
  letGo(): void {
    this.#rows.letGo();
  }
}

/** Titled by its id, which nobody looks for. */
const isNameless = ({ id, title }: RecordView): boolean => id === title;

function byTitle({ view: a, begins: beginsA }: ListedRecord, { view: b, begins: beginsB }: ListedRecord): number {
  return (
    Number(isNameless(a)) - Number(isNameless(b)) ||
    BY_TITLE.compare(a.title, b.title) ||
    compareTexts(beginsA, beginsB) ||
    compareTexts(a.id, b.id)
  );
}

function listedRecord(collection: Collection, record: StoredRecord): ListedRecord {
  const { kind } = collection;
  const { id, state } = record;
  const fields = shownOf(collection, record);
  const title = recordTitle(kind, id, fields);
  const conflicts = countChoices(kind, state, false);
  const view = {
    id,
    title,
    line: lineOf(fields),
    ...(hasPhoto(fields) ? { hasPhoto: true as const } : {}),
    ...(conflicts === 0 ? {} : { conflicts }),
  };
  return { id, view, begins: beginOf(fields.get(WHEN)) };
}

function beginOf(when: Value | undefined): string {
  const start = when !== null && typeof when === 'object' && 'start' in when ? when.start : null;
  return typeof start === 'string' ? start : '';
}

/** A picture of a contact that is not only named by an address elsewhere. */
function hasPhoto(fields: Fields): boolean {
  for (const [field, value] of fields)
    if (field.startsWith('media/') && value !== null && typeof value === 'object' && 'kind' in value)
      if (value.kind === 'photo' && 'data' in value && value.data != null) return true;
  return false;
}

function lineOf(fields: Fields): string {
  for (const [map, part] of TELLING)
    for (const [field, value] of fields) {
      if (!field.startsWith(map) || value === null || typeof value !== 'object') continue;
      const said = (value as Plain)[part];
      if (typeof said === 'string' && said !== '')
        return map === 'when' ? (contactWords(map, value as ValueView) ?? said) : said;
    }
  return '';
}
