import type { Collection } from '../collection.ts';
import { oneWith } from '../conflicts/one-with.ts';
import { shownFields } from '../merge/record-state.ts';
import type { RecordId } from '../record/ids.ts';
import { recordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import { lastFieldsOf, nativeOf } from '../snapshot/lens.ts';
import { revisionIn, vouchesFor } from '../snapshot/stored-revision.ts';
import type { KnownItems } from '../sources/text/known-revisions.ts';
import type { GroupMember } from '../store/record-store.ts';

/**
 * What the snapshot of a source of texts tells its adapter, which keeps nothing itself. `project`: what the source can hold of a record.
 * `isAdopting`: it is compared with the collection for the first time, and nothing was written to it.
 */
export function knownItems(
  collection: Collection,
  source: number,
  project: (full: Fields) => Fields,
  isAdopting: () => boolean,
): KnownItems {
  const { records, kind, log } = collection;
  /** As long as the store has them at hand. */
  const made = new WeakMap<readonly GroupMember[], ReturnType<KnownItems['revisions']>>();
  return {
    revisions() {
      const members = records.group(source, '');
      const former = made.get(members);
      if (former !== undefined) return former;
      const known = new Map<RecordId, { revision: Uint8Array; vouches: boolean }>();
      for (const { name, revision } of members) {
        if (!(revision instanceof Uint8Array)) continue;
        const own = revisionIn(revision);
        known.set(recordId(name), { revision: own, vouches: vouchesFor(revision, own) });
      }
      made.set(members, known);
      return known;
    },
    native(id) {
      const record = records.find(id);
      const stored = record === null ? undefined : records.snapshot(source, record.row);
      if (record === null || stored === undefined || stored.revision === null) return null;
      return nativeOf(collection.held(record, stored), stored.native, project);
    },
    shown(id) {
      const record = records.find(id);
      return record === null ? null : project(lastFieldsOf(shownFields(kind, record.state, log.order)));
    },
    awaited() {
      if (isAdopting()) return [];
      return records.notAsShown(source).flatMap((row) => records.at(row)?.id ?? []);
    },
    isOneWith: (id) => (kind === 'contacts' ? oneWith(collection, id) : null),
  };
}
