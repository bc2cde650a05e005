import type { DavText } from './dav-resource.ts';
import { folderOf } from './resource-path.ts';

/**
 * What a list leaves out and the server gives all the same: one that answers out of a copy that is behind, lists while somebody replaces a text by
 * deleting it first, or fails over a text among many. A list alone is no proof that anything was deleted.
 */
export class LeftOut {
  readonly #ask: (names: readonly string[]) => Promise<readonly DavText[]>;
  /** Not given either, as long as they are not listed again: they are not asked for with each look. */
  readonly #gone = new Set<string>();

  constructor(ask: (names: readonly string[]) => Promise<readonly DavText[]>) {
    this.#ask = ask;
  }

  /** Of these names, which are not listed, those that are there. Fails as asking does. */
  async among(names: readonly string[], listed: readonly string[]): Promise<readonly DavText[]> {
    for (const name of listed) this.#gone.delete(name);
    const folders = new Set(listed.map(folderOf));
    const spelled = new Set(listed.map(anyCase));
    // What is in step under another path, or another spelling, now, is not there twice.
    const isLikely = (name: string): boolean =>
      (folders.size === 0 || folders.has(folderOf(name))) && !spelled.has(anyCase(name));
    const asked = names.filter((name) => !this.#gone.has(name) && isLikely(name));
    const given = asked.length === 0 ? [] : await this.#ask(asked);
    const there = new Map(given.map((each) => [each.href, each]));
    for (const name of asked) if (!there.has(name)) this.#gone.add(name);
    return asked.flatMap((name) => there.get(name) ?? []);
  }
}

const anyCase = (name: string): string => name.normalize().toLowerCase();
