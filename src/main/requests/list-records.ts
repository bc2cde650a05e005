import type { RecordsView, RecordView, ValueView } from '../../contract/contract.ts';
import { contactWords } from '../../contract/field-words.ts';
import { countChoices, isLive, shownFields } from '../merge/record-state.ts';
import { recordTitle } from '../past/record-title.ts';
import { inTurns } from '../platform/in-turns.ts';
import { LockstepError } from '../platform/trouble.ts';
import { fieldName } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import type { Replica } from '../replica.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import { findIn, foundWords, searchOf } from './search-fields.ts';

const MOST = 10_000;
/** So many are looked at in one go: whoever types a search asks often. */
const AT_ONCE = 200;
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

/**
 * Contacts or events that say each word of the search, whatever its case and marks, or a phone number with its digits; all of them where it
 * is empty. By title, events of one title by when they begin. Fails with `not-available` for files.
 */
export async function listRecords({ collection }: Replica, search: string): Promise<RecordsView> {
  const { kind, log } = collection;
  if (kind === 'files')
    throw new LockstepError('not-available', 'A folder is looked at in the file manager.', collection.stored.id);
  const wanted = searchOf(search);
  const list: { readonly view: RecordView; readonly begins: string }[] = [];
  for await (const { id, state } of inTurns(collection.records.all(AT_ONCE), AT_ONCE)) {
    if (!isLive(state)) continue;
    const fields = fieldsOf(shownFields(kind, state, log.order));
    const title = recordTitle(kind, id, fields);
    const found = wanted === null ? null : findIn(wanted, title, fields);
    if (wanted !== null && found === null) continue;
    const line = lineOf(fields);
    const conflicts = countChoices(kind, state, false);
    const where = wanted === null || found === null || found.text === line ? null : foundWords(found, wanted);
    const view = {
      id,
      title,
      line,
      ...(where === null ? {} : { found: where }),
      ...(hasPhoto(fields) ? { hasPhoto: true as const } : {}),
      ...(conflicts === 0 ? {} : { conflicts }),
    };
    list.push({ view, begins: beginOf(fields.get(WHEN)) });
  }
  list.sort(
    ({ view: a, begins: of }, { view: b, begins }) =>
      Number(isNameless(a)) - Number(isNameless(b)) ||
      BY_TITLE.compare(a.title, b.title) ||
      compareTexts(of, begins) ||
      compareTexts(a.id, b.id),
  );
  return { list: list.slice(0, MOST).map(({ view }) => view), total: list.length };
}

/** Titled by its id, which nobody looks for. */
const isNameless = ({ id, title }: RecordView): boolean => id === title;

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** When an event begins, as it says itself; '' of anything else. */
function beginOf(when: Value | undefined): string {
  const start = when !== null && typeof when === 'object' && 'start' in when ? when.start : null;
  return typeof start === 'string' ? start : '';
}

/** A picture of a contact that is not only named by an address elsewhere. */
function hasPhoto(fields: ReadonlyMap<string, Value>): boolean {
  for (const [field, value] of fields)
    if (field.startsWith('media/') && value !== null && typeof value === 'object' && 'kind' in value)
      if (value.kind === 'photo' && 'data' in value && value.data != null) return true;
  return false;
}

function lineOf(fields: ReadonlyMap<string, Value>): string {
  for (const [map, part] of TELLING)
    for (const [field, value] of fields) {
      if (!field.startsWith(map) || value === null || typeof value !== 'object') continue;
      const said = (value as { readonly [key: string]: Value })[part];
      if (typeof said === 'string' && said !== '')
        return map === 'when' ? (contactWords(map, value as ValueView) ?? said) : said;
    }
  return '';
}
