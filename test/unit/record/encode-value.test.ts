import { describe, expect, it } from 'vitest';
import { bytesOf, hexOf, packName, packValue, unpackName, unpackValue } from '../../../src/main/record/encode-value.ts';
import { ENTRY, EXECUTABLE, EXISTS, fileEntry, fileFields, MODIFIED } from '../../../src/main/record/file-entry.ts';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { digestA, digestA2, directory, entryA } from '../../fakes/tiny-records.ts';

describe('short forms of names', () => {
  it('never change: they are under signatures', () => {
    expect([EXISTS, ENTRY, EXECUTABLE, MODIFIED, fieldName('emails/e1')].map(packName)).toEqual([
      0,
      1,
      2,
      3,
      'emails/e1',
    ]);
  });
  it.each([[4], [-1], [0.5], [''], [null], [true], [['entry']]])('know nothing of %j', (packed) => {
    expect(unpackName(packed)).toBeNull();
  });
  it('take a long name where a short one is, too', () => {
    expect(unpackName('entry')).toBe(ENTRY);
  });
});

describe('short forms of entries', () => {
  const link: Value = { type: 'symlink', target: '../x' };
  it.each([
    ['a file', entryA, [0, bytesOf(digestA), 1]],
    ['a file of many chunks', { ...entryA, chunks: digestA2 }, [0, bytesOf(digestA), 1, bytesOf(digestA2)]],
    ['a directory', directory, [1]],
    ['a link', link, [2, '../x']],
  ] as const)('never change, of %s', (_, value, packed) => {
    expect(packValue(ENTRY, value)).toEqual(packed);
    expect(unpackValue(ENTRY, packed as never)).toEqual(value);
  });

  const unknown: readonly [string, unknown[]][] = [
    ['a type to come', [3]],
    ['no type', []],
    ['a directory with more', [1, 2]],
    ['a link without target', [2]],
    ['a link to a number', [2, 5]],
    ['a link with more', [2, 'x', 'y']],
    ['a file without size', [0, bytesOf(digestA)]],
    ['a negative size', [0, bytesOf(digestA), -1]],
    ['a size past what numbers hold', [0, bytesOf(digestA), 2 ** 53]],
    ['a broken size', [0, bytesOf(digestA), 1.5]],
    ['a short digest', [0, new Uint8Array(31), 1]],
    ['a digest as text', [0, digestA, 1]],
    ['a short chunk list', [0, bytesOf(digestA), 1, new Uint8Array(31)]],
    ['a file with more', [0, bytesOf(digestA), 1, bytesOf(digestA2), 1]],
  ];
  it.each(unknown)('leave %s as it stands, and it is no entry', (_, packed) => {
    expect(unpackValue(ENTRY, packed as never)).toEqual(packed);
    expect(fileEntry(unpackValue(ENTRY, packed as never))).toBeNull();
  });
  it('are of entries alone', () => {
    expect(packValue(fieldName('note'), entryA)).toEqual(entryA);
    expect(unpackValue(fieldName('note'), [1])).toEqual([1]);
    expect(packValue(ENTRY, null)).toBeNull();
  });
});

describe('file entries', () => {
  it.each([[undefined], [null], ['file'], [true], [['file']], [Uint8Array.of(1)], [{}], [{ type: 'fifo' }]])(
    'are not %j',
    (value) => expect(fileEntry(value as never)).toBeNull(),
  );
  it('make fields: no flag where there is none, no times of what is no file', () => {
    expect([...fileFields(entryA, { executable: false, modified: 5 })]).toEqual([
      [ENTRY, entryA],
      [MODIFIED, 5],
    ]);
    expect([...fileFields(entryA, { executable: true, modified: 5 }).keys()]).toEqual([ENTRY, EXECUTABLE, MODIFIED]);
    expect([...fileFields(directory, { executable: true, modified: 5 })]).toEqual([[ENTRY, directory]]);
  });
});

describe('hex', () => {
  it('says bytes and back', () => {
    const all = Uint8Array.from({ length: 256 }, (_, at) => at);
    expect(hexOf(all)).toBe(Buffer.from(all).toString('hex'));
    expect(bytesOf(hexOf(all))).toEqual(all);
    expect(bytesOf('aBCd')).toEqual(Uint8Array.of(0xab, 0xcd));
  });
  it.each([['abc'], ['zz'], ['0g'], ['é0'], [' 0'], ['0x12']])('is not %j', (text) => {
    expect(() => bytesOf(text)).toThrow(RangeError);
  });
});
