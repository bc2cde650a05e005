/** Keys of the entries of one map that nobody has yet. */
export class FreeKeys {
  readonly #taken: Set<string>;
  /** How far numbers were tried: thousands of entries may say the same. */
  readonly #tried = new Map<string, number>();

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** `key`, or with the first number behind it that nobody has; nobody else gets it. */
  take(key: string): string {
    for (let number = this.#tried.get(key) ?? 1; ; number++) {
      const tried = number === 1 ? key : `${key}-${number}`;
      if (this.#taken.has(tried)) continue;
      this.#tried.set(key, number + 1);
      this.#taken.add(tried);
      return tried;
    }
  }
}
