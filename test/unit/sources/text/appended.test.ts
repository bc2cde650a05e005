import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appended } from '../../../../src/main/sources/text/appended.ts';

const bytes = (length: number, of: number): Uint8Array => new Uint8Array(length).fill(of);
const LONG = 2 << 20;

describe('a text that goes on', () => {
  it('is put where the former one is, once it is a large one', () => {
    const first = appended(bytes(LONG, 1), bytes(10, 2));
    const second = appended(first, bytes(LONG >> 2, 3));
    expect(second.buffer).toBe(first.buffer);
    expect(Buffer.compare(second, Buffer.concat([bytes(LONG, 1), bytes(10, 2), bytes(LONG >> 2, 3)]))).toBe(0);
    expect([first.length, first.at(-1)]).toEqual([LONG + 10, 2]);
  });

  it('leaves each text it came from as it was, whichever of them goes on, and however far', () => {
    const piece = fc.record({ from: fc.nat(), length: fc.constantFrom(0, 1, 5000, 700_000, LONG), of: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const texts: Uint8Array[] = [bytes(LONG, 1)];
        const wanted: Buffer[] = [Buffer.from(bytes(LONG, 1))];
        for (const { from, length, of } of pieces) {
          const at = from % texts.length;
          texts.push(appended(texts[at]!, bytes(length, of)));
          wanted.push(Buffer.concat([wanted[at]!, bytes(length, of)]));
        }
        texts.forEach((text, at) => {
          expect(Buffer.compare(text, wanted[at]!)).toBe(0);
        });
      }),
      { numRuns: 20 },
    );
  });
});
