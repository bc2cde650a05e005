import type { Change } from '../change-log/change.ts';
import { type FieldRule, fieldRule, type RecordKind } from '../record/field-rules.ts';
import type { Dot, FieldName } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import type { RecordState, Sibling } from './record-state.ts';

/**
 * Applies one change to a record's state: it removes what the change replaces and adds its values (DESIGN 5).
 *
 * Laws: each dot is applied once (the caller sees to that); the state after a set of changes is the same whatever their
 * order. Hence a replaced dot that has not arrived (`isApplied` says no) is remembered, and never appears when it does.
 */
export function applyChange(
  kind: RecordKind,
  state: RecordState,
  dot: Dot,
  change: Change,
  isApplied: (dot: Dot) => boolean,
): RecordState {
  const fields = new Map(state.fields);
  const own: readonly Dot[] = [dot];
  let superseded: Map<FieldName, readonly Dot[]> | null = null;
  for (const write of change.writes) {
    const isFirst = write.replaces.length === 0 && state.superseded.size === 0 && superseded === null;
    if (isFirst && !fields.has(write.field)) {
      fields.set(write.field, [{ value: write.value, dots: own }]);
      continue;
    }
    const left = removeDots(fields.get(write.field) ?? [], write.replaces);
    const waiting = (superseded ?? state.superseded).get(write.field) ?? [];
    const isWaiting = among(waiting);
    const early = [...new Set(write.replaces)].filter(
      (replaced) => replaced !== dot && !isApplied(replaced) && !isWaiting(replaced),
    );
    const isSuperseded = waiting.includes(dot);
    if (early.length > 0 || isSuperseded) {
      superseded ??= new Map(state.superseded);
      const rest = [...waiting.filter((each) => each !== dot), ...early].sort((a, b) => a - b);
      if (rest.length > 0) superseded.set(write.field, rest);
      else superseded.delete(write.field);
    }
    const siblings = isSuperseded ? left : addSibling(fieldRule(kind, write.field), left, write.value, dot);
    if (siblings.length > 0) fields.set(write.field, siblings);
    else fields.delete(write.field);
  }
  return { fields, superseded: superseded ?? state.superseded };
}

function removeDots(siblings: readonly Sibling[], replaced: readonly Dot[]): readonly Sibling[] {
  if (replaced.length === 0 || siblings.length === 0) return siblings;
  const left: Sibling[] = [];
  const isReplaced = among(replaced);
  for (const sibling of siblings) {
    const dots = sibling.dots.filter((dot) => !isReplaced(dot));
    if (dots.length === sibling.dots.length) left.push(sibling);
    else if (dots.length > 0) left.push({ value: sibling.value, dots });
  }
  return left;
}

/** Looks dots up, in a set where they are many: a hostile member may name a million of them. */
function among(dots: readonly Dot[]): (dot: Dot) => boolean {
  if (dots.length <= 8) return (dot) => dots.includes(dot);
  const known = new Set(dots);
  return (dot) => known.has(dot);
}

/** The value of a sibling with several dots is that of the first that came; equal in meaning is equal for every purpose but bytes. */
function addSibling(rule: FieldRule, siblings: readonly Sibling[], value: Value, dot: Dot): readonly Sibling[] {
  const at = siblings.findIndex((sibling) => rule.same(sibling.value, value));
  if (at < 0) return [...siblings, { value, dots: [dot] }];
  return siblings.map((sibling, each) =>
    each === at ? { value: sibling.value, dots: [...sibling.dots, dot] } : sibling,
  );
}
