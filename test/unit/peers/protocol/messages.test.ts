import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCanonical } from '../../../../src/main/peers/protocol/canonical-cbor.ts';
import { decodeMessage } from '../../../../src/main/peers/protocol/decode-message.ts';
import { encodeMessage } from '../../../../src/main/peers/protocol/encode-message.ts';
import { FRAME_LIMIT, type Frame, FrameDecoder } from '../../../../src/main/peers/protocol/frame.ts';
import { MESSAGES, type Message, type MessageName } from '../../../../src/main/peers/protocol/messages.ts';
import { SAMPLES } from './sample-messages.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/wire');
const names = Object.keys(MESSAGES) as MessageName[];
const wire = (message: Message): Uint8Array => new Uint8Array(Buffer.concat(encodeMessage(message)));
const nothing = new Uint8Array(0);

function onlyFrame(bytes: Uint8Array): Frame {
  const frames: Frame[] = [];
  expect(new FrameDecoder(FRAME_LIMIT).push(bytes, (frame) => frames.push(frame))).toBeNull();
  expect(frames).toHaveLength(1);
  return frames[0] as Frame;
}
function frameOf(name: MessageName, header: unknown, payload: Uint8Array = nothing): Frame {
  return { type: MESSAGES[name].number, header: encodeCanonical(header), payload };
}

