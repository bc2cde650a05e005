import type { ConflictView } from '../../contract/contract.ts';
import { fieldWords } from '../../contract/field-words.ts';

/** What is in conflict of one record: a file has one conflict, a contact one for each field that was changed apart. */
export interface ConflictGroup {
  readonly key: string;
  readonly collection: string;
  readonly record: string;
  readonly name: string;
  readonly conflicts: readonly ConflictView[];
}

/** The conflicts of each record together, in the order of the list. */
export function conflictGroups(list: readonly ConflictView[]): readonly ConflictGroup[] {
  const groups = new Map<string, ConflictGroup & { readonly conflicts: ConflictView[] }>();
  for (const conflict of list) {
    const { collection, record, name } = conflict;
    const key = `${collection} ${record}`;
    const group = groups.get(key) ?? { key, collection, record, name, conflicts: [] };
    groups.set(key, group);
    group.conflicts.push(conflict);
  }
  return [...groups.values()];
}

/** Fields that mean the whole record: naming them tells a person nothing. */
const WHOLE: ReadonlySet<string> = new Set(['entry', 'exists']);

/** What people call the field in conflict; null: it is the record as a whole. */
export const conflictField = ({ field, values, base }: ConflictView): string | null =>
  WHOLE.has(field) ? null : fieldWords(field, values[0]?.value ?? base);

/** What the field of each is called among these, by id: of several phones for home, which of how many it is. */
export function fieldTitles(conflicts: readonly ConflictView[]): ReadonlyMap<string, string> {
  const names = conflicts.map((one) => conflictField(one) ?? 'All of it');
  const countOf = (name: string, until: number): number => names.slice(0, until).filter((one) => one === name).length;
  return new Map(
    conflicts.map(({ id }, at) => {
      const name = names[at] ?? '';
      const all = countOf(name, names.length);
      return [id, all === 1 ? name : `${name}, ${countOf(name, at + 1)} of ${all}`];
    }),
  );
}
