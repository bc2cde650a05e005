import { createCipheriv, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCanonical } from '../../../../src/main/peers/protocol/canonical-cbor.ts';
import { toHex } from '../../../../src/main/peers/protocol/hex.ts';
import { pad, padmeLength, unpad } from '../../../../src/main/peers/sealed/padme.ts';
import {
  encodeItem,
  MOST_PIECES,
  PACK_LIMIT,
  type RelayItem,
  readItem,
} from '../../../../src/main/peers/sealed/relay-item.ts';
import {
  ITEM_LIMIT,
  type ItemSeal,
  NO_EPOCH,
  openItem,
  sealedEpoch,
  sealItem,
} from '../../../../src/main/peers/sealed/sealed-item.ts';
import { collectionId, digest } from '../../../../src/main/record/ids.ts';
import { goldenBytes } from '../../../fakes/golden-bytes.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const random = new SeededRandom('sealed item');
const group = collectionId('c0'.repeat(16));
const seal: ItemSeal = {
  secret: new Uint8Array(32).fill(0x5e),
  group,
  epoch: '0123456789abcdef',
  salt: new Uint8Array(32).fill(0x5a),
};
const place = (offset: number, length: number) =>
  ({ digest: digest('d1'.repeat(32)), kind: 'content', offset, length }) as const;
const ITEMS: { readonly [K in RelayItem['is']]: Extract<RelayItem, { readonly is: K }> } = {
  package: { is: 'package', bytes: new Uint8Array(300).fill(0x11) },
  members: { is: 'members', operations: [new Uint8Array(200).fill(1), new Uint8Array(0)] },
  contents: {
    is: 'contents',
    pack: digest('bb'.repeat(32)),
    key: new Uint8Array(32).fill(0x4e),
    entries: [
      place(0, 16),
      { digest: digest('d2'.repeat(32)), kind: 'chunk', offset: 16, length: 5000 },
      { digest: digest('d3'.repeat(32)), kind: 'chunk-list', offset: 5016, length: 90 },
    ],
  },
  standing: { is: 'standing', content: new Uint8Array(100).fill(2), signature: new Uint8Array(64).fill(3) },
};
const items = Object.values(ITEMS);

describe('padding', () => {
  it('adds at most an eighth and leaves few lengths', () => {
    const lengths = new Set<number>();
    for (let length = 0; length < 70_000; length++) {
      const padded = padmeLength(length);
      expect(padded >= length && padded <= length * 1.125, `${length} → ${padded}`).toBe(true);
      expect(padmeLength(padded)).toBe(padded);
      lengths.add(padded);
    }
    expect([padmeLength(9), padmeLength(2978), padmeLength(PACK_LIMIT)]).toEqual([10, 3072, PACK_LIMIT]);
    expect(lengths.size).toBeLessThan(300);
  });

  it('is taken off again, and only where it is just that', () => {
    for (const length of [0, 1, 2, 9, 127, 128, 4097]) {
      const content = random.bytes(length);
      expect(unpad(pad(content)), `${length}`).toEqual(content);
      expect(() => unpad(Buffer.concat([pad(content), new Uint8Array(4096)])), `${length}`).toThrow(RangeError);
    }
    for (const padded of [[], [0], [0, 0], [1], [0x80, 1]])
      expect(() => unpad(Uint8Array.from(padded))).toThrow('not padded as it should be');
  });
});

