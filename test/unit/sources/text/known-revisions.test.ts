import { expect, it } from 'vitest';
import { type RecordId, recordId } from '../../../../src/main/record/ids.ts';
import { writeItemRevision } from '../../../../src/main/sources/text/item-revision.ts';
import { type KnownItem, type KnownItems, knownRevisions } from '../../../../src/main/sources/text/known-revisions.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

type Revisions = Map<RecordId, { readonly revision: Uint8Array; readonly vouches: boolean }>;

const revision = (name: string, mark: number, readAs = '', uid = '', pieces = 1) => ({
  revision: writeItemRevision({
    digest: new Uint8Array(16).fill(mark),
    document: Uint8Array.of(mark),
    name,
    uid,
    readAs,
    pieces,
    endsBare: false,
  }),
  vouches: mark % 2 === 0,
});

function snapshot() {
  let revisions: Revisions = new Map();
  const items = { revisions: () => revisions } as unknown as KnownItems;
  const change = (work: (next: Revisions) => void): void => {
    revisions = new Map(revisions);
    work(revisions);
  };
  return { items, change, revisions: () => revisions };
}

/** In an order that tells nothing. */
const told = (items: KnownItems) => {
  const known = knownRevisions(items);
  const own = ({ id, vouches, digest, pieces }: KnownItem): string => `${id} ${vouches} ${digest[0]} ${pieces}`;
  return {
    in: Object.fromEntries([...known.in].map(([name, all]) => [name, all.map(own).toSorted()])),
    ids: new Set(known.ids),
    readAs: new Map(known.readAs),
    others: new Map(known.others),
  };
};

it.each([1, 2, 3, 4])('after any changes the same is known as if it were made anew (%i)', (seed) => {
  const random = new SeededRandom(`known ${seed}`);
  const { items, change, revisions } = snapshot();
  for (let step = 0; step < 60; step++) {
    change((next) => {
      for (let at = step === 0 ? 100 : random.int(4); at >= 0; at--) {
        const id = recordId(`r${random.int(120)}`);
        if (random.chance(0.2)) next.delete(id);
        else {
          const [readAs, uid] = [random.chance(0.01) ? 'latin1' : '', random.chance(0.1) ? `other-${id}` : ''];
          next.set(id, revision(`${random.int(40)}.vcf`, random.int(250), readAs, uid, random.pick([1, 1, 2])));
        }
      }
    });
    expect(told(items)).toEqual(told({ revisions: () => new Map(revisions()) } as unknown as KnownItems));
  }
});

it('which items show another record than their UID says is known, and is not gone through again where none comes', () => {
  const { items, change } = snapshot();
  change((next) => {
    for (let at = 0; at < 100; at++) next.set(recordId(`r${at}`), revision(`${at}.vcf`, 2));
  });
  const none = knownRevisions(items).others;
  change((next) => next.set(recordId('r7'), revision('7.vcf', 4)));
  expect(knownRevisions(items).others).toBe(none);
  change((next) => next.set(recordId('r8'), revision('8.vcf', 4, '', 'u8')));
  expect([...knownRevisions(items).others]).toEqual([['u8', 'r8']]);
  change((next) => next.set(recordId('r8'), revision('8.vcf', 6)));
  expect([...knownRevisions(items).others]).toEqual([]);
});

it('what is known of documents in which nothing changed is the same, and all of it where nothing did at all', () => {
  const { items, change } = snapshot();
  change((next) => {
    for (let at = 0; at < 100; at++) next.set(recordId(`r${at}`), revision(`${at}.vcf`, 2));
  });
  const before = knownRevisions(items);
  expect(knownRevisions(items)).toBe(before);
  change((next) => next.set(recordId('r7'), revision('7.vcf', 4)));
  const after = knownRevisions(items);
  const others = [...after.in].filter(([name, own]) => own !== before.in.get(name));
  expect(others.map(([name]) => name)).toEqual(['7.vcf']);
  expect(after.ids).toBe(before.ids);
});
