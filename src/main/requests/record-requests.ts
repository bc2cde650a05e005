import type {
  ActChangesView,
  ActView,
  Choice,
  ConflictDetailView,
  ConflictsQuery,
  ConflictsView,
  ConflictView,
  ExplainView,
  ExportView,
  HistoryQuery,
  PackageView,
  ResultView,
  VerifyView,
} from '../../contract/contract.ts';
import { conflictDetail } from '../conflicts/conflict-detail.ts';
import { findConflict, firstConflicts, listConflicts } from '../conflicts/conflict-view.ts';
import { fuseSure, settleDuplicate } from '../conflicts/duplicates.ts';
import { resolveAll, resolveConflict } from '../conflicts/resolve-conflict.ts';
import type { Engine } from '../engine.ts';
import { catRecord } from '../history/cat.ts';
import { explainProblem, explainRecord } from '../history/explain.ts';
import { exportFolder } from '../history/export-folder.ts';
import { listHistory } from '../history/history-view.ts';
import { type ChangesPage, changesOf, listActs } from '../history/list-acts.ts';
import { heldNothing, restore } from '../history/restore.ts';
import { restoreTo } from '../history/restore-to.ts';
import { undoChange, undoChanges } from '../history/undo-change.ts';
import { verifyCollection } from '../history/verify.ts';
import { findIds, isChangeOrPackageId } from '../past/change-id.ts';
import { findRecord } from '../past/find-record.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { findMoment, type Moment, placeBefore } from '../past/moment.ts';
import { readContent } from '../past/read-content.ts';
import { LockstepError } from '../platform/trouble.ts';
import { compareTexts } from '../record/compare-texts.ts';
import type { Replica } from '../replica.ts';
import { findCollection, findCollections } from './find-named.ts';
import { outsideDisk } from './outside-disk.ts';
import { portOfReplica } from './port-of-replica.ts';
import { recordAtPath } from './record-at-path.ts';
import { restoreCopy } from './restore-copy.ts';
import { isRemoved } from './status-view.ts';

const HISTORY_LIMIT = 100;