describe('a sealed item', () => {
  it.each(items)('$is has the bytes it always had, and comes back', (item) => {
    const now = sealItem(seal, item);
    const golden = goldenBytes(`sealed-${item.is}`, now);
    expect(toHex(now)).toBe(toHex(golden));
    expect(openItem(golden, seal)).toEqual(item);
    expect(sealedEpoch(golden)).toBe(seal.epoch);
  });

  it('opens with the secret of its epoch and in its collection alone', () => {
    const sealed = sealItem(seal, ITEMS.package);
    const wrong = 'of another epoch or collection';
    expect(() => openItem(sealed, { ...seal, secret: new Uint8Array(32) })).toThrow(wrong);
    expect(() => openItem(sealed, { ...seal, group: collectionId('c1'.repeat(16)) })).toThrow(wrong);
    // Passed off as one of another epoch: whoever has that one's secret finds another commitment, and it opens with none.
    const moved = Uint8Array.from(sealed);
    moved.set(new Uint8Array(8).fill(7), 1);
    expect(() => openItem(moved, seal)).toThrow('not as its author sealed it');
    expect(() => openItem(moved, { ...seal, secret: new Uint8Array(32) })).toThrow(wrong);
  });

  it('opens under one secret only, also where a member made it to open under two', () => {
    const [one, other] = [
      sealItem(seal, ITEMS.package),
      sealItem({ ...seal, secret: new Uint8Array(32) }, ITEMS.members),
    ];
    const mixed = Uint8Array.from(one);
    mixed.set(other.subarray(41, 73), 41);
    expect(() => openItem(mixed, seal)).toThrow('of another epoch or collection');
    expect(() => openItem(mixed, { ...seal, secret: new Uint8Array(32) })).toThrow('not as its author sealed it');
  });

  it('does not open where a single bit is another', () => {
    const sealed = sealItem(seal, ITEMS.standing);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const other = Uint8Array.from(sealed);
      other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => openItem(other, seal), `bit ${bit}`).toThrow(RangeError);
    }
  });

  it('does not open where bytes are missing or too many', () => {
    const sealed = sealItem(seal, ITEMS.members);
    for (let length = 0; length < sealed.length; length++)
      expect(() => openItem(sealed.subarray(0, length), seal), `${length} bytes`).toThrow(RangeError);
    expect(() => openItem(Buffer.concat([sealed, Uint8Array.of(0)]), seal)).toThrow(RangeError);
    expect([sealedEpoch(sealed.subarray(0, 89)), sealedEpoch(new Uint8Array(0))]).toEqual([null, null]);
  });

  it('is of this version, and not too long', () => {
    const sealed = sealItem(seal, ITEMS.package);
    const later = Uint8Array.from(sealed);
    later[0] = 2;
    expect(sealedEpoch(later)).toBeNull();
    expect(() => openItem(later, seal)).toThrow('version 2, which this one does not know');
    const long = new Uint8Array(ITEM_LIMIT + 1).fill(1);
    expect(sealedEpoch(long)).toBeNull();
    expect(() => openItem(long, seal)).toThrow('at most');
    expect(() => sealItem(seal, { is: 'package', bytes: new Uint8Array(ITEM_LIMIT) })).toThrow('at most');
  });

  it('may be just so long', () => {
    expect([ITEM_LIMIT, PACK_LIMIT, MOST_PIECES]).toEqual([1_179_648, 8_388_608, 16_384]);
    const full = Uint8Array.from(sealItem(seal, ITEMS.package));
    const longest = new Uint8Array(ITEM_LIMIT);
    longest.set(full);
    expect(sealedEpoch(longest)).toBe(seal.epoch);
    expect(() => openItem(longest, seal)).toThrow('not as its author sealed it');
  });

  it('has room for the longest package and for every operation of a message', () => {
    const longest = { is: 'package', bytes: random.bytes((1 << 20) + (16 << 10)) } as const;
    expect(openItem(sealItem(seal, longest), seal)).toEqual(longest);
    const operations = Array.from({ length: 56 }, () => new Uint8Array(16 << 10));
    const many = { is: 'members', operations } as const;
    expect(openItem(sealItem({ ...seal, epoch: NO_EPOCH }, many), seal)).toEqual(many);
  });

  it('has the same length for contents of about the same length', () => {
    const lengthOf = (bytes: number) => sealItem(seal, { is: 'package', bytes: new Uint8Array(bytes) }).length;
    expect(new Set([2820, 2870, 2930].map(lengthOf)).size).toBe(1);
  });

  it('answers whatever bytes with an item or a RangeError', () => {
    const seeds = items.map((item) => sealItem(seal, item));
    fc.assert(
      fc.property(mutated(seeds), (bytes) => {
        sealedEpoch(bytes);
        expectItemOrRangeError(() => openItem(bytes, seal));
      }),
      { numRuns: 4000, seed: 7 },
    );
  });
});

