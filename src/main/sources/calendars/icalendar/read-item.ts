import { digestOf } from '../../../platform/hash.ts';
import { takeOutContents } from '../../../record/content-reference.ts';
import { type FieldName, fieldName } from '../../../record/ids.ts';
import { seriesOf } from '../../../record/series.ts';
import { equalValues, type Fields, type Value } from '../../../record/value.ts';
import { MalformedItem } from '../../text/text-format.ts';
import { parseTime } from './civil.ts';
import { type Component, componentText } from './component.ts';
import { opaqueOf } from './compose-item.ts';
import { entryField } from './keys.ts';
import {
  applyPatch,
  differences,
  type Override,
  occurrencesIn,
  overrideField,
  overridesOf,
  overrideValue,
  saysOf,
} from './overrides.ts';
import { type Property, paramOf, unescapeText } from './property.ts';
import { type ComponentReading, readComponent } from './read-component.ts';
import { keyOfTime, readTime } from './times.ts';
import { startOf } from './when.ts';
import { hasRules, type Zones } from './zones.ts';

/** The components that are one item: a series and what is said of single occurrences, one of them alone, or a component of another kind. */
export interface ItemComponents {
  readonly kind: string;
  readonly master: Component | null;
  readonly overrides: readonly Component[];
}
export interface ItemReading {
  readonly fields: Fields;
  /** null: an item that is carried as the text it is. */
  readonly master: ComponentReading | null;
  readonly overrides: readonly OccurrenceReading[];
}
export interface OccurrenceReading {
  readonly key: string;
  readonly reading: ComponentReading;
}

const COMPONENT = fieldName('iCalendarComponent');
const TITLE = fieldName('title');
const UPDATED = fieldName('updated');
const CREATED = fieldName('created');

const NONE: readonly OccurrenceReading[] = [];

const isOpaque = (kind: string): boolean => kind !== 'VEVENT' && kind !== 'VTODO';

/** What an item says. Throws `MalformedItem` where it cannot be told when it is. */
export function readItem(
  { kind, master, overrides }: ItemComponents,
  zones: Zones,
  previous: Fields | null,
): ItemReading {
  const first = master ?? overrides[0];
  if (first === undefined) throw new MalformedItem('it is empty');
  if (isOpaque(kind)) {
    const fields = opaqueFields(first, zones);
    if (opaqueOf(fields) === null) throw new MalformedItem('it is not written as a component is');
    keepStamps(fields, previous);
    return { fields, master: null, overrides: [] };
  }
  const isTask = kind === 'VTODO';
  const reading = readComponent(first, zones, previous, isTask);
  const { fields } = reading;
  if (master === null) addRecurrenceId(first, zones, fields);
  const occurrences = master === null ? [] : readOverrides(overrides, zones, reading, fields, isTask, previous);
  keepStamps(fields, previous);
  return { fields, master: reading, overrides: occurrences };
}

function readOverrides(
  components: readonly Component[],
  zones: Zones,
  reading: ComponentReading,
  fields: Map<FieldName, Value>,
  isTask: boolean,
  previous: Fields | null,
): readonly OccurrenceReading[] {
  if (components.length === 0 && reading.excluded.size === 0 && reading.added.size === 0) return NONE;
  const former = previous === null ? new Map<string, Override>() : overridesOf(previous);
  const found = new Map<string, { -readonly [key in keyof Override]: Override[key] }>();
  const at = (key: string): { -readonly [key in keyof Override]: Override[key] } => {
    const known = found.get(key) ?? { excluded: false, added: false, range: false, patch: new Map(), says: null };
    found.set(key, known);
    return known;
  };
  for (const key of reading.excluded) at(key).excluded = true;
  for (const [key, when] of reading.added) {
    const override = at(key);
    override.added = true;
    if (when !== null) override.patch = new Map([[fieldName('when'), when as unknown as Value]]);
  }
  const start = startOf(reading.when);
  const occurrences: OccurrenceReading[] = [];
  const occurrenceAt = occurrencesIn(fields, isTask);
  const formerAt = previous === null ? null : occurrencesIn(previous, isTask);
  for (const component of components) {
    const id = recurrenceIdOf(component);
    const time = id === null ? null : readTime(id, zones);
    if (id === null || time === null)
      throw new MalformedItem('the RECURRENCE-ID of one of its occurrences is not a date');
    const key = keyOfTime(time, start);
    const occurrence = occurrenceAt(key);
    // Its entries have the keys they had, else those of the series.
    const known = former.get(key);
    const before = known === undefined ? occurrence : applyPatch(formerAt?.(key) ?? occurrence, known.patch);
    const own = readComponent(component, zones, before, isTask);
    for (const [field, value] of own.fields) if (field.startsWith('timeZones/')) fields.set(field, value);
    if (key.endsWith(']')) addZone(time.zone, zones, fields);
    const override = at(key);
    override.range = paramOf(id, 'RANGE')?.toUpperCase() === 'THISANDFUTURE';
    override.patch = differences(occurrence, own.fields);
    override.says = override.patch.size === 0 ? null : saysOf(own.fields);
    occurrences.push({ key, reading: own });
  }
  const series = found.size === 0 ? '' : seriesOf(fields);
  for (const [key, override] of found) {
    const value = overrideValue(override, series);
    if (value !== null) fields.set(overrideField(key), value);
  }
  return occurrences;
}