/** What people ask about single records and their past, over all collections of a device. */
export class RecordRequests {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  #port(replica: Replica): HistoryPort {
    const engine = this.#engine;
    return portOfReplica(replica, {
      self: { device: engine.deviceId, name: () => engine.name },
      contents: engine.contents,
      kept: engine.kept,
      contentStore: engine.contentStore,
      ask: (asked) => engine.network.ask(replica.id, asked),
      silent: () => engine.network.silentIn(replica.id),
    });
  }
  #ports(collection: string | null): readonly HistoryPort[] {
    return findCollections(this.#engine, collection).map((replica) => this.#port(replica));
  }

  /** The record that was asked for, also where that was by its path on this device. */
  #meant({ collection }: Pick<HistoryPort, 'collection'>, record: string): string {
    const { world, replicas } = this.#engine;
    return recordAtPath(world, replicas.get(collection.stored.id), record);
  }

  /** Where conflicts can be settled: not in what this device was removed from. What is named is told of all the same. */
  #decidable(collection: string | null): readonly HistoryPort[] {
    const replicas = findCollections(this.#engine, collection);
    return (collection === null ? replicas.filter((each) => !isRemoved(each)) : replicas).map((each) =>
      this.#port(each),
    );
  }

  cat(collection: string, record: string, which: { value?: string; at?: string }): Promise<Uint8Array> {
    const port = this.#port(findCollection(this.#engine, collection));
    return catRecord(port, this.#meant(port, record), which);
  }
  content(collection: string, record: string, content: string, size: number): Promise<Uint8Array> {
    return readContent(this.#port(findCollection(this.#engine, collection)), record, content, size);
  }
  explain(collection: string, asked: string): ExplainView {
    const port = this.#port(findCollection(this.#engine, collection));
    const record = this.#meant(port, asked);
    try {
      return explainRecord(port, findRecord(port.collection, record));
    } catch (error) {
      const explained =
        error instanceof LockstepError && error.code === 'no-such-record' ? explainProblem(port, record) : null;
      if (explained === null) throw error;
      return explained;
    }
  }
  verify(collection: string | null, content: boolean): Promise<readonly VerifyView[]> {
    return Promise.all(
      this.#ports(collection).map((port) => verifyCollection(port, content, new AbortController().signal)),
    );
  }

  conflicts(collection: string | null): readonly ConflictView[] {
    return this.#decidable(collection).flatMap(listConflicts);
  }
  firstConflicts({ collection, text = '', limit }: ConflictsQuery): ConflictsView {
    const list: ConflictView[] = [];
    let total = 0;
    for (const port of this.#decidable(collection ?? null)) {
      const found = firstConflicts(port, text, limit - list.length);
      list.push(...found.list);
      total += found.total;
    }
    return { list, total };
  }
  detail(id: string): Promise<ConflictDetailView> {
    for (const port of this.#ports(null)) {
      const found = findConflict(port, id);
      if (found !== null) return conflictDetail(port, found.record, found.conflict);
    }
    throw noConflict(id);
  }
  async resolve(id: string, choice: Choice): Promise<ResultView> {
    for (const port of this.#ports(null)) {
      const result = await resolveConflict(port, id, choice);
      if (result !== null) return result;
    }
    throw noConflict(id);
  }
  resolveAll(prefer: string, collection: string | null): ResultView {
    // Of several collections, those this device may only read wait for others.
    const replicas = findCollections(this.#engine, collection).filter((each) => collection !== null || each.mayWrite());
    const ports = replicas.map((each) => this.#port(each));
    // And one that device is no member of has nothing it could prefer.
    return joined(whereKnown(ports, (port) => [resolveAll(port, prefer)]));
  }

  settleDuplicate(collection: string, one: string, other: string, isOnePerson: boolean): Promise<ResultView> {
    return settleDuplicate(this.#port(findCollection(this.#engine, collection)), one, other, isOnePerson);
  }

  fuseSure(collection: string): Promise<ResultView> {
    return fuseSure(this.#port(findCollection(this.#engine, collection)));
  }

  /** Newest first over all collections asked about. Of several, one that has no such record or device has nothing to show. */
  history(query: HistoryQuery): readonly PackageView[] {
    const { collection, before: id } = query;
    const ports = this.#ports(collection ?? null);
    const before = id === undefined ? null : placeOf(ports, id);
    const pages = whereKnown(ports, (port) => listHistory(port, { ...this.#inOne(port, query), before }));
    return pages.sort(newestFirst).slice(0, query.limit ?? HISTORY_LIMIT);
  }
  /** What is asked of one of the collections. */
  #inOne(port: HistoryPort, query: HistoryQuery): Omit<HistoryQuery, 'collection' | 'before'> {
    const { collection: _, before: __, ...rest } = query;
    return rest.record === undefined ? rest : { ...rest, record: this.#meant(port, rest.record) };
  }
  /** The same by acts. */
  async acts(query: HistoryQuery): Promise<readonly ActView[]> {
    const { collection, before: id } = query;
    const ports = this.#ports(collection ?? null);
    const before = id === undefined ? null : placeOf(ports, id);
    const asked = ports.map((port) => settled(listActs(port, { ...this.#inOne(port, query), before })));
    const pages = whereKnown(await Promise.all(asked), (given) => given());
    return pages.sort(newestFirst).slice(0, query.limit ?? HISTORY_LIMIT);
  }
  actChanges(id: string, page: ChangesPage): ActChangesView {
    for (const port of this.#ports(null)) {
      const found = changesOf(port, id, page);
      if (found !== null) return found;
    }
    throw noChange(id);
  }
  undo(id: string): ResultView {
    for (const port of this.#ports(null)) {
      const result = undoChange(port, id);
      if (result !== null) return result;
    }
    throw noChange(id);
  }
  /** Changes of one collection, at once. */
  undoAll(ids: readonly string[]): ResultView {
    for (const port of this.#ports(null)) {
      const result = undoChanges(port, ids);
      if (result !== null) return result;
    }
    throw noChange(ids[0] ?? 'of no name');
  }
  async restore(collection: string, asked: string | null, at: string, to: string | null): Promise<ResultView> {
    const replica = findCollection(this.#engine, collection);
    const port = this.#port(replica);
    const record = asked === null ? null : this.#meant(port, asked);
    const moment = findMoment(port.collection, at);
    if (to !== null)
      return port.collection.kind === 'files'
        ? restoreTo(port, record, moment, to, outsideDisk(this.#engine))
        : restoreCopy({ engine: this.#engine, replica, port }, record, moment, to, outsideDisk(this.#engine));
    if (record === null && port.collection.records.live > 0 && heldNothing(port, moment))
      throw new LockstepError(
        'nothing-then',
        `${port.collection.stored.name} held nothing at ${at}: all of it would be deleted. Choose a later time.`,
        at,
      );
    return restore(port, record, moment);
  }
  /** Writes a whole folder, as it is shown here now, to a place where nothing is yet (CLI `export`). */
  exportFolder(replica: Replica, place: string): Promise<ExportView> {
    return exportFolder(this.#port(replica), place, outsideDisk(this.#engine));
  }
}

/** Gives what came of it, or fails as it did, once somebody asks. */
const settled = <T>(work: Promise<T>): Promise<() => T> =>
  work.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );

const newestFirst = (a: { readonly at: string }, b: { readonly at: string }): number => compareTexts(b.at, a.at);

const noChange = (id: string): LockstepError =>
  new LockstepError('no-such-change', `There is no change or package ${id} here.`, id);

const noConflict = (id: string): LockstepError =>
  new LockstepError(
    'no-such-conflict',
    `There is no open conflict ${id}; it may have been settled on another device.`,
    id,
  );

function joined(results: readonly ResultView[]): ResultView {
  return {
    changes: results.flatMap((each) => each.changes),
    records: results.reduce((sum, each) => sum + each.records, 0),
    conflicts: results.flatMap((each) => each.conflicts),
    missing: results.flatMap((each) => each.missing),
  };
}

/** The place of a package, or of an act's newest, in history, which is the same for all collections. */
function placeOf(ports: readonly HistoryPort[], id: string): Moment['place'] {
  const time = placeBefore(id);
  if (time !== null) return time;
  for (const { collection } of ports) {
    const place = findIds(collection, id).at(-1);
    if (place !== undefined) return place;
  }
  if (isChangeOrPackageId(id)) throw new LockstepError('no-such-change', `There is no package ${id} here.`, id);
  throw new LockstepError('bad-time', `${id} is neither a time like 2026-01-31T18:30 nor a package or change.`, id);
}

/** What each gives; those where what is asked for is not known are passed over, unless it is known nowhere. */
function whereKnown<P, T>(ports: readonly P[], ask: (port: P) => readonly T[]): T[] {
  let unknown: LockstepError | undefined;
  let known = false;
  const found = ports.flatMap((port) => {
    try {
      const given = ask(port);
      known = true;
      return given;
    } catch (error) {
      if (!(error instanceof LockstepError && UNKNOWN.has(error.code))) throw error;
      unknown = error;
      return [];
    }
  });
  if (unknown === undefined || known) return found;
  if (ports.length === 1 || unknown.code !== 'no-such-record') throw unknown;
  // Not that of one collection, which nobody named.
  throw new LockstepError(unknown.code, `No collection here has a record ${unknown.subject}.`, unknown.subject);
}

const UNKNOWN: ReadonlySet<string> = new Set(['no-such-record', 'no-such-device']);
