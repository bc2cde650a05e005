import { expect, it } from 'vitest';
import type { ConflictView } from '../../../src/contract/contract.ts';
import { isToldBySides, textRoom } from '../../../src/renderer/conflicts/text-room.ts';

const file = (size: number) => ({ type: 'file', size, sha256: 'ab' });
const conflict = (record: string, base: ConflictView['base'], ...values: readonly unknown[]): ConflictView => ({
  id: 'k',
  collection: 'c',
  record,
  field: 'entry',
  title: record,
  name: record,
  base,
  shown: 'v0',
  values: values.map((value, at) => ({
    id: `v${at}`,
    kind: value === null ? ('delete' as const) : ('value' as const),
    value: value as ConflictView['base'],
    device: 'd',
    at: '2026-01-01T00:00:00Z',
  })),
});

it.each([
  ['two texts', conflict('plans.md', file(10), file(20), file(30)), 'all'],
  ['a text and a deletion', conflict('plans.md', file(10), null, file(30)), 'some'],
  ['a new text and a deletion', conflict('plans.md', null, null, file(30)), 'some'],
  ['a new photo and a deletion', conflict('IMG.JPG', null, null, file(30)), 'none'],
  ['a card and a deletion', conflict('u1', null, null, { 'name/full': 'Ada' }), 'none'],
  ['photos', conflict('a/IMG.JPG', file(10), file(20), file(30)), 'none'],
  ['what is too large', conflict('log.txt', file(10), file(20), file(2_000_000)), 'none'],
  ['a file and a folder', conflict('plans', null, file(20), { type: 'directory' }), 'none'],
  ['titles', conflict('e', 'Choir', 'Choir (big hall)', 'Rehearsal'), 'some'],
  ['notes', conflict('e', 'one\ntwo', 'one', 'two'), 'all'],
  ['phones', conflict('e', { number: '1' }, { number: '2' }, { number: '3' }), 'none'],
] as const)('the room that texts will take is known before they are: %s', (_name, view, room) => {
  expect(textRoom(view)).toBe(room);
});

it.each([
  ['one line each', conflict('e', 'Choir', 'Choir (big hall)', 'Rehearsal'), true],
  ['nothing to mark anything against', conflict('e', null, 'Choir (big hall)', 'Rehearsal'), false],
  ['a text of lines', conflict('e', 'one', 'one\ntwo', 'two'), false],
  ['files', conflict('plans.md', file(10), file(20), file(30)), false],
  ['a deletion', conflict('e', 'Choir', null, 'Rehearsal'), false],
] as const)('the difference is shown once, by the sides or below them: %s', (_name, view, isTold) => {
  expect(isToldBySides(view)).toBe(isTold);
});
