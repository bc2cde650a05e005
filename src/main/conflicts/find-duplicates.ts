import { compareTexts } from '../record/compare-texts.ts';
import type { RecordId } from '../record/ids.ts';
import type { ContactMarks } from './contact-marks.ts';

/** Two contacts that may be one person. */
export interface Duplicate {
  /** The smaller id first: that one would stay. */
  readonly ids: readonly [RecordId, RecordId];
  /** They share a name, and an e-mail or phone. */
  readonly sure: boolean;
  /** What they share. */
  readonly shared: readonly { readonly by: 'email' | 'phone' | 'name'; readonly mark: string }[];
}

/** What so many contacts share tells nothing of one: the number of a switchboard, `Info`. */
const COMMON = 12;

/** A mark that some contacts share: `email ada@example.org`, `name ada lovelace`. */
type Shared = readonly [mark: string, ids: readonly RecordId[]];

/** Which contacts have which marks, kept as they come and go: who shares one is found without looking at those who share none. */
export class MarkHolders {
  /** Of most marks there is one holder. */
  readonly #holders = new Map<string, RecordId | Set<RecordId>>();
  /** Those of several. */
  readonly #shared = new Map<string, ReadonlySet<RecordId>>();

  add(id: RecordId, marks: readonly string[]): void {
    for (const mark of marks) {
      const known = this.#holders.get(mark);
      if (known === undefined) this.#holders.set(mark, id);
      else if (typeof known !== 'string') known.add(id);
      else if (known !== id) {
        const both = new Set([known, id]);
        this.#holders.set(mark, both);
        this.#shared.set(mark, both);
      }
    }
  }

  /** `marks`: those it was added with. */
  remove(id: RecordId, marks: readonly string[]): void {
    for (const mark of marks) {
      const known = this.#holders.get(mark);
      if (known === id) this.#holders.delete(mark);
      if (known === undefined || typeof known === 'string') continue;
      known.delete(id);
      const [left] = known;
      if (known.size !== 1 || left === undefined) continue;
      this.#holders.set(mark, left);
      this.#shared.delete(mark);
    }
  }

  /** What several contacts have, and not too many. */
  *shared(): Generator<Shared> {
    for (const [mark, ids] of this.#shared) if (ids.size <= COMMON) yield [mark, [...ids]];
  }
}

/** What a contact is known again by, as one list. */
export const marksOf = ({ emails, phones, name }: ContactMarks): readonly string[] => [
  ...emails.map((mark) => `email ${mark}`),
  ...phones.map((mark) => `phone ${mark}`),
  ...(name === null ? [] : [`name ${name}`]),
];

/** Pairs of contacts as what they share is told, mark by mark in any order. */
export class SharingPairs {
  readonly #pairs = new Map<string, { readonly ids: readonly [RecordId, RecordId]; readonly marks: string[] }>();

  add([mark, ids]: Shared): void {
    for (const [at, one] of ids.entries())
      for (const other of ids.slice(at + 1)) {
        const both = one < other ? ([one, other] as const) : ([other, one] as const);
        const key = both.join('\0');
        const pair = this.#pairs.get(key);
        if (pair === undefined) this.#pairs.set(key, { ids: both, marks: [mark] });
        else pair.marks.push(mark);
      }
  }

  /** All of them, in no order. */
  *[Symbol.iterator](): Generator<Duplicate> {
    for (const { ids, marks } of this.#pairs.values()) yield duplicateOf(ids, marks.sort());
  }
}

/** All pairs of contacts that share a mark not too many have, in no order. Takes time in proportion to what they say. */
export function pairsOf(
  contacts: Iterable<{ readonly id: RecordId; readonly marks: ContactMarks }>,
): readonly Duplicate[] {
  const holders = new MarkHolders();
  for (const { id, marks } of contacts) holders.add(id, marksOf(marks));
  const pairs = new SharingPairs();
  for (const shared of holders.shared()) pairs.add(shared);
  return [...pairs];
}

function duplicateOf(ids: readonly [RecordId, RecordId], marks: readonly string[]): Duplicate {
  const shared = marks.map((each) => {
    const at = each.indexOf(' ');
    return { by: each.slice(0, at) as 'email' | 'phone' | 'name', mark: each.slice(at + 1) };
  });
  return { ids, sure: shared.some(({ by }) => by === 'name') && shared.some(({ by }) => by !== 'name'), shared };
}

/** The surest first, then by id: the same on every device that holds the same. */
export const surestFirst = (a: Duplicate, b: Duplicate): number =>
  Number(b.sure) - Number(a.sure) || compareTexts(a.ids[0], b.ids[0]) || compareTexts(a.ids[1], b.ids[1]);
