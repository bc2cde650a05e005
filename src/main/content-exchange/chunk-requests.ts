import type { Chunk } from '../content/chunk-list.ts';
import { applySplice } from '../content/splice.ts';
import type { ContentAsked, ContentGiven } from '../peers/session/shared-collection.ts';
import { digestOf } from '../platform/hash.ts';
import type { Digest } from '../record/ids.ts';
import type { StagedPiece } from '../sources/source-adapter.ts';
import type { AskPeers } from './ask-peers.ts';

/** A chunk, and each place of it in the file. */
type ChunkPlaces = readonly (readonly [offset: number, Chunk])[];
/** Returns the offsets of pieces that were found not to be what their digest says. */
type Write = (pieces: readonly StagedPiece[]) => Promise<readonly number[]>;

/** Fetches the chunks of one request and has them written. Returns those nobody has, and those that came and were something else. */
export async function fetchChunks(
  request: readonly ChunkPlaces[],
  { hint, doubted }: Pick<ContentAsked, 'hint' | 'doubted'>,
  ask: AskPeers,
  write: Write,
): Promise<{ readonly missing: readonly ChunkPlaces[]; readonly wrong: readonly ChunkPlaces[] }> {
  const answers = await ask(
    request.flatMap(([first]) =>
      first === undefined ? [] : [{ digest: first[1].digest, kind: 'chunk', hint, base: null, doubted } as const],
    ),
  );
  const pieces = request.flatMap((places, at) => {
    const bytes = answers[at]?.bytes;
    return places.flatMap(([offset, { digest, length }]) =>
      bytes?.length === length ? { offset, digest, bytes } : [],
    );
  });
  const written = new Set(pieces.map(({ offset }) => offset));
  for (const offset of await write(pieces.sort((a, b) => a.offset - b.offset))) written.delete(offset);
  const open = request.map((places) => places.filter(([offset]) => !written.has(offset)));
  const isThere = (at: number): boolean => (answers[at] ?? null) !== null;
  return {
    missing: open.filter((places, at) => places.length > 0 && !isThere(at)),
    wrong: open.filter((places, at) => places.length > 0 && isThere(at)),
  };
}

/** Asks once more for what came as something else, and takes nobody's word for it. Returns what is missing after all. */
export async function stillMissing(
  wrong: readonly ChunkPlaces[],
  hint: ContentAsked['hint'],
  ask: AskPeers,
  write: Write,
): Promise<readonly ChunkPlaces[]> {
  if (wrong.length === 0) return [];
  const again = await fetchChunks(wrong, { hint, doubted: true }, ask, write);
  return [...again.missing, ...again.wrong];
}

/** The chunk list that came, whole or as a splice of `base`; null: it is not the one of that digest. */
export function listIn({ bytes, splice }: ContentGiven, base: Uint8Array | null, digest: Digest): Uint8Array | null {
  try {
    const list = splice && base !== null ? applySplice(base, bytes) : bytes;
    return digestOf(list) === digest ? list : null;
  } catch {
    return null;
  }
}
