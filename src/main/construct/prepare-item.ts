import type { Collection } from '../collection.ts';
import type { WantedContent } from '../content-exchange/contents.ts';
import type { Held } from '../merge/record-state.ts';
import { ENTRY, EXISTS, fileEntry } from '../record/file-entry.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import { isAsShown } from '../snapshot/held.ts';
import { fieldsOf, keepUnshown, nativeOf, sameFields, showsAsHeld } from '../snapshot/lens.ts';
import type { PlannedItem } from '../snapshot/plan-item.ts';
import { revisionIn } from '../snapshot/stored-revision.ts';
import type { ConstructItem, ContentPlan, Revision, SourceAdapter } from '../sources/source-adapter.ts';
import { DELETED_ELSEWHERE } from '../store/problem-store.ts';
import type { StoredSource } from '../store/registry-store.ts';
import type { Job } from './construction-queue.ts';
import { isOfWriting } from './write-problems.ts';

/** What a person has to decide about, and what a reader changed, stays as it is until a look finds it otherwise. */
const LEFT_ALONE: ReadonlySet<string> = new Set([DELETED_ELSEWHERE, 'read-only']);

/** What one source is to do about one record. */
export interface PreparedItem {
  readonly id: RecordId;
  readonly planned: PlannedItem;
  /** What the source holds of it; null: it never held it. */
  readonly before: Held | null;
  /** The source then shows just what the record's state shows. */
  readonly asShown: boolean;
  /** The revision the source is to have it in; null: it is not to be there. */
  readonly expected: Revision | null;
  /** What the source holds in its own format, and what it is to hold; both null where it holds all of a record. */
  readonly native: Fields | null;
  readonly target: Fields | null;
  /**
   * What its format can show of the record, whatever the source holds; null as the two above. Of what it holds beyond that, or in the place of that,
   * `target` says it too.
   */
  readonly shown: Fields | null;
}

/** Compares records with what one source holds of them: what is to be done there, and which content that takes. */
export class PrepareItem {
  readonly #collection: Collection;
  readonly #source: StoredSource;
  readonly #adapter: SourceAdapter;
  readonly #heldBack: (id: RecordId) => boolean;

  /** `heldBack`: what stands there may be torn. Where it is left out as well, it is left as it is: whoever lets go of it has it constructed. */
  constructor(
    collection: Collection,
    source: StoredSource,
    adapter: SourceAdapter,
    heldBack: (id: RecordId) => boolean,
  ) {
    this.#collection = collection;
    this.#source = source;
    this.#adapter = adapter;
    this.#heldBack = heldBack;
  }