describe('an item of a member', () => {
  it('may name a single content', () => {
    const one = { ...ITEMS.contents, entries: [place(0, 16)] };
    expect(readItem(encodeItem(one))).toEqual(one);
  });

  it('answers whatever bytes with an item that comes back the same, or a RangeError', () => {
    fc.assert(
      fc.property(mutated(items.map(encodeItem)), (bytes) => {
        const item = expectItemOrRangeError(() => readItem(bytes));
        if (item !== null) expect(toHex(encodeItem(item))).toBe(toHex(bytes));
      }),
      { numRuns: 8000, seed: 8 },
    );
  });

  const [pack, key] = [new Uint8Array(32), new Uint8Array(32)];
  const entry = (offset: number, length: number, kind: unknown = 0) => [new Uint8Array(32), kind, offset, length];
  const wrong: readonly (readonly [string, unknown])[] = [
    ['no list', { 0: 1 }],
    ['an empty list', []],
    ['a kind to come', [5, new Uint8Array(3)]],
    ['a kind that is none', ['1', new Uint8Array(3)]],
    ['a package that is text', [1, 'abc']],
    ['a package with something behind it', [1, new Uint8Array(3), 0]],
    ['a package that is too long', [1, new Uint8Array((1 << 20) + (16 << 10) + 1)]],
    ['an operation that is too long', [2, [new Uint8Array((16 << 10) + 1)]]],
    ['too many operations', [2, Array.from({ length: 2049 }, () => new Uint8Array(0))]],
    ['contents of nothing', [3, pack, key, []]],
    ['contents with a short key', [3, pack, key.subarray(1), [entry(0, 20)]]],
    ['a content that cannot be so short', [3, pack, key, [entry(0, 15)]]],
    ['contents that lie in each other', [3, pack, key, [entry(0, 20), entry(19, 20)]]],
    ['contents that leave a gap', [3, pack, key, [entry(0, 20), entry(21, 20)]]],
    ['contents that do not begin where the pack does', [3, pack, key, [entry(1, 20)]]],
    ['contents beyond the longest pack', [3, pack, key, [entry(0, PACK_LIMIT), entry(PACK_LIMIT, 16)]]],
    ['an offset below zero', [3, pack, key, [entry(-1, 20)]]],
    ['a kind of content that is none', [3, pack, key, [entry(0, 20, 3)]]],
    ['too many contents', [3, pack, key, Array.from({ length: MOST_PIECES + 1 }, (_, at) => entry(at * 16, 16))]],
    ['a standing with a short signature', [4, new Uint8Array(3), new Uint8Array(63)]],
    ['a standing that is too long', [4, new Uint8Array((112 << 10) + 1), new Uint8Array(64)]],
  ];
  it.each(wrong)('is none where it is %s', (_, raw) => {
    expect(() => readItem(encodeCanonical(raw))).toThrow(/^relay item: /);
  });

  it('is canonical CBOR, and nothing that blows up when it is read', () => {
    expect(() => readItem(Uint8Array.of(0x82, 0x18, 0x01, 0x40))).toThrow('canonical');
    expect(() => readItem(Uint8Array.of(0x9f, 0x01, 0x40, 0xff))).toThrow('canonical');
    for (const head of [0x9a, 0x5a, 0x7a, 0xba]) {
      const hollow = Uint8Array.of(0x82, 0x01, head, 0xff, 0xff, 0xff, 0xff);
      expect(() => readItem(hollow), head.toString(16)).toThrow('canonical');
    }
    expect(() => readItem(new Uint8Array(1 << 20).fill(0x81))).toThrow('canonical');
  });
});

describe('a sealed item that a member made in its own way', () => {
  /** As the format says, written anew: any plain bytes. */
  function sealedBy(plain: Uint8Array): Uint8Array {
    const info = Buffer.concat([Buffer.from('lockstep-item-1\0'), Buffer.from(group, 'hex')]);
    const both = Buffer.from(hkdfSync('sha256', seal.secret, seal.salt, info, 64));
    const head = Buffer.concat([Uint8Array.of(1), Buffer.from(seal.epoch, 'hex')]);
    const cipher = createCipheriv('aes-256-gcm', both.subarray(0, 32), Buffer.alloc(12));
    cipher.setAAD(Buffer.concat([head, Buffer.from(group, 'hex')]));
    const text = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return new Uint8Array(Buffer.concat([head, seal.salt, both.subarray(32), text]));
  }

  it('is the same where it is made as the format says', () => {
    expect(toHex(sealedBy(pad(encodeItem(ITEMS.package))))).toBe(toHex(sealItem(seal, ITEMS.package)));
  });

  it('is refused where it is padded otherwise, or no item', () => {
    const encoded = encodeItem(ITEMS.package);
    expect(() => openItem(sealedBy(encoded), seal)).toThrow('not padded');
    expect(() => openItem(sealedBy(Buffer.concat([pad(encoded), new Uint8Array(512)])), seal)).toThrow('not padded');
    expect(() => openItem(sealedBy(new Uint8Array(0)), seal)).toThrow('too short');
    expect(() => openItem(sealedBy(new Uint8Array(64)), seal)).toThrow('not padded');
    expect(() => openItem(sealedBy(pad(random.bytes(100))), seal)).toThrow('relay item');
  });
});

/** Bytes that were right, with some changed, left out or put in; or others altogether. */
function mutated(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const change = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ maxLength: 6 }), over: fc.nat(6) });
  const changed = fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 5 }))
    .map(([seed, changes]) =>
      changes.reduce((bytes, { at, bytes: put, over }) => {
        const from = at % (bytes.length + 1);
        return Uint8Array.from([...bytes.subarray(0, from), ...put, ...bytes.subarray(from + over)]);
      }, seed),
    );
  return fc.oneof({ weight: 5, arbitrary: changed }, fc.uint8Array({ maxLength: 300 }));
}

function expectItemOrRangeError(read: () => RelayItem): RelayItem | null {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return null;
  }
}
