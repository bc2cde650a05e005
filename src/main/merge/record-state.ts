import { compareTexts } from '../record/compare-texts.ts';
import { type FieldRule, fieldRule, type RecordKind } from '../record/field-rules.ts';
import { ENTRY, EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName } from '../record/ids.ts';
import { isOverride, SERIES_FIELDS, strayOverrides } from '../record/series.ts';
import type { Value } from '../record/value.ts';

/** One value a field holds, with the dots of all changes that wrote it (values equal in meaning are one). Never without a dot. */
export interface Sibling {
  readonly value: Value;
  readonly dots: readonly Dot[];
}

/** What all changes known here make of a record: per field every value that none of them replaced (DESIGN 5). Immutable. */
export interface RecordState {
  readonly fields: ReadonlyMap<FieldName, readonly Sibling[]>;
  /** Dots replaced before they arrived: when they do, they never appear. */
  readonly superseded: ReadonlyMap<FieldName, readonly Dot[]>;
}

/** Of a record of which no change is known. */
export const EMPTY_STATE: RecordState = { fields: new Map(), superseded: new Map() };

/** Orders dots by (signed hybrid time, log, number, index), so that every device shows the same value first. */
export type DotOrder = (a: Dot, b: Dot) => number;

/** Is the record there? With a delete beside an edit it is: the edit is kept and shown (DESIGN 5). */
export function isLive(state: RecordState): boolean {
  return (state.fields.get(EXISTS) ?? []).some((sibling) => sibling.value === true);
}

/** The value shown where a source held none of them. Null only for a field without values. */
export function shownSibling(rule: FieldRule, siblings: readonly Sibling[], order: DotOrder): Sibling | null {
  const { isLater } = rule;
  const joined = joinedValue(rule, siblings);
  if (joined !== null) return { value: joined, dots: siblings.flatMap((each) => each.dots) };
  const isSettled = isLater !== undefined && siblings.length > 1 && hasRightOne(rule, siblings);
  let best: Sibling | null = null;
  for (const sibling of siblings) {
    const isBefore = (former: Sibling): boolean =>
      isSettled ? isLater(sibling.value, former.value) === true : isShownBefore(rule, sibling, former, order);
    if (best === null || isBefore(best)) best = sibling;
  }
  return best;
}

/** Is one of the values of a field right by itself, so that no person has to choose? */
export function hasRightOne(rule: FieldRule, siblings: readonly Sibling[]): boolean {
  if (rule.concurrent === 'larger') return true;
  const { isLater } = rule;
  const [first, ...others] = siblings;
  if (first === undefined || joinedValue(rule, siblings) !== null) return true;
  return others.every(({ value }) => isLater !== undefined && isLater(value, first.value) !== null);
}

/** What all values of a field say together; null where it is one, or they say several things. */
function joinedValue({ join }: FieldRule, siblings: readonly Sibling[]): Value | null {
  const [first, ...others] = siblings;
  if (join === undefined || first === undefined || others.length === 0) return null;
  return others.reduce<Value | null>(
    (joined, { value }) => (joined === null ? null : join(joined, value)),
    first.value,
  );
}

function isShownBefore(rule: FieldRule, a: Sibling, b: Sibling, order: DotOrder): boolean {
  if (typeof a.value === 'boolean' && typeof b.value === 'boolean' && a.value !== b.value) return a.value;
  if (rule.concurrent === 'larger' && a.value !== b.value) return isLarger(a.value, b.value);
  const leads = rule.leads?.(a.value) ?? false;
  if (leads !== (rule.leads?.(b.value) ?? false)) return leads;
  return order(largestDot(a, order), largestDot(b, order)) > 0;
}

function isLarger(a: Value, b: Value): boolean {
  if (b === null) return true;
  if (a === null) return false;
  return typeof a === typeof b ? (a as number | string) > (b as number | string) : typeof a > typeof b;
}

