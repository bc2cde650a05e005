import type { Shelf } from './shelf.ts';

/** All that people wrote, and what they, or the power, took away again on the device where it stood. */
export class WrittenNumbers {
  readonly all = new Set<string>();
  readonly givenUp = new Set<string>();
  /** What may have become history only, though nobody took it away. */
  readonly superseded = new Set<string>();
  /** What a person has twice. */
  readonly copied = new Set<string>();
  readonly #knownWith: (numbers: readonly string[]) => Iterable<string>;
  #next = 5_550_000_000;
  #names = 0;
  /** Texts of which a person wrote the first half: how they write the rest, and what is not to be seen meanwhile. */
  readonly halves = new Map<Shelf, { readonly hidden: readonly string[]; write(): void }>();

  /** `knownWith`: all that is known of what has one of these numbers. */
  constructor(knownWith: (numbers: readonly string[]) => Iterable<string> = (numbers) => numbers) {
    this.#knownWith = knownWith;
  }

  next(): string {
    const number = String(this.#next++);
    this.all.add(number);
    return number;
  }
  /** What nothing else is called. */
  name(): string {
    return String(this.#names++);
  }
  /** Something a person or the power does; what it throws as a disk does is what happens to people. */
  by(shelf: Shelf, act: () => string): string {
    const before = this.#standing(shelf);
    const first = this.#next;
    let what: string;
    try {
      what = act();
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === undefined) throw error;
      what = `in vain (${code})`;
    }
    const standing = this.#standing(shelf);
    const after = new Set(standing);
    for (const number of after) if (standing.filter((each) => each === number).length > 1) this.copied.add(number);
    for (const number of before) if (!after.has(number)) this.givenUp.add(number);
    for (const number of after) if (!before.includes(number)) this.all.add(number);
    // What found no room was never there.
    for (let number = first; number < this.#next; number++)
      if (!after.has(String(number))) this.all.delete(String(number));
    return what;
  }
  /** The same to several shelves at once. */
  byAll([shelf, ...others]: readonly Shelf[], act: () => string): string {
    return shelf === undefined ? act() : this.by(shelf, () => this.byAll(others, act));
  }
  /** Writes the rest of what was begun. */
  finish(shelf: Shelf): void {
    const half = this.halves.get(shelf);
    if (half === undefined) return;
    this.#writesOver(shelf, () => {
      this.halves.delete(shelf);
      half.write();
      return '';
    });
  }
  /** A person writes again what they find torn, of their own. */
  repair(shelf: Shelf): string {
    return this.#writesOver(shelf, () => shelf.repair() ?? '');
  }
  /** Who writes over a row that we put there meanwhile removes all that is known of whom it shows. */
  #writesOver(shelf: Shelf, act: () => string): string {
    const rows = shelf.isTable ? shelf.numbers() : [];
    const what = this.by(shelf, act);
    const left = new Set(shelf.numbers());
    const gone = rows.filter((number) => !left.has(number));
    if (gone.length > 0) for (const number of this.#knownWith(gone)) this.superseded.add(number);
    return what;
  }
  /** The numbers of a shelf, also those that stand in what a person has yet to write of a text: nobody took them away. */
  #standing(shelf: Shelf): readonly string[] {
    return [...shelf.numbers(), ...(this.halves.get(shelf)?.hidden ?? [])];
  }
}
