import type { RecordId } from '../../record/ids.ts';
import type { ListedItem, Revision } from '../source-adapter.ts';
import { plainItemRevision } from './item-revision.ts';

type About = Omit<ListedItem, 'id' | 'revision' | 'isNameless'> & { readonly isNameless: boolean | undefined };

/**
 * An item of a place with but one text, of which there is no more to say than its digest (`plainItemRevision`). A hundred thousand may be listed: as
 * arrays of bytes their revisions would take 100 for each 17, so they are made when somebody asks.
 */
export class PlainListedItem implements ListedItem {
  readonly id: RecordId;
  readonly fresh: boolean;
  readonly size: number;
  readonly isNameless: boolean;
  /** As `digestTextOf` tells it. */
  readonly digest: string;

  constructor(id: RecordId, digest: string, { fresh, size, isNameless }: About) {
    this.id = id;
    this.digest = digest;
    this.fresh = fresh;
    this.size = size;
    this.isNameless = isNameless === true;
  }
  get revision(): Revision {
    return plainItemRevision(this.digest);
  }
}

/** The same item, but for `ListedItem.fresh`. */
export function withFresh(item: ListedItem, fresh: boolean): ListedItem {
  const { id, size, isNameless } = item;
  if (!(item instanceof PlainListedItem)) return { ...item, fresh };
  return new PlainListedItem(id, item.digest, { fresh, size, isNameless });
}

/**
 * Items of a listing in their order, each as the very one that `before` has for it where it says the same in about the same place: so of a long text
 * of which little changed the two lists are in memory but once, and are compared at a glance (`notInBoth`).
 */
export function asBefore(before: readonly ListedItem[]): (now: ListedItem) => ListedItem {
  let at = 0;
  return (now) => {
    for (const next of [at, at + 1]) {
      const was = before[next];
      if (was === undefined || !isSame(was, now)) continue;
      at = next + 1;
      return was;
    }
    if (before[at]?.id === now.id) at++;
    return now;
  };
}

function isSame(was: ListedItem, now: ListedItem): boolean {
  if (!(was instanceof PlainListedItem && now instanceof PlainListedItem)) return false;
  if (was.id !== now.id || was.digest !== now.digest) return false;
  return was.fresh === now.fresh && was.size === now.size && was.isNameless === now.isNameless;
}
