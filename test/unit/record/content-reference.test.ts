import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/main/platform/hash.ts';
import {
  fieldsAway,
  largestReference,
  putInContents,
  referencesIn,
  takeOutContents,
} from '../../../src/main/record/content-reference.ts';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';

const [photo, logo, note] = ['media/p', 'media/l', 'notes/n'].map(fieldName);
const bytes = (length: number) => new Uint8Array(length).fill(7);
const content = digestOf(bytes(4097));

describe('large bytes of a value', () => {
  const fields = new Map<typeof photo & string, Value>([
    [photo!, { kind: 'photo', data: bytes(4097) }],
    [logo!, { kind: 'logo', data: bytes(4096) }],
    [note!, { note: 'words' }],
  ]);

  it('travel as content beyond four kilobytes, and are put in again where they are at hand', () => {
    const taken = takeOutContents(fields, digestOf);
    expect(taken.contents).toEqual([{ digest: content, bytes: bytes(4097) }]);
    expect(taken.fields.get(photo!)).toEqual({ kind: 'photo', data: { content, size: 4097 } });
    expect([taken.fields.get(logo!), taken.fields.get(note!)]).toEqual([fields.get(logo!), fields.get(note!)]);
    expect(fieldsAway(taken.fields)).toEqual([photo]);
    expect(putInContents(taken.fields, new Map([[content, bytes(4097)]]))).toEqual(fields);
    expect(putInContents(taken.fields, new Map([[digestOf(bytes(1)), bytes(1)]]))).toBe(taken.fields);
  });

  it('are named by a digest and a size, and by nothing that has more to say', () => {
    const part = { content, size: 9 };
    expect(referencesIn(new Map([[photo!, { data: part, thumbnail: { content, size: 3 } }]]))).toHaveLength(2);
    const others: readonly Value[] = [
      { ...part, name: 'a.png' },
      { content: 'words', size: 9 },
      { content },
      { content, size: 0.5 },
    ];
    for (const other of others)
      expect(referencesIn(new Map([[photo!, { data: other }]])), JSON.stringify(other)).toEqual([]);
    expect([largestReference({ data: part, other: { content, size: 30 } }), largestReference('words')]).toEqual([
      30, 0,
    ]);
  });
});
