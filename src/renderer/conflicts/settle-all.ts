import type { ConflictView } from '../../contract/contract.ts';
import { isOccurrence } from '../../contract/field-words.ts';
import { numberText } from '../../contract/number-text.ts';

/** Which value of a conflict is taken by one answer to all: `newest`, `this-device` or a device; null: it stays open. */
const taken = ({ values }: ConflictView, prefer: string, self: string) =>
  (prefer === 'newest'
    ? values[0]
    : values.find(({ device }) => device === (prefer === 'this-device' ? self : prefer))) ?? null;

/** What one answer to all these conflicts deletes, by name. An occurrence that is as its series says is there still. */
export const deletedBy = (conflicts: readonly ConflictView[], prefer: string, self: string): readonly string[] =>
  conflicts
    .filter((one) => taken(one, prefer, self)?.kind === 'delete' && !isOccurrence(one.field))
    .map(({ name }) => name);

/** `4 conflicts settled`, and how many of them (`before`) are `left`. */
export function settledWords(before: number, left: number): string {
  const settled = Math.max(0, before - left);
  return `${settled === 0 ? 'No' : numberText(settled)} ${settled === 1 ? 'conflict' : 'conflicts'} settled`;
}