describe('messages', () => {
  for (const name of names) {
    // The fixture was written once; versions to come must still read it. LOCKSTEP_WRITE_FIXTURES=1 adds those of new messages.
    it(`${name} has the bytes it always had`, () => {
      const path = join(FIXTURES, `${name.toLowerCase()}.hex`);
      const now = Buffer.from(wire(SAMPLES[name]));
      if (process.env.LOCKSTEP_WRITE_FIXTURES === '1' && !existsSync(path))
        writeFileSync(path, `${now.toString('hex')}\n`);
      const golden = Uint8Array.from(Buffer.from(readFileSync(path, 'utf8').trim(), 'hex'));
      expect(now.toString('hex')).toBe(Buffer.from(golden).toString('hex'));
      expect(decodeMessage(onlyFrame(golden))).toEqual(SAMPLES[name]);
    });
  }

  it('has one number a message, and only what may be passed over in the optional range', () => {
    const numbers = names.map((name) => MESSAGES[name].number);
    expect(new Set(numbers).size).toBe(names.length);
    const optional = names.filter((name) => MESSAGES[name].number >= 128);
    expect(optional).toEqual(['HEADS', 'STANDING', 'CONTENTS_BACK', 'NOT_OPENED']);
  });

  it('passes over unknown messages from 128 on and refuses those below', () => {
    expect(decodeMessage({ type: 200, header: Uint8Array.of(0xff), payload: nothing })).toEqual({
      is: 'ignored',
      type: 200,
    });
    expect(decodeMessage({ type: 99, header: encodeCanonical({}), payload: nothing })).toMatchObject({
      is: 'malformed',
      code: 'unknown-message',
    });
  });

  it('ignores fields it does not know', () => {
    expect(decodeMessage(frameOf('PING', { n: 4, later: 'x' }))).toEqual({ is: 'PING', n: 4 });
  });

  it('says a field that came later only where older peers could not leave it out', () => {
    const answer: Message = { ...SAMPLES.OPEN, answers: true } as Message;
    expect(decodeMessage(onlyFrame(wire(answer)))).toEqual(answer);
    expect(wire(answer).length).toBeGreaterThan(wire(SAMPLES.OPEN).length);
  });

  const wrong: readonly [string, Frame][] = [
    ['a missing field', frameOf('PING', {})],
    ['a negative number', frameOf('PING', { n: -1 })],
    ['a fraction', frameOf('PING', { n: 1.5 })],
    [
      'a number beyond exact integers',
      { ...frameOf('PING', {}), header: Uint8Array.from(Buffer.from('a1616e1bffffffffffffffff', 'hex')) },
    ],
    ['a duplicate key', { ...frameOf('PING', {}), header: Uint8Array.from(Buffer.from('a2616e01616e02', 'hex')) }],
    ['an indefinite map', { ...frameOf('PING', {}), header: Uint8Array.from(Buffer.from('bf616e01ff', 'hex')) }],
    ['a tag', { ...frameOf('PING', {}), header: Uint8Array.from(Buffer.from('a1616ed81b820101', 'hex')) }],
    [
      'a field hidden in __proto__',
      { ...frameOf('PING', {}), header: encodeCanonical(new Map([['__proto__', { n: 1 }]])) },
    ],
    [
      'bytes after the header',
      { ...frameOf('PING', {}), header: Buffer.concat([encodeCanonical({ n: 1 }), Uint8Array.of(0)]) },
    ],
    ['a payload where none belongs', frameOf('PING', { n: 1 }, Uint8Array.of(1))],
    ['a short key', frameOf('PAIR_CONFIRM', { ...SAMPLES.PAIR_CONFIRM, member: new Uint8Array(31) })],
    [
      'sizes beyond the payload',
      frameOf('ADMIT', { addrs: [], mac: new Uint8Array(32), sizes: [2] }, Uint8Array.of(1)),
    ],
    [
      'payload beyond the sizes',
      frameOf('ADMIT', { addrs: [], mac: new Uint8Array(32), sizes: [1] }, Uint8Array.of(1, 2)),
    ],
    [
      'a reversed range',
      onlyFrame(wire({ ...SAMPLES.WANT, ranges: [{ ...SAMPLES.WANT.ranges[0]!, from: 9, to: 8 }] })),
    ],
    ['fewer packages than numbers', onlyFrame(wire({ ...SAMPLES.PACKAGE, numbers: { first: 1, count: 3 } }))],
    [
      'a piece past the end',
      onlyFrame(
        wire({
          ...SAMPLES.CONTENT,
          pieces: [{ item: 0, offset: 2, length: 4, total: 5, flags: 0 }],
          data: [new Uint8Array(4)],
        }),
      ),
    ],
    ['an unpaired surrogate', frameOf('DENY', { code: Uint8Array.from([0xed, 0xa0, 0x80]) })],
    ['an unknown role', frameOf('OFFER', { ...SAMPLES.OFFER, group: new Uint8Array(16), role: 'owner' })],
  ];
  for (const [what, frame] of wrong) {
    it(`refuses ${what}`, () => expect(decodeMessage(frame)).toMatchObject({ is: 'malformed' }));
  }

  it('refuses more content than one frame may carry', () => {
    const data = new Uint8Array(200 * 1024);
    const piece = { item: 0, offset: 0, length: data.length, total: data.length, flags: 1 };
    const message: Message = { is: 'CONTENT', req: 1, pieces: [piece, { ...piece, item: 1 }], data: [data, data] };
    expect(decodeMessage(onlyFrame(wire(message)))).toMatchObject({ is: 'malformed' });
  });

  it('answers any bytes whatever with frames, messages or a refusal', () => {
    const seeds = names.map((name) => wire(SAMPLES[name]));
    const mutation = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.boolean(), by: fc.nat(64) });
    const mutated = fc
      .tuple(fc.constantFrom(...seeds), fc.array(mutation, { maxLength: 6 }))
      .map(([seed, mutations]) => mutations.reduce(mutate, seed));
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), fc.nat(40), (bytes, step) => {
        const decoder = new FrameDecoder(FRAME_LIMIT);
        for (let at = 0; at < bytes.length; at += step + 1) {
          decoder.push(bytes.subarray(at, at + step + 1), (frame) => {
            const result = decodeMessage(frame);
            if (result.is !== 'malformed' && result.is !== 'ignored') roundTrips(result);
          });
        }
      }),
      { numRuns: 4000, seed: 7 },
    );
  });
});

function mutate(
  bytes: Uint8Array,
  { at, byte, cut, by }: { at: number; byte: number; cut: boolean; by: number },
): Uint8Array {
  if (bytes.length === 0) return bytes;
  const place = at % bytes.length;
  if (cut) return Uint8Array.from([...bytes.subarray(0, place), ...bytes.subarray(place + by)]);
  const copy = Uint8Array.from(bytes);
  copy[place] = byte;
  return copy;
}
/** Whatever is accepted can be said again and means the same. */
function roundTrips(message: Message): void {
  expect(decodeMessage(onlyFrame(wire(message)))).toEqual(message);
}
