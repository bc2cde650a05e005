import { referencesOf } from '../record/content-reference.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Digest, Dot } from '../record/ids.ts';
import { packageRowOf } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import type { ConflictContents } from './keep-conflicts.ts';
import type { KeepCollection, KeepPort } from './keep-port.ts';

/** More own packages than this that nobody else has applied are not looked through: their files are here to tell. */
const OWN_PACKAGES = 2000;

/** The row of none. */
const NO_SOURCE = 0;

/** Which contents must not be let go of, whatever their age. A picture of one moment: make a new one once it `isStale`. */
export class NeededContents {
  readonly #port: KeepPort;
  readonly #digests = new Set<Digest>();
  readonly #moment: string;

  constructor(port: KeepPort, conflicts: ConflictContents) {
    this.#port = port;
    this.#moment = momentOf(port);
    for (const each of port.collections()) {
      for (const { content } of conflicts.of(each.collection)) this.#digests.add(content.digest);
      this.#addPending(each);
      if (each.others().length === 0) this.#addUnshown(each);
      else this.#addOwn(each);
    }
  }

  /** May something be needed by now that was not when this was made? */
  isStale(): boolean {
    return momentOf(this.#port) !== this.#moment;
  }

  has(digest: Digest): boolean {
    return this.#digests.has(digest) || this.#isReferredTo(digest) || this.#isOnlyHere(digest);
  }

  /** A photo or another part of what a record says now has no other place than the version store. */
  #isReferredTo(digest: Digest): boolean {
    const collections = this.#port.collections().filter(({ collection }) => collection.kind !== 'files');
    if (collections.length === 0) return false;
    return this.#port.kept.referrers(digest).some((row) =>
      collections.some(({ collection }) => {
        const fields = [...(collection.records.at(row)?.state.fields.values() ?? [])];
        return fields.flat().some(({ value }) => referencesOf(value).some(({ content }) => content === digest));
      }),
    );
  }

  /** What a source here does not hold yet may be in the version store alone. */
  #addPending(each: KeepCollection): void {
    for (const source of each.sources())
      for (const row of source.pending()) {
        const record = each.collection.records.at(row);
        for (const { value } of record?.state.fields.get(ENTRY) ?? []) this.#add(value);
      }
  }

  /** Current values of what no source here holds, where there is no other member: what a person left out of it, or took it away from. */
  #addUnshown({ collection, sources }: KeepCollection): void {
    if (collection.kind !== 'files') return;
    const [first = NO_SOURCE] = sources().map(({ row }) => row);
    for (const row of collection.records.notAsShown(first))
      for (const { value } of collection.records.at(row)?.state.fields.get(ENTRY) ?? []) this.#add(value);
  }

  /** Current values this device wrote that no other member has applied, whether or not a file here still holds them. */
  #addOwn(each: KeepCollection): void {
    const { log, stored, records } = each.collection;
    const others = each.others();
    const applied = Math.max(...others.map((other) => other.applied.get(stored.ownLog) ?? 0));
    for (const { row } of log.after(stored.ownLog, applied, OWN_PACKAGES))
      for (const change of each.collection.packages.changesIn(row) ?? []) {
        if ('invalid' in change) continue;
        const digest = this.#digestOf(change.writes.find((write) => write.field === ENTRY)?.value);
        const current = digest === null ? undefined : records.find(change.record)?.state.fields.get(ENTRY);
        if (current?.some(({ value }) => this.#digestOf(value) === digest)) this.#digests.add(digest as Digest);
      }
  }

  /** Does a file here hold it as its current value, and does no other member have that? The next edit would take the last copy. */
  #isOnlyHere(digest: Digest): boolean {
    const collections = this.#port.collections();
    return this.#port.whoHolds(digest).some(({ row, source }) => {
      const each = collections.find((one) => one.sources().some((known) => known.row === source));
      const siblings = each?.collection.records.at(row)?.state.fields.get(ENTRY) ?? [];
      const sibling = siblings.find(({ value }) => this.#digestOf(value) === digest);
      return each !== undefined && sibling !== undefined && !sibling.dots.some((dot) => isElsewhere(each, dot));
    });
  }

  #add(value: Parameters<typeof fileEntry>[0]): void {
    const digest = this.#digestOf(value);
    if (digest !== null) this.#digests.add(digest);
  }
  #digestOf(value: Parameters<typeof fileEntry>[0]): Digest | null {
    const entry = fileEntry(value);
    return entry?.type === 'file' ? entry.digest : null;
  }
}

/** Another one where something was written since, or is to be constructed that was not. */
const momentOf = (port: KeepPort): string =>
  port
    .collections()
    .map((each) => {
      const held = each.collection.log.logs().map((log) => `${log.row}:${log.held}`);
      const pending = each.sources().map((source) => `${source.row}:${source.enqueued()}`);
      return `${held.join(' ')}/${pending.join(' ')}`;
    })
    .join('\n');

/** Of the values of a record's entry: is one a content that nobody else has, and that is not `kept` here either? Files that hold it are all there is of it. */
export function isOnlyInFiles(
  each: KeepCollection,
  entries: readonly { readonly value: Value; readonly dots: readonly Dot[] }[],
  isKept: (digest: Digest) => boolean,
): boolean {
  return entries.some(({ value, dots }) => {
    const entry = fileEntry(value);
    return entry?.type === 'file' && !isKept(entry.digest) && !dots.some((dot) => isElsewhere(each, dot));
  });
}

/** Did another device that is still a member write this change, or apply it? */
function isElsewhere({ collection, others }: KeepCollection, dot: Dot): boolean {
  const { log, number } = collection.log.place(packageRowOf(dot));
  const { member: writer } = collection.log.log(log, '');
  // What a device wrote that was removed went with it.
  return others().some(({ member, applied }) => member === writer || (applied.get(log) ?? 0) >= number);
}
