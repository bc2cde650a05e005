import { compareTexts } from '../record/compare-texts.ts';
/** A package of a log with several branches, as the ones after it know it. */
export interface BranchLink {
  readonly number: number;
  /** The first 8 bytes of its hash. */
  readonly hash: string;
  /** Of the package before it, likewise. */
  readonly previous: string;
}

/**
 * The part of a log from which on two packages have one number. `links`: every package held from the first such number on; `head`: the
 * newest of the branch that counts as the log itself.
 */
export class Branches<L extends BranchLink = BranchLink> {
  /** The first number that two packages have. */
  readonly first: number;
  /** The log itself, from `first` on. */
  readonly main: readonly L[];
  /** What is beside it, each after the one it follows. */
  readonly others: readonly L[];
  /** The newest of each branch beside it. */
  readonly heads: readonly L[];
  readonly #byHash: ReadonlyMap<string, L>;

  constructor(links: readonly L[], head: string) {
    this.#byHash = new Map(links.map((link) => [link.hash, link]));
    this.first = links.reduce((least, { number }) => Math.min(least, number), Number.POSITIVE_INFINITY);
    const onMain = this.upTo(head);
    const inOrder = [...links].sort((a, b) => a.number - b.number || compareTexts(a.hash, b.hash));
    this.main = inOrder.filter(({ hash }) => onMain.has(hash));
    this.others = inOrder.filter(({ hash }) => !onMain.has(hash));
    const followed = new Set(links.map(({ previous }) => previous));
    this.heads = this.others.filter(({ hash }) => !followed.has(hash));
  }

  /** This package and those before it, as far as they are in this part of the log. */
  upTo(hash: string): ReadonlySet<string> {
    const found = new Set<string>();
    for (let link = this.#byHash.get(hash); link !== undefined; link = this.#byHash.get(link.previous)) {
      if (found.has(link.hash)) break;
      found.add(link.hash);
    }
    return found;
  }

  /** How far somebody who has this package has the log itself. */
  sharedUpTo(hash: string): number {
    const has = this.upTo(hash);
    return this.main.reduce((most, link) => (has.has(link.hash) ? Math.max(most, link.number) : most), this.first - 1);
  }

  /** Has somebody who has these packages all that is here, of every branch? */
  areAllIn(hashes: readonly string[]): boolean {
    const has = new Set(hashes.flatMap((hash) => [...this.upTo(hash)]));
    return [...this.main.slice(-1), ...this.heads].every(({ hash }) => has.has(hash));
  }
}
