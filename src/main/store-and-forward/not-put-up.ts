import type { DecodedChange } from '../change-log/package-body.ts';
import type { Clock } from '../platform/clock.ts';
import { EXISTS, fileEntry } from '../record/file-entry.ts';
import type { Digest, LogId, RecordId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import type { RelayStore } from '../store/relay-store.ts';
import { contentsOf, tooLargeIn } from './wanted-contents.ts';

/** Packages looked through at once; the event loop is let go on in between. */
const BATCH = 16;
/** What is further back is not looked through after a start, nor more records remembered: it is for people to know of. */
const MOST_PACKAGES = 1024;
const MOST_RECORDS = 1000;

/** A record of which a member that is away lacks a content that does not lie at the relay. `large`: none takes it; `room`: there was none for it. */
export interface RecordNotPutUp {
  readonly record: RecordId;
  readonly why: 'large' | 'room';
}
interface ContentNotPutUp extends RecordNotPutUp {
  /** The package that names it. */
  readonly number: number;
  readonly digest: Digest;
  readonly kind: 'content' | 'chunk-list';
}

/** What this device wrote that members lack and that is not put up for them. It follows from its log and what lies there: nothing is stored. */
export class NotPutUp {
  readonly #replica: Replica;
  readonly #store: RelayStore;
  readonly #clock: Clock;
  #found: readonly ContentNotPutUp[] = [];
  #lookedUpTo = 0;
  #log: LogId | null = null;

  constructor(replica: Replica, store: RelayStore, clock: Clock) {
    this.#replica = replica;
    this.#store = store;
    this.#clock = clock;
  }

  /** Each record once, as of the last look. */
  get records(): readonly RecordNotPutUp[] {
    return [...new Map(this.#found.map((each) => [each.record, each])).values()];
  }

  /** Another relay, or one that lost what it had. */
  startAnew(): void {
    this.#found = [];
    this.#lookedUpTo = 0;
  }

  /** Looks at what members that are away have not applied. `applied`: what the furthest behind of them has of this device's log; null: none is away. */
  async look(applied: number | null): Promise<void> {
    const { collection } = this.#replica;
    const { ownLog } = collection.stored;
    if (this.#log !== ownLog) this.startAnew();
    this.#log = ownLog;
    const held = collection.log.log(ownLog, '').held;
    if (applied === null || applied >= held) {
      this.#found = [];
      this.#lookedUpTo = held;
      return;
    }
    const found = this.#found.filter((each) => each.number > applied);
    for (let number = Math.max(this.#lookedUpTo, applied, held - MOST_PACKAGES); number < held; ) {
      const packages = collection.log.mainAfter(ownLog, number, Math.min(BATCH, held - number));
      const last = packages.at(-1);
      if (last === undefined) break;
      for (const { row, number: of } of packages)
        for (const each of notPutUpOf(collection.packages.changesIn(row) ?? [])) found.push({ ...each, number: of });
      number = last.number;
      await new Promise<void>((resolve) => void this.#clock.after(0, resolve));
    }
    this.#lookedUpTo = held;
    this.#found = found.filter((each) => this.#isNotPutUp(each)).slice(-MOST_RECORDS);
  }

  /** It does not lie there, and is what the record says still. */
  #isNotPutUp({ record, why, digest, kind }: ContentNotPutUp): boolean {
    if (why === 'room' && this.#store.ownContent(digest, kind) !== null) return false;
    const fields = this.#replica.collection.records.find(record)?.state.fields;
    if (fields === undefined || fields.get(EXISTS)?.every(({ value }) => value === false) !== false) return false;
    return [...fields.values()].some((siblings) =>
      siblings.some(({ value }) => {
        const entry = fileEntry(value);
        return entry === null
          ? JSON.stringify(value)?.includes(digest) === true
          : entry.type === 'file' && (entry.digest === digest || entry.chunks === digest);
      }),
    );
  }
}

/** What changes name that may not lie at a relay: all of it, with why where that is not only a matter of room. Pure. */
function notPutUpOf(changes: readonly DecodedChange[]): readonly Omit<ContentNotPutUp, 'number'>[] {
  return changes.flatMap((change) => {
    if ('invalid' in change) return [];
    const { record } = change;
    const large = change.writes.flatMap(({ field, value }) =>
      tooLargeIn(field, value).map((digest) => ({ record, why: 'large', digest, kind: 'content' }) as const),
    );
    const small = contentsOf([change]).flatMap(({ digest, kind }) =>
      kind === 'chunk' ? [] : [{ record, why: 'room', digest, kind } as const],
    );
    return [...large, ...small];
  });
}
