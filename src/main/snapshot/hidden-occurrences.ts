import type { Held } from '../merge/record-state.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import { strayOverrides } from '../record/series.ts';
import type { Fields } from '../record/value.ts';
import { fieldsOf } from './lens.ts';

/**
 * What a source held of a record, without what is said of occurrences of a series that it is no more (`strayOverrides`) where the source says something
 * else of these now. It had not shown that (`shown`), so who wrote there did not see it: it is not replaced, and a person decides between the two. Pure.
 */
export function withoutHidden(kind: RecordKind, held: Held | null, shown: Fields, now: Fields): Held | null {
  if (kind !== 'calendar' || held === null) return held;
  const full = fieldsOf(held);
  const hidden = strayOverrides(full).filter(
    (field) => !shown.has(field) && !fieldRule(kind, field).same(full.get(field) ?? null, now.get(field) ?? null),
  );
  if (hidden.length === 0) return held;
  const after = new Map(held);
  for (const field of hidden) after.delete(field);
  return after;
}
