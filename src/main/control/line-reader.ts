/** Cuts a stream of bytes into lines, without copying the start of a long line again with each chunk. */
export class LineReader {
  readonly #longest: number;
  #pending: Buffer[] = [];
  #size = 0;
  /** `longest`: bytes a line may have; a longer one fails with a RangeError. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The lines this chunk completes, without their ends. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      lines.push(this.#take(chunk.subarray(from, end)));
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
    return lines;
  }

  #take(rest: Buffer): string {
    this.#keep(rest);
    const line = Buffer.concat(this.#pending, this.#size).toString('utf8');
    this.#pending = [];
    this.#size = 0;
    return line;
  }

  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.#longest) throw new RangeError(`a line is longer than ${this.#longest} bytes`);
    this.#pending.push(part);
  }
}
