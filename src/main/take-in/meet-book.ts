import type { Collection } from '../collection.ts';
import { contactMarks } from '../conflicts/contact-marks.ts';
import { type ContactMatch, matchContacts, type Told } from '../conflicts/match-contacts.ts';
import { matchSame, type Said, saidBy } from '../conflicts/match-same.ts';
import { type MetContact, meetContact } from '../conflicts/meet-contact.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import type { RecordId } from '../record/ids.ts';
import { isGroup, recordIdOfUid, uidOfRecord, withMembersNamed } from '../record/record-uid.ts';
import type { Fields } from '../record/value.ts';
import { fieldsOf, type Projection } from '../snapshot/lens.ts';
import type { Reading, SourceAdapter } from '../sources/source-adapter.ts';
import type { StoredRecord } from '../store/record-store.ts';
import type { DirtyItems } from './dirty-items.ts';

/** So many items are kept in memory between being compared and being taken in; further ones are read again. */
const READ_AHEAD = 20_000;
const NOBODY: ReadonlyMap<RecordId, ContactMatch> = new Map();

/** A contact that came under another id than it has here. */
export interface MetReading extends MetContact {
  /** As one of the contact it is. */
  readonly reading: Reading;
}

/**
 * A book of contacts that meets a collection for the first time, of whom some may be in both under different ids (DESIGN 5, decision 034). Used by
 * one look, which tells it what it sees.
 */
export class MeetBook {
  readonly #collection: Collection;
  readonly #source: number;
  readonly #adapter: SourceAdapter;
  readonly #project: Projection;
  readonly #readOnly: boolean;
  readonly #ids = new Set<RecordId>();
  readonly #ahead = new Map<RecordId, Reading>();
  #matches = NOBODY;
  /** Items that show the contact they were found to be, by the ids they state. */
  readonly #met = new Map<RecordId, RecordId>();

  /** `readOnly`: nothing may be written of who is met. */
  constructor(collection: Collection, source: number, adapter: SourceAdapter, project: Projection, readOnly: boolean) {
    this.#collection = collection;
    this.#source = source;
    this.#adapter = adapter;
    this.#project = project;
    this.#readOnly = readOnly;
  }

  /** The book has an item of this id. */
  saw(id: RecordId): void {
    this.#ids.add(id);
  }

