/** Something others may listen to. Listeners are told in the order they came; one that throws is a fault of the program. */
export class Signal<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** The function returned ends it. */
  on(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}
