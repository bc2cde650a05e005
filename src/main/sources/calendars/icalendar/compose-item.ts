import { unescapeName } from '../../../record/entry-name.ts';
import { type FieldName, fieldName } from '../../../record/ids.ts';
import { type Fields, isPlain, type Value } from '../../../record/value.ts';
import { isLocal } from './civil.ts';
import { type Component, parseComponent } from './component.ts';
import { type Composed, composeComponent, type Exceptions } from './compose-component.ts';
import { isEntryOf } from './keys.ts';
import { applyPatch, needsComponent, type Override, occurrencesIn, overridesOf, periodOf } from './overrides.ts';
import { type Property, param } from './property.ts';
import { composeTime, type EventTime, timeOfKey } from './times.ts';
import type { EndStyle } from './when.ts';
import { startOf, whenOfValue } from './when.ts';
import { isKnownZone } from './zone-names.ts';
import { isOwnZone, type Zones } from './zones.ts';

/** An item as it is to be: the series, and the occurrences that take a component of their own, by their times. */
export interface ComposedItem {
  readonly master: Composed;
  readonly overrides: ReadonlyMap<string, Override>;
  /** The component of one occurrence as it is to be, whether it takes one or not. */
  occurrence(key: string, style: EndStyle): Composed;
  /** The RECURRENCE-ID of that component; null: the series does not tell its times. */
  recurrenceId(key: string): Property | null;
}

const WHEN = fieldName('when');
const NONE: Exceptions = { excluded: [], added: [] };

/** Is the record a task (VTODO), and no event? */
export const isTask = (fields: Fields): boolean => fields.get(fieldName('@type')) === 'Task';

/** The text of an item that is carried whole; null: it is none. */
export function opaqueOf(fields: Fields): Component | null {
  const text = fields.get(fieldName('iCalendarComponent'));
  const component = typeof text === 'string' ? parseComponent(text) : null;
  return component === null || NOT_ITEMS.has(component.name) ? null : component;
}
const NOT_ITEMS = new Set(['VCALENDAR', 'VEVENT', 'VTODO', 'VTIMEZONE']);

/** What a record is in iCalendar: its series, and each occurrence that differs. `style`: how its end was told, as DTEND or DURATION. */
export function composeItem(fields: Fields, style: EndStyle, zones: Zones): ComposedItem {
  const task = isTask(fields);
  const overrides = overridesOf(fields);
  const occurrenceAt = occurrencesIn(fields, task);
  return {
    master: composeComponent(fields, overrides.size === 0 ? NONE : exceptionsOf(overrides), task, style, zones),
    overrides,
    occurrence: (key, own) => {
      const patch = overrides.get(key)?.patch ?? NO_PATCH;
      return composeComponent(applyPatch(occurrenceAt(key), patch), NONE, task, own, zones);
    },
    recurrenceId: (key) => {
      const time = timeOfKey(key, startOf(whenOfValue(fields.get(WHEN), task)));
      const range = overrides.get(key)?.range === true ? [param('RANGE', 'THISANDFUTURE')] : [];
      return time === null ? null : composeTime('RECURRENCE-ID', time, zones, range);
    },
  };
}

function exceptionsOf(overrides: ReadonlyMap<string, Override>): Exceptions {
  const excluded: string[] = [];
  const added: Exceptions['added'][number][] = [];
  for (const [key, override] of overrides) {
    if (override.excluded) excluded.push(key);
    if (override.added) added.push({ key, when: periodOf(override, key) });
  }
  return { excluded, added };
}

/** Is this occurrence told by a component of its own, rather than by EXDATE or RDATE? */
export const takesComponent = (item: ComposedItem, key: string): boolean => {
  const override = item.overrides.get(key);
  return override !== undefined && needsComponent(override, key) && item.recurrenceId(key) !== null;
};

/** The RECURRENCE-ID of an occurrence whose series is not here; null: it is none. */
export function recurrenceIdProperty(fields: Fields, zones: Zones): Property | null {
  const time = recurrenceTimeOf(fields);
  if (time === null) return null;
  const range = fields.get(fieldName('recurrenceIdRange')) === true ? [param('RANGE', 'THISANDFUTURE')] : [];
  return composeTime('RECURRENCE-ID', time, zones, range);
}

function recurrenceTimeOf(fields: Fields): EventTime | null {
  const id = fields.get(fieldName('recurrenceId'));
  const zone = fields.get(fieldName('recurrenceIdTimeZone')) ?? null;
  if (typeof id !== 'string') return null;
  if (isLocal(`${id}T00:00:00`)) return { local: `${id}T00:00:00`, zone: null, isDate: true };
  const isZone = zone === null || (typeof zone === 'string' && (isKnownZone(zone) || isOwnZone(zone)));
  return isLocal(id) && isZone ? { local: id, zone: zone as string | null, isDate: false } : null;
}

/** A component of what was composed, after `head`. */
export function componentOfComposed(name: string, head: readonly Property[], composed: Composed): Component {
  const properties = [...head];
  composed.properties.forEach((of) => {
    properties.push(of);
  });
  if (composed.parts.size === 0) return { name, properties, parts: NO_PARTS };
  const parts: Component[] = [];
  composed.parts.forEach(({ whole }) => {
    parts.push(whole);
  });
  return { name, properties, parts };
}

/** VTIMEZONEs a record brings, by the names of their zones; what is none is left out. */
export function zoneTexts(fields: Fields): ReadonlyMap<string, string> {
  let texts: Map<string, string> | null = null;
  fields.forEach((value, field) => {
    if (!isEntryOf(field, 'timeZones') || !isPlain(value) || typeof value.text !== 'string') return;
    const zone = unescapeName(field.slice('timeZones/'.length));
    if (!isOwnZone(zone) || parseComponent(value.text)?.name !== 'VTIMEZONE') return;
    texts ??= new Map();
    texts.set(zone, value.text);
  });
  return texts ?? NO_TEXTS;
}

const NO_PARTS: readonly Component[] = [];
const NO_TEXTS: ReadonlyMap<string, string> = new Map();
const NO_PATCH: ReadonlyMap<FieldName, Value> = new Map();
