import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectionId, type MemberKey, memberKey } from '../../src/main/record/ids.ts';
import type { BlobStore } from '../../src/relay/rules/blob-store.ts';
import type { RelayStore } from '../../src/relay/rules/relay-store.ts';

export interface StoreUnderTest {
  readonly store: RelayStore;
  end(): void;
}

const G = collectionId('0a'.repeat(16));
const OTHER = collectionId('0b'.repeat(16));
const key = (n: number): MemberKey => memberKey(n.toString(16).padStart(2, '0').repeat(32));
const [ANA, BEN, CARA] = [key(1), key(2), key(3)];
const KEYS = [
  { k: ANA, admin: true },
  { k: BEN, admin: false },
];
const item = (text: string, at = 1000) => {
  const bytes = new TextEncoder().encode(text);
  return { hash: createHash('sha256').update(bytes).digest('hex'), bytes, at };
};
const packId = (n: number): string => n.toString(16).padStart(2, '0').repeat(32);
const ROOM = 1_000_000;
const HOUR = 3_600_000;
/** A sweep at `now` with what a relay keeps for a day, and a month at the most. */
const times = (now: number) => ({ graceOver: now - 24 * HOUR, keep: now - 24 * HOUR, life: now - 720 * HOUR });

/** What every memory of a relay must do, whatever it lies in. */
export function relayStoreContract(make: () => StoreUnderTest): void {
  let made: StoreUnderTest;
  let store: RelayStore;
  beforeEach(async () => {
    made = make();
    store = made.store;
    expect(await store.createGroup(G, KEYS, 500, '')).toBe(true);
  });
  afterEach(() => made.end());

  const texts = async (after = 0, limit = 100, bytes = ROOM) =>
    (await store.items(G, after, limit, bytes)).map((each) => [each.sid, Buffer.from(each.bytes).toString()]);

  describe('items', () => {
    it('get sids in the order they came, and are read in it', async () => {
      const sids = await Promise.all(['a', 'b', 'c'].map((text) => store.append(G, item(text), ROOM)));
      expect(sids).toEqual([1, 2, 3].map((sid) => ({ is: 'appended', sid })));
      expect(await texts()).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ]);
      expect(await texts(1)).toEqual([
        [2, 'b'],
        [3, 'c'],
      ]);
      expect(await store.span(G)).toEqual({ born: 500, collected: 0, last: 3 });
    });

    it('are kept once: the same bytes have the same sid', async () => {
      await store.append(G, item('a'), ROOM);
      await store.append(G, item('b'), ROOM);
      expect(await store.append(G, item('a', 2000), ROOM)).toEqual({ is: 'there', sid: 1 });
      const both = await Promise.all([store.append(G, item('c'), ROOM), store.append(G, item('c'), ROOM)]);
      expect(both.map((each) => 'sid' in each && each.sid)).toEqual([3, 3]);
      expect((await texts()).map(([sid]) => sid)).toEqual([1, 2, 3]);
    });

    it('of one group are not those of another', async () => {
      await store.createGroup(OTHER, KEYS, 500, '');
      await store.append(G, item('a'), ROOM);
      expect(await store.append(OTHER, item('a'), ROOM)).toEqual({ is: 'appended', sid: 1 });
      expect(await store.items(OTHER, 0, 100, ROOM)).toHaveLength(1);
      expect(await store.append(collectionId('0c'.repeat(16)), item('a'), ROOM)).toEqual({ is: 'no-group' });
    });

    it('are read as many, and as many bytes, as asked for, but one if there is one', async () => {
      for (const text of ['aaaa', 'bbbb', 'cccc']) await store.append(G, item(text), ROOM);
      expect((await texts(0, 2)).map(([sid]) => sid)).toEqual([1, 2]);
      expect((await texts(0, 100, 8)).map(([sid]) => sid)).toEqual([1, 2]);
      expect((await texts(0, 100, 1)).map(([sid]) => sid)).toEqual([1]);
      expect(await texts(3)).toEqual([]);
    });

    it('are refused beyond the quota, and nothing of them stays', async () => {
      expect(await store.append(G, item('12345'), 8)).toEqual({ is: 'appended', sid: 1 });
      expect(await store.append(G, item('6789'), 8)).toEqual({ is: 'quota' });
      expect(await store.append(G, item('678'), 8)).toEqual({ is: 'appended', sid: 2 });
      expect(await store.append(G, item('12345'), 8)).toEqual({ is: 'there', sid: 1 });
    });
  });

  describe('cursors', () => {
    it('go on only, not beyond what was given, and the least counts', async () => {
      for (const text of ['a', 'b', 'c']) await store.append(G, item(text), ROOM);
      expect(await store.setCursor(G, ANA, 2)).toBe(0);
      expect(await store.setCursor(G, BEN, 99)).toBe(2);
      expect(await store.setCursor(G, BEN, 1)).toBe(2);
      expect([await store.cursor(G, ANA), await store.cursor(G, BEN), await store.cursor(G, CARA)]).toEqual([2, 3, 0]);
    });

    it('of somebody who is no member hold nothing up', async () => {
      await store.append(G, item('a'), ROOM);
      await store.setCursor(G, ANA, 1);
      await store.setCursor(G, BEN, 1);
      expect(await store.setCursor(G, CARA, 0)).toBe(1);
      await store.setAcl(G, 2, [...KEYS, { k: CARA, admin: false }], ANA);
      expect(await store.setCursor(G, ANA, 1)).toBe(0);
    });
  });

  describe('the list of members', () => {
    it('is what was registered, once', async () => {
      expect(await store.acl(G)).toEqual({ gen: 1, keys: KEYS });
      expect(await store.createGroup(G, [{ k: CARA, admin: true }], 600, '')).toBe(false);
      expect(await store.acl(G)).toEqual({ gen: 1, keys: KEYS });
      expect(await store.acl(OTHER)).toBeNull();
    });

    it('changes by an admin of the present one, to a higher generation', async () => {
      const next = [
        { k: ANA, admin: false },
        { k: CARA, admin: true },
      ];
      expect(await store.setAcl(G, 2, next, BEN)).toEqual({ is: 'not-an-admin' });
      expect(await store.setAcl(G, 1, next, ANA)).toEqual({ is: 'old', gen: 1 });
      expect(await store.setAcl(OTHER, 2, next, ANA)).toEqual({ is: 'no-group' });
      expect(await store.setAcl(G, 5, next, ANA)).toEqual({ is: 'set', removed: [BEN] });
      expect(await store.acl(G)).toEqual({ gen: 5, keys: next });
      expect(await store.setAcl(G, 6, KEYS, ANA)).toEqual({ is: 'not-an-admin' });
      expect(await store.setAcl(G, 5, KEYS, CARA)).toEqual({ is: 'old', gen: 5 });
    });

    it('takes along what a removed member left', async () => {
      await store.append(G, item('a'), ROOM);
      await store.setCursor(G, BEN, 1);
      await store.putHeads(G, BEN, Uint8Array.of(1), 1000);
      await store.putMailbox({ id: 'b', token: 't', g: G, k: BEN, until: 9000, tries: 0 }, 1000, 5);
      await store.setAcl(G, 2, [{ k: ANA, admin: true }], ANA);
      expect([await store.heads(G), await store.mailbox('b'), await store.cursor(G, BEN)]).toEqual([[], null, 0]);
      await store.putHeads(G, BEN, Uint8Array.of(1), 2000);
      expect(await store.heads(G)).toEqual([]);
      expect(await store.setCursor(G, ANA, 1)).toBe(1);
    });

    it('takes nothing along of those who stay', async () => {
      await store.setAcl(G, 2, [...KEYS, { k: CARA, admin: false }], ANA);
      await store.append(G, item('a'), ROOM);
      await store.setCursor(G, ANA, 1);
      await store.putHeads(G, ANA, Uint8Array.of(1), 1000);
      await store.putMailbox({ id: 'a', token: 't', g: G, k: ANA, until: 9000, tries: 0 }, 1000, 5);
      await store.setAcl(G, 3, KEYS, ANA);
      expect([await store.heads(G), await store.mailbox('a'), await store.cursor(G, ANA)]).toMatchObject([
        [{ k: ANA }],
        { k: ANA },
        1,
      ]);
    });

    it('tells where the storage is', async () => {
      await store.createGroup(OTHER, KEYS, 500, 'https://elsewhere:1');
      expect(await store.storageOf(OTHER)).toBe('https://elsewhere:1');
      expect([await store.storageOf(G), await store.storageOf(collectionId('0c'.repeat(16)))]).toEqual(['', null]);
    });
  });

  it('what is done with one group leaves another as it was, though all in it has the same name', async () => {
    const removed = key(4);
    await store.createGroup(OTHER, KEYS, 500, '');
    for (const g of [G, OTHER]) {
      await store.append(g, item('a'), ROOM);
      for (const { k } of KEYS) await store.putHeads(g, k, Uint8Array.of(1), 1000);
      await store.putPack(g, packId(1), { size: 60, by: ANA, lease: 1000 }, 100);
      await store.putWord(g, removed, item('word'), ROOM);
      expect(await store.putMailbox({ id: g, token: 't', g, k: BEN, until: 9000, tries: 1 }, 1000, 1)).toBe(true);
    }
    const there = async () => ({
      acl: await store.acl(OTHER),
      items: await store.items(OTHER, 0, 100, ROOM),
      span: await store.span(OTHER),
      cursors: await Promise.all(KEYS.map(({ k }) => store.cursor(OTHER, k))),
      heads: await store.heads(OTHER),
      pack: await store.pack(OTHER, packId(1)),
      word: await store.word(OTHER, removed),
      mailbox: await store.mailbox(OTHER),
    });
    const before = await there();
    await store.putHeads(G, ANA, Uint8Array.of(2), 2000);
    await store.putWord(G, removed, item('another word'), ROOM);
    await store.tryMailbox(G, 1);
    await store.setAcl(G, 3, [KEYS[0]!, { k: removed, admin: false }], ANA);
    expect([await store.setCursor(G, ANA, 1), await store.setCursor(G, removed, 1)]).toEqual([0, 1]);
    await store.collectPacks(0, 1000);
    expect(await store.touchPacks(G, [packId(1)], 9000)).toEqual([]);
    const later = (days: number) => store.collectItems(times(days * 24 * HOUR), days * 24 * HOUR);
    expect([await later(2), await there()]).toEqual([0, before]);
    // What is free there only now is marked only now.
    for (const { k } of KEYS) await store.setCursor(OTHER, k, 1);
    expect([await later(3), await store.span(G)]).toMatchObject([1, { collected: 1 }]);
    await store.removePack(G, packId(1));
    expect(await there()).toEqual({ ...before, cursors: [1, 1] });
    // Nor are its room and its times those of the other.
    expect(await store.append(OTHER, item('1234'), 8)).toEqual({ is: 'quota' });
    expect(await store.append(OTHER, item('123'), 8)).toEqual({ is: 'appended', sid: 2 });
    expect(await store.putPack(OTHER, packId(2), { size: 41, by: ANA, lease: 1000 }, 100)).toBe('quota');
    expect(await store.collectPacks(1000, 3000)).toEqual([{ g: OTHER, id: packId(1) }]);
  });

  it('heads: one for each member, the last counts', async () => {
    await store.putHeads(G, BEN, Uint8Array.of(1), 1000);
    await store.putHeads(G, ANA, Uint8Array.of(2), 1001);
    await store.putHeads(G, BEN, Uint8Array.of(3, 4), 1002);
    const heads = (await store.heads(G)).map(({ k, at, bytes }) => [k, at, [...bytes]]);
    expect(heads).toEqual([
      [ANA, 1001, [2]],
      [BEN, 1002, [3, 4]],
    ]);
  });

  describe('what was left for who was removed', () => {
    it('is the last that was put, for keys that do not belong, and takes room as items do', async () => {
      expect(await store.putWord(G, BEN, item('word'), ROOM)).toBe('member');
      expect(await store.putWord(OTHER, CARA, item('word'), ROOM)).toBe('no-group');
      expect([await store.word(G, BEN), await store.words(G)]).toEqual([null, []]);
      await store.append(G, item('1234'), 9);
      expect(await store.putWord(G, CARA, item('123456'), 9)).toBe('quota');
      expect(await store.putWord(G, CARA, item('12345'), 9)).toBe('kept');
      expect(await store.append(G, item('9'), 9)).toEqual({ is: 'quota' });
      expect(await store.putWord(G, CARA, item('abcd'), 9)).toBe('kept');
      expect(Buffer.from((await store.word(G, CARA))!).toString()).toBe('abcd');
      expect(await store.words(G)).toEqual([{ k: CARA, hash: item('abcd').hash }]);
      expect(await store.append(G, item('9'), 9)).toEqual({ is: 'appended', sid: 2 });
    });

    it('goes when its key is let in, and with time', async () => {
      await store.putWord(G, CARA, item('12345', 1000), 9);
      await store.collectWords(1000);
      expect(await store.words(G)).toHaveLength(1);
      await store.collectWords(1001);
      expect([await store.words(G), await store.word(G, CARA)]).toEqual([[], null]);
      await store.putWord(G, CARA, item('12345', 1000), 9);
      await store.setAcl(G, 2, [...KEYS, { k: CARA, admin: false }], ANA);
      expect(await store.word(G, CARA)).toBeNull();
      expect(await store.append(G, item('123456789'), 9)).toEqual({ is: 'appended', sid: 1 });
    });
  });

  describe('packs', () => {
    const put = (n: number, size: number, lease: number) => store.putPack(G, packId(n), { size, by: ANA, lease }, 100);

    it('take room until they go', async () => {
      expect([await put(1, 60, 10), await put(1, 60, 20), await put(2, 60, 10)]).toEqual(['new', 'there', 'quota']);
      expect(await store.pack(G, packId(1))).toEqual({ size: 60, by: ANA });
      await store.removePack(G, packId(1));
      await store.removePack(G, packId(1));
      expect(await store.pack(G, packId(1))).toBeNull();
      expect([await put(2, 60, 10), await put(3, 41, 10), await put(3, 40, 10)]).toEqual(['new', 'quota', 'new']);
      expect(await store.putPack(OTHER, packId(1), { size: 1, by: ANA, lease: 1 }, 9)).toBe('no-group');
    });

    it('go a while after their lease is over, unless they are touched', async () => {
      for (const n of [1, 2, 3]) await put(n, 10, 1000 * n);
      expect(await store.collectPacks(0, 2000)).toEqual([]);
      expect(await store.collectPacks(1999, 2100)).toEqual([]);
      expect(await store.touchPacks(G, [packId(2), packId(9)], 5000)).toEqual([packId(9)]);
      expect(await store.collectPacks(2000, 2200)).toEqual([{ g: G, id: packId(1) }]);
      expect(await store.collectPacks(2200, 2200)).toEqual([]);
      // What was touched has all its time again.
      expect(await store.collectPacks(4900, 6000)).toEqual([]);
      expect([await store.pack(G, packId(1)), await store.pack(G, packId(2))]).toEqual([null, { size: 10, by: ANA }]);
    });
  });

  describe('collection of items', () => {
    const DAY = 24 * HOUR;
    const START = 100 * DAY;
    const sweep = (now: number) => store.collectItems(times(now), now);
    beforeEach(async () => {
      for (const [at, text] of ['a', 'b', 'c'].entries()) await store.append(G, item(text, START + at * HOUR), ROOM);
    });

    it('takes what everybody has, a day old, a day after it was marked', async () => {
      await store.setCursor(G, ANA, 3);
      await store.setCursor(G, BEN, 2);
      const marked = START + DAY + 90 * 60_000;
      expect(await sweep(marked)).toBe(0);
      expect(await sweep(marked + DAY - 1)).toBe(0);
      expect(await sweep(marked + DAY)).toBe(2);
      expect(await texts()).toEqual([[3, 'c']]);
      expect(await store.span(G)).toEqual({ born: 500, collected: 2, last: 3 });
      expect(await sweep(marked + 20 * DAY)).toBe(0);
      await store.setCursor(G, BEN, 3);
      expect([await sweep(marked + 21 * DAY), await sweep(marked + 22 * DAY)]).toEqual([0, 1]);
      // And the room is free again.
      expect(await store.append(G, item('ddd', marked), 3)).toEqual({ is: 'appended', sid: 4 });
    });

    it('leaves what was marked where somebody came who needs it', async () => {
      for (const k of [ANA, BEN]) await store.setCursor(G, k, 3);
      await sweep(START + 2 * DAY);
      await store.setAcl(G, 2, [...KEYS, { k: CARA, admin: false }], ANA);
      expect(await sweep(START + 4 * DAY)).toBe(0);
      expect(await texts()).toHaveLength(3);
      // It has them now: they wait their day again.
      await store.setCursor(G, CARA, 3);
      expect([await sweep(START + 5 * DAY), await sweep(START + 6 * DAY)]).toEqual([0, 3]);
    });

    it('does not wait longer than a month for anybody', async () => {
      await store.setCursor(G, ANA, 3);
      const late = START + 30 * DAY + 1;
      expect([await sweep(late), await sweep(late + DAY)]).toEqual([0, 1]);
      expect(await texts()).toEqual([
        [2, 'b'],
        [3, 'c'],
      ]);
    });

    it('leaves no gap: what is newer by a clock that went back waits for what is before it', async () => {
      for (const k of [ANA, BEN]) await store.setCursor(G, k, 3);
      await store.append(G, item('d', START - 5 * DAY), ROOM);
      for (const k of [ANA, BEN]) await store.setCursor(G, k, 4);
      await sweep(START + DAY + 90 * 60_000);
      expect(await sweep(START + 2 * DAY + 90 * 60_000)).toBe(2);
      expect((await texts()).map(([sid]) => sid)).toEqual([3, 4]);
    });
  });

  describe('mailboxes', () => {
    const box = (id: string, k = ANA, until = 5000) => ({ id, token: 'aa', g: G, k, until, tries: 0 });

    it('are their owner’s, renewed by it, and so many at most', async () => {
      expect(await store.putMailbox(box('x'), 1000, 2)).toBe(true);
      expect(await store.putMailbox(box('x', BEN), 1000, 2)).toBe(false);
      expect(await store.putMailbox({ ...box('x'), g: OTHER }, 1000, 2)).toBe(false);
      expect(await store.putMailbox({ ...box('x'), token: 'bb' }, 1000, 2)).toBe(true);
      expect(await store.mailbox('x')).toEqual({ ...box('x'), token: 'bb' });
      expect([await store.putMailbox(box('y'), 1000, 2), await store.putMailbox(box('z'), 1000, 2)]).toEqual([
        true,
        false,
      ]);
      expect(await store.putMailbox(box('of Ben', BEN), 1000, 2)).toBe(true);
      await store.removeMailbox('x');
      expect([await store.mailbox('x'), await store.putMailbox(box('z'), 1000, 2)]).toEqual([null, true]);
    });

    it('are nobody’s once their time is over, and take no room', async () => {
      await store.putMailbox(box('x', ANA, 2000), 1000, 1);
      expect([await store.putMailbox(box('y'), 1999, 1), await store.putMailbox(box('y'), 2000, 1)]).toEqual([
        false,
        true,
      ]);
      expect(await store.putMailbox(box('x', BEN), 2000, 1)).toBe(true);
    });

    it('end with their time and with their tries, which renewing does not give back', async () => {
      await store.putMailbox(box('x'), 1000, 2);
      await store.putMailbox(box('y', BEN, 2000), 1000, 2);
      await store.tryMailbox('x', 2);
      await store.putMailbox(box('x'), 1000, 2);
      expect(await store.mailbox('x')).toMatchObject({ tries: 1 });
      await store.tryMailbox('x', 2);
      await store.collectMailboxes(2000);
      expect([await store.mailbox('x'), await store.mailbox('y')]).toEqual([null, null]);
    });
  });
}

/** What every place of packs must do. */
export function blobStoreContract(make: () => { readonly blobs: BlobStore; end(): void }): void {
  let made: ReturnType<typeof make>;
  beforeEach(() => {
    made = make();
  });
  afterEach(() => made.end());

  it('gives back what was put, in part too, until it is removed', async () => {
    const { blobs } = made;
    const bytes = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);
    await blobs.put(G, packId(1), bytes);
    await blobs.put(G, packId(1), bytes);
    await blobs.put(OTHER, packId(1), Uint8Array.of(9));
    const read = async (offset: number, length: number) => {
      const found = await blobs.read(G, packId(1), offset, length);
      return found === null ? null : [...found];
    };
    expect(await read(0, 2000)).toEqual([...bytes]);
    expect(await read(990, 5)).toEqual([...bytes.subarray(990, 995)]);
    expect(await read(999, 5)).toEqual([bytes[999]]);
    expect(await read(2000, 5)).toEqual([]);
    await blobs.remove(G, packId(1));
    await blobs.remove(G, packId(1));
    expect(await read(0, 5)).toBeNull();
    expect(await blobs.read(OTHER, packId(1), 0, 5)).toHaveLength(1);
  });
}
