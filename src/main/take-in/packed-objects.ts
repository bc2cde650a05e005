import type { RecordId } from '../record/ids.ts';

/**
 * Objects of git repositories that went into a pack. `git gc` deletes most of what a small repository holds, and all of it is in the pack it has
 * just written: as long as that one is there it is no accident, and counts for no halt. With the pack gone as well it does.
 */
export class PackedObjects {
  readonly #hasPack: (packs: string) => boolean;
  readonly #known = new Map<string, boolean>();

  /** `hasPack`: is there a pack in this folder, now? */
  constructor(hasPack: (packs: string) => boolean) {
    this.#hasPack = hasPack;
  }

  has(id: RecordId): boolean {
    const objects = objectsOf(id);
    if (objects === null) return false;
    const known = this.#known.get(objects) ?? this.#hasPack(`${objects}/pack`);
    this.#known.set(objects, known);
    return known;
  }
}

export const isPack = (name: string): boolean => /^pack-[0-9a-f]{40}(?:[0-9a-f]{24})?\.pack$/.test(name);

/** The folder of objects in which this one lies by itself; null: it is none. */
const objectsOf = (id: string): string | null =>
  /^(?:.*\/)?objects(?=\/[0-9a-f]{2}\/[0-9a-f]{38}(?:[0-9a-f]{24})?$)/s.exec(id)?.[0] ?? null;
