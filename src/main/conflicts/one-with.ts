import type { Collection } from '../collection.ts';
import { isLive } from '../merge/record-state.ts';
import { ALIAS_OF } from '../record/alias.ts';
import { type RecordId, recordId } from '../record/ids.ts';

/** A contact that was fused with one that was fused, and so on: nobody has more. */
const LONGEST_CHAIN = 8;

/** The contact this one, which is none of its own any more, was said to be; null: nothing says so, or not all say the same. */
export function oneWith({ records }: Pick<Collection, 'records'>, id: RecordId): RecordId | null {
  let at = id;
  for (let length = 0; length < LONGEST_CHAIN; length++) {
    const found = records.find(at);
    if (found === null) return null;
    const [said, ...others] = isLive(found.state) ? [] : (found.state.fields.get(ALIAS_OF) ?? []);
    if (typeof said?.value !== 'string' || others.length > 0) return at === id ? null : at;
    at = recordId(said.value);
  }
  return null;
}
