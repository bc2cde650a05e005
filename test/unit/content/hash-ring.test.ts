import { describe, expect, it } from 'vitest';
import { hashRing, makeHashRing, RingFiller } from '../../../src/main/content/hash-ring.ts';
import { hashStreamHere, ROOM_BYTES } from '../../../src/main/content/hash-stream.ts';
import { startHashStream } from '../../../src/main/content/start-hash-stream.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { seededBytes } from './bytes.ts';

const BYTES = seededBytes(9_000_001, 5);

/** More than the ring holds, in pieces of many sizes. */
function fill(stream: ReturnType<typeof hashStreamHere>, bytes = BYTES): void {
  for (let done = 0, length = 1; done < bytes.length; done += length, length = (length * 7) % ROOM_BYTES) {
    length = Math.min(length, bytes.length - done);
    stream.room().set(bytes.subarray(done, done + length));
    stream.push(length);
  }
}

describe('hashing what passes by', () => {
  it.each([
    ['here', hashStreamHere],
    ['in another thread', startHashStream],
  ])('%s', (_, start) => {
    const stream = start();
    fill(stream);
    expect(stream.digest()).toBe(digestOf(BYTES));
    expect(start().digest()).toBe(digestOf(''));
  });

  it('is not known where the other end is not there, and stops nobody', () => {
    const stream = new RingFiller(makeHashRing(), 1);
    fill(stream);
    expect(stream.digest()).toBeNull();
    expect(new RingFiller(makeHashRing(), 1).digest()).toBeNull();
  });

  it('ends where nobody wants to know any more, or nothing comes', () => {
    const ring = makeHashRing();
    const stream = new RingFiller(ring, 1);
    stream.room();
    stream.push(5);
    stream.abandon();
    hashRing(ring, 1);
    hashRing(makeHashRing(), 1);
    expect(stream.digest()).toBeNull();
  });
});
