import type { FieldName } from '../record/ids.ts';
import { equalValues, type Fields, type Value } from '../record/value.ts';

/** Entries of this map are told by who is meant: that is their key. */
const RELATED = 'relatedTo/';

/**
 * People by other names: fields that came, each with the one that went whose source says just the same of it. What the source has no place for is still
 * said of them. Of several that are alike the first that came is the first that went. null: there are none.
 */
export function renamedIn(before: Fields, now: Fields): ReadonlyMap<FieldName, FieldName> | null {
  let renamed: Map<FieldName, FieldName> | null = null;
  let gone: (readonly [FieldName, Value])[] | null = null;
  for (const [field, value] of now) {
    if (!field.startsWith(RELATED) || before.has(field)) continue;
    gone ??= [...before].filter(([each]) => each.startsWith(RELATED) && !now.has(each));
    const at = gone.findIndex(([, said]) => equalValues(said, value));
    const [former] = at < 0 ? [] : gone.splice(at, 1);
    if (former === undefined) continue;
    renamed ??= new Map();
    renamed.set(field, former[0]);
  }
  return renamed;
}
