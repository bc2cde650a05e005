import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FRAME_LIMIT, type Frame, FrameDecoder } from '../../../../src/main/peers/protocol/frame.ts';

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const plain = (frame: Frame) => ({
  type: frame.type,
  header: Buffer.from(frame.header).toString('hex'),
  payload: Buffer.from(frame.payload).toString('hex'),
});

describe('FrameDecoder', () => {
  it('finds the same frames however the stream is cut', () => {
    const frame = fc.record({
      type: fc.nat(255),
      header: fc.uint8Array({ maxLength: 40 }),
      payload: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (frames, cuts) => {
          const stream = joined(frames.flatMap(({ type, header, payload }) => encodeFrame(type, header, [payload])));
          const decoder = new FrameDecoder(FRAME_LIMIT);
          const seen: unknown[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const step = cuts[turn % cuts.length] as number;
            expect(decoder.push(stream.subarray(at, at + step), (found) => seen.push(plain(found)))).toBeNull();
            at += step;
          }
          expect(seen).toEqual(frames.map(plain));
        },
      ),
      { seed: 3 },
    );
  });

  it('refuses a length above its limit before anything is gathered, and stays refused', () => {
    const decoder = new FrameDecoder();
    const fault = { is: 'frame-fault', code: 'frame-too-long' };
    expect(decoder.push(Uint8Array.of(0, 0, 0x10, 1), () => expect.unreachable())).toEqual(fault);
    expect(decoder.push(joined(encodeFrame(1, new Uint8Array(0))), () => expect.unreachable())).toEqual(fault);
  });

  it('refuses frames too short for their fixed part and headers longer than their frame', () => {
    expect(new FrameDecoder().push(Uint8Array.of(0, 0, 0, 2, 1, 0), () => expect.unreachable())).toMatchObject({
      code: 'frame-too-short',
    });
    expect(new FrameDecoder().push(Uint8Array.of(0, 0, 0, 3, 1, 0, 1), () => expect.unreachable())).toMatchObject({
      code: 'header-too-long',
    });
  });

  it('takes larger frames once the limit is raised, also within one chunk', () => {
    const stream = joined([
      ...encodeFrame(2, new Uint8Array(0)),
      ...encodeFrame(3, new Uint8Array(0), [new Uint8Array(9000)]),
    ]);
    const decoder = new FrameDecoder();
    const types: number[] = [];
    const fault = decoder.push(stream, (frame) => {
      types.push(frame.type);
      decoder.setLimit(FRAME_LIMIT);
    });
    expect([fault, types]).toEqual([null, [2, 3]]);
  });

  it('tells nothing after it was stopped, not even from the chunk at hand', () => {
    const stream = joined([...encodeFrame(1, new Uint8Array(0)), ...encodeFrame(2, new Uint8Array(0))]);
    const decoder = new FrameDecoder();
    const types: number[] = [];
    decoder.push(stream, (frame) => {
      types.push(frame.type);
      decoder.stop();
    });
    expect(types).toEqual([1]);
  });

  it('does not make frames above the limit', () => {
    expect(() => encodeFrame(1, new Uint8Array(0), [new Uint8Array(FRAME_LIMIT)])).toThrow(RangeError);
    expect(() => encodeFrame(1, new Uint8Array(65_536))).toThrow(RangeError);
  });

  it('gives a frame that lies whole in a chunk without copying it', () => {
    const chunk = joined(encodeFrame(1, new Uint8Array(0), [new Uint8Array(1000)]));
    new FrameDecoder(FRAME_LIMIT).push(chunk, (frame) => expect(frame.payload.buffer).toBe(chunk.buffer));
    expect.assertions(1);
  });

  it('keeps nothing of a chunk that is lent to it', () => {
    const chunk = joined(encodeFrame(1, new Uint8Array(0), [new Uint8Array(1000).fill(7)]));
    let kept: Uint8Array | null = null;
    new FrameDecoder(FRAME_LIMIT).push(chunk, (frame) => void (kept = frame.payload), true);
    chunk.fill(0);
    expect(kept).toEqual(new Uint8Array(1000).fill(7));
  });

  it('gathers a large frame behind small ones of which nothing was kept', () => {
    const decoder = new FrameDecoder(FRAME_LIMIT);
    const lengths: number[] = [];
    for (const length of [100, 100_000, 100, 250_000]) {
      const stream = joined(encodeFrame(1, new Uint8Array(0), [new Uint8Array(length)]));
      for (const half of [stream.subarray(0, 50), stream.subarray(50)])
        decoder.push(half, ({ payload }) => {
          lengths.push(payload.length);
          return true;
        });
    }
    expect(lengths).toEqual([100, 100_000, 100, 250_000]);
  });

  it('gathers a frame in the memory of one of which nothing was kept, and in no other', () => {
    const stream = (fill: number) => joined(encodeFrame(1, new Uint8Array(0), [new Uint8Array(250_000).fill(fill)]));
    const decoder = new FrameDecoder(FRAME_LIMIT);
    const payloads: Uint8Array[] = [];
    for (const [fill, done] of [
      [1, true],
      [2, false],
      [3, true],
    ] as const)
      for (const half of [stream(fill).subarray(0, 100_000), stream(fill).subarray(100_000)])
        decoder.push(half, (frame) => {
          payloads.push(frame.payload);
          return done;
        });
    expect(payloads.map((payload) => payload[0])).toEqual([2, 2, 3]);
    expect(payloads[0]?.buffer).toBe(payloads[1]?.buffer);
    expect(payloads[2]?.buffer).not.toBe(payloads[1]?.buffer);
  });
});
