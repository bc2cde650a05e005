import type { Change } from '../change-log/change.ts';
import type { Collection } from '../collection.ts';
import { agreeing } from '../conflicts/meet-contact.ts';
import { difference } from '../difference/difference.ts';
import { type Held, isConflict, isLive, shownFields } from '../merge/record-state.ts';
import { fieldRule } from '../record/field-rules.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Fields } from '../record/value.ts';
import { adopt } from '../snapshot/adopt.ts';
import { caughtUp } from '../snapshot/caught-up.ts';
import { withoutHidden } from '../snapshot/hidden-occurrences.ts';
import {
  adoptedFields,
  fieldsOf,
  lastFieldsOf,
  nativeOf,
  putFields,
  replacesFields,
  sameFields,
} from '../snapshot/lens.ts';
import { saidAlready } from '../snapshot/said-already.ts';
import type { Reading } from '../sources/source-adapter.ts';
import { DELETED_ELSEWHERE } from '../store/problem-store.ts';
import type { StoredRecord, StoredSnapshot } from '../store/record-store.ts';
import type { HeldItems } from './held-items.ts';

/** What one reading means. */
export interface Draft {
  /** As it was read, but for what the record has already (`saidAlready`). */
  readonly reading: Reading;
  /** What the source held; null: it never held the record. */
  readonly held: Held | null;
  /** The full record as the source stands for it now. */
  readonly now: Fields;
  /** null: nothing differs. */
  readonly change: Change | null;
  readonly found: StoredRecord | null;
  /** It is not for the source alone to say. */
  readonly wait: boolean;
  /** The source shows what the record said once, and was brought there by a device: what is due there may be forgotten by now. */
  readonly isOlder?: boolean;
}

/** Says what readings of one source mean, beside what it held and what the collection knows. */
export class DraftChange {
  readonly #collection: Collection;
  readonly #held: HeldItems;
  readonly #adopting: boolean;

  /** `adopting`: the source is compared with the collection for the first time. */
  constructor(collection: Collection, held: HeldItems, adopting: boolean) {
    this.#collection = collection;
    this.#held = held;
    this.#adopting = adopting;
  }

