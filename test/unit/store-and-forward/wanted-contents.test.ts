import { expect, it } from 'vitest';
import { ENTRY } from '../../../src/main/record/file-entry.ts';
import { digest, fieldName } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { tooLargeIn } from '../../../src/main/store-and-forward/wanted-contents.ts';

const D = digest('ab'.repeat(32));
const file = (size: number): Value => ({ type: 'file', digest: D, size });
const photo = (size: number): Value => ({ mediaType: 'image/png', data: { content: D, size } });

it('files over 256 MiB, and other parts over 7 MiB, wait at no relay', () => {
  expect([tooLargeIn(ENTRY, file(256 << 20)), tooLargeIn(ENTRY, file((256 << 20) + 1))]).toEqual([[], [D]]);
  expect(tooLargeIn(ENTRY, { type: 'directory' })).toEqual([]);
  const media = fieldName('media/1');
  expect([tooLargeIn(media, photo(7 << 20)), tooLargeIn(media, photo((7 << 20) + 1))]).toEqual([[], [D]]);
});