const recurrenceIdOf = ({ properties }: Component): Property | null =>
  properties.find(({ name }) => name === 'RECURRENCE-ID') ?? null;

function addRecurrenceId(component: Component, zones: Zones, fields: Map<FieldName, Value>): void {
  const id = recurrenceIdOf(component);
  const time = id === null ? null : readTime(id, zones);
  if (id === null || time === null) throw new MalformedItem('its RECURRENCE-ID is not a date');
  fields.set(fieldName('recurrenceId'), time.isDate ? time.local.slice(0, 10) : time.local);
  if (time.zone !== null) fields.set(fieldName('recurrenceIdTimeZone'), time.zone);
  addZone(time.zone, zones, fields);
  if (paramOf(id, 'RANGE')?.toUpperCase() === 'THISANDFUTURE') fields.set(fieldName('recurrenceIdRange'), true);
}

function addZone(zone: string | null, zones: Zones, fields: Map<FieldName, Value>): void {
  if (zone !== null && hasRules(zone)) fields.set(entryField('timeZones', zone), { text: zones.textOf(zone) ?? '' });
}

/** An item that is carried as the text it is. */
export function opaqueFields(component: Component, zones: Zones): Map<FieldName, Value> {
  const summary = component.properties.find(({ name }) => name === 'SUMMARY');
  const title = summary === undefined ? '' : unescapeText(summary.value);
  const fields = new Map<FieldName, Value>([[COMPONENT, componentText(component)]]);
  if (title !== '') fields.set(TITLE, title);
  const visit = ({ properties, parts }: Component): void => {
    for (const of of properties) {
      const tzid = paramOf(of, 'TZID');
      if (tzid !== null) addZone(zones.zoneOf(tzid), zones, fields);
    }
    parts.forEach(visit);
  };
  visit(component);
  const modified = component.properties.find(({ name }) => name === 'LAST-MODIFIED');
  const time = modified === undefined ? null : parseTime(modified.value);
  if (time !== null) fields.set(UPDATED, `${time.local}Z`);
  return fields;
}

/** When something was written says nothing by itself: it is news only together with what was written. */
function keepStamps(fields: Map<FieldName, Value>, previous: Fields | null): void {
  if (previous === null) return;
  const updated = previous.get(UPDATED) ?? null;
  const created = previous.get(CREATED) ?? null;
  if (created !== null) fields.set(CREATED, created);
  if ((fields.get(UPDATED) ?? null) === updated && (fields.get(CREATED) ?? null) === created) return;
  // What was read before may name large attachments by their digests.
  if (
    !isSame(fields, previous) &&
    !isSame(takeOutContents(fields, digestOf).fields, takeOutContents(previous, digestOf).fields)
  )
    return;
  for (const [field, value] of [
    [UPDATED, updated],
    [CREATED, created],
  ] as const) {
    if (value === null) fields.delete(field);
    else fields.set(field, value);
  }
}

/** Do both say the same, but for when they were written? */
export function isSame(a: Fields, b: Fields): boolean {
  let same = true;
  a.forEach((value, field) => {
    same &&= !isData(field, value) || equalValues(value, b.get(field) ?? null);
  });
  b.forEach((value, field) => {
    same &&= !isData(field, value) || a.has(field);
  });
  return same;
}
const isData = (field: FieldName, value: Value): boolean => field !== UPDATED && field !== CREATED && value !== null;
