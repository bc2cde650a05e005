import { EXISTS } from '../record/file-entry.ts';
import { CHANGES_PER_PACKAGE, type Dot } from '../record/ids.ts';
import type { Change } from './change.ts';
import { BODY_LIMIT } from './package.ts';
import { encodeBody, type PackageName } from './package-body.ts';

/** A package closes at this many bytes of body, unpacked (DESIGN 6). */
const BODY_CLOSES_AT = 64 << 10;
/** No body is longer: nobody takes one past `BODY_LIMIT`, which the byte that says how it is packed counts for too. */
const LONGEST_BODY = BODY_LIMIT - 1;
/** How much of what would just fit is tried, as changes are not all of one size: after one body was too large, and before the next. */
const TRY_AGAIN_WITH = 0.9;
const TRY_NEXT_WITH = 0.95;

/** The next changes, and the body they make. */
export interface FilledPackage {
  readonly changes: readonly Change[];
  readonly body: Uint8Array;
}

type NameOf = (dot: Dot) => { name: PackageName; index: number };

/**
 * Cuts changes into packages, each as full as it may be. A change that alone is larger has a package of its own; of one that is longer than a
 * package may be each has some fields, one behind the other: fields are merged one by one, so that nothing depends on their being together.
 */
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
  *fill(changes: readonly Change[], nameOf: NameOf): Generator<FilledPackage> {
    for (let at = 0; at < changes.length; ) {
      let count = Math.min(this.#most, changes.length - at, this.#likelyFit);
      let body = encodeBody(changes.slice(at, at + count), nameOf);
      while (body.length > BODY_CLOSES_AT && count > 1) {
        count = fitting(count, body, TRY_AGAIN_WITH);
        body = encodeBody(changes.slice(at, at + count), nameOf);
      }
      if (count > 1) this.#likelyFit = fitting(count, body, TRY_NEXT_WITH);
      if (body.length > LONGEST_BODY) yield* inParts(changes[at] as Change, nameOf);
      else yield { changes: changes.slice(at, at + count), body };
      at += count;
    }
  }
}

/** The change in halves of halves, each of which fits. One field alone is never too long (`validateItemChange`). */
function* inParts(change: Change, nameOf: NameOf): Generator<FilledPackage> {
  const body = encodeBody([change], nameOf);
  const fields = change.writes.filter(({ field }) => field !== EXISTS);
  if (body.length <= LONGEST_BODY || fields.length < 2) {
    yield { changes: [change], body };
    return;
  }
  const exists = change.writes.filter(({ field }) => field === EXISTS);
  const middle = fields.length >> 1;
  for (const half of [fields.slice(0, middle), fields.slice(middle)])
    yield* inParts({ ...change, writes: [...half, ...exists] }, nameOf);
}

const fitting = (count: number, body: Uint8Array, share: number): number =>
  Math.max(1, Math.floor((count * BODY_CLOSES_AT * share) / body.length));
