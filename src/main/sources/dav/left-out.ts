import type { DavText } from './dav-resource.ts';
import { folderOf } from './resource-path.ts';
import { ServerBusy } from './server-busy.ts';

/** Where a list of several says nothing of what is gone, so many are asked for at once. */
const ASKED_AT_ONCE = 4;

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
    // A list of several may pass over one for other reasons than that it is not there.
    const passedOver = asked.filter((name) => !there.has(name) && !gone.has(name));
    for (const text of await this.#alone(passedOver, gone)) there.set(text.href, text);
    for (const name of asked) if (gone.has(name)) this.#gone.add(name);
    const untold = asked.filter((name) => !there.has(name) && !gone.has(name));
    return { there: asked.flatMap((name) => there.get(name) ?? []), untold };
  }

  /** Each by itself, some at once. A server that breaks some off is asked for those one at a time. Fails as asking does. */
  async #alone(names: readonly string[], gone: Set<string>): Promise<readonly DavText[]> {
    const given: DavText[] = [];
    const left = new Set(names);
    const inTurn = async (some: Iterable<string>): Promise<void> => {
      for (const name of some) {
        const text = await this.#ask.text(name, gone);
        left.delete(name);
        if (text !== null) given.push(text);
      }
    };
    const next = names.values();
    const ends = await Promise.allSettled(Array.from({ length: ASKED_AT_ONCE }, () => inTurn(next)));
    const busy = ends.find((end) => end.status === 'rejected' && end.reason instanceof ServerBusy);
    if (busy?.status === 'rejected') throw busy.reason;
    await inTurn([...left]);
    return given;
  }
}

const anyCase = (name: string): string => name.normalize().toLowerCase();
