import type { Collection } from '../collection.ts';
import type { Held, RecordState, Sibling } from '../merge/record-state.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName } from '../record/ids.ts';
import { allBefore, pastOf } from './deleted-since.ts';

/**
 * What a source held of a record that is deleted in it now. Where it showed one of several versions and seemed to stand for nothing that keeps the record
 * (`dotsStoodFor`), that is looked up: what keeps its own version, and was said by nobody who had seen one of the others. So who deletes the last version
 * there is, whose others were deleted by those who had them, leaves no conflict of what nobody has.
 */
export function ownVersion(
  collection: Pick<Collection, 'kind' | 'log' | 'packages' | 'records'>,
  row: number,
  held: Held | null,
): Held | null {
  const exists = held?.get(EXISTS);
  if (held === null || exists?.value !== true || exists.dots.length > 0) return held;
  const fields = collection.records.at(row)?.state.fields ?? new Map<FieldName, readonly Sibling[]>();
  const unseen = unseenIn(collection.kind, fields, held);
  const past = pastOf(collection, row);
  const isOwn = (dot: Dot): boolean => !unseen.has(dot) && [...allBefore(dot, past)].every((each) => !unseen.has(each));
  const keeping = (fields.get(EXISTS) ?? []).flatMap(({ value, dots }) => (value === true ? dots : []));
  return new Map(held).set(EXISTS, { value: true, dots: keeping.filter(isOwn) });
}

/** What wrote the values of a record that a source does not show. */
function unseenIn(kind: RecordKind, fields: RecordState['fields'], held: Held): ReadonlySet<Dot> {
  const unseen = new Set<Dot>();
  for (const [field, siblings] of fields) {
    if (field === EXISTS) continue;
    const shown = held.get(field);
    const { same } = fieldRule(kind, field);
    const isSeen = ({ value, dots }: Sibling): boolean =>
      dots.some((dot) => shown?.dots.includes(dot) === true) || same(value, shown?.value ?? null);
    for (const sibling of siblings) if (!isSeen(sibling)) for (const dot of sibling.dots) unseen.add(dot);
  }
  return unseen;
}
