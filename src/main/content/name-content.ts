import { digestOf } from '../platform/hash.ts';
import type { Digest } from '../record/ids.ts';
import { type Chunk, encodeChunkList } from './chunk-list.ts';
import { averageFor, Chunker } from './chunker.ts';

/** Names content as a source that reads it from a file would. Pure. */
export function nameContent(bytes: Uint8Array): {
  readonly content: { readonly digest: Digest; readonly size: number; readonly chunks?: Digest };
  readonly list: { readonly digest: Digest; readonly bytes: Uint8Array } | null;
} {
  const content = { digest: digestOf(bytes), size: bytes.length };
  const chunker = new Chunker(averageFor(bytes.length));
  const chunks: Chunk[] = [];
  for (let start = 0; start < bytes.length; ) {
    const cut = chunker.next(bytes, start, bytes.length);
    const end = cut < 0 ? bytes.length : cut;
    const chunk = bytes.subarray(start, end);
    chunks.push({ digest: digestOf(chunk), length: chunk.length });
    start = end;
  }
  // What fits the smallest average is never cut by a source, whatever the cuts would be.
  if (chunks.length <= 1 || bytes.length <= averageFor(0)) return { content, list: null };
  const list = encodeChunkList(chunks);
  const named = { digest: digestOf(list), bytes: list };
  return { content: { ...content, chunks: named.digest }, list: named };
}
