import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { decodeChunkList, encodeChunkList } from '../../../src/main/content/chunk-list.ts';
import { nameContent } from '../../../src/main/content/name-content.ts';
import { Contents, type KeptContents } from '../../../src/main/content-exchange/contents.ts';
import { ContentsHere } from '../../../src/main/content-exchange/contents-here.ts';
import { ContentGiver } from '../../../src/main/content-exchange/give-content.ts';
import type { ContentAsked } from '../../../src/main/peers/session/shared-collection.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { ENTRY } from '../../../src/main/record/file-entry.ts';
import { type Digest, recordId } from '../../../src/main/record/ids.ts';
import type { SourceAdapter } from '../../../src/main/sources/source-adapter.ts';
import { ContentStore } from '../../../src/main/store/content-store.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

function device(kept: ReadonlyMap<Digest, Uint8Array>) {
  const store = new ContentStore(openDatabase(':memory:'));
  const reads: Digest[] = [];
  const here = new ContentsHere(store);
  const keeps: KeptContents = {
    read: async (digest) => {
      reads.push(digest);
      return kept.get(digest) ?? null;
    },
    keep: async () => undefined,
    drop: async () => undefined,
  };
  const contents = new Contents(here, store, keeps);
  return { store, here, contents, giver: new ContentGiver(here, store, keeps), reads };
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
      'large' as never,
      { digest: content.digest, size: bytes.length, chunks: content.chunks },
      (asked) => giver.giver.give(collection, asked),
    );
    expect(read).toEqual(bytes);
    expect(decodeChunkList(list.bytes, bytes.length).length).toBeGreaterThan(3);
    expect(giver.reads).toEqual([content.digest]);
  });
});

describe('a large content whose chunk list went with the database', () => {
  it('is cut anew out of the version store for who asks for the list', async () => {
    const bytes = new SeededRandom('kept without a list').bytes(600_000);
    const { content, list } = nameContent(bytes);
    const giver = device(new Map([[content.digest, bytes]]));
    const one = new CollectionGroup(1, 'no list').devices[0] as GroupDevice;
    one.write([one.edit('large', new Map([[ENTRY, { type: 'file', ...content }]])) as Change]);
    const ask = () =>
      giver.giver.give(one.collection, [
        { digest: list?.digest as Digest, kind: 'chunk-list', hint: recordId('large'), base: null },
      ]);
    expect(await ask()).toEqual([null]);
    giver.store.noteKept(content.digest, bytes.length, 0);
    expect(await ask()).toEqual([{ bytes: list?.bytes, splice: false }]);
    expect(giver.reads).toEqual([content.digest]);
  });
});

describe('a large file to be constructed', () => {
  it('has a chunk that it repeats fetched once, and put in all its places', async () => {
    const [first, second] = ['one', 'two'].map((seed) => new SeededRandom(seed).bytes(100)) as [Uint8Array, Uint8Array];
    const parts = [first, second, first, first, second, first];
    const bytes = Buffer.concat(parts);
    const list = encodeChunkList(parts.map((part) => ({ digest: digestOf(part), length: part.length })));
    const asked: Digest[] = [];
    const file = new Uint8Array(bytes.length);
    const adapter: Partial<SourceAdapter> = {
      stage: async ({ wanted }) => ({ path: 'staged', missing: wanted.map(({ offset }) => offset) }),
      writeStaged: async (_, pieces) => {
        for (const piece of pieces) file.set(piece.bytes, piece.offset);
        return [];
      },
      isStagedWhole: async () => true,
    };
    const { here, contents } = device(new Map());
    const { collection } = new CollectionGroup(1, 'repeats').devices[0] as GroupDevice;
    here.register(1, collection, adapter as SourceAdapter);
    const want = { source: 1, id: recordId('zeros'), digest: digestOf(bytes), size: bytes.length, base: null };
    const [found] = await contents.find(
      [{ ...want, chunks: digestOf(list), deleted: new Set() }],
      async (wanted) =>
        wanted.map(({ digest, kind }) => {
          if (kind === 'chunk-list') return { bytes: list, splice: false };
          asked.push(digest);
          return { bytes: digest === digestOf(first) ? first : second, splice: false };
        }),
      new AbortController().signal,
    );
    expect(found).toMatchObject({ from: 'staged', path: 'staged' });
    expect(Buffer.from(file)).toEqual(bytes);
    expect(asked).toEqual([digestOf(first), digestOf(second)]);
  });
});

