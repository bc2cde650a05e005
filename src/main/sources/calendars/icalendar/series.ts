import { sha256 } from '../../../platform/hash.ts';
import type { FieldName } from '../../../record/ids.ts';
import type { Fields, Value } from '../../../record/value.ts';
import { byText, isPlain } from './property.ts';

const OVERRIDE = 'recurrenceOverrides/';
export const isOverride = (field: string): boolean => field.startsWith(OVERRIDE);

/** A digest of what the times of a series hang on: its start with the zone, and its rule. What is said of one of its occurrences names it. */
export function seriesOf(fields: Fields): string {
  const when = fields.get('when' as FieldName);
  const { start = null, timeZone = null, showWithoutTime = false } = isPlain(when) ? when : {};
  const rule = fields.get('recurrenceRule' as FieldName) ?? null;
  return Buffer.from(sha256(canonical([start, timeZone, showWithoutTime, rule])))
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
  for (const [field, value] of fields) {
    if (!isOverride(field) || !isPlain(value) || typeof value.series !== 'string') continue;
    series ??= seriesOf(fields);
    if (value.series !== series) stray.push(field);
  }
  return stray;
}

function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isPlain(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value).sort(byText);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`;
}
