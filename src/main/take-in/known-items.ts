import type { Collection } from '../collection.ts';
import { oneWith } from '../conflicts/one-with.ts';
import { shownFields } from '../merge/record-state.ts';
import { PatchedMap } from '../platform/patched-map.ts';
import { type RecordId, recordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import { lastFieldsOf, nativeOf } from '../snapshot/lens.ts';
import { revisionIn, vouches } from '../snapshot/stored-revision.ts';
import type { Revision } from '../sources/source-adapter.ts';
import type { KnownItems, KnownRevision } from '../sources/text/known-revisions.ts';
import { changedMembers, type GroupMember } from '../store/group-at-hand.ts';

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
  const revisions = new RevisionsOf();
  return {
    revisions: () => revisions.of(() => records.group(source, '')),
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
    isNamed: (id) => collection.problems.has(source, id),
    isOneWith: (id) => (kind === 'contacts' ? oneWith(collection, id) : null),
  };
}

type Revisions = ReturnType<KnownItems['revisions']>;

/** Revisions by record, of members of a group. Where a few changed since it was asked last only those are put in anew. */
class RevisionsOf {
  /** As long as the store has them at hand. */
  readonly #made = new WeakMap<readonly GroupMember[], Revisions>();
  #last: WeakRef<readonly GroupMember[]> | null = null;

  of(read: () => readonly GroupMember[]): Revisions {
    // Before they are read: the store may let go of the former ones then.
    const before = this.#last?.deref();
    const members = read();
    const made = this.#made.get(members);
    if (made !== undefined) return made;
    const former = before === undefined ? undefined : this.#made.get(before);
    const changed = before === undefined || former === undefined ? null : changedMembers(before, members);
    const known: Revisions =
      former === undefined || changed === null
        ? allOf(members)
        : PatchedMap.from(former, new Map(changed.map(entryOf)));
    this.#made.set(members, known);
    this.#last = new WeakRef(members);
    return known;
  }
}

/** One after the other: an entry in between for each of a hundred thousand would be garbage of some MB at each look. */
function allOf(members: readonly GroupMember[]): Revisions {
  const known = new Map<RecordId, KnownRevision>();
  for (const { name, revision } of members)
    if (revision instanceof Uint8Array) known.set(recordId(name), new HeldRevision(revision));
  return known;
}

function entryOf({ name, revision }: GroupMember): [RecordId, KnownRevision | undefined] {
  return [recordId(name), revision instanceof Uint8Array ? new HeldRevision(revision) : undefined];
}

/** As the snapshot has it. Of thousands that are known few are asked what they say. */
class HeldRevision implements KnownRevision {
  readonly #stored: Uint8Array;

  constructor(stored: Uint8Array) {
    this.#stored = stored;
  }
  get revision(): Revision {
    return revisionIn(this.#stored);
  }
  get vouches(): boolean {
    return vouches(this.#stored);
  }
}
