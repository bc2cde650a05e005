import { compareTexts } from '../../record/compare-texts.ts';
import type { DocumentListing, DocumentPlace } from './document-place.ts';
import type { Known } from './known-revisions.ts';

/** A listing, with what is known of the snapshot and was left out of it, and is there all the same. Fails as the place does. */
export async function withLeftOut(
  place: Pick<DocumentPlace, 'leftOut'>,
  listing: DocumentListing,
  known: Known,
): Promise<DocumentListing> {
  const { documents, problems } = listing;
  const told = new Set([...documents, ...problems].map(({ name }) => name));
  const missing = [...known.in.keys()].filter((name) => !told.has(name));
  const found = missing.length === 0 ? null : ((await place.leftOut?.(missing)) ?? null);
  if (found === null || found.documents.length + found.problems.length === 0) return listing;
  return {
    documents: [...documents, ...found.documents].sort((a, b) => compareTexts(a.name, b.name)),
    problems: [...problems, ...found.problems],
  };
}
