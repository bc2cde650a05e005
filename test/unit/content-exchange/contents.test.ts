import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { decodeChunkList, encodeChunkList } from '../../../src/main/content/chunk-list.ts';
import { nameContent } from '../../../src/main/content/name-content.ts';
import type { AskPeers } from '../../../src/main/content-exchange/ask-peers.ts';
import { Contents, type KeptContents } from '../../../src/main/content-exchange/contents.ts';
import { ContentsHere } from '../../../src/main/content-exchange/contents-here.ts';
import { ContentGiver } from '../../../src/main/content-exchange/give-content.ts';
import { askForContents } from '../../../src/main/network/ask-for-contents.ts';
import type { ContentAsked } from '../../../src/main/peers/session/shared-collection.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { ENTRY } from '../../../src/main/record/file-entry.ts';
import { type Digest, recordId } from '../../../src/main/record/ids.ts';
import type { SourceAdapter, StageRequest } from '../../../src/main/sources/source-adapter.ts';
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

/** A device in whose version store a large content is, which is named in chunks, and one that has nothing. */
function keptByGiver(seed: string) {
  const bytes = new SeededRandom(seed).bytes(600_000);
  const { content, list } = nameContent(bytes);
  if (list === null || content.chunks === undefined) throw new Error('one chunk is not enough');
  const giver = device(new Map([[content.digest, bytes]]));
  giver.store.putChunkList(list.digest, content.digest, list.bytes);
  giver.store.noteKept(content.digest, bytes.length, 0);
  const { collection } = new CollectionGroup(1, seed).devices[0] as GroupDevice;
  const ask: AskPeers = (asked) => giver.giver.give(collection, asked);
  return { bytes, content: { ...content, chunks: content.chunks }, list, giver, taker: device(new Map()), ask };
}

describe('a large content that only the version store holds', () => {
  it('is given to a peer chunk by chunk, and read once for that', async () => {
    const { bytes, content, list, giver, taker, ask } = keptByGiver('kept');
    const { digest, chunks } = content;
    const read = await taker.contents.read(recordId('large'), { digest, size: bytes.length, chunks }, ask);
    expect(read).toEqual(bytes);
    expect(decodeChunkList(list.bytes, bytes.length).length).toBeGreaterThan(3);
    expect(giver.reads).toEqual([content.digest]);
  });
});

