import type { Packed } from '../record/encode-value.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName } from '../record/ids.ts';
import { type Change, type FieldWrite, NOTHING } from './change.ts';

/** What an undo takes back, and what each of its writes stands for: first whether the record is there, then its fields in their order. */
export interface UndoneDots {
  readonly takesBack: readonly Dot[];
  readonly standsFor: readonly (readonly Dot[])[];
}

/**
 * What a body says at its end, where versions that know nothing of it look at nothing: of each undo in it `[index, dots taken back, dots each write
 * stands for]`. null: there is no undo in it.
 */
export function packUndone(changes: readonly Change[], reference: (dot: Dot) => number): Packed[] | null {
  const refer = (dots: readonly Dot[]): number[] => dots.map((dot) => (dot === NOTHING ? NOTHING : reference(dot)));
  const packed = changes.flatMap(({ takesBack, writes }, index): Packed[][] => {
    if (takesBack === undefined) return [];
    const exists = writes.find(({ field }) => field === EXISTS)?.standsFor ?? [];
    const others = writes.filter(({ field }) => field !== EXISTS).map(({ standsFor }) => refer(standsFor ?? []));
    return [[index, refer(takesBack), [refer(exists), ...others]]];
  });
  return packed.length === 0 ? null : packed;
}

/** As `packUndone` gave it, by the index of each undo. What is of another form says nothing: undo does without it. */
export function unpackUndone(packed: unknown, dot: (reference: unknown) => Dot): ReadonlyMap<unknown, UndoneDots> {
  const undone = new Map<unknown, UndoneDots>();
  const dots = (list: unknown): readonly Dot[] =>
    [...new Set(list as readonly unknown[])].map((each) => (each === NOTHING ? NOTHING : dot(each)));
  for (const each of Array.isArray(packed) ? (packed as unknown[]) : [])
    try {
      const [index, takesBack, standsFor] = each as [unknown, unknown, readonly unknown[]];
      undone.set(index, { takesBack: dots(takesBack), standsFor: [...standsFor].map(dots) });
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    }
  return undone;
}

/** A change with what its body says of it as an undo. */
export function withUndone(change: Change, undone: UndoneDots | undefined): Change {
  if (undone === undefined || change.cause !== 'undo') return change;
  const others = change.writes.map(({ field }) => field).filter((field) => field !== EXISTS);
  const place = (field: FieldName): number => (field === EXISTS ? 0 : 1 + others.indexOf(field));
  const writes = change.writes.map((write): FieldWrite => {
    const standsFor = undone.standsFor[place(write.field)];
    return standsFor === undefined ? write : { ...write, standsFor };
  });
  return { ...change, writes, takesBack: undone.takesBack };
}
