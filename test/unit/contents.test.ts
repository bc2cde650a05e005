import { describe, expect, it } from 'vitest';
import { decodeChunkList } from '../../src/main/content/chunk-list.ts';
import { Contents } from '../../src/main/contents.ts';
import { nameContent } from '../../src/main/port-of-replica.ts';
import type { Digest } from '../../src/main/record/ids.ts';
import { ContentStore } from '../../src/main/store/content-store.ts';
import { openDatabase } from '../../src/main/store/open-database.ts';
import { CollectionGroup, type GroupDevice } from '../fakes/collection-group.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';

function device(kept: ReadonlyMap<Digest, Uint8Array>) {
  const store = new ContentStore(openDatabase(':memory:'));
  const reads: Digest[] = [];
  const contents = new Contents(store, {
    read: async (digest) => {
      reads.push(digest);
      return kept.get(digest) ?? null;
    },
    keep: async () => undefined,
    drop: async () => undefined,
  });
  return { store, contents, reads };
}

describe('a large content that only the version store holds', () => {
  it('is given to a peer chunk by chunk, and read once for that', async () => {
    const bytes = new SeededRandom('kept').bytes(600_000);
    const { content, list } = nameContent(bytes);
    if (list === null || content.chunks === undefined) throw new Error('one chunk is not enough');
    const giver = device(new Map([[content.digest, bytes]]));
    giver.store.putChunkList(list.digest, content.digest, list.bytes);
    giver.store.noteKept(content.digest, bytes.length, 0);
    const taker = device(new Map());
    const [collectionDevice] = new CollectionGroup(1, 'contents').devices as [GroupDevice];
    const { collection } = collectionDevice;
    const read = await taker.contents.read(
      collection,
      'large' as never,
      { digest: content.digest, size: bytes.length, chunks: content.chunks },
      (asked) => giver.contents.give(collection, asked),
    );
    expect(read).toEqual(bytes);
    expect(decodeChunkList(list.bytes, bytes.length).length).toBeGreaterThan(3);
    expect(giver.reads).toEqual([content.digest]);
  });
});
