import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { SeededRandom } from '../fakes/seeded-random.ts';
import type { Folder } from '../scenarios/folder.ts';

/** Files that everybody writes to. */
const SHARED = 25;

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Somebody who works at one device. What lies in a directory of their own nobody else touches, so it has to be everywhere, exactly as they
 * left it; of what all share it is only known what anybody ever wrote.
 */
export class Person {
  readonly name: string;
  /** Digests of their own files as they left them, by path. */
  readonly own = new Map<string, string>();
  readonly #folder: Folder;
  readonly #random: SeededRandom;
  readonly #written: Map<string, Set<string>>;

  /** `written`: what anybody ever wrote to a shared file; added to. */
  constructor(name: string, folder: Folder, random: SeededRandom, written: Map<string, Set<string>>) {
    this.name = name;
    this.#folder = folder;
    this.#random = random;
    this.#written = written;
  }

  work(): void {
    if (this.#random.chance(0.2)) this.#shared();
    else this.#own();
  }

  #shared(): void {
    const path = `shared/${this.#random.int(SHARED)}`;
    if (this.#random.chance(0.2)) this.#folder.remove(path);
    else {
      const known = this.#written.get(path) ?? new Set();
      this.#written.set(path, known.add(this.#write(path)));
    }
  }

  #own(): void {
    const paths = [...this.own.keys()];
    const kind = paths.length === 0 ? 0 : this.#random.int(100);
    if (kind < 45) {
      const path = `${this.name}/${this.#random.pick(['', 'x/', 'x/y/', 'Zoë/'])}${this.#random.int(40)}`;
      this.own.set(path, this.#write(path));
      return;
    }
    const path = this.#random.pick(paths);
    if (kind < 65) this.own.set(path, this.#write(path));
    else if (kind < 80) {
      this.#folder.remove(path);
      this.own.delete(path);
    } else if (kind < 92) this.#move(path, `${this.name}/moved ${this.#random.int(30)}/${this.#random.int(40)}`);
    else if (path.split('/').length > 2)
      this.#move(dirname(path), `${this.name}/directory ${this.#random.int(1_000_000)}`);
  }

  /** A file, or a directory and all in it. */
  #move(from: string, to: string): void {
    if (this.#folder.has(to)) return;
    this.#folder.move(from, to);
    for (const [path, digest] of [...this.own]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.own.delete(path);
      this.own.set(to + path.slice(from.length), digest);
    }
  }

  /** As different programs do it: in place, or beside and moved in. */
  #write(path: string): string {
    const bytes = this.#content();
    this.#folder.makeDirectory(dirname(path));
    if (this.#random.chance(0.4)) this.#folder.save(path, bytes);
    else this.#folder.write(path, bytes);
    return digestOf(bytes);
  }

  #content(): Uint8Array {
    const size = this.#random.pick(
      this.#random.chance(0.3) ? [0, 1, 100, 4096, 20_000, 300_000, 2_000_000] : [10, 200, 3000],
    );
    if (this.#random.chance(0.5)) return this.#random.bytes(size);
    return Buffer.from(`line ${this.#random.int(1_000_000)} of ${this.name}\n`.repeat(Math.ceil(size / 20)));
  }
}
