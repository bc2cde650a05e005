import type { HistoryChangeView, HistoryQuery, PackageView } from '../../contract/contract.ts';
import type { Change } from '../change-log/change.ts';
import type { OpenBody } from '../change-log/open-body.ts';
import type { Collection } from '../collection.ts';
import { timeText } from '../past/author-of.ts';
import { findId, packageId } from '../past/change-id.ts';
import { findDevice } from '../past/find-device.ts';
import { findRecord } from '../past/find-record.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { storedTitle } from '../past/record-title.ts';
import { LockstepError } from '../platform/trouble.ts';
import { type Digest, dotOf, type LogId, type RecordId } from '../record/ids.ts';
import type { PackagePlace } from '../store/log-store.ts';
import { changeView } from './change-view.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents'>;

/** Packages of a page where the query names no limit. */
const PAGE = 100;
const AT_ONCE = 64;
/** Of more records than this with a name the packages are not looked up one by one. */
const MOST_NAMED = 1000;

/** What to show of one collection. `before`: a package of it, or a place that one of another has in time; null or absent: from the newest on. */
export interface HistoryPage extends Omit<HistoryQuery, 'collection' | 'before'> {
  readonly before?: string | Omit<PackagePlace, 'row'> | null;
}

/** Which changes of a package are shown. */
export interface Filter {
  /** null: every change passes. */
  readonly matches: ((change: Change) => boolean) | null;
  /** The record somebody asked for by name. */
  readonly asked: RecordId | null;
}

/**
 * A page of one collection's packages, the newest first by the time they were signed with, as far as they pass the query's filters. A move is
 * shown once, at its new name. Fails with `no-such-change` (`before`), `no-such-record` and `no-such-device`.
 */
export function listHistory(asked: Port, query: HistoryPage): readonly PackageView[] {
  const port = standingStill(asked);
  const { collection } = port;
  const { filter, only } = filterOf(port, query);
  const limit = query.limit ?? PAGE;
  const views: PackageView[] = [];
  let before: Omit<PackagePlace, 'row'> | null =
    typeof query.before === 'string' ? placeOf(collection, query.before) : (query.before ?? null);
  while (views.length < limit) {
    const places = collection.log.places(only, before, Math.min(AT_ONCE, limit - views.length));
    for (const place of places) {
      const view = packageView(port, place, filter, query.changesLimit ?? Number.POSITIVE_INFINITY);
      if (view.changeCount > 0) views.push(view);
    }
    before = places.at(-1) ?? null;
    if (before === null) break;
  }
  return views;
}

/** What a query lets be seen, and in which packages that may lie. Fails with `no-such-record` and `no-such-device`. */
export function filterOf(port: Port, query: HistoryPage) {
  const { collection } = port;
  const record = query.record === undefined ? null : findRecord(collection, query.record);
  const named = query.text === undefined || query.text === '' ? null : recordsNamed(collection, query.text);
  const rows = record === null ? (named?.rows ?? null) : [record.row];
  const only = { logs: query.device === undefined ? null : logsOf(port, query.device), records: rows };
  const filter: Filter = {
    matches:
      named === null && record === null
        ? null
        : (change) => (record === null || change.record === record.id) && named?.matches(change.record) !== false,
    asked: record?.id ?? null,
  };
  return { filter, only };
}

/** A page is made in one go: what is here and what others have is asked once. */
export function standingStill(port: Port): Port {
  const { collection, members, contents } = port;
  const others = members.others();
  const here = new Map<Digest, boolean>();
  const isHere = (content: Digest): boolean => {
    const known = here.get(content) ?? contents.isHere(content);
    here.set(content, known);
    return known;
  };
  return {
    collection,
    members: {
      self: members.self,
      deviceOf: (member) => members.deviceOf(member),
      nameOf: (device) => members.nameOf(device),
      others: () => others,
    },
    contents: {
      isHere,
      read: (record, content) => contents.read(record, content),
      keep: (bytes) => contents.keep(bytes),
    },
  };
}

function packageView(port: Port, place: PackagePlace, filter: Filter, most: number): PackageView {
  const { collection, members } = port;
  const found = collection.packages.open(place.row);
  const id = packageId(collection, place.row);
  const changes: HistoryChangeView[] = [];
  let changeCount = 0;
  for (let index = 0; found !== null && index < found.body.count; index++) {
    if (!isShown(found.body, index, filter)) continue;
    changeCount++;
    if (changes.length >= most) continue;
    const change = found.body.at(index);
    if ('invalid' in change) changeCount--;
    else changes.push(changeView(port, `${id}-${index}`, dotOf(place.row, index), change));
  }
  const device = found === null ? place.log : members.deviceOf(found.member);
  return {
    id,
    collection: collection.stored.id,
    device,
    deviceName: members.nameOf(device),
    at: timeText(place.time),
    changeCount,
    changes,
  };
}

/** The delete half of a move is told with its add, but is what happened to the old name when somebody asks for that. */
export function isShown(body: OpenBody, index: number, { matches, asked }: Filter): boolean {
  const hidden = body.endsMove(index);
  if (matches === null) return !hidden;
  const change = body.at(index);
  return !('invalid' in change) && matches(change) && (!hidden || change.record === asked);
}

/** Records people call so, in part. `rows` null: they are so many that going through the packages finds them sooner. */
function recordsNamed(
  collection: Collection,
  text: string,
): { readonly rows: readonly number[] | null; matches(record: RecordId): boolean } {
  const wanted = text.toLowerCase();
  if (collection.kind === 'files') {
    const rows = collection.records.containing(text, MOST_NAMED);
    return { rows: rows.length < MOST_NAMED ? rows : null, matches: (record) => record.toLowerCase().includes(wanted) };
  }
  const named = new Map<RecordId, number>();
  for (const record of collection.records.all()) {
    const title = storedTitle(collection.kind, record);
    if (title.toLowerCase().includes(wanted) || record.id.includes(text)) named.set(record.id, record.row);
  }
  return { rows: [...named.values()], matches: (record) => named.has(record) };
}

function logsOf(port: Port, text: string): readonly LogId[] {
  const device = findDevice(port.members, text);
  return port.collection.log
    .logs()
    .flatMap((log) => (log.member !== '' && port.members.deviceOf(log.member) === device ? [log.log] : []));
}

function placeOf(collection: Collection, id: string): PackagePlace {
  const found = findId(collection, id);
  if (found === null) throw new LockstepError('no-such-change', `${collection.stored.name} has no package ${id}.`, id);
  return found;
}
