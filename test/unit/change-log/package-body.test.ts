import { readFileSync } from 'node:fs';
import { decode as cborDecode, encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { NOTHING } from '../../../src/main/change-log/change.ts';
import { decodeBody, encodeBody } from '../../../src/main/change-log/package-body.ts';
import { hexOf } from '../../../src/main/record/encode-value.ts';
import { CHANGES_PER_PACKAGE, type Dot, dotOf, fieldName, recordId } from '../../../src/main/record/ids.ts';
import { GOLDEN_CHANGES, goldenDot, goldenName } from '../../fakes/golden-package.ts';

const GOLDEN = readFileSync(new URL('../../fixtures/wire/change-log-body.hex', import.meta.url), 'utf8').trim();
const LOG = '00112233445566aa';
const HASH = 'f0e1d2c3b4a59687';
const someDot = (): Dot => dotOf(1, 0);
const decode = (value: unknown) => decodeBody(encode(value), someDot);
/** What becomes of one change, in a body that names one package. */
const only = (change: unknown) => decode([[[LOG, 1, HASH]], [change]])[0]!;
const good = ['a', 0, []];

describe('the body of a package', () => {
  it('has the bytes it always had: they are under signatures', () => {
    expect(hexOf(encodeBody(GOLDEN_CHANGES, goldenName))).toBe(GOLDEN);
  });
  it('of old is still read', () => {
    expect(decodeBody(Buffer.from(GOLDEN, 'hex'), goldenDot)).toEqual(
      GOLDEN_CHANGES.map((change) => ({ ...change, writes: expect.arrayContaining([...change.writes]) })),
    );
  });
  it('names each package once, however many of its changes are replaced', () => {
    const replaces = Array.from({ length: 200 }, (_, index) => dotOf(5, index));
    const [change] = GOLDEN_CHANGES;
    const body = encodeBody([{ ...change!, writes: [{ ...change!.writes[1]!, replaces }] }], goldenName);
    expect(Buffer.from(body).toString('latin1').split(LOG)).toHaveLength(2);
    expect((decodeBody(body, goldenDot)[0] as typeof change)?.writes.at(-1)?.replaces).toEqual(replaces);
  });
  it('tells packages of two branches of a log apart, though they have one number', () => {
    const [change] = GOLDEN_CHANGES;
    const replaces = [dotOf(5, 0), dotOf(6, 0)];
    const hashOf = new Map([
      [5, HASH],
      [6, HASH.replace('f0', '0f')],
    ]);
    const body = encodeBody([{ ...change!, writes: [{ ...change!.writes[1]!, replaces }] }], (dot) => ({
      name: { log: LOG, number: 7, hash: hashOf.get(Math.floor(dot / CHANGES_PER_PACKAGE)) as string },
      index: 0,
    }));
    const named: string[] = [];
    decodeBody(body, ({ hash }) => {
      named.push(hash);
      return someDot();
    });
    expect(named).toEqual([...hashOf.values()]);
  });
  it('says what an undo takes back where versions that do not know of it look at nothing', () => {
    const [one, two] = [dotOf(5, 0), dotOf(6, 1)];
    const writes = (...standsFor: Dot[]) => [
      { field: fieldName('name'), value: { full: 'Ann' }, replaces: [two], standsFor },
      { field: fieldName('exists'), value: true, replaces: [two], standsFor: [one] },
    ];
    const undo = { record: recordId('a'), cause: 'undo' as const, takesBack: [two], writes: writes(one, NOTHING) };
    const body = encodeBody([undo], goldenName);
    expect(decodeBody(body, goldenDot)).toEqual([undo]);
    const [packages, changes, undone] = cborDecode(body) as unknown[];
    const older = decodeBody(encode([packages, changes]), goldenDot);
    expect(older).toEqual([
      {
        record: 'a',
        cause: 'undo',
        writes: undo.writes.map(({ field, value, replaces }) => ({ field, value, replaces })),
      },
    ]);
    // Of another form, it is as if nothing were said.
    for (const wrong of ['more', [[0]], [[0, [9999], []]], [[0, 7, [[]]]], [null]])
      expect(decodeBody(encode([packages, changes, wrong]), goldenDot)).toEqual(older);
    expect(undone).toHaveLength(1);
  });
  it('may say more than this version knows, at its end', () => {
    expect(decode([[], [good], 'more'])).toHaveLength(1);
  });
});

describe('a body that is none', () => {
  const cyclic = (depth: number) => Uint8Array.from([...Array(depth).fill(0x81), 0]);
  const rows: readonly [string, Uint8Array][] = [
    ['empty', new Uint8Array(0)],
    ['cut off', encode([[], [good]]).subarray(0, 4)],
    ['with bytes behind it', Uint8Array.from([...encode([[], []]), 0])],
    ['a number', encode(5)],
    ['a list of one', encode([[]])],
    ['packages that are a map', encode([{}, []])],
    ['changes that are text', encode([[], 'x'])],
    ['257 changes', encode([[], Array(257).fill(good)])],
    ['a package name of two parts', encode([[[LOG, 1]], []])],
    ['a package name of four', encode([[[LOG, 1, HASH, 1]], []])],
    ['a log that is no hex', encode([[['x'.repeat(16), 1, HASH]], []])],
    ['a log in capitals', encode([[[LOG.toUpperCase(), 1, HASH]], []])],
    ['package 0', encode([[[LOG, 0, HASH]], []])],
    ['package one and a half', encode([[[LOG, 1.5, HASH]], []])],
    ['a list without end', Uint8Array.from([0x9f, 0x80, 0x80, 0xff])],
    ['a number longer than it needs to be', Uint8Array.from([0x82, 0x80, 0x98, 0x01, 0x80])],
    ['a key twice', Uint8Array.from([0x82, 0x80, 0x81, 0xa2, 0x61, 0x61, 0, 0x61, 0x61, 0])],
    ['undefined', Uint8Array.from([0x82, 0x80, 0xf7])],
    ['a tag', Uint8Array.from([0x82, 0x80, 0xc1, 0x80])],
    [
      'a list said to be longer than memory',
      Uint8Array.from([0x82, 0x80, 0x9b, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ],
    ['nested deep', cyclic(1000)],
    ['nested as deep as a body can be', cyclic((1 << 20) - 1)],
  ];
  it.each(rows)('is refused: %s', (_, body) => {
    expect(() => decodeBody(body, someDot)).toThrow(RangeError);
  });
});

describe('a change that cannot be used', () => {
  const rows: readonly [string, unknown][] = [
    ['a number', 5],
    ['a map', { record: 'a' }],
    ['too short', ['a', 0]],
    ['not in groups of three', ['a', 0, [], 1]],
    ['without a record', ['', 0, []]],
    ['of a record that is a number', [5, 0, []]],
    ['of a record that is bytes', [Uint8Array.of(97), 0, []]],
    ['of a cause to come', ['a', 10, []]],
    ['of a negative cause', ['a', -1, []]],
    ['of a cause that is text', ['a', '0', []]],
    ['of a cause and a half', ['a', 0.5, []]],
    ['of no cause', ['a', null, []]],
    ['with dots that are a number', ['a', 0, 5]],
    ['with dots that are a map', ['a', 0, {}]],
    ['with a dot that is text', ['a', 0, ['0']]],
    ['with a negative dot', ['a', 0, [-1]]],
    ['with half a dot', ['a', 0, [0.5]]],
    ['with a dot past what numbers hold', ['a', 0, [2n ** 60n]]],
    ['with a dot of a package not named', ['a', 0, [256]]],
    ['with a field to come', ['a', 0, [], 7, 1, []]],
    ['with a field without a name', ['a', 0, [], '', 1, []]],
    ['with a field named by null', ['a', 0, [], null, 1, []]],
    ['with a field twice', ['a', 0, [], 'x', 1, [], 'x', 2, []]],
    ['with a field twice, in both forms', ['a', 0, [], 1, null, [], 'entry', null, []]],
    ['with exists as a field', ['a', 0, [], 0, true, []]],
    ['with exists as a field, in its long form', ['a', 0, [], 'exists', true, []]],
    ['moved to a number', ['a', 0, [], -1, 5, []]],
    ['moved from nothing', ['a', 0, [], -2, null, []]],
    ['with a mark to come', ['a', 0, [], -3, 'b', []]],
  ];
  it.each(rows)('is a problem of that change alone: %s', (_, change) => {
    const [first, broken, last] = decode([[[LOG, 1, HASH]], [good, change, good]]);
    expect(broken).toEqual({ invalid: expect.any(String) });
    expect([first, last]).toEqual([expect.objectContaining({ record: 'a' }), expect.objectContaining({ record: 'a' })]);
  });
  it('leaves a package it names, and never existed, to be looked up once', () => {
    let looks = 0;
    const dots = Array.from({ length: 256 }, (_, index) => index);
    decodeBody(
      encode([
        [[LOG, 1, HASH]],
        [
          ['a', 0, dots],
          ['b', 0, dots],
        ],
      ]),
      (_, index) => {
        looks++;
        return dotOf(9, index);
      },
    );
    expect(looks).toBe(1);
  });
});

describe('a change with a million dots', () => {
  it('is read in the time it takes to read a million numbers, each dot once', () => {
    const body = encode([[[LOG, 1, HASH]], [['a', 0, Array(1_000_000).fill(3)]]]);
    expect(body.length).toBeLessThan(1 << 20);
    const [change] = decodeBody(body, (_, index) => dotOf(9, index));
    expect(change).toMatchObject({ writes: [{ field: 'exists', value: true, replaces: [dotOf(9, 3)] }] });
  });
  it('keeps the order of those that differ', () => {
    expect(only(['a', 0, [3, 1, 3, 2, 1]])).toMatchObject({
      writes: [{ replaces: [3, 1, 2].map((each) => dotOf(1, each)) }],
    });
  });
});
