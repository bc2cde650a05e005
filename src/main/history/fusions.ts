import type { Change, FieldWrite } from '../change-log/change.ts';
import type { OpenBody } from '../change-log/open-body.ts';
import type { Collection } from '../collection.ts';
import { valuesOf } from '../past/record-past.ts';
import { ALIAS_OF, alsoIn, isOwnField, MATCHED_BY } from '../record/alias.ts';
import { type Dot, dotOf, packageRowOf, type RecordId, recordId } from '../record/ids.ts';
import { memberField, uidOfRecord } from '../record/record-uid.ts';
import type { Value } from '../record/value.ts';

/** Is it of what made two contacts one, as a person said so or as they were found to be? */
export function makesOne(collection: Collection, dot: Dot, change: Change): boolean {
  if (collection.kind !== 'contacts' || change.cause === 'undo') return false;
  if (pairsIn(collection, change).length > 0) return true;
  return change.cause === 'settle' && fusedIn(collection, packageRowOf(dot), change.record).size > 0;
}

/** The records that a package makes one with this one, or that have it as a member. None: it makes it one with nobody. */
export function fusedIn(collection: Collection, row: number, record: RecordId): ReadonlySet<RecordId> {
  return new Set(fusionsIn(collection, row).flatMap((each) => (each.has(record) ? [...each] : [])));
}

const known = new WeakMap<OpenBody, readonly ReadonlySet<RecordId>[]>();

/** Of each pair that a package makes one as a person said so: both, and the groups that follow. A package stays what it is: it is looked through once. */
function fusionsIn(collection: Collection, row: number): readonly ReadonlySet<RecordId>[] {
  const body = collection.packages.open(row)?.body;
  if (body === undefined) return [];
  const before = known.get(body);
  if (before !== undefined) return before;
  const changes = dotsOf(collection, row).flatMap((dot) => collection.packages.changeAt(dot)?.change ?? []);
  const fusions = changes.flatMap((change) => fusionOf(change, changes));
  known.set(body, fusions);
  return fusions;
}

function fusionOf({ record: alias, cause, writes }: Change, changes: readonly Change[]): readonly Set<RecordId>[] {
  const main = writes.find(({ field }) => field === ALIAS_OF)?.value ?? null;
  if (cause !== 'settle' || typeof main !== 'string' || writes.some(({ field }) => field === MATCHED_BY)) return [];
  const member = memberField(uidOfRecord(alias));
  const groups = changes.filter((each) => each.writes.some(({ field, value }) => field === member && value === null));
  return [new Set([alias, recordId(main), ...groups.map(({ record }) => record)])];
}

/** The contacts that a change says were found to be one, the one that came first, or of an undo of before that it takes that back. */
export function pairsIn(collection: Collection, change: Change): readonly (readonly [RecordId, RecordId])[] {
  // Whoever makes a contact anew clears what it said: that makes no two of them. An undo of before does not say what it takes back.
  const saidIn = ({ field, value, replaces }: FieldWrite): Value =>
    value ?? (change.cause === 'undo' ? (valuesOf(collection, field, replaces)[0]?.value ?? null) : null);
  const came = change.writes.flatMap((write) => {
    const also = isOwnField(write.field) ? alsoIn(write.field, saidIn(write)) : null;
    return also === null ? [] : [[also.record, change.record] as const];
  });
  const alias = change.writes.find(({ field }) => field === ALIAS_OF);
  const one = alias !== undefined && change.writes.some(({ field }) => field === MATCHED_BY) ? saidIn(alias) : null;
  return typeof one === 'string' ? [...came, [change.record, recordId(one)]] : came;
}

/** Dots of all changes of a package. */
export function dotsOf({ packages }: Collection, row: number): readonly Dot[] {
  return Array.from({ length: packages.open(row)?.body.count ?? 0 }, (_, index) => dotOf(row, index));
}
