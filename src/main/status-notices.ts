import type { CollectionView, NoticeView, StatusView } from '../contract/contract.ts';
import { counted } from '../contract/overall-state.ts';

/** What a person is told of between two looks at the status: conflicts that came, and places that halted. Each once. */
export class StatusNotices {
  readonly #conflicts = new Map<string, number>();
  readonly #halted = new Set<string>();
  #isFirst = true;

  /** What `status` says that was not told yet. Of the first one nothing that was open before. */
  of(status: StatusView): readonly NoticeView[] {
    const found = status.collections.flatMap((one) => [...this.#ofConflicts(one), ...this.#ofHalts(one)]);
    this.#isFirst = false;
    return found;
  }

  /** While more comes nothing is said: a thousand conflicts are one notice. */
  #ofConflicts({ id, name, state, conflicts, decidedBy }: CollectionView): readonly NoticeView[] {
    const before = this.#conflicts.get(id) ?? (this.#isFirst ? conflicts : 0);
    if (conflicts > before && state === 'working') {
      this.#conflicts.set(id, before);
      return [];
    }
    this.#conflicts.set(id, conflicts);
    // Who may only read has nothing to choose.
    if (conflicts <= before || decidedBy !== undefined) return [];
    const text = `${counted(conflicts - before, 'new conflict')}. Every version is kept until you choose`;
    return [{ about: 'conflict', title: name, text }];
  }

  #ofHalts({ name, sources }: CollectionView): readonly NoticeView[] {
    return sources.flatMap(({ id, state, location, reason }) => {
      const was = this.#halted.has(id);
      if (state === 'halted') this.#halted.add(id);
      else this.#halted.delete(id);
      if (state !== 'halted' || was || this.#isFirst) return [];
      const why = reason ?? 'it waits for your decision';
      return [{ about: 'halt' as const, title: `${name} is halted`, text: `${location}: ${why}` }];
    });
  }
}
