import { digestOf } from '../platform/hash.ts';
import { compareTexts } from './compare-texts.ts';
import { type FieldName, fieldName } from './ids.ts';
import { sortedJson } from './sorted-json.ts';
import { equalValues, type Fields, isPlain, type Plain, type Value } from './value.ts';

const OVERRIDE = 'recurrenceOverrides/';
const WHEN = fieldName('when');
const RULE = fieldName('recurrenceRule');
/** What the times of the occurrences of a series hang on. */
export const SERIES_FIELDS: readonly FieldName[] = [WHEN, RULE];
/** Does the field say something of one occurrence of a series? */
export const isOverride = (field: string): boolean => field.startsWith(OVERRIDE);

/** A digest of what the times of a series hang on: its start with the zone, and its rule. What is said of one of its occurrences names it. */
export function seriesOf(fields: Fields): string {
  const when = fields.get(WHEN);
  const { start = null, timeZone = null, showWithoutTime = false } = isPlain(when) ? when : {};
  const rule = fields.get(RULE) ?? null;
  return shortDigest([start, timeZone, showWithoutTime, rule]);
}

const shortDigest = (value: Value): string =>
  Buffer.from(digestOf(sortedJson(value, JSON.stringify)), 'hex')
    .toString('base64url')
    .slice(0, 8);

/** A digest of what an occurrence says as a whole, `full`, whatever of it its series says too. */
export function occurrenceDigest(full: Fields): string {
  const said = [...full].filter(([, value]) => value !== null).sort(([a], [b]) => compareTexts(a, b));
  return shortDigest(said);
}

/** `says` is how an occurrence was read: of two that differ from their series in the same it is no difference. */
export function sameOverride(a: Value, b: Value): boolean {
  if (equalValues(a, b)) return true;
  return isPlain(a) && isPlain(b) && equalValues(withoutSays(a), withoutSays(b));
}

/**
 * An occurrence is said by how it differs from its series, so whoever changes the series says something new of each that has words of its own. Where two
 * devices change other things of it, and both still say the same of the occurrence (`says`), it differs from the series of both in all of that.
 * null: somebody changed the occurrence itself, or the times of the series.
 */
export function joinedOverrides(a: Value, b: Value): Value | null {
  if (!isPlain(a) || !isPlain(b) || typeof a.says !== 'string' || a.says !== b.says) return null;
  const joined: { [key: string]: Value } = { ...a };
  for (const [key, value] of Object.entries(b)) {
    if (Object.hasOwn(a, key) ? !equalValues(a[key] ?? null, value) : MARKS.has(key)) return null;
    joined[key] = value;
  }
  for (const mark of MARKS) if (Object.hasOwn(a, mark) && !Object.hasOwn(b, mark)) return null;
  return Object.fromEntries(Object.entries(joined).sort(([one], [other]) => compareTexts(one, other)));
}

/** What is not how an occurrence differs, but how it is there. */
const MARKS: ReadonlySet<string> = new Set(['excluded', 'added', 'range', 'series']);

function withoutSays({ says: _, ...rest }: Plain): Value {
  return rest;
}

/**
 * What is said of occurrences of another series than the record's is now: it was moved, or its rule changed, while somebody else changed one
 * of them. Applied to the series as it is, each would be an event at a time at which nobody has one; so somebody has to decide.
 */
export function strayOverrides(fields: Fields): FieldName[] {
  let series: string | null = null;
  const stray: FieldName[] = [];
  fields.forEach((value, field) => {
    if (!isOverride(field) || !isPlain(value) || typeof value.series !== 'string') return;
    series ??= seriesOf(fields);
    if (value.series !== series) stray.push(field);
  });
  return stray;
}

/** Without those, as a series is shown for as long as nobody decided. */
export function withoutStrays(fields: Fields): Fields {
  const strays = new Set(strayOverrides(fields));
  return strays.size === 0 ? fields : new Map([...fields].filter(([field]) => !strays.has(field)));
}

/** What was said of an occurrence of another series, said of this one: it takes place beside those of the rule. */
export function adoptedOverride(fields: Fields, value: Value): Value {
  if (!isPlain(value)) return value;
  return { ...value, ...(value.excluded === true ? {} : { added: true }), series: seriesOf(fields) };
}

/** The same of one that takes the place of one of the rule. null: it was beside the rule already, or is none. */
export function movedOverride(fields: Fields, value: Value): Plain | null {
  return isPlain(value) && value.added !== true ? { ...value, series: seriesOf(fields) } : null;
}

/** The day of the occurrence a field says something of; null: it says so of the whole day, or of none. */
export const dayOfOverride = (field: string): string | null => ONE_ON_DAY.exec(field)?.[1] ?? null;
const ONE_ON_DAY = /^recurrenceOverrides\/(\d{4}-\d{2}-\d{2})T/;
/** The field of an occurrence of the rule, by its time. */
export const overrideAt = (local: string): FieldName => fieldName(OVERRIDE + local);

/**
 * What a source newly says of occurrences names the series as it was read there (`now`). Where the source shows start or rule of the record in
 * another way (a server that rewrites them), it is said of the series as the record has it. `after`: what was `full` before, with what is new.
 */
export function nameSeries(after: Map<FieldName, Value>, full: Fields, now: Fields): void {
  const news = [...after].filter(([field, value]) => isOverride(field) && isPlain(value) && value !== full.get(field));
  if (news.length === 0) return;
  const [theirs, ours] = [seriesOf(now), seriesOf(after)];
  if (theirs === ours) return;
  for (const [field, value] of news)
    if (isPlain(value) && value.series === theirs) after.set(field, { ...value, series: ours });
}
