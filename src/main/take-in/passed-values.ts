import type { FieldWrite } from '../change-log/change.ts';
import type { Collection } from '../collection.ts';
import type { Held } from '../merge/record-state.ts';
import { fieldRule } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import type { StoredRecord } from '../store/record-store.ts';

/**
 * What a server holds of a record that several devices write there: where it shows what a field said in between, after what was seen there last and
 * before what it says now, another of them put that there. To say it once more would stand beside what became of it. `held`: as it was seen last. The same
 * map where there is nothing of that sort.
 */
export function withPassed(
  { kind, log, packages }: Pick<Collection, 'kind' | 'log' | 'packages'>,
  { row, state }: StoredRecord,
  held: Held,
  now: Fields,
): Held {
  const isSame = (field: FieldName, value: FieldWrite['value']): boolean =>
    fieldRule(kind, field).same(value, now.get(field) ?? null);
  const fields = [...new Set([...held.keys(), ...now.keys()])].filter(
    (field) =>
      field !== EXISTS &&
      !isSame(field, held.get(field)?.value ?? null) &&
      !(state.fields.get(field) ?? []).some(({ value }) => isSame(field, value)),
  );
  if (fields.length === 0) return held;
  const changes = log.changesOf(row).map((dot) => ({ dot, writes: packages.changeAt(dot)?.change.writes ?? [] }));
  const after = new Map(held);
  for (const field of fields) {
    const shown = held.get(field)?.dots ?? [];
    const written = changes.flatMap(({ dot, writes }) => {
      const write = writes.find((each) => each.field === field);
      return write === undefined ? [] : [{ dot, write }];
    });
    const since = writtenSince(shown, written);
    const dots = since.flatMap(({ dot, write }) => (isSame(field, write.value) ? dot : []));
    if (dots.length > 0) after.set(field, { value: now.get(field) ?? null, dots });
  }
  return [...after].every(([field, value]) => held.get(field) === value) ? held : after;
}

interface Written {
  readonly dot: Dot;
  readonly write: FieldWrite;
}

/** What replaced these dots, what replaced that, and so on. */
function writtenSince(dots: readonly Dot[], all: readonly Written[]): readonly Written[] {
  const since = new Set<Written>();
  const known = new Set(dots);
  for (let before = -1; before < since.size; ) {
    before = since.size;
    for (const each of all)
      if (!since.has(each) && each.write.replaces.some((dot) => known.has(dot))) {
        since.add(each);
        known.add(each.dot);
      }
  }
  return [...since];
}
