import { earliestTimeAt } from '../change-log/hybrid-time.ts';
import type { Collection } from '../collection.ts';
import { LockstepError } from '../platform/trouble.ts';
import { CHANGES_PER_PACKAGE, type Dot, type LogId } from '../record/ids.ts';
import type { PackagePlace } from '../store/log-store.ts';
import { findId, isChangeOrPackageId } from './change-id.ts';

/** A moment of a collection's history: what had been signed by then, whenever it came here. */
export interface Moment {
  had(dot: Dot): boolean;
  /** Everything that came later is in packages from this place on. */
  readonly place: Omit<PackagePlace, 'row'>;
}

const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]|$)/;

/** Milliseconds since 1970 of a time (ISO 8601, local where it names no zone); NaN of one there is none such, null of what looks like none. */
function millisecondsIn(text: string): number | null {
  if (!TIME.test(text)) return null;
  // A date alone would be read as UTC, with a time it is local.
  return Date.parse(text.length === 10 ? `${text}T00:00` : text);
}

/** Where the packages before a time (as for `findMoment`) begin, the newest first; null: it names none. */
export function placeBefore(text: string): Moment['place'] | null {
  const milliseconds = millisecondsIn(text);
  if (milliseconds === null || Number.isNaN(milliseconds)) return null;
  return { time: earliestTimeAt(milliseconds), log: '' as LogId, number: 0 };
}

/**
 * The moment TIME|ID names: all packages signed at or before that time (ISO 8601, local where it names no zone), or up to and with that package or
 * change. Fails with `no-such-change` and `bad-time`.
 */
export function findMoment(collection: Collection, text: string): Moment {
  const { log } = collection;
  const milliseconds = millisecondsIn(text);
  if (milliseconds === null && isChangeOrPackageId(text)) {
    const found = findId(collection, text);
    if (found === null)
      throw new LockstepError('no-such-change', `${collection.stored.name} has no package ${text}.`, text);
    const { row, dot } = found;
    const last = dot ?? ((row * CHANGES_PER_PACKAGE + CHANGES_PER_PACKAGE - 1) as Dot);
    return {
      had: (each) => log.order(each, last) <= 0,
      place: { time: found.time, log: found.log, number: found.number },
    };
  }
  if (milliseconds === null || Number.isNaN(milliseconds))
    throw new LockstepError(
      'bad-time',
      `${text} is neither a time like 2026-01-31T18:30 nor a package or change of ${collection.stored.name}.`,
      text,
    );
  const end = earliestTimeAt(milliseconds + 1);
  return {
    had: (each) => log.place(Math.floor(each / CHANGES_PER_PACKAGE)).time < end,
    place: { time: end, log: '' as LogId, number: 0 },
  };
}
