import type { Held } from '../merge/record-state.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import { type FieldName, fieldName } from '../record/ids.ts';
import { nameSeries } from '../record/series.ts';
import { equalValues, type Fields, isPlain, type Value } from '../record/value.ts';
import { addressBeside, putLabels } from './put-address.ts';
import { dropFormerMarkup } from './put-description.ts';
import { nameBeside, withoutFormerName } from './put-name.ts';
import { isOfParts, putParts, wholeOf, withoutFormerWhole } from './put-parts.ts';
import { renamedIn } from './put-renamed.ts';

/** What a source can hold of a record, beside what it holds (`SourceAdapter.project`); null: all of it. */
export type Projection = ((full: Fields, held?: Fields) => Fields) | null;

const NO_FIELDS: Fields = new Map();
const NAME = fieldName('name');

/** The full record a source stands for: every field that is not cleared. */
export function fieldsOf(held: Held | null): Fields {
  return held?.get(EXISTS)?.value === true ? lastFieldsOf(held) : NO_FIELDS;
}

/** The same, or of an item that is gone what it said last: made anew, it says nothing of what its source cannot hold. */
export function lastFieldsOf(held: Held | null): Fields {
  if (held === null) return NO_FIELDS;
  const fields = new Map<FieldName, Value>();
  held.forEach(({ value }, field) => {
    if (field !== EXISTS && value !== null) fields.set(field, value);
  });
  return fields;
}

/** What the source really held when it was last in step: `stored` where that is other than what was meant. */
export function nativeOf(held: Held | null, stored: Fields | null, project: Projection): Fields {
  if (stored !== null) return stored;
  const full = fieldsOf(held);
  return project === null || full.size === 0 ? full : project(full);
}

/**
 * Is all that a source holds (`native`), and that a record still says, in what it would show of that anew, and as it is there where nothing was said
 * of it since (`before`)? Else something else would be in its place.
 */
export function showsAsHeld(kind: RecordKind, native: Fields, before: Fields, now: Shown): boolean {
  for (const [field, value] of native) {
    const said = now.full.get(field) ?? null;
    const shown = now.shown.get(field) ?? null;
    if (said === null || value === shown) continue;
    const { same } = fieldRule(kind, field);
    if (shown === null || (!same(value, shown) && same(before.get(field) ?? null, said))) return false;
  }
  return true;
}

/** A record, and what a source can show of it. */
interface Shown {
  readonly full: Fields;
  readonly shown: Fields;
}

/**
 * What a source is to hold so that it shows `now`, beside what it holds otherwise than it would show it (a line its version does not know, a cell it
 * spells in its own way): that stays as it stands for as long as the record says of it what it said `before`; so does each such part of an entry (a
 * preference that its version has no place for) as others of it change. `outlived`: the record says something
 * else of such a thing by now, which is to go though nothing that is shown changes.
 */
export function keepUnshown(
  kind: RecordKind,
  native: Fields,
  before: Shown,
  now: Shown,
): { readonly target: Fields; readonly outlived: boolean } {
  const target = new Map<FieldName, Value>(now.shown);
  let outlived = false;
  native.forEach((value, field) => {
    const { same } = fieldRule(kind, field);
    const isAsBefore = (a: Fields, b: Fields): boolean => same(a.get(field) ?? null, b.get(field) ?? null);
    if (isAsBefore(before.shown, now.shown)) {
      if (isAsBefore(before.full, now.full)) target.set(field, value);
      else outlived ||= !same(value, now.shown.get(field) ?? null);
      return;
    }
    const valueIn = (fields: Fields): Value => fields.get(field) ?? null;
    const beyond = partsBeyond(value, [before.shown, now.shown].map(valueIn), [before.full, now.full].map(valueIn));
    if (beyond !== null) target.set(field, { ...(now.shown.get(field) as object), ...beyond });
  });
  return { target, outlived };
}

/** The parts of an entry that is to say something else which its source holds and does not show, and of which the record says what it said. null: none. */
function partsBeyond(value: Value, shown: readonly Value[], full: readonly Value[]): { [key: string]: Value } | null {
  if (!isPlain(value) || !shown.every(isPlain) || !full.every(isPlain)) return null;
  const beyond = Object.entries(value).filter(
    ([key, part]) =>
      shown.every((each) => !Object.hasOwn(each, key)) && full.every((each) => equalValues(each[key] ?? null, part)),
  );
  return beyond.length === 0 ? null : Object.fromEntries(beyond);
}

/** Do both say the same, field by field? */
export function sameFields(kind: RecordKind, a: Fields, b: Fields): boolean {
  let isSame = true;
  a.forEach((value, field) => {
    const other = b.get(field) ?? null;
    isSame &&= value === other || fieldRule(kind, field).same(value, other);
  });
  b.forEach((value, field) => {
    isSame &&= a.has(field) || fieldRule(kind, field).same(null, value);
  });
  return isSame;
}

