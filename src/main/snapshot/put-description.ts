import { type FieldName, fieldName } from '../record/ids.ts';
import { isOverride } from '../record/series.ts';
import { equalValues, type Fields, isPlain, type Plain, type Value } from '../record/value.ts';
import { saysTheSame, wordsOf } from './markup-words.ts';

const DESCRIPTION = fieldName('description');
/** Where the parameters of DESCRIPTION are; ALTREP among them is the same once more (Thunderbird). */
const PARAMS = fieldName('iCalendarParams/description');
const ALTREP = 'altrep';
const UNKNOWN = 'iCalendar/';
/** Properties that say the description once more, with its markup. */
const MARKED_UP: ReadonlySet<string> = new Set(['x-alt-desc', 'styled-description']);

/**
 * Takes out of `after` the description with markup, where the text beside it was edited in a source (`before`, `now`) by somebody whose program left
 * that as it was: those who show the markup would see none of the edit. Where it says the very words that the text has now, as once they are edited
 * back, it is there, also if it was taken out before. Of an occurrence as of its series.
 */
export function dropFormerMarkup(after: Map<FieldName, Value>, before: Fields, now: Fields): void {
  for (const [field, isTrue] of leftMarkup(before, now)) {
    const put = putMarkup(field, after.get(field) ?? null, now.get(field) ?? null, isTrue);
    if (put === null) after.delete(field);
    else after.set(field, put);
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
  const patch: { [key: string]: Value } = { ...own };
  for (const [field, isTrue] of leftMarkup(before, now)) {
    const inSeries = series.get(field) ?? null;
    const said = Object.hasOwn(patch, field) ? (patch[field] ?? null) : inSeries;
    const put = putMarkup(field, said, now.get(field) ?? null, isTrue);
    if (equalValues(inSeries, put)) delete patch[field];
    else patch[field] = put;
  }
  return patch;
}

/**
 * Each field with markup that was left as it was while the text beside it was reworded, and whether it says the words of that. What nobody wrote in
 * plain text is in the markup alone, and no former one.
 */
function leftMarkup(before: Fields, now: Fields): readonly (readonly [FieldName, boolean])[] {
  const [was, is] = [textIn(before), textIn(now)];
  if (wordsOf(was) === wordsOf(is)) return [];
  return [...now].flatMap(([field, value]) => {
    const markup = markupIn(field, value);
    if (markup === null || !equalValues(before.get(field) ?? null, value)) return [];
    const isTrue = saysTheSame(markup, is);
    return isTrue || wordsOf(was) !== '' || saysTheSame(markup, '') ? [[field, isTrue] as const] : [];
  });
}

function textIn(fields: Fields): string {
  const text = fields.get(DESCRIPTION) ?? null;
  return typeof text === 'string' ? text : '';
}

/** The description with markup that a value is, or has among others; null: none. */
function markupIn(field: FieldName, value: Value): string | null {
  if (!isPlain(value)) return null;
  if (field.startsWith(UNKNOWN)) {
    if (!MARKED_UP.has(String(value.name))) return null;
    return String(value.value).replace(/\\([\s\S])/g, (_, sign) => (/n/i.test(sign) ? '\n' : sign));
  }
  return field === PARAMS && Object.hasOwn(value, ALTREP) ? inDataUri(String(value[ALTREP])) : null;
}

function inDataUri(uri: string): string {
  const [, encoded] = /^data:text\/html(?:;charset=utf-8)?,([\s\S]*)$/i.exec(uri) ?? [];
  try {
    return encoded === undefined ? uri : decodeURIComponent(encoded);
  } catch {
    return uri;
  }
}

/** What a field says with the markup that is in `from`, unless it has another one, or without any. */
function putMarkup(field: FieldName, own: Value, from: Value, isThere: boolean): Value {
  if (field !== PARAMS) return isThere ? (own ?? from) : null;
  const { [ALTREP]: has = null, ...others } = isPlain(own) ? own : {};
  const altrep = isThere ? (has ?? (from as Plain)[ALTREP] ?? null) : null;
  if (altrep !== null) return { ...others, [ALTREP]: altrep };
  return Object.keys(others).length === 0 ? null : others;
}