/** The dot of a value that comes last. */
export function largestDot({ dots }: Pick<Sibling, 'dots'>, order: DotOrder): Dot {
  return dots.reduce((largest, dot) => (order(dot, largest) > 0 ? dot : largest));
}

/** Does a person have to choose between the values of this field? */
export function isConflict(rule: FieldRule, siblings: readonly Sibling[]): boolean {
  return siblings.length > 1 && !hasRightOne(rule, siblings);
}

/**
 * Which of the changes that keep a record (`dots`) a source stands for that does not show some of its values (`unseen`: what wrote those): the ones it
 * held before, else all but what wrote the unseen. Where that leaves none to keep those, none: whoever deletes the item there sees only the version
 * that is there, and the others stay, beside the deletion.
 */
export function dotsStoodFor(dots: readonly Dot[], before: readonly Dot[], unseen: ReadonlySet<Dot>): readonly Dot[] {
  if (unseen.size === 0) return dots;
  const kept = dots.filter((dot) => before.includes(dot));
  const stoodFor = kept.length > 0 ? kept : dots.filter((dot) => !unseen.has(dot));
  return stoodFor.length === dots.length ? [] : stoodFor;
}

/** The fields a person has to decide about, in the order of their names. Of a record that every device deleted, none. */
export function conflictFields(kind: RecordKind, state: RecordState): readonly FieldName[] {
  if (!isLive(state)) return [];
  const open: FieldName[] = [];
  state.fields.forEach((siblings, field) => {
    if (siblings.length > 1 && isConflict(fieldRule(kind, field), siblings)) open.push(field);
  });
  if (kind === 'calendar') open.push(...strayFields(state));
  return open.length < 2 ? open : open.sort(compareTexts);
}

/**
 * How many choices a record in conflict gives a person: a delete beside edits, and a folder where a file is (`covered`), are one of the whole
 * record, which for a file is that of its entry.
 */
export function countChoices(kind: RecordKind, state: RecordState, covered: boolean): number {
  const fields = conflictFields(kind, state);
  if (fields.length === 0) return covered ? 1 : 0;
  const isOfWhole = covered || fields.includes(EXISTS);
  if (!isOfWhole) return fields.length;
  return fields.filter((field) => field !== EXISTS && !(kind === 'files' && field === ENTRY)).length + 1;
}

/**
 * Of an event: what is said of occurrences while somebody else moved the series (DESIGN 1: fields that only make sense together). Not before it is
 * decided when that takes place.
 */
export function strayFields(state: RecordState): readonly FieldName[] {
  let hasOverrides = false;
  for (const field of state.fields.keys()) hasOverrides ||= isOverride(field);
  if (!hasOverrides) return [];
  if (SERIES_FIELDS.some((field) => (state.fields.get(field) ?? []).length > 1)) return [];
  const single = new Map<FieldName, Value>();
  for (const [field, [only, ...others]] of state.fields)
    if (only !== undefined && others.length === 0) single.set(field, only.value);
  return strayOverrides(single);
}

/** What a source that shows this state exactly holds: value and dots of each field. */
export interface HeldField {
  readonly value: Value;
  readonly dots: readonly Dot[];
}
export type Held = ReadonlyMap<FieldName, HeldField>;

/** Every field as shown, with the dots a source showing it stands for: of a merged-to-the-larger field all of them. */
export function shownFields(kind: RecordKind, state: RecordState, order: DotOrder): Held {
  const shown = new Map<FieldName, HeldField>();
  state.fields.forEach((siblings, field) => {
    const one = shownField(fieldRule(kind, field), siblings, order);
    if (one !== null) shown.set(field, one);
  });
  return shown;
}

/** One of them; null only for a field without values. */
export function shownField(rule: FieldRule, siblings: readonly Sibling[], order: DotOrder): HeldField | null {
  if (siblings.length === 1) return siblings[0] as Sibling;
  const sibling = shownSibling(rule, siblings, order);
  if (sibling === null || !hasRightOne(rule, siblings)) return sibling;
  return { value: sibling.value, dots: siblings.flatMap((each) => each.dots) };
}
