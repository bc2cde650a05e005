import { CHANGES_PER_PACKAGE, type Dot } from '../record/ids.ts';
import type { Change } from './change.ts';
import { encodeBody, type PackageName } from './package-body.ts';

/** A package closes at this many bytes of body, unpacked (DESIGN 6). */
const BODY_CLOSES_AT = 64 << 10;
/** How much of what would just fit is tried, as changes are not all of one size: after one body was too large, and before the next. */
const TRY_AGAIN_WITH = 0.9;
const TRY_NEXT_WITH = 0.95;

/** The next changes, and the body they make. */
export interface FilledPackage {
  readonly changes: readonly Change[];
  readonly body: Uint8Array;
}

/** Cuts changes into packages, each as full as it may be. A change that alone is larger has a package of its own. */
export class FillPackages {
  readonly #most: number;
  /** So many changes fit into a package, as the last one tells: what is encoded and does not fit is encoded twice. */
  #likelyFit: number;

  /** `most`: changes in a package. */
  constructor(most = CHANGES_PER_PACKAGE) {
    this.#most = most;
    this.#likelyFit = most;
  }

  /** `nameOf` may tell of a change what only the package before it made known: each is asked for when it is taken. */
  *fill(
    changes: readonly Change[],
    nameOf: (dot: Dot) => { name: PackageName; index: number },
  ): Generator<FilledPackage> {
    for (let at = 0; at < changes.length; ) {
      let count = Math.min(this.#most, changes.length - at, this.#likelyFit);
      let body = encodeBody(changes.slice(at, at + count), nameOf);
      while (body.length > BODY_CLOSES_AT && count > 1) {
        count = fitting(count, body, TRY_AGAIN_WITH);
        body = encodeBody(changes.slice(at, at + count), nameOf);
      }
      if (count > 1) this.#likelyFit = fitting(count, body, TRY_NEXT_WITH);
      yield { changes: changes.slice(at, at + count), body };
      at += count;
    }
  }
}

const fitting = (count: number, body: Uint8Array, share: number): number =>
  Math.max(1, Math.floor((count * BODY_CLOSES_AT * share) / body.length));
