import type { JoiningView } from '../../contract/contract.ts';
import type { CollectionId } from '../record/ids.ts';
import type { RegistryStore } from '../store/registry-store.ts';

/** Setting that names the joins under way: one that the end of the program broke off has to be told at the next start. */
const JOINS = 'joins';

const BROKEN_OFF = 'Lockstep was ended while this waited. Join again with the same link, or ask for a new one.';

export interface Join extends JoiningView {
  readonly collection: CollectionId;
}

/** What this device asked to join and was not let into so far, by collection. A join lives in one run; what became of it is known over restarts. */
export class JoinsUnderWay {
  readonly #registry: Pick<RegistryStore, 'setting' | 'setSetting'>;
  readonly #joins = new Map<CollectionId, Join>();

  constructor(registry: Pick<RegistryStore, 'setting' | 'setSetting'>) {
    this.#registry = registry;
    const stored = JSON.parse(registry.setting(JOINS) ?? '[]') as readonly Join[];
    for (const join of stored)
      this.#joins.set(join.collection, join.state === 'failed' ? join : { ...join, state: 'failed', why: BROKEN_OFF });
  }

  all(): readonly Join[] {
    return [...this.#joins.values()];
  }

  put(join: Join): void {
    this.#joins.set(join.collection, join);
    this.#save();
  }

  drop(collection: CollectionId): void {
    if (this.#joins.delete(collection)) this.#save();
  }

  #save(): void {
    this.#registry.setSetting(JOINS, this.#joins.size === 0 ? null : JSON.stringify(this.all()));
  }
}
