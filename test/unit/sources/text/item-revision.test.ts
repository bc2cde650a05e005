import { expect, it } from 'vitest';
import {
  digestIn,
  isOfDocument,
  namesIn,
  plainItemRevision,
  writeItemRevision,
} from '../../../../src/main/sources/text/item-revision.ts';

const digest = new Uint8Array(16).fill(7);
const document = Uint8Array.of(1, 0, 2);

it.each([
  { name: 'a.vcf', uid: '', readAs: '', pieces: 1, endsBare: false },
  { name: 'ä.vcf', uid: 'u', readAs: '', pieces: 1, endsBare: false },
  { name: 'a.vcf', uid: '', readAs: 'latin1', pieces: 1, endsBare: false },
  { name: 'a.vcf', uid: '', readAs: '', pieces: 12, endsBare: false },
  { name: 'a.vcf', uid: 'u', readAs: 'latin1', pieces: 3, endsBare: false },
  { name: '', uid: '', readAs: '', pieces: 1, endsBare: false },
  { name: '', uid: '', readAs: '', pieces: 1, endsBare: true },
])('tells what was written into it: %j', (names) => {
  const revision = writeItemRevision({ digest, document, ...names });
  expect(namesIn(revision)).toEqual(names);
  expect(new Uint8Array(digestIn(revision))).toEqual(digest);
  expect([isOfDocument(revision, document), isOfDocument(revision, Uint8Array.of(1, 0, 3))]).toEqual([true, false]);
});

it('is of an item alone in its document as short as can be, as those that tell no number are', () => {
  const alone = writeItemRevision({ digest, document, name: 'a.vcf', uid: '', readAs: '', pieces: 1, endsBare: false });
  expect(Buffer.from(alone)).toEqual(Buffer.concat([digest, Uint8Array.of(3), document, Buffer.from('a.vcf')]));
});

it('is the same where there is no more to say than the digest', () => {
  const said = writeItemRevision({
    digest,
    document: new Uint8Array(0),
    name: '',
    uid: '',
    readAs: '',
    pieces: 1,
    endsBare: false,
  });
  expect(plainItemRevision(Buffer.from(digest).toString('latin1'))).toEqual(said);
});
