import { type FieldName, fieldName } from '../record/ids.ts';
import { isOverride } from '../record/series.ts';
import { equalValues, type Fields, isPlain, type Plain, type Value } from '../record/value.ts';

const DESCRIPTION = fieldName('description');
/** Where the parameters of DESCRIPTION are; ALTREP among them is the same once more (Thunderbird). */
const PARAMS = fieldName('iCalendarParams/description');
const ALTREP = 'altrep';
const UNKNOWN = 'iCalendar/';
/** Properties that say the description once more, with its markup. */
const MARKED_UP: ReadonlySet<string> = new Set(['x-alt-desc', 'styled-description']);

/**
 * Takes out of `after` the description with markup, where the text beside it was edited in a source (`before`, `now`) by somebody whose program left
 * that as it was: those who show the markup would see none of the edit. Of an occurrence as of its series.
 */
export function dropFormerMarkup(after: Map<FieldName, Value>, before: Fields, now: Fields): void {
  if (isReworded(before, now))
    for (const [field, value] of now) {
      const kept = withoutMarkup(field, value);
      if (kept === value || !equalValues(before.get(field) ?? null, value)) continue;
      if (kept === null) after.delete(field);
      else after.set(field, kept);
    }
  for (const [field, value] of now) {
    const own = after.get(field) ?? null;
    const was = before.get(field) ?? null;
    if (isOverride(field) && isPlain(own) && isPlain(value) && !equalValues(was, value))
      after.set(field, occurrenceWithout(own, after, occurrence(before, was), occurrence(now, value)));
  }
}

/** What an occurrence says, with what it has from its series. */
function occurrence(series: Fields, patch: Value): Fields {
  const fields = new Map(series);
  for (const [field, value] of Object.entries(isPlain(patch) ? patch : {})) fields.set(fieldName(field), value);
  return fields;
}

function occurrenceWithout(own: Plain, series: Fields, before: Fields, now: Fields): Plain {
  if (!isReworded(before, now)) return own;
  const patch: { [key: string]: Value } = { ...own };
  for (const [field, value] of now) {
    const kept = withoutMarkup(field, value);
    if (kept === value || !equalValues(before.get(field) ?? null, value)) continue;
    if (equalValues(series.get(field) ?? null, kept)) delete patch[field];
    else patch[field] = kept;
  }
  return patch;
}

/** Does the description say something else, in other words? */
function isReworded(before: Fields, now: Fields): boolean {
  const [was, is] = [before, now].map((fields) => fields.get(DESCRIPTION) ?? null);
  return typeof was === 'string' && was !== is && wordsOf(was) !== (typeof is === 'string' ? wordsOf(is) : '');
}
const wordsOf = (text: string): string => text.trim().split(/\s+/).join(' ');

/** The value without what says the description with markup; null: it is nothing else. The same object: nothing in it is. */
function withoutMarkup(field: FieldName, value: Value): Value {
  if (!isPlain(value)) return value;
  if (field.startsWith(UNKNOWN)) return MARKED_UP.has(String(value.name)) ? null : value;
  if (field !== PARAMS || !Object.hasOwn(value, ALTREP)) return value;
  const { [ALTREP]: _, ...rest } = value;
  return Object.keys(rest).length === 0 ? null : rest;
}