/**
 * Does `now` replace or clear anything that was there? Entries that only come with it do not count: for the safety halt a record that is added
 * to is no rewrite, one that says something else is (`safety.rewrite-share`).
 */
export function replacesFields(kind: RecordKind, held: Held, now: Fields): boolean {
  for (const [field, value] of fieldsOf(held)) {
    const rule = fieldRule(kind, field);
    const own = now.get(field) ?? null;
    if (rule.concurrent === 'conflict' && !rule.same(value, own) && (rule.isLater?.(own, value) ?? null) === null)
      return true;
  }
  return false;
}

/**
 * What a source that is met for the first time says, beside a record that is there already: what it holds just as it would show the record
 * stands for the whole of it; the rest is its own. What it lacks is not cleared: nobody removed that.
 */
export function adoptedFields(kind: RecordKind, full: Fields, reading: Fields, project: Projection): Fields {
  if (project === null) return reading;
  const shown = project(full, reading);
  const adopted = new Map<FieldName, Value>();
  for (const [field, value] of reading) {
    const own = full.get(field);
    adopted.set(field, own !== undefined && fieldRule(kind, field).same(shown.get(field) ?? null, value) ? own : value);
  }
  return adopted;
}

/**
 * The full record, changed only where the reading differs from what the source showed of it before (the lens of DESIGN 4). `before`: what
 * the source held when it was last in step; `now`: what it holds. What the source cannot hold is in neither, and stays; what it held and
 * does not any more is cleared. Within one entry (an address with a label the format has no place for) the same holds part by part.
 * With `project` so it does of the parts of a name, an address or a company, unless the source would show another one then. Law:
 * `putFields(full, held, held)` is `full`.
 */
export function putFields(
  kind: RecordKind,
  full: Fields,
  before: Fields,
  now: Fields,
  project: Projection = null,
): Fields {
  const after = new Map<FieldName, Value>(full);
  const renamed = kind === 'contacts' ? renamedIn(before, now) : null;
  for (const [field, said] of now) {
    const former = renamed?.get(field);
    if (former !== undefined && !full.has(field)) {
      after.set(field, full.get(former) ?? said);
      continue;
    }
    const held = before.get(field) ?? null;
    if (fieldRule(kind, field).same(held, said)) continue;
    const value = valueOfOwn(field, said, before, now);
    if (value === null) continue;
    after.set(field, putValue(full.get(field) ?? null, held, value));
    if (project !== null && kind === 'contacts')
      putInParts(after, field, { full: full.get(field) ?? null, before: held, now: value }, (each) =>
        project(each, before),
      );
  }
  for (const field of before.keys()) if (!now.has(field)) after.delete(field);
  if (kind === 'calendar') {
    dropFormerMarkup(after, before, now);
    nameSeries(after, full, now);
  }
  if (kind === 'contacts') putLabels(after, full, before, now);
  return after;
}

/** What a source says of a field by now, without what it made of other things it says, and left there as they were edited; null: it is nothing else. */
function valueOfOwn(field: FieldName, said: Value, before: Fields, now: Fields): Value {
  if (field === NAME) return withoutFormerName(said, before, now);
  return field.startsWith('addresses/') ? withoutFormerWhole(before.get(field) ?? null, said) : said;
}

/** Where a list of parts was taken as a whole: only what the source says otherwise of it, if the source would show just that then. */
function putInParts(
  after: Map<FieldName, Value>,
  field: FieldName,
  { full, before, now }: { readonly full: Value; readonly before: Value; readonly now: Value },
  project: NonNullable<Projection>,
): void {
  const whole = after.get(field) ?? null;
  const parts = wholeOf(putValue(full, before, now, putParts), full, before);
  const beside = (value: Value): Value =>
    field === NAME ? nameBeside(value, full, before, now) : addressBeside(value, full, before);
  for (const value of [beside(parts), parts, beside(whole)]) {
    if (equalValues(value, whole)) break;
    after.set(field, value);
    if (equalValues(project(after).get(field) ?? null, now)) return;
  }
  after.set(field, whole);
}

function putValue(full: Value, before: Value, now: Value, putList: typeof putParts | null = null): Value {
  if (putList !== null && isOfParts(full) && isOfParts(before) && isOfParts(now)) return putList(full, before, now);
  if (!isPlain(full) || !isPlain(before) || !isPlain(now)) return now;
  const after: { [key: string]: Value } = { ...full };
  for (const [key, value] of Object.entries(now)) {
    const held = before[key] ?? null;
    // An occurrence says of what its series has that it lacks it: nothing said before is another thing than that.
    if (!Object.hasOwn(before, key) || !equalValues(held, value))
      after[key] = putValue(full[key] ?? null, held, value, putList);
  }
  for (const key of Object.keys(before)) if (!Object.hasOwn(now, key)) delete after[key];
  return after;
}
