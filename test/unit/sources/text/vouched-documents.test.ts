import { expect, it } from 'vitest';
import { type RecordId, recordId } from '../../../../src/main/record/ids.ts';
import type { ListedDocument } from '../../../../src/main/sources/text/document-place.ts';
import { writeItemRevision } from '../../../../src/main/sources/text/item-revision.ts';
import {
  KnownItem,
  type KnownItems,
  type KnownRevision,
  knownRevisions,
} from '../../../../src/main/sources/text/known-revisions.ts';
import { VouchedDocuments } from '../../../../src/main/sources/text/vouched-documents.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const document = (name: string, mark: number): ListedDocument => ({
  name,
  revision: Uint8Array.of(mark),
  fresh: false,
  size: 1,
});
const known = (name: string, mark: number, vouches = true, pieces = 1): KnownRevision => ({
  revision: writeItemRevision({
    digest: new Uint8Array(16),
    document: Uint8Array.of(mark),
    name,
    uid: '',
    readAs: '',
    pieces,
    endsBare: false,
  }),
  vouches,
});

/** A hundred documents, each known as it is. */
function room() {
  let revisions: ReadonlyMap<RecordId, KnownRevision> = new Map(
    Array.from({ length: 100 }, (_, at) => [recordId(`r${at}`), known(`${at}.vcf`, 1)]),
  );
  const items = { revisions: () => revisions } as unknown as KnownItems;
  const learn = (work: (next: Map<RecordId, KnownRevision>) => void): void => {
    const next = new Map(revisions);
    work(next);
    revisions = next;
  };
  const documents = Array.from({ length: 100 }, (_, at) => document(`${at}.vcf`, 1));
  return { documents, learn, known: () => knownRevisions(items) };
}

it.each([1, 2, 3, 4])('says the same as one that remembers nothing, whatever changes (%i)', (seed) => {
  const random = new SeededRandom(`vouched ${seed}`);
  const here = room();
  let { documents } = here;
  const sifter = new VouchedDocuments();
  for (let step = 0; step < 80; step++) {
    for (let at = random.int(4); at > 0; at--) {
      const place = random.int(documents.length);
      const next = document(`${random.int(110)}.vcf`, random.int(2));
      const others = documents.filter(
        ({ name }, index) => name !== next.name && (index !== place || random.chance(0.5)),
      );
      documents = random.chance(0.5) ? [...others, next].toSorted((a, b) => (a.name < b.name ? -1 : 1)) : others;
    }
    if (random.chance(0.7))
      here.learn((next) => {
        for (let at = random.int(4); at > 0; at--) {
          const id = recordId(`r${random.int(110)}`);
          if (random.chance(0.2)) next.delete(id);
          else
            next.set(id, known(`${random.int(110)}.vcf`, random.int(2), random.chance(0.8), random.pick([1, 1, 1, 2])));
        }
      });
    const sifted = sifter.sift(documents, here.known());
    const anew = new VouchedDocuments().sift(documents, here.known());
    expect(new Set(sifted.items)).toEqual(new Set(anew.items));
    expect(sifted.items).toHaveLength(anew.items.length);
    expect(sifted.others).toEqual(anew.others);
  }
});

it('judges only what is another, or is known otherwise, than the last time', () => {
  const judged: string[] = [];
  const { isIn } = KnownItem.prototype;
  KnownItem.prototype.isIn = function (listed) {
    judged.push(listed.name);
    return isIn.call(this, listed);
  };
  try {
    const { documents, learn, known: now } = room();
    const sifter = new VouchedDocuments();
    sifter.sift(documents, now());
    expect(judged.splice(0)).toHaveLength(100);
    sifter.sift([...documents], now());
    expect(judged).toEqual([]);
    const changed = documents.with(7, document('7.vcf', 2));
    learn((next) => next.set(recordId('r9'), known('9.vcf', 2)));
    for (let times = 0; times < 2; times++) {
      const { items, others } = sifter.sift(changed, now());
      expect([items.length, others.map(({ name }) => name), judged.splice(0)]).toEqual([
        98,
        ['7.vcf', '9.vcf'],
        ['7.vcf', '9.vcf'],
      ]);
    }
  } finally {
    KnownItem.prototype.isIn = isIn;
  }
});
