import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import type { Held } from '../../../src/main/merge/record-state.ts';
import { ENTRY, EXISTS, MODIFIED } from '../../../src/main/record/file-entry.ts';
import type { Dot, FieldName } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { heldAtTimeOf, isOnlyTime } from '../../../src/main/snapshot/put-back.ts';
import { entryA, entryA2, RECORD } from '../../fakes/tiny-records.ts';

const dots = [7 as Dot];
const held = (...fields: [FieldName, Value][]): Held =>
  new Map(fields.map(([field, value]) => [field, { value, dots }]));
const change = (...fields: [FieldName, Value][]): Change => ({
  record: RECORD,
  cause: 'source',
  writes: fields.map(([field, value]) => ({ field, value, replaces: dots })),
});
const before = held([ENTRY, entryA], [EXISTS, true], [MODIFIED, 1000]);

describe('an item put back', () => {
  it('is one whose time alone is another', () => {
    expect(isOnlyTime('files', before, change([MODIFIED, 2000], [EXISTS, true]))).toBe(true);
    expect(isOnlyTime('files', before, change([ENTRY, entryA2], [MODIFIED, 2000], [EXISTS, true]))).toBe(false);
    const gone = held([ENTRY, entryA], [EXISTS, false], [MODIFIED, 1000]);
    expect(isOnlyTime('files', gone, change([MODIFIED, 2000], [EXISTS, true]))).toBe(false);
  });
  it('is held at the time it has, by the dots it had', () => {
    const now = new Map<FieldName, Value>([
      [ENTRY, entryA],
      [MODIFIED, 2000],
    ]);
    expect(heldAtTimeOf('files', before, now)).toEqual(held([ENTRY, entryA], [EXISTS, true], [MODIFIED, 2000]));
  });
});
