import type { SeededRandom } from '../../fakes/seeded-random.ts';
import type { SimulatedGroup } from '../simulated-group.ts';
import type { Shelf } from './shelf.ts';
import type { WrittenNumbers } from './written-numbers.ts';

export interface ShelfScene {
  readonly group: SimulatedGroup;
  readonly shelves: readonly Shelf[];
  readonly random: SeededRandom;
  readonly wrote: WrittenNumbers;
}

/** Something a person does to the texts of a device; null: it cannot be done there. */
export type Deed = (shelf: Shelf, scene: ShelfScene) => string | null;

/** A text with something in it, and its path. */
export const pickText = (shelf: Shelf, random: SeededRandom): readonly [string, string] | null => {
  const texts = [...shelf.texts()].filter(([, text]) => shelf.itemsIn(text).length > 0);
  return texts.length === 0 ? null : random.pick(texts);
};
export const how = (random: SeededRandom) => random.pick(['in-place', 'rename'] as const);
