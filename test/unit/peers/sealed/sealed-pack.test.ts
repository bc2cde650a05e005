import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/main/peers/protocol/hex.ts';
import { padmeLength } from '../../../../src/main/peers/sealed/padme.ts';
import { encodeItem, MOST_PIECES, PACK_LIMIT, readItem } from '../../../../src/main/peers/sealed/relay-item.ts';
import { openPiece, type PackPiece, PackSealer } from '../../../../src/main/peers/sealed/sealed-pack.ts';
import { digestOf } from '../../../../src/main/platform/hash.ts';
import { collectionId, digest } from '../../../../src/main/record/ids.ts';
import { goldenBytes } from '../../../fakes/golden-bytes.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const random = new SeededRandom('sealed pack');
const group = collectionId('c0'.repeat(16));
const key = new Uint8Array(32).fill(0x4e);
const piece = (bytes: Uint8Array, kind: PackPiece['kind'] = 'content'): PackPiece => ({
  digest: digestOf(bytes),
  kind,
  bytes,
});
const contents = [new Uint8Array(0), new Uint8Array(500).fill(1), new Uint8Array(33).fill(2)];
const PIECES = [piece(contents[0]!), piece(contents[1]!, 'chunk'), piece(contents[2]!, 'chunk-list')];
/** What was in the memory before does not matter. */
const memory = new Uint8Array(PACK_LIMIT);
function packed(pieces: readonly PackPiece[] = PIECES, noise = 'noise', under = key) {
  memory.fill(0xaa);
  const sealer = new PackSealer(group, under, memory);
  for (const each of pieces) sealer.add(each);
  return { bytes: sealer.finish(random.fork(noise)).slice(), entries: sealer.entries };
}
const { bytes: pack, entries } = packed();
const lying = (at: number) => pack.subarray(entries[at]!.offset, entries[at]!.offset + entries[at]!.length);

describe('a pack', () => {
  it('has the bytes it always had, and gives each content back', () => {
    const golden = goldenBytes('sealed-pack', pack);
    expect(toHex(pack)).toBe(toHex(golden));
    for (const [at, { digest: name, kind, offset, length }] of entries.entries()) {
      const content = openPiece(group, key, at, golden.subarray(offset, offset + length));
      expect([content, digestOf(content), kind]).toEqual([contents[at], name, PIECES[at]?.kind]);
    }
  });

  it('is made in memory that others were made in, and needs no content once that was added', () => {
    const content = new Uint8Array(700_000).map((_, at) => at * 7);
    const sealer = new PackSealer(group, key, memory);
    const given = Uint8Array.from(content);
    sealer.add(piece(given));
    given.fill(0);
    const whole = sealer.finish(random.fork('noise'));
    expect(whole.buffer).toBe(memory.buffer);
    expect(openPiece(group, key, 0, whole.subarray(0, sealer.length))).toEqual(content);
  });

  it('says where each lies as an item can', () => {
    const item = { is: 'contents', pack: digestOf(pack), key, entries } as const;
    expect(readItem(encodeItem(item))).toEqual(item);
  });

  it('is padded with noise to a length that many have', () => {
    const length = contents.reduce((sum, each) => sum + each.length + 16, 0);
    expect(pack.length).toBe(padmeLength(length));
    const other = packed(PIECES, 'other noise').bytes;
    expect(toHex(other.subarray(0, length))).toBe(toHex(pack.subarray(0, length)));
    expect(toHex(other.subarray(length))).not.toBe(toHex(pack.subarray(length)));
  });

  it('opens a content only in its place, its pack and its collection', () => {
    expect(() => openPiece(group, key, 2, lying(1))).toThrow('content 2 is not as its author sealed it');
    expect(() => openPiece(group, key, 1, lying(2))).toThrow(RangeError);
    expect(() => openPiece(group, new Uint8Array(32), 1, lying(1))).toThrow(RangeError);
    expect(() => openPiece(collectionId('c1'.repeat(16)), key, 1, lying(1))).toThrow(RangeError);
    // Of two packs with the same contents under different keys neither opens with the other's.
    const twin = packed(PIECES, 'twin', new Uint8Array(32).fill(1));
    expect(() => openPiece(group, key, 1, twin.bytes.subarray(entries[1]!.offset, entries[2]!.offset))).toThrow(
      RangeError,
    );
  });

  it('opens nothing of which a single bit is another, or that is cut or lies elsewhere', () => {
    const sealed = lying(2);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const other = Uint8Array.from(sealed);
      other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => openPiece(group, key, 2, other), `bit ${bit}`).toThrow(RangeError);
    }
    for (let length = 0; length < sealed.length; length++)
      expect(() => openPiece(group, key, 2, sealed.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
    fc.assert(
      fc.property(fc.nat(pack.length), fc.nat(600), fc.nat(5), (from, length, at) => {
        const there = pack.subarray(from, from + length);
        const right = toHex(there) === toHex(lying(Math.min(at, 2))) && at <= 2;
        if (right) expect(openPiece(group, key, at, there)).toEqual(contents[at]);
        else expect(() => openPiece(group, key, at, there)).toThrow(RangeError);
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  it('holds up to 8 MiB, tags and all, and so many contents', () => {
    const full = [piece(new Uint8Array(PACK_LIMIT - 2 * 16 - 3)), piece(new Uint8Array(3))];
    const { bytes, entries: both } = packed(full);
    expect(bytes.length).toBe(PACK_LIMIT);
    expect(readItem(encodeItem({ is: 'contents', pack: digest('bb'.repeat(32)), key, entries: both }))).toBeDefined();
    expect(() => packed([...full, piece(new Uint8Array(0))])).toThrow('or 8388608 bytes');
    const many = packed(Array.from({ length: MOST_PIECES }, () => PIECES[0]!));
    expect(openPiece(group, key, MOST_PIECES - 1, many.bytes.subarray(-16))).toEqual(contents[0]);
    expect(() => packed(Array.from({ length: MOST_PIECES + 1 }, () => PIECES[0]!))).toThrow('more than 16384 contents');
    expect(() => packed([])).toThrow('no content');
  });
});
