/** What a peer was asked to look at, until it has. */
export class ScanRequests {
  readonly #open = new Map<number, (hasLooked: boolean) => void>();
  #next = 1;

  /** `send`: asks under this number. Resolves when the peer has looked (true), or when the link ends (false). */
  ask(send: (req: number) => void): Promise<boolean> {
    const req = this.#next++;
    return new Promise((resolve) => {
      this.#open.set(req, resolve);
      send(req);
    });
  }
  looked(req: number): void {
    this.#open.get(req)?.(true);
    this.#open.delete(req);
  }
  end(): void {
    for (const resolve of this.#open.values()) resolve(false);
    this.#open.clear();
  }
}