  /** Finds out which items nobody knows by their id are surely contacts of the collection. `read` yields them, part by part. */
  async match(read: AsyncIterable<readonly Reading[]>): Promise<void> {
    const { kind, log } = this.#collection;
    const people: (Told & Said)[] = [];
    const groups: (Told & { readonly fields: Fields })[] = [];
    for await (const readings of read)
      for (const reading of readings) {
        const { id, fields } = reading;
        const told = { id, marks: contactMarks(fields) };
        if (isGroup(fields)) groups.push({ ...told, fields });
        else people.push({ ...told, said: saidBy(fields) });
        if (this.#ahead.size < READ_AHEAD) this.#ahead.set(id, reading);
      }
    if (people.length + groups.length === 0) return;
    const records: Told[] = [];
    const unseen: Said[] = [];
    for (const { id, state } of this.#collection.records.all()) {
      if (!isLive(state)) continue;
      const full = fieldsOf(shownFields(kind, state, log.order));
      records.push({ id, marks: contactMarks(full) });
      if (!this.#ids.has(id)) unseen.push({ id, said: saidBy(this.#project?.(full) ?? full, recordIdOfUid) });
    }
    this.#matchAmong(records, unseen, people);
    // Groups of one name, and of as many, may be of other people: it counts whom they are found to have.
    const asFound = (uid: string): RecordId => this.matchOf(recordIdOfUid(uid)) ?? recordIdOfUid(uid);
    const told = groups.map(({ id, marks, fields }) => ({ id, marks, said: saidBy(fields, asFound) }));
    this.#matchAmong(records, unseen, told);
  }

  /** Of records that nobody was found to be so far. */
  #matchAmong(records: readonly Told[], unseen: readonly Said[], items: readonly (Told & Said)[]): void {
    if (items.length === 0) return;
    const known = new Set([...this.#matches.values()].map(({ record }) => record));
    const same = matchSame(
      unseen.filter(({ id }) => !known.has(id)),
      items,
    );
    if (this.#readOnly) {
      this.#matches = new Map([...this.#matches, ...same]);
      return;
    }
    const found = new Set([...known, ...[...same.values()].map(({ record }) => record)]);
    const others = matchContacts(
      records.filter(({ id }) => !found.has(id)),
      items.filter(({ id }) => !same.has(id)),
    );
    this.#matches = new Map([...this.#matches, ...others, ...same]);
  }

  /** What was read of an item to compare it, once; null: it has to be read. */
  takeAhead(id: RecordId): Reading | null {
    const reading = this.#ahead.get(id) ?? null;
    this.#ahead.delete(id);
    return reading;
  }

  /** The contact an item was found to be; null: none. */
  matchOf(id: RecordId): RecordId | null {
    return this.#matches.get(id)?.record ?? null;
  }

  /**
   * Where this device may only read, items that say just what contacts of the collection are to say here show those: nothing is to be written for that,
   * and they would be beside them else, and everywhere once the device may edit. They are `dirty` as those they are; who else surely is one stays apart.
   */
  follow(dirty: DirtyItems): void {
    const { records } = this.#collection;
    for (const [item, { record }] of this.#readOnly ? this.#matches : NOBODY) {
      const found = records.find(record);
      if (found === null || this.#ids.has(record) || records.snapshot(this.#source, found.row) !== undefined) continue;
      const size = dirty.drop(item);
      if (size === null || this.#adapter.recognize?.(item, record) === null) continue;
      dirty.add({ id: record, size });
      this.#met.set(item, record);
    }
    if (this.#readOnly) this.#matches = NOBODY;
  }

  /** What it means that this item is a contact of the collection that has another id; null: it is none, or not any more. Inside a transaction. */
  meet(reading: Reading): MetReading | null {
    const match = this.#matches.get(reading.id);
    const found = this.#foundAs(reading.id);
    if (match === undefined || found === null) return null;
    const { log } = this.#collection;
    const earlier = () => this.#collection.packages.earlierValues(found.row);
    const met = meetContact(found, reading, match.by, { project: this.#project, order: log.order, earlier });
    // What nobody could use is named as the problem of the item it is, as anywhere; asked before the adapter takes it for the other one.
    if ([met.came, met.change].some((change) => this.#collection.whyInvalid(change) !== null)) return null;
    const revision = this.#adapter.recognize?.(reading.id, found.id) ?? null;
    if (revision === null) return null;
    this.#met.set(reading.id, found.id);
    return { ...met, reading: { ...reading, id: found.id, revision, fields: met.fields } };
  }

  /** The contact an item that was not met yet is. null: it is none, or not any more. */
  #foundAs(item: RecordId): StoredRecord | null {
    const match = this.#matches.get(item);
    const { records } = this.#collection;
    const found = match === undefined ? null : records.find(match.record);
    if (found === null || !isLive(found.state) || records.find(item) !== null) return null;
    // It is in this book under its own id, or another item was found to be it.
    return this.#ids.has(found.id) || records.snapshot(this.#source, found.row) !== undefined ? null : found;
  }

  /** What was read, a group's members called as the contacts they are found to be: most was read before that was known. Inside a transaction. */
  withMembers(reading: Reading): Reading {
    if (!isGroup(reading.fields)) return reading;
    const fields = withMembersNamed(reading.fields, (uid) => {
      const item = recordIdOfUid(uid);
      const record = this.#met.get(item) ?? this.#foundAs(item)?.id;
      return record === undefined ? uid : uidOfRecord(record);
    });
    return { ...reading, fields };
  }
}