describe('a record that names one content and the chunks of another', () => {
  it('gives nothing that is read whole, and nothing to keep: it would stand for what it is not', async () => {
    const { bytes, content, taker, ask } = keptByGiver('of another');
    const record = { digest: digestOf('what it was'), size: bytes.length, chunks: content.chunks };
    const read = await taker.contents.read(recordId('large'), record, ask);
    expect(read).toBeNull();
    expect(taker.store.chunkList(content.chunks)).toBeNull();
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
      [{ ...want, chunks: digestOf(list), deleted: new Set(), isStale: () => false }],
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

describe('a large file whose earlier version did not come whole', () => {
  const MIB = 1 << 20;
  const file = (bytes: Uint8Array) => {
    const { content, list } = nameContent(bytes);
    if (list === null || content.chunks === undefined) throw new Error('one chunk is not enough');
    return { bytes, list, digest: content.digest, size: bytes.length, chunks: content.chunks };
  };
  const random = new SeededRandom('versions of a film');
  const [start, former, edited] = [6 * MIB, MIB, MIB].map((size) => random.bytes(size)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const [before, after] = [file(Buffer.concat([start, former])), file(Buffer.concat([edited, start]))];

  /** A device that asks for both, one after the other, and knows what it was told of what is staged. */
  function fetching() {
    const { here, contents } = device(new Map());
    const { collection } = new CollectionGroup(1, 'films').devices[0] as GroupDevice;
    const staged: Digest[] = [];
    const requests: StageRequest[] = [];
    const adapter: Partial<SourceAdapter> = {
      stagedContents: async () => staged,
      stage: async (request) => {
        requests.push(request);
        if (!staged.includes(request.digest)) staged.push(request.digest);
        return { path: request.digest, missing: request.wanted.map(({ offset }) => offset) };
      },
      writeStaged: async () => [],
      isStagedWhole: async () => true,
    };
    here.register(1, collection, adapter as SourceAdapter);
    const asked: Digest[] = [];
    const find = async ({ list, digest, size, chunks }: typeof before, isStale: () => boolean, gives = true) => {
      const want = {
        source: 1,
        id: recordId('film'),
        digest,
        size,
        chunks,
        base: null,
        deleted: new Set<number>(),
        isStale,
      };
      const [found] = await contents.find(
        [want],
        async (wanted) =>
          wanted.map((each) => {
            if (each.kind === 'chunk-list') return { bytes: list.bytes, splice: false };
            asked.push(each.digest);
            const { length } = decodeChunkList(list.bytes, size).find((chunk) => chunk.digest === each.digest)!;
            return gives ? { bytes: new Uint8Array(length), splice: false } : null;
          }),
        new AbortController().signal,
      );
      return found;
    };
    return { find, requests, asked };
  }

  it('is looked for in what came of that', async () => {
    const { find, requests } = fetching();
    expect(await find(before, () => false, false)).toEqual({ from: 'missing' });
    expect(await find(after, () => false)).toMatchObject({ from: 'staged' });
    const [first, second] = requests as [StageRequest, StageRequest];
    expect(first.parts).toEqual([]);
    const taken = second.parts.reduce((sum, { length }) => sum + length, 0);
    expect(taken).toBeGreaterThan(5 * MIB);
    for (const { offset, length, digest, from } of second.parts) {
      expect(from.content).toBe(before.digest);
      expect(digestOf(after.bytes.subarray(offset, offset + length))).toBe(digest);
      expect(digestOf(before.bytes.subarray(from.offset, from.offset + length))).toBe(digest);
    }
  });

  it('is fetched no further once its record says another thing', async () => {
    const { find, asked } = fetching();
    let left = 2;
    expect(await find(before, () => left-- <= 0)).toEqual({ from: 'missing' });
    expect(asked.length).toBeLessThan(before.list.bytes.length / 36);
  });
});

describe('a peer that gives something else for a content', () => {
  it('is passed over for the chunks and the list of a large file, where another one has them', async () => {
    const parts = ['one', 'two', 'three'].map((seed) => new SeededRandom(seed).bytes(100));
    const bytes = Buffer.concat(parts);
    const list = encodeChunkList(parts.map((part) => ({ digest: digestOf(part), length: part.length })));
    const truth = new Map([list, ...parts].map((each) => [digestOf(each), each]));
    const file = new Uint8Array(bytes.length);
    const adapter: Partial<SourceAdapter> = {
      stage: async ({ wanted }) => ({ path: 'staged', missing: wanted.map(({ offset }) => offset) }),
      writeStaged: async (_, pieces) => {
        for (const piece of pieces) file.set(piece.bytes, piece.offset);
        return [];
      },
      isStagedWhole: async () => digestOf(file) === digestOf(bytes),
    };
    const { here, contents } = device(new Map());
    const { collection } = new CollectionGroup(1, 'lies').devices[0] as GroupDevice;
    here.register(1, collection, adapter as SourceAdapter);
    const answer = (bytes: Uint8Array | undefined) => (bytes === undefined ? null : { bytes, splice: false });
    // Of the second chunk it gives something of another length, of the third of the same.
    const lies = new Map(
      [list, ...parts.slice(1)].map((each, at) => [digestOf(each), new Uint8Array(at === 2 ? 100 : 7)]),
    );
    const liar = {
      fetch: async (asked: readonly ContentAsked[]) => asked.map(({ digest }) => answer(lies.get(digest))),
    };
    const honest = {
      fetch: async (asked: readonly ContentAsked[]) => asked.map(({ digest }) => answer(truth.get(digest))),
    };
    const want = { source: 1, id: recordId('film'), digest: digestOf(bytes), size: bytes.length, base: null };
    const [found] = await contents.find(
      [{ ...want, chunks: digestOf(list), deleted: new Set(), isStale: () => false }],
      (asked) => askForContents([liar, honest], asked),
      new AbortController().signal,
    );
    expect(found).toMatchObject({ from: 'staged' });
    expect(Buffer.from(file)).toEqual(bytes);
  });

  it('is passed over for a small file that came wrong before, and for what is read whole', async () => {
    const bytes = Buffer.from('what it is');
    const { contents } = device(new Map());
    const place = (text: string) => ({
      fetch: async (asked: readonly ContentAsked[]) => asked.map(() => ({ bytes: Buffer.from(text), splice: false })),
    });
    const ask = (asked: readonly ContentAsked[]) => askForContents([place('what it no'), place('what it is')], asked);
    const want = {
      source: 1,
      id: recordId('note'),
      digest: digestOf(bytes),
      size: bytes.length,
      base: null,
      chunks: null,
    };
    const find = (more: object) =>
      contents.find(
        [{ ...want, deleted: new Set(), isStale: () => false, ...more }],
        ask,
        new AbortController().signal,
      );
    // It is verified where it is written, and refused there.
    expect(await find({})).toEqual([{ from: 'bytes', bytes: Buffer.from('what it no') }]);
    expect(await find({ doubted: true })).toEqual([{ from: 'bytes', bytes }]);
    expect(await contents.read(want.id, { digest: want.digest, size: want.size }, ask)).toEqual(bytes);
  });
});

describe('a record that says another length than its content has', () => {
  it('is given those bytes, so that a person is told, and waits for nothing better', async () => {
    const [bytes, digest] = [Buffer.from('eleven bytes'), digestOf('eleven bytes')];
    const { contents } = device(new Map());
    const want = { source: 1, id: recordId('note'), digest, size: 5, chunks: null, base: null };
    const find = (given: Uint8Array) =>
      contents.find(
        [{ ...want, deleted: new Set(), isStale: () => false }],
        async () => [{ bytes: given, splice: false }],
        new AbortController().signal,
      );
    expect(await find(bytes)).toEqual([{ from: 'bytes', bytes }]);
    expect(await find(Buffer.from('something else'))).toEqual([{ from: 'missing' }]);
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
