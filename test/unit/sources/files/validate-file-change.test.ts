import { describe, expect, it } from 'vitest';
import type { Change } from '../../../../src/main/change-log/change.ts';
import { recordId } from '../../../../src/main/record/ids.ts';
import type { Value } from '../../../../src/main/record/value.ts';
import { validateFileChange } from '../../../../src/main/sources/files/validate-file-change.ts';
import { change, deletes, digestA, digestA2, directory, entryA, sets, write } from '../../../fakes/tiny-records.ts';

const says = (field: string, value: Value): Change => change(write(field, value), write('exists', true));

describe('a change from a member is good', () => {
  const good: readonly [string, Change][] = [
    ['that makes a file', sets(entryA)],
    ['that makes a file of many chunks', sets({ ...entryA, chunks: digestA2 })],
    ['that makes an empty file', sets({ ...entryA, size: 0 })],
    ['that makes a directory', sets(directory)],
    ['that makes a link', sets({ type: 'symlink', target: '../x' })],
    ['that deletes', deletes(1)],
    ['that clears fields', change(write('executable', null), write('modified', null), write('exists', true))],
    ['of a time before 1970', says('modified', -5)],
    ['that moves', { ...sets(entryA), movedFrom: recordId('x/y') }],
  ];
  it.each(good)('%s', (_, each) => expect(validateFileChange(each)).toBeNull());
});

describe('a change from a member is refused', () => {
  const files: readonly [string, Value][] = [
    ['without digest', { type: 'file', size: 1 }],
    ['without size', { type: 'file', digest: digestA }],
    ['of a digest that is bytes', { type: 'file', digest: new Uint8Array(32), size: 1 }],
    ['of a digest in capitals', { type: 'file', digest: digestA.toUpperCase(), size: 1 }],
    ['of a digest that is a path', { type: 'file', digest: `../${digestA.slice(3)}`, size: 1 }],
    ['of a digest with a line end', { type: 'file', digest: `${digestA}\n`, size: 1 }],
    ['of a negative size', { type: 'file', digest: digestA, size: -1 }],
    ['of a broken size', { type: 'file', digest: digestA, size: 0.5 }],
    ['of a size past what numbers hold', { type: 'file', digest: digestA, size: 2 ** 53 }],
    ['of chunks that are none', { type: 'file', digest: digestA, size: 1, chunks: 'x' }],
    ['of chunks that are nothing', { type: 'file', digest: digestA, size: 1, chunks: null }],
  ];
  it.each(files)('that makes a file %s', (_, entry) => expect(validateFileChange(sets(entry))).toMatch(/entry/));

  const others: readonly [string, Change][] = [
    ['that makes a link without target', sets({ type: 'symlink' })],
    ['that makes a link to nothing', sets({ type: 'symlink', target: '' })],
    ['that makes a link to a number', sets({ type: 'symlink', target: 5 })],
    ['that makes a link with a zero in it', sets({ type: 'symlink', target: 'a\0b' })],
    ['that makes a link too long', sets({ type: 'symlink', target: 'x'.repeat(4096) })],
    ['that makes a pipe', sets({ type: 'fifo' })],
    ['of an entry to come', sets([7, 'x'])],
    ['of an entry that is text', sets('x')],
    ['that is neither there nor not', change(write('exists', null))],
    ['whose flag is a number', says('executable', 1)],
    ['of a time that is text', says('modified', 'now')],
    ['of a time past what numbers hold', says('modified', 2 ** 60)],
    ['of a broken time', says('modified', 0.5)],
    ['of a field to come', says('colour', 'red')],
    ['moved from outside', { ...sets(entryA), movedFrom: recordId('../x') }],
    ['moved to our own directory', { ...deletes(1), movedTo: recordId('.lockstep/marker.json') }],
  ];
  it.each(others)('%s', (_, each) => expect(validateFileChange(each)).toEqual(expect.any(String)));

  const paths = [
    '',
    '.',
    '..',
    '/etc/passwd',
    'a//b',
    'a/',
    '/a',
    'a/../b',
    'a/./b',
    '.lockstep',
    '.lockstep/x',
    'a\0b',
    'e\u0301',
    '\ud800',
  ];
  it.each(paths)('of the path %j', (path) => {
    expect(validateFileChange({ ...sets(entryA), record: recordId(path) })).toEqual(expect.any(String));
  });
});