  /** null: nothing is to be done about it in this source. From now on the job is touched if its record moves on. */
  prepare(job: Job): PreparedItem | null {
    const { records, kind, log, problems } = this.#collection;
    const found = job.record ?? records.at(job.row);
    if (found === null) return null;
    const stored = job.isNew ? undefined : records.snapshot(this.#source.row, job.row);
    job.record = null;
    job.isNew = false;
    const before = this.#collection.held(found, stored);
    const lens = this.#throughLens(this.#collection.plan(found, before), before, stored?.native ?? null);
    const { planned } = lens;
    const isDirectory = fileEntry(planned.fields?.get(ENTRY))?.type === 'directory';
    const problem = problems.find(this.#source.row, found.id);
    const isOutside =
      this.#adapter.outside(found.id, isDirectory) || (isDirectory && this.#adapter.onlyLeads?.(found.id) === true);
    const isNotHeld = (stored === undefined && (planned.fields === null || isOutside)) || this.#hasNoItemFor(lens);
    if (isNotHeld || (isOutside && this.#heldBack(found.id))) {
      // It was to be written here and is so no longer. What a look met with stands where looks go on: something else is there.
      const isOver = (code: string): boolean => (isOutside ? !LEFT_ALONE.has(code) : isOfWriting(code));
      if (problem !== null && isOver(problem.code)) problems.drop(this.#source.row, found.id);
      return null;
    }
    // Once it is there again, no question is left: a look finds which version of it stands here.
    if (problem?.code === 'read-only' || (problem?.code === DELETED_ELSEWHERE && planned.fields === null)) return null;
    const asShown = isAsShown(kind, planned.held, found.state, log.order);
    const revision = stored?.revision ?? null;
    job.touched = false;
    const expected = revision === null ? null : revisionIn(revision);
    return { id: found.id, ...lens, before, asShown, expected };
  }

  /** Is it not there, and of a sort its format has no item for? */
  #hasNoItemFor({ planned, native, shown }: Pick<PreparedItem, 'planned' | 'native' | 'shown'>): boolean {
    if (native !== null || shown === null || planned.fields === null) return false;
    return this.#adapter.hasNoItemFor?.(planned.fields, shown) === true;
  }

  /** What is to be written where the source cannot hold all of a record: nothing, if it shows the same of the new one as of the old. */
  #throughLens(
    planned: PlannedItem,
    before: Held | null,
    stored: Fields | null,
  ): Pick<PreparedItem, 'planned' | 'native' | 'target' | 'shown'> {
    const adapter = this.#adapter;
    if (adapter.project === undefined) return { planned, native: null, target: null, shown: null };
    const project = (full: Fields, held?: Fields): Fields => adapter.project?.(full, held) ?? full;
    const wasThere = before?.get(EXISTS)?.value === true;
    if (planned.fields === null) {
      const native = wasThere ? nativeOf(before, stored, project) : null;
      return { planned, native, target: null, shown: null };
    }
    const shown = project(planned.fields);
    if (!wasThere) return { planned: { ...planned, write: true }, native: null, target: shown, shown };
    const { kind } = this.#collection;
    const full = fieldsOf(before);
    const native = stored ?? project(full);
    const shownBefore = stored === null ? native : project(full, native);
    const stays = showsAsHeld(kind, native, full, { full: planned.fields, shown });
    const now = { full: planned.fields, shown: stays ? shown : project(planned.fields, native) };
    const { target, outlived } =
      stored === null
        ? { target: now.shown, outlived: false }
        : keepUnshown(kind, native, { full, shown: shownBefore }, now);
    const write = outlived || !sameFields(kind, now.shown, shownBefore);
    return { planned: { ...planned, write }, native, target, shown };
  }

  /** The content it takes that the source does not hold at its place already; null: none. */
  wanted({ id, planned, before, expected }: PreparedItem): Omit<WantedContent, 'deleted' | 'isStale'> | null {
    if (!planned.write) return null;
    const entry = fileEntry(planned.fields?.get(ENTRY));
    if (entry?.type !== 'file') return null;
    const holds = heldFile(before, expected);
    if (holds?.digest === entry.digest) return null;
    return {
      source: this.#source.row,
      id,
      digest: entry.digest,
      size: entry.size,
      chunks: entry.chunks ?? null,
      base: holds === null ? null : { digest: holds.digest, chunks: holds.chunks ?? null },
      ...(this.#collection.problems.find(this.#source.row, id)?.code === 'content-wrong' ? { doubted: true } : {}),
    };
  }
}

/** What the adapter is told of it, with where its content is and the contents its fields refer to. */
export function constructItemOf(
  { id, planned, before, expected, native, target }: PreparedItem,
  content: ContentPlan | null,
  attachments: ReadonlyMap<Digest, Uint8Array>,
): ConstructItem {
  const replaces = heldFile(before, expected)?.digest ?? null;
  return { id, fields: target ?? planned.fields, expected, native, attachments, replaces, content };
}

/** The file that the source has at its place, by what is known of it. */
function heldFile(before: Held | null, expected: Revision | null) {
  const held = fileEntry(before?.get(ENTRY)?.value);
  return expected !== null && held?.type === 'file' ? held : null;
}
