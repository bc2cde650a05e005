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
/** A person looks at no more of them at once. */
const MOST = 1000;

/**
 * Contacts that share an e-mail, a phone or a name, the surest first, then by id: the same on every device that holds the same. Takes time in
 * proportion to what the contacts say. At most 1,000.
 */
export function findDuplicates(
  contacts: Iterable<{ readonly id: RecordId; readonly marks: ContactMarks }>,
): readonly Duplicate[] {
  return [...pairsOf(contacts)]
    .sort(
      (a, b) => Number(b.sure) - Number(a.sure) || compareTexts(a.ids[0], b.ids[0]) || compareTexts(a.ids[1], b.ids[1]),
    )
    .slice(0, MOST);
}

/** All pairs of contacts that share a mark not too many have, in no order. */
export function pairsOf(
  contacts: Iterable<{ readonly id: RecordId; readonly marks: ContactMarks }>,
): readonly Duplicate[] {
  const holders = new Map<string, RecordId[]>();
  for (const { id, marks: told } of contacts) {
    const { emails, phones, name } = told;
    const marks = [...emails.map((mark) => `email ${mark}`), ...phones.map((mark) => `phone ${mark}`)];
    for (const mark of name === null ? marks : [...marks, `name ${name}`]) {
      const ids = holders.get(mark);
      if (ids === undefined) holders.set(mark, [id]);
      else if (ids.length <= COMMON) ids.push(id);
    }
  }
  const pairs = new Map<string, { ids: readonly [RecordId, RecordId]; marks: string[] }>();
  for (const [mark, ids] of holders) {
    if (ids.length > COMMON) continue;
    for (const [at, one] of ids.entries())
      for (const other of ids.slice(at + 1)) {
        const both = one < other ? ([one, other] as const) : ([other, one] as const);
        const key = both.join('\0');
        const pair = pairs.get(key) ?? { ids: both, marks: [] };
        pair.marks.push(mark);
        pairs.set(key, pair);
      }
  }
  return [...pairs.values()].map(({ ids, marks }) => duplicateOf(ids, marks.sort()));
}

function duplicateOf(ids: readonly [RecordId, RecordId], marks: readonly string[]): Duplicate {
  const shared = marks.map((each) => {
    const at = each.indexOf(' ');
    return { by: each.slice(0, at) as 'email' | 'phone' | 'name', mark: each.slice(at + 1) };
  });
  return { ids, sure: shared.some(({ by }) => by === 'name') && shared.some(({ by }) => by !== 'name'), shared };
}
