import { digestOf } from '../platform/hash.ts';
import { type FieldName, fieldName } from './ids.ts';
import type { Fields, Value } from './value.ts';

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
  return Buffer.from(digestOf(canonical([start, timeZone, showWithoutTime, rule])), 'hex')
    .toString('base64url')
    .slice(0, 8);
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

/** What was said of an occurrence of another series, said of this one: it takes place beside those of the rule. */
export function adoptedOverride(fields: Fields, value: Value): Value {
  if (!isPlain(value)) return value;
  return { ...value, ...(value.excluded === true ? {} : { added: true }), series: seriesOf(fields) };
}

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

function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isPlain(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`;
}

const isPlain = (value: Value | undefined): value is { readonly [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
