import { compareTexts } from '../../../record/compare-texts.ts';
import { type FieldName, fieldName } from '../../../record/ids.ts';
import { isOverride, occurrenceDigest } from '../../../record/series.ts';
import { equalValues, type Fields, isPlain, type Plain, type Value } from '../../../record/value.ts';
import { localOf, wallMs } from './civil.ts';
import { entryField, entryOf, isEntryOf } from './keys.ts';
import { timeOfKey } from './times.ts';
import { startOf, type When, whenOfValue } from './when.ts';

/** What is said of one occurrence: that it is left out, that it is there beside the rule, or how it differs from the others. */
export interface Override {
  readonly excluded: boolean;
  readonly added: boolean;
  /** It says so of every later one as well (RANGE=THISANDFUTURE): kept and shown, but the series is not rewritten. */
  readonly range: boolean;
  /** Fields that differ; null: one the occurrence lacks. */
  readonly patch: ReadonlyMap<FieldName, Value>;
  /** A digest of the occurrence as a whole, where it has a component of its own; null: it has none. */
  readonly says: string | null;
}

const WHEN = fieldName('when');
const MARKS = new Set(['excluded', 'added', 'range', 'series', 'says']);
/** What an occurrence does not have from its series. */
const OWN = new Set<string>([
  'recurrenceRule',
  'sequence',
  'updated',
  'created',
  '@type',
  'recurrenceId',
  'recurrenceIdTimeZone',
]);
const isInherited = (field: string): boolean =>
  !OWN.has(field) && !isOverride(field) && !field.startsWith('timeZones/');

/** What is said of single occurrences, by their keys; what is no override is left out. */
export function overridesOf(fields: Fields): ReadonlyMap<string, Override> {
  let found: Map<string, Override> | null = null;
  fields.forEach((value, field) => {
    if (!isEntryOf(field, 'recurrenceOverrides') || !isPlain(value)) return;
    found ??= new Map();
    found.set(entryOf(field)?.key ?? '', overrideOf(value));
  });
  return found ?? NONE;
}

const NONE: ReadonlyMap<string, Override> = new Map();

function overrideOf(value: Plain): Override {
  const patch = new Map<FieldName, Value>();
  for (const [name, differing] of Object.entries(value))
    if (!MARKS.has(name) && isInherited(name)) patch.set(fieldName(name), differing);
  const says = typeof value.says === 'string' ? value.says : null;
  return { excluded: value.excluded === true, added: value.added === true, range: value.range === true, patch, says };
}

/** null: nothing is said that a series does not say anyway. */
export function overrideValue({ excluded, added, range, patch, says }: Override, series: string): Value {
  if (!excluded && !added && !range && patch.size === 0) return null;
  return {
    ...(excluded ? { excluded } : {}),
    ...(added ? { added } : {}),
    ...(range ? { range } : {}),
    ...Object.fromEntries([...patch].sort(([a], [b]) => compareTexts(a, b))),
    series,
    ...(says === null ? {} : { says }),
  };
}

/** The field in which something is said of the occurrence of this key. */
export const overrideField = (key: string): FieldName => entryField('recurrenceOverrides', key);

/**
 * How the occurrences of a series would be if nothing were said of them, each by its key. What they have from the series is found once: there may
 * be thousands of both.
 */
export function occurrencesIn(fields: Fields, isTask: boolean): (key: string) => ReadonlyMap<FieldName, Value> {
  let series: { readonly inherited: Fields; readonly when: When | null } | null = null;
  return (key) => {
    series ??= { inherited: inheritedIn(fields), when: whenOfValue(fields.get(WHEN), isTask) };
    const { inherited, when } = series;
    const occurrence = new Map(inherited);
    const start = startOf(when);
    const time = start === null ? null : timeOfKey(key, start);
    if (when !== null && start !== null && time !== null && time.isDate === start.isDate)
      occurrence.set(WHEN, movedTo(when, time.local, time.zone) as unknown as Value);
    return occurrence;
  };
}

function inheritedIn(fields: Fields): Fields {
  const inherited = new Map<FieldName, Value>();
  for (const [field, value] of fields) if (value !== null && isInherited(field)) inherited.set(field, value);
  return inherited;
}

/** An override component says nothing of its own. */
export function differences(occurrence: Fields, full: Fields): ReadonlyMap<FieldName, Value> {
  const patch = new Map<FieldName, Value>();
  for (const [field, value] of full)
    if (isInherited(field) && !equalValues(value, occurrence.get(field) ?? null)) patch.set(field, value);
  for (const field of occurrence.keys()) if (!full.has(field)) patch.set(field, null);
  return patch;
}

/** A digest of what an override component says that its series could say too. */
export const saysOf = (full: Fields): string =>
  occurrenceDigest(new Map([...full].filter(([field]) => isInherited(field))));

/** An occurrence as an override makes it. */
export function applyPatch(occurrence: Fields, patch: Fields): Fields {
  const fields = new Map(occurrence);
  for (const [field, value] of patch) {
    if (value === null) fields.delete(field);
    else fields.set(field, value);
  }
  return fields;
}

/** An added occurrence that differs in nothing but how long it lasts, which RDATE can say by itself. */
export function periodOf(override: Override, key: string): When | null {
  const [only] = override.patch;
  if (!override.added || override.range || override.patch.size !== 1 || only?.[0] !== 'when') return null;
  const when = whenOfValue(only[1], false);
  const isThere = when?.start === key && when.showWithoutTime !== true && when.endTimeZone === undefined;
  return isThere && when.duration !== undefined && !when.duration.startsWith('-') ? when : null;
}

/** Does saying it take a component of its own? */
export const needsComponent = (override: Override, key: string): boolean =>
  override.range || (override.patch.size > 0 && periodOf(override, key) === null);

function movedTo(when: When, local: string, zone: string | null): When {
  if (when.start === undefined) return when;
  const by = wallMs(local) - wallMs(when.start.length === 10 ? `${when.start}T00:00:00` : when.start);
  const due =
    when.due === undefined
      ? undefined
      : localOf(wallMs(when.due.length === 10 ? `${when.due}T00:00:00` : when.due) + by);
  const moved = { ...when, start: when.start.length === 10 ? local.slice(0, 10) : local, timeZone: zone };
  return due === undefined || due === null
    ? moved
    : { ...moved, due: when.due?.length === 10 ? due.slice(0, 10) : due };
}
