import { describe, expect, it } from 'vitest';
import { EMPTY_STATE } from '../../../src/main/merge/record-state.ts';
import { hexOf } from '../../../src/main/record/encode-value.ts';
import { decodeHeld, decodeState, encodeHeld, encodeState } from '../../../src/main/store/encode-state.ts';
import { digestA2, directory, entryA, entryA2, held, state } from '../../fakes/tiny-records.ts';

describe('a state as it is stored', () => {
  const rows: readonly [string, ReturnType<typeof state>][] = [
    ['nothing', EMPTY_STATE],
    ['one change', state({ entry: [[entryA, 300]], modified: [[7, 300]], exists: [[true, 300]] })],
    ['a delete', state({ entry: [[entryA, 300]], exists: [[false, 512]] })],
    ['a delete of what was never known', state({ exists: [[false, 512]] })],
    ['one field changed since', state({ entry: [[entryA2, 512]], modified: [[7, 300]], exists: [[true, 512]] })],
    [
      'a conflict',
      state({
        entry: [
          [entryA, 300],
          [entryA2, 512],
        ],
        exists: [[true, 300, 512]],
      }),
    ],
    ['one value of two dots', state({ entry: [[entryA, 300, 512]], exists: [[true, 512, 300]] })],
    [
      'a delete beside an edit',
      state({
        entry: [[entryA2, 512]],
        exists: [
          [false, 300],
          [true, 512],
        ],
      }),
    ],
    [
      'an edit beside a delete',
      state({
        entry: [[entryA2, 512]],
        exists: [
          [true, 512],
          [false, 300],
        ],
      }),
    ],
    ['exists by another change than all else', state({ entry: [[entryA, 300]], exists: [[true, 768]] })],
    [
      'what is replaced before it is seen',
      state({ entry: [[entryA, 300]], exists: [[true, 300]] }, { entry: [256, 257], modified: [258] }),
    ],
    ['that alone', state({}, { entry: [256] })],
    [
      'a conflict and that',
      state(
        {
          entry: [
            [entryA, 300],
            [null, 301],
          ],
          exists: [[true, 300]],
        },
        { exists: [1024] },
      ),
    ],
    [
      'fields without a short name',
      state({ 'emails/e1': [[{ address: 'x' }, 300]], 'photo': [[Uint8Array.of(1, 2), 300]], 'exists': [[true, 300]] }),
    ],
    ['cleared fields', state({ entry: [[entryA, 300]], executable: [[null, 300]], exists: [[true, 300]] })],
    ['a file of many chunks', state({ entry: [[{ ...entryA, chunks: digestA2 }, 300]], exists: [[true, 300]] })],
    ['a directory', state({ entry: [[directory, 300]], exists: [[true, 300]] })],
    ['a dot past 32 bits', state({ entry: [[entryA, 2 ** 40]], exists: [[true, 2 ** 40]] })],
  ];
  it.each(rows)('comes back as it was: %s', (_, each) => {
    expect(decodeState(encodeState(each))).toEqual(each);
  });
  it('is small where one change made it: its digest, and little more', () => {
    const made = state({ entry: [[entryA, 300]], modified: [[1_700_000_000_123_456, 300]], exists: [[true, 300]] });
    expect(encodeState(made).length).toBeLessThan(32 + 24);
  });
  it('never changes its form: it lies in databases', () => {
    expect(
      hexOf(encodeState(state({ entry: [[directory, 300]], executable: [[true, 300]], exists: [[true, 300]] }))),
    ).toBe('8219012c8401810102f5');
    expect(
      hexOf(
        encodeState(
          state(
            {
              entry: [
                [directory, 300],
                [null, 301],
              ],
              exists: [[false, 302]],
            },
            { modified: [256] },
          ),
        ),
      ),
    ).toBe('8419012e8200f48201828281011901' + '2c82f619012d82038119' + '0100');
  });
});

describe('what a source holds, as it is stored', () => {
  it.each([
    ['nothing', held({})],
    ['a file', held({ entry: [entryA, 300], modified: [7, 300], exists: [true, 300] })],
    ['a value of several dots', held({ entry: [entryA, 300, 512], exists: [true, 1] })],
    ['a value of no dot', held({ entry: [entryA], exists: [true, 1] })],
    ['a list, which is no list of dots', held({ keywords: [['a', 5], 300] })],
    ['cleared fields', held({ entry: [null, 300] })],
  ])('comes back as it was: %s', (_, each) => {
    expect(decodeHeld(encodeHeld(each))).toEqual(each);
  });
});
