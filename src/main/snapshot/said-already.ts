import type { RecordState, Sibling } from '../merge/record-state.ts';
import { entryMapOf } from '../record/entry-maps.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import type { FieldName } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';

/** Of more that are new at once each is: nobody has so many, and each is compared with all there are. */
const MOST_NEW = 40;

/**
 * What a source shows, where an entry that seems to be new is one the record has already and the source did not show: what another device that shares
 * the place wrote there, before this one did. Of what is named by its key (a word, a person, a day that is left out) none is ever another one. `before`:
 * what the source showed. Where the values of a conflict stand beside each other, the entry that shows one of them may be the other one's, as the place
 * shows it now. Given keys of their own, two devices that show either value of a conflict each found one more entry in what the other had written,
 * without end. The same map where nothing is new. Pure.
 */
export function saidAlready(kind: RecordKind, state: RecordState, before: Fields, now: Fields): Fields {
  const news = [...now].filter(
    ([field]) => entryMapOf(field) !== null && !before.has(field) && !state.fields.has(field),
  );
  if (news.length === 0 || news.length > MOST_NEW) return now;
  const shown = new Map(now);
  for (const [field, value] of news) {
    const map = entryMapOf(field);
    const entries = [...state.fields].filter(([key]) => entryMapOf(key) === map);
    const unshown = (said: Value): FieldName | undefined =>
      entries.find(([key, siblings]) => !shown.has(key) && !before.has(key) && says(kind, key, siblings, said))?.[0];
    const own = unshown(value);
    const turned = own === undefined ? turnedFor(kind, entries, before, shown, value, unshown) : null;
    if (own === undefined && turned === null) continue;
    shown.delete(field);
    if (own !== undefined) shown.set(own, value);
    if (turned === null) continue;
    shown.set(turned.to, shown.get(turned.field) ?? null);
    shown.set(turned.field, value);
  }
  return shown;
}

/** The field of a conflict that this may be another value of, and the entry that what it seemed to show until now is. null: there is none. */
function turnedFor(
  kind: RecordKind,
  entries: readonly (readonly [FieldName, readonly Sibling[]])[],
  before: Fields,
  shown: Fields,
  value: Value,
  unshown: (said: Value) => FieldName | undefined,
): { readonly field: FieldName; readonly to: FieldName } | null {
  for (const [field, siblings] of entries) {
    const stands = shown.get(field);
    if (stands === undefined || siblings.length < 2 || !says(kind, field, siblings, value)) continue;
    const { same } = fieldRule(kind, field);
    if (!same(before.get(field) ?? null, stands) || same(stands, value)) continue;
    const to = unshown(stands);
    if (to !== undefined) return { field, to };
  }
  return null;
}

const says = (kind: RecordKind, field: FieldName, siblings: readonly Sibling[], said: Value): boolean =>
  siblings.some(({ value }) => value !== null && fieldRule(kind, field).same(value, said));
