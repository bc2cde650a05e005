/** Things by small whole numbers; the number of one that is gone is given to the next that comes. */
export class ReusedRows<T> {
  readonly #items: (T | undefined)[] = [];
  readonly #free: number[] = [];

  /** Its row. */
  add(item: T): number {
    const row = this.#free.pop() ?? this.#items.length;
    this.#items[row] = item;
    return row;
  }
  /** null: there is none. */
  at(row: number): T | null {
    return this.#items[row] ?? null;
  }
  *entries(): Generator<readonly [row: number, item: T], void> {
    for (const [row, item] of this.#items.entries()) if (item !== undefined) yield [row, item];
  }
  /** All of which this is true are gone. */
  remove(isGone: (item: T) => boolean): void {
    for (const [row, item] of this.entries()) {
      if (!isGone(item)) continue;
      this.#items[row] = undefined;
      this.#free.push(row);
    }
  }
}
