import { describe, expect, it } from 'vitest';
import { DeviceIdentity, makeSecrets } from '../../../../src/main/peers/identity/identity.ts';
import { verifySignature } from '../../../../src/main/peers/membership/membership-op.ts';
import { encodeCanonical } from '../../../../src/main/peers/protocol/canonical-cbor.ts';
import { HEADS_LIMIT } from '../../../../src/main/peers/protocol/messages.ts';
import { BeaconsHeard } from '../../../../src/main/peers/session/beacons-heard.ts';
import {
  type HeadsBeacon,
  makeHeadsBeacon,
  readHeadsBeacon,
  statementOf,
} from '../../../../src/main/peers/session/heads-beacon.ts';
import type { LogHead } from '../../../../src/main/peers/session/shared-collection.ts';
import { bytesOf } from '../../../../src/main/record/encode-value.ts';
import { collectionId, digest, logId } from '../../../../src/main/record/ids.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const group = collectionId('c'.repeat(32));
const signer = new DeviceIdentity(makeSecrets(new SeededRandom('beacon'))).member(group);
const head = (at: number): LogHead => ({
  member: signer.key,
  log: logId(at.toString(16).padStart(16, '0')),
  number: at + 1,
  hash: digest(at.toString(16).padStart(64, 'a')),
});
const made = makeHeadsBeacon(group, signer, [head(1), head(2)], 1000);
const holds = ({ content, signature }: Pick<HeadsBeacon, 'content' | 'signature'>) =>
  verifySignature(bytesOf(signer.key), statementOf(content), signature);

describe('a heads beacon', () => {
  it('says what its author held, and is signed', () => {
    expect(readHeadsBeacon(made.content, made.signature)).toEqual(made);
    expect(made.heads.map(({ log, number, hash }) => [log, number, hash])).toEqual(
      [head(1), head(2)].map(({ log, number, hash }) => [log, number, hash.slice(0, 16)]),
    );
    expect(holds(made)).toBe(true);
    const other = makeHeadsBeacon(group, signer, [head(1)], 1000);
    expect(holds({ ...made, content: other.content })).toBe(false);
    // What is signed of something else is no beacon.
    expect(holds({ content: made.content, signature: signer.sign(made.content) })).toBe(false);
  });

  it('of the most logs there may be fits', () => {
    const heads = Array.from({ length: 2000 }, (_, at) => ({ ...head(at), number: Number.MAX_SAFE_INTEGER }));
    const large = makeHeadsBeacon(group, signer, heads, Number.MAX_SAFE_INTEGER);
    expect(large.heads).toHaveLength(1024);
    expect(large.content.length).toBeLessThanOrEqual(HEADS_LIMIT);
    expect(readHeadsBeacon(large.content, large.signature)).toEqual(large);
  });

  const content = { v: 1, g: bytesOf(group), m: bytesOf(signer.key), t: 1, h: [] as unknown[] };
  const row = [bytesOf(signer.key), bytesOf(head(1).log), 1, new Uint8Array(8)];
  for (const [what, value] of [
    ['without a time', { ...content, t: undefined }],
    ['with a time before all time', { ...content, t: -1 }],
    ['with a name of the wrong length', { ...content, m: new Uint8Array(31) }],
    ['with a head of the wrong shape', { ...content, h: [row.slice(1)] }],
    ['with too many heads', { ...content, h: Array.from({ length: 1025 }, () => row) }],
    ['that is a list', [content]],
  ] as const)
    it(`${what} is none`, () => {
      const encoded = encodeCanonical(withoutUndefined(value));
      expect(readHeadsBeacon(encoded, made.signature)).toBeNull();
    });

  it('in another encoding than the one that is signed, or longer than any, is none', () => {
    expect(readHeadsBeacon(Buffer.concat([made.content, Uint8Array.of(0)]), made.signature)).toBeNull();
    expect(readHeadsBeacon(new Uint8Array(HEADS_LIMIT + 1), made.signature)).toBeNull();
    expect(readHeadsBeacon(encodeCanonical(content), made.signature)).not.toBeNull();
  });

  it('of a later version is told from a broken one', () => {
    expect(readHeadsBeacon(encodeCanonical({ v: 2, x: 'anything' }), made.signature)).toBe('later');
  });
});

const withoutUndefined = (value: object): unknown =>
  Array.isArray(value) ? value : Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));

it('what is told again, is older, comes too fast or is of the future is not news', () => {
  const heard = new BeaconsHeard();
  const at = (time: number) => ({ ...made, time });
  expect(heard.isNew(at(1_000_000), 1_000_000)).toBe(true);
  heard.keep(at(1_000_000));
  expect([1_000_000, 999_999, 0, 1_059_999].map((time) => heard.isNew(at(time), 2_000_000))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(heard.isNew(at(1_060_000), 2_000_000)).toBe(true);
  expect(heard.isNew(at(2_600_001), 2_000_000)).toBe(false);
  expect(heard.all()).toEqual([at(1_000_000)]);
});
