import type { DavText } from './dav-resource.ts';
import { folderOf } from './resource-path.ts';

/** How a server is asked. `gone` is told those that it says not to be there. */
interface LeftOutPort {
  texts(names: readonly string[], gone: Set<string>): Promise<readonly DavText[]>;
  /** null: it is not given by itself either. */
  text(name: string, gone: Set<string>): Promise<DavText | null>;
}
interface FoundLeftOut {
  readonly there: readonly DavText[];
  /** Neither given nor said to be gone, as where somebody has to log in. */
  readonly untold: readonly string[];
}

/**
 * What a list leaves out and the server gives all the same: one that answers out of a copy that is behind, lists while somebody replaces a text by
 * deleting it first, or fails over a text among many. A list alone is no proof that anything was deleted.
 */
export class LeftOut {
  readonly #ask: LeftOutPort;
  /** Not given either, as long as they are not listed again: they are not asked for with each look. */
  readonly #gone = new Set<string>();

  constructor(ask: LeftOutPort) {
    this.#ask = ask;
  }

  /** Of these names, which are not listed, those that are there, and those of which the server says neither. Fails as asking does. */
  async among(names: readonly string[], listed: readonly string[]): Promise<FoundLeftOut> {
    for (const name of listed) this.#gone.delete(name);
    const folders = new Set(listed.map(folderOf));
    const spelled = new Set(listed.map(anyCase));
    // What is in step under another path, or another spelling, now, is not there twice.
    const isLikely = (name: string): boolean =>
      (folders.size === 0 || folders.has(folderOf(name))) && !spelled.has(anyCase(name));
    const asked = names.filter((name) => !this.#gone.has(name) && isLikely(name));
    if (asked.length === 0) return { there: [], untold: [] };
    const gone = new Set<string>();
    const given = await this.#ask.texts(asked, gone);
    const there = new Map(given.map((each) => [each.href, each]));
    const untold: string[] = [];
    for (const name of asked) {
      // A list of several may pass over one for other reasons than that it is not there.
      const alone = there.has(name) || gone.has(name) ? null : await this.#ask.text(name, gone);
      if (alone !== null) there.set(name, alone);
      if (gone.has(name)) this.#gone.add(name);
      else if (!there.has(name)) untold.push(name);
    }
    return { there: asked.flatMap((name) => there.get(name) ?? []), untold };
  }
}

const anyCase = (name: string): string => name.normalize().toLowerCase();
