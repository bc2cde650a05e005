import type { ContentAsked, ContentGiven } from '../peers/session/shared-collection.ts';
import { digestOf } from '../platform/hash.ts';

/** Where contents may be had. */
export interface ContentPlace {
  /** null: it is not to be had there now. Same order. */
  fetch(asked: readonly ContentAsked[]): Promise<readonly (ContentGiven | null)[]>;
}

/** Asks one place after the other, until each content is found or nobody is left to ask. Same order. */
export async function askForContents(
  places: readonly ContentPlace[],
  asked: readonly ContentAsked[],
): Promise<readonly (ContentGiven | null)[]> {
  const found: (ContentGiven | null)[] = asked.map(() => null);
  for (const place of places) {
    const open = found.flatMap((each, at) => (each === null ? [at] : []));
    if (open.length === 0) break;
    const answers = await place.fetch(open.map((at) => asked[at] as ContentAsked));
    for (const [each, at] of open.entries()) {
      const answer = answers[each] ?? null;
      found[at] = answer !== null && isLie(asked[at] as ContentAsked, answer) ? null : answer;
    }
  }
  return found;
}

/** A splice is of what the asker has, and told by what it makes of that. */
const isLie = ({ doubted = false, digest, base }: ContentAsked, { bytes, splice }: ContentGiven): boolean =>
  doubted && (splice ? base === null : digestOf(bytes) !== digest);