describe('a chunk that many versions of a file have in common', () => {
  it('is given out of the version that is here, however many are no more', async () => {
    const random = new SeededRandom('grows');
    const start = random.bytes(300_000);
    const versions = Array.from({ length: 30 }, (_, at) => {
      const bytes = new Uint8Array(300_000 + 2_000 * (at + 1));
      bytes.set(start);
      bytes.set(random.bytes(bytes.length - start.length), start.length);
      const { content, list } = nameContent(bytes);
      if (list === null || content.chunks === undefined) throw new Error('one chunk is not enough');
      return { bytes, list, digest: content.digest, size: bytes.length, chunks: content.chunks };
    });
    for (const kept of [versions[29], versions[0]]) {
      if (kept === undefined) throw new Error('there are 30');
      const here = device(new Map([[kept.digest, kept.bytes]]));
      for (const { list, digest } of versions) here.store.putChunkList(list.digest, digest, list.bytes);
      here.store.noteKept(kept.digest, kept.size, 0);
      const [{ collection }] = new CollectionGroup(1, 'versions').devices as [GroupDevice];
      const read = await device(new Map()).contents.read('log' as never, kept, (asked) =>
        here.giver.give(collection, asked),
      );
      expect(read).toEqual(kept.bytes);
    }
  });
});

describe('a peer that asks for more than an honest one', () => {
  const asks = (count: number, kind: ContentAsked['kind'], digest: (at: number) => Digest): ContentAsked[] =>
    Array.from({ length: count }, (_, at) => ({ digest: digest(at), kind, hint: null, base: null }));
  const collection = () => (new CollectionGroup(1, 'greedy').devices[0] as GroupDevice).collection;

  it('has only some of it read from the version store', async () => {
    const contents = Array.from({ length: 512 }, (_, at) => new Uint8Array(200_000).fill(at));
    const kept = new Map(contents.map((bytes) => [digestOf(bytes), bytes]));
    const { store, giver, reads } = device(kept);
    for (const [digest, bytes] of kept) store.noteKept(digest, bytes.length, 0);
    const names = [...kept.keys()];
    const given = await giver.give(
      collection(),
      asks(names.length, 'content', (at) => names[at] as Digest),
    );
    const bytes = given.reduce((sum, each) => sum + (each?.bytes.length ?? 0), 0);
    expect(bytes).toBeLessThanOrEqual((8 << 20) + 200_000);
    expect(reads.length * 200_000).toBe(bytes);
    expect(given[0]?.bytes).toEqual(contents[0]);
  });

  it('is not given what is longer than anything asked for whole', async () => {
    const long = digestOf(new Uint8Array(1));
    const { store, giver, reads } = device(new Map([[long, new Uint8Array(0)]]));
    store.noteKept(long, (64 << 20) + 1, 0);
    expect(
      await giver.give(
        collection(),
        asks(1, 'content', () => long),
      ),
    ).toEqual([null]);
    expect(reads).toEqual([]);
  });

  it('has chunks of one large content that is kept, and not of one after the other', async () => {
    const random = new SeededRandom('many kept');
    const large = Array.from({ length: 4 }, () => random.bytes(9 << 20));
    const named = large.map((bytes) => nameContent(bytes));
    const { store, giver, reads } = device(
      new Map(large.map((bytes, at) => [named[at]?.content.digest as Digest, bytes])),
    );
    const chunks = named.map(({ content, list }) => {
      if (list === null) throw new Error('one chunk is not enough');
      store.putChunkList(list.digest, content.digest, list.bytes);
      store.noteKept(content.digest, content.size, 0);
      return decodeChunkList(list.bytes, content.size)[0]?.digest as Digest;
    });
    const given = await giver.give(
      collection(),
      asks(chunks.length, 'chunk', (at) => chunks[at] as Digest),
    );
    expect(given.map((each) => each !== null)).toEqual([true, false, false, false]);
    expect(reads).toHaveLength(1);
  });
});