  /** The snapshot it is compared with and the change it makes. `confirmed`: a person let go on what it would have to ask. */
  draft(read: Reading, confirmed: boolean): Draft {
    const { records, kind, log } = this.#collection;
    const found = records.find(read.id);
    if (found === null) {
      const change = difference(kind, read.id, null, read.fields);
      return { reading: read, held: null, now: read.fields, change, found, wait: false };
    }
    const known = records.snapshot(this.#held.source, found.row);
    const sent = this.#held.sent.shownBy(found, known, read.fields);
    const stored = sent ?? known;
    const reading = stored === undefined ? read : this.#recall(read, found, stored);
    const { fields } = reading;
    const live = isLive(found.state);
    const isImplied =
      fileEntry(fields.get(ENTRY))?.type === 'directory' &&
      (!live || stored?.revision === null || (stored === undefined && records.isCovered(found.row))) &&
      records.hasLiveBelow(reading.id);
    if (isImplied) return { reading, held: null, now: fields, change: null, found: null, wait: true };
    if (stored !== undefined || (!live && !this.#adopting && !this.#isAsked(reading))) {
      const before = this.#collection.held(found, stored);
      const now = this.#put(before, stored?.native ?? null, reading);
      const shown = nativeOf(before, stored?.native ?? null, this.#held.project);
      const seen = withoutHidden(kind, before, shown, now);
      const caught = caughtUp(kind, found.state, seen, now);
      const held = caught === null ? null : this.#held.sent.passed(found, caught, now);
      const change = difference(kind, reading.id, held, now);
      const draft = { reading, held, now, change, found, wait: false, isOlder: sent !== null || held !== caught };
      return change === null ? draft : (this.#asShown(draft, found) ?? draft);
    }
    const shown = shownFields(kind, found.state, log.order);
    const own = adoptedFields(kind, live ? fieldsOf(shown) : fields, fields, this.#held.project);
    const adopted = adopt(kind, found.state, own, () => this.#collection.packages.earlierValues(found.row));
    if (adopted.deleted && !confirmed) return { reading, held: null, now: own, change: null, found, wait: true };
    if (kind !== 'contacts' || !live) {
      const change = difference(kind, reading.id, adopted.held, own);
      return { reading, held: adopted.held, now: own, change, found, wait: false };
    }
    // As where it is found by what it says: a number that is new here only in how it is spelled (servers have their own ways) is no question.
    const unknown = new Map([...own].filter(([field]) => !adopted.held.has(field)));
    const { now: joined, agreed } = agreeing(found, shown, unknown);
    const now = new Map([...own, ...joined]);
    const held: Held = new Map([...adopted.held, ...agreed]);
    return { reading, held, now, change: difference(kind, reading.id, held, now), found, wait: false };
  }

  /**
   * The same where a source shows just what the record is to say there: an interrupted write of ours got so far. What it showed before and does not any
   * more nobody took away: it has no place beside the rest, as what is said of an occurrence of a series that is none by now. null: it shows something
   * else, or another value of a conflict than it held: that is never written there by us, so a person has chosen it.
   */
  #asShown(draft: Draft, { state }: StoredRecord): Draft | null {
    const { kind, log } = this.#collection;
    const { project } = this.#held;
    const chooses = draft.change?.writes.some(({ field }) =>
      isConflict(fieldRule(kind, field), state.fields.get(field) ?? []),
    );
    if (project === null || !isLive(state) || chooses === true) return null;
    const held = shownFields(kind, state, log.order);
    const now = fieldsOf(held);
    return sameFields(kind, project(now, draft.reading.fields), draft.reading.fields)
      ? { ...draft, held, now, change: null }
      : null;
  }

  #recall(reading: Reading, found: StoredRecord, stored: StoredSnapshot): Reading {
    const { kind } = this.#collection;
    if (kind === 'files') return reading;
    const before = nativeOf(this.#collection.held(found, stored), stored.native, this.#held.project);
    const fields = saidAlready(kind, found.state, before, reading.fields);
    return fields === reading.fields ? reading : { ...reading, fields };
  }

  /** Was it found as an earlier version of what is deleted, and has nobody said since whether it goes? */
  #isAsked({ id }: Reading): boolean {
    return this.#collection.problems.find(this.#held.source, id)?.code === DELETED_ELSEWHERE;
  }

  /** Does it say something else in the place of what was there? Where only more is said it does not. */
  isRewrite(reading: Reading): boolean {
    const { records, kind } = this.#collection;
    const found = records.find(reading.id);
    const held = found === null ? null : this.#held.at(found.row);
    if (held !== null && found !== null && this.#held.project !== null) {
      const stored = records.snapshot(this.#held.source, found.row);
      if (stored === undefined) return false;
      const now = this.#put(held, stored.native, reading);
      return replacesFields(kind, caughtUp(kind, found.state, held, now) ?? held, now);
    }
    const before = fileEntry(held?.get(ENTRY)?.value);
    const after = fileEntry(reading.fields.get(ENTRY));
    return before?.type === 'file' && after?.type === 'file' && before.digest !== after.digest;
  }

  /** The full record as the source now stands for it. What it lost the place for is not cleared. */
  #put(held: Held | null, native: Fields | null, { fields: now, hadNoPlaceFor, placed }: Reading): Fields {
    const { project } = this.#held;
    if (project === null) return now;
    const full = lastFieldsOf(held);
    const before = native ?? (full.size === 0 ? full : project(full));
    const counts = new Map([...before].filter(([field]) => now.has(field) || !hadNoPlaceFor?.(before, field)));
    if (placed === undefined) return putFields(this.#collection.kind, full, counts, now, project);
    const asPlaced = (fields: Fields): Fields =>
      new Map([...fields].map(([field, value]) => [field, now.has(field) ? placed(field, value) : value]));
    return putFields(this.#collection.kind, full, asPlaced(counts), now, (...shown) => asPlaced(project(...shown)));
  }
}
