import { isLive, type RecordState } from '../merge/record-state.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import { type RecordId, recordId } from '../record/ids.ts';
import type { RecordStore, StoredRecord } from './record-store.ts';

const CACHED_DIRECTORIES = 16_384;

/** A directory that records lie in, as what is put below it asks about it again and again. */
interface Above {
  /** The records of this path and those above it that are files in some value, outermost first. Mostly none. */
  readonly files: readonly RecordId[];
  /** Nothing lay in directories below it when it was first seen here: what does now came through `note`. */
  readonly bare: boolean;
}

export interface Due {
  /** Records to be planned anew though they themselves did not change, with what could not be written below them. */
  readonly anew: readonly RecordId[];
  /** Files that are none any more: what could not be written below them can be. */
  readonly gone: readonly RecordId[];
}
/** Nothing changed that others make way for. */
export const NOTHING_DUE: Due = { anew: [], gone: [] };

/**
 * Finds covered files: live records that are files or links in all their values while other live records lie below them, because one
 * device made a file and another one a directory of that name. Such a record shows as a directory, and a person has to decide (DESIGN 3).
 * Follows from the records alone, whatever order they came in.
 */
export class CoveredFiles {
  readonly #records: RecordStore;
  readonly #uncovered: (record: StoredRecord) => void;
  readonly #above = new Map<string, Above>();
  readonly #due = new Set<RecordId>();
  readonly #gone = new Set<RecordId>();

  /** `uncovered`: told within the transaction that this record is a file everywhere now. */
  constructor(records: RecordStore, uncovered: (record: StoredRecord) => void) {
    this.#records = records;
    this.#uncovered = uncovered;
  }

  /** To be called after each change of a record's state. */
  note(id: RecordId, row: number, before: StoredRecord | null, state: RecordState): void {
    const [was, is] = [before === null ? 'nothing' : shapeOf(before.state), shapeOf(state)];
    if (was === 'file' && is === 'file') return;
    const wasLive = before !== null && isLive(before.state);
    const live = isLive(state);
    const wasFile = was !== 'nothing';
    const isFile = is !== 'nothing';
    if (wasFile !== isFile && this.#above.has(id)) this.#above.clear();
    const above = this.#aboveOf(parentOf(id));
    if (is === 'file' && was !== 'file') {
      if ((before !== null || this.#mayHaveBelow(id, above)) && this.#records.hasLiveBelow(id))
        this.#cover({ row, id, state }, true);
    } else if (is !== 'file' && this.#records.isCovered(row)) this.#cover({ row, id, state }, false);
    // A file makes way for what others put below it.
    if (wasFile && !isFile) this.#gone.add(id);
    if (wasLive === live) return;
    for (const file of above.files) this.#judge(file);
  }

  /** What became due since it was last asked. */
  takeDue(): Due {
    if (this.#due.size === 0 && this.#gone.size === 0) return NOTHING_DUE;
    const due = { anew: [...this.#due], gone: [...this.#gone] };
    this.#due.clear();
    this.#gone.clear();
    return due;
  }

  /** Undo of what a rolled back transaction told. */
  forget(): void {
    this.#above.clear();
    this.#due.clear();
    this.#gone.clear();
  }

  #judge(id: RecordId): void {
    const record = this.#records.find(id);
    if (record === null) return;
    const covered = shapeOf(record.state) === 'file' && this.#records.hasLiveBelow(id);
    if (covered !== this.#records.isCovered(record.row)) this.#cover(record, covered);
  }

  #cover(record: StoredRecord, covered: boolean): void {
    this.#records.setCovered(record, covered);
    this.#due.add(record.id);
    if (!covered) this.#uncovered(record);
  }

  /** Could anything be known below a record that is new here? */
  #mayHaveBelow(id: RecordId, above: Above): boolean {
    return above.bare ? this.#above.has(id) : this.#records.hasDirectory(id);
  }

  #aboveOf(path: string): Above {
    const known = this.#above.get(path);
    if (known !== undefined) return known;
    if (this.#above.size >= CACHED_DIRECTORIES) this.#above.clear();
    const outer = path === '' ? [] : this.#aboveOf(parentOf(path)).files;
    const own = path === '' ? null : this.#records.find(recordId(path));
    const files = own !== null && shapeOf(own.state) !== 'nothing' ? [...outer, own.id] : outer;
    const above = { files, bare: !this.#records.hasDirectoriesBelow(path) };
    this.#above.set(path, above);
    return above;
  }
}

/** `file`: live, and a file or link in all its values. `both`: a directory in one of them, which is a conflict by itself. */
function shapeOf(state: RecordState): 'file' | 'both' | 'nothing' {
  if (!isLive(state)) return 'nothing';
  let [files, directories] = [0, 0];
  for (const { value } of state.fields.get(ENTRY) ?? []) {
    const type = fileEntry(value)?.type;
    if (type === 'directory') directories++;
    else if (type !== undefined) files++;
  }
  return files === 0 ? 'nothing' : directories === 0 ? 'file' : 'both';
}

const parentOf = (id: string): string => id.slice(0, Math.max(0, id.lastIndexOf('/')));
