import { dotsStoodFor, type Held, type HeldField, isConflict, type RecordState } from '../merge/record-state.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import { ENTRY, EXISTS, fileEntry, MODIFIED } from '../record/file-entry.ts';
import type { Dot, FieldName } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';

/** A value a field had once, and the change that wrote it. */
export interface EarlierValue {
  readonly field: FieldName;
  readonly value: Value;
  readonly dot: Dot;
}

/**
 * What an item that no snapshot tells of stands for (adoption, DESIGN 9): each field that equals a current value, or one it had earlier, is that
 * value and shows its dots; the others are unknown, and only they will become a change. An empty file with the very time of a version that was
 * not is what a loss of power left of that one, which may have taken the database too: it stands for that version, and is made again.
 *
 * `earlier` is asked for only where a value is not current. Returns null for a deleted record whose item is an earlier version of it:
 * a person has to say which of the two is meant.
 */
export function adopt(
  kind: RecordKind,
  state: RecordState,
  now: Fields,
  earlier: () => readonly EarlierValue[],
): { readonly held: Held; readonly deleted: boolean } {
  const held = new Map<FieldName, HeldField>();
  /** Of values that the item does not show, also of a conflict of which it shows another. */
  const unseen = new Set<Dot>();
  let known: readonly EarlierValue[] | null = null;
  let matched = true;
  for (const [field, value] of now) {
    const rule = fieldRule(kind, field);
    const siblings = state.fields.get(field) ?? [];
    const current = siblings.find((sibling) => rule.same(sibling.value, value));
    if (current !== undefined) {
      held.set(field, { value, dots: current.dots });
      if (isConflict(rule, siblings))
        for (const { dots } of siblings) for (const dot of dots) if (!current.dots.includes(dot)) unseen.add(dot);
      continue;
    }
    if (rule.concurrent === 'larger') {
      const dots = siblings.flatMap((sibling) => sibling.dots);
      const isLarger = siblings.every(
        (sibling) => sibling.value === null || (sibling.value as number) < (value as number),
      );
      if (isLarger && siblings.length > 0) held.set(field, { value: null, dots });
      else held.set(field, { value, dots: [] });
      continue;
    }
    for (const { dots } of siblings) for (const dot of dots) unseen.add(dot);
    known ??= earlier();
    const once = known.filter((each) => each.field === field && rule.same(each.value, value));
    const dots = once.length > 0 || field !== ENTRY ? once.map((each) => each.dot) : emptied(now, known);
    if (dots.length > 0) held.set(field, { value, dots });
    else matched = false;
  }
  const exists = state.fields.get(EXISTS) ?? [];
  const live = exists.find((sibling) => sibling.value === true);
  if (live !== undefined) {
    held.set(EXISTS, { value: true, dots: dotsStoodFor(live.dots, [], unseen) });
    return { held, deleted: false };
  }
  known ??= earlier();
  const once = known.filter((each) => each.field === EXISTS && each.value === true).map((each) => each.dot);
  if (matched && once.length > 0) {
    held.set(EXISTS, { value: true, dots: once });
    // A time alone is no edit of what is deleted.
    for (const [field, { dots }] of held) held.set(field, { value: now.get(field) ?? null, dots });
    held.set(EXISTS, { value: true, dots: once });
    return { held, deleted: true };
  }
  for (const [field, siblings] of state.fields)
    if (!held.has(field) && field !== EXISTS)
      held.set(field, { value: null, dots: siblings.flatMap((each) => each.dots) });
  held.set(EXISTS, { value: false, dots: exists.flatMap((each) => each.dots) });
  return { held, deleted: false };
}

/** The changes that made a file of an earlier version with bytes in it, at the very time this empty one has. */
function emptied(now: Fields, earlier: readonly EarlierValue[]): readonly Dot[] {
  const [entry, modified] = [fileEntry(now.get(ENTRY)), now.get(MODIFIED)];
  if (entry?.type !== 'file' || entry.size > 0 || typeof modified !== 'number') return [];
  const then = earlier.filter(({ field, value }) => field === MODIFIED && value === modified);
  return then.flatMap(({ dot }) => {
    const made = fileEntry(earlier.find((each) => each.dot === dot && each.field === ENTRY)?.value);
    return made?.type === 'file' && made.size > 0 ? [dot] : [];
  });
}
