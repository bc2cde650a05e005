import type { JoiningView } from '../../contract/contract.ts';
import type { CollectionId } from '../record/ids.ts';
import type { RegistryStore } from '../store/registry-store.ts';

/** Setting that names the joins under way: one that the end of the program broke off has to be told at the next start. */
const JOINS = 'joins';

const BROKEN_OFF = 'Lockstep was ended while this waited. Join again with the same link, or ask for a new one.';
const WITHOUT_PLACE = 'Lockstep was ended after this device was let in, before it had a place here. Add a place to it.';

export interface Join extends JoiningView {
  readonly collection: CollectionId;
}

type Stored = Pick<RegistryStore, 'setting' | 'setSetting' | 'collections' | 'sources'>;

/**
 * What this device asked to join, by collection, until the collection has a place here. A join lives in one run; what became of it is known
 * over restarts.
 */
export class JoinsUnderWay {
  readonly #registry: Stored;
  readonly #joins = new Map<CollectionId, Join>();
  /** Let in, and about to get their place: nothing to tell of, unless the program ends first. */
  readonly #granted = new Set<CollectionId>();

  constructor(registry: Stored) {
    this.#registry = registry;
    const stored = JSON.parse(registry.setting(JOINS) ?? '[]') as readonly Join[];
    for (const join of stored) {
      const why = join.state === 'failed' ? join.why : brokenOff(registry, join.collection);
      if (why !== null) this.#joins.set(join.collection, { ...join, state: 'failed', why });
    }
  }

  /** Those to tell of. */
  all(): readonly Join[] {
    return [...this.#joins.values()].filter(({ collection }) => !this.#granted.has(collection));
  }

  /** This device was let in: it is told no more, and dropped once the place is there. */
  granted(collection: CollectionId): void {
    this.#granted.add(collection);
  }

  /** This device belongs, and the program ended before it had a place here. */
  lacksPlace(collection: CollectionId): void {
    const join = this.#joins.get(collection);
    if (join !== undefined) this.put({ ...join, state: 'failed', why: WITHOUT_PLACE });
  }

  put(join: Join): void {
    this.#granted.delete(join.collection);
    this.#joins.set(join.collection, join);
    this.#save();
  }

  drop(collection: CollectionId): void {
    this.#granted.delete(collection);
    if (this.#joins.delete(collection)) this.#save();
  }

  #save(): void {
    this.#registry.setSetting(JOINS, this.#joins.size === 0 ? null : JSON.stringify([...this.#joins.values()]));
  }
}

/** Why a join that the end of the program broke off came to nothing; null: it did not. */
function brokenOff(registry: Stored, collection: CollectionId): string | null {
  const here = registry.collections().find(({ id }) => id === collection);
  if (here === undefined) return BROKEN_OFF;
  return registry.sources(here.row).length === 0 ? WITHOUT_PLACE : null;
}
