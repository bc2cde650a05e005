import { compareTexts } from '../../../record/compare-texts.ts';
import { isPlain, type Plain, type Value } from '../../../record/value.ts';
import { formatTime, isLocal, normalDuration } from './civil.ts';
import { type Component, isChurn } from './component.ts';
import { unknown } from './entries.ts';
import {
  cleanText,
  cleanWord,
  escapeText,
  isName,
  type Param,
  type Property,
  param,
  paramOf,
  property,
  unescapeText,
} from './property.ts';
import { readTime } from './times.ts';
import { UTC } from './zone-names.ts';
import { localIn } from './zone-offsets.ts';
import type { Zones } from './zones.ts';

/** An alarm as an entry of `alerts`, and what `composeAlarm` calls each of its properties; null: it is carried as the text it is. */
export function readAlarm(
  alarm: Component,
  zones: Zones,
): { readonly value: Value; readonly slots: readonly (string | null)[] } | null {
  if (alarm.parts.length > 0) return null;
  const entry: { [key: string]: Value } = {};
  const others: { readonly name: string; readonly value: Value; readonly at: number }[] = [];
  const { properties } = alarm;
  const slots: (string | null)[] = [];
  for (let at = 0; at < properties.length; at++) {
    const of = properties[at] as Property;
    const { name, value, params } = of;
    slots.push(SINGLES.has(name) ? name : null);
    if (name === 'TRIGGER' && entry.trigger === undefined) {
      const trigger = readTrigger(of, zones);
      if (trigger === null) return null;
      entry.trigger = trigger;
    } else if (
      name === 'ACTION' &&
      entry.action === undefined &&
      /^[A-Za-z0-9-]{1,64}$/.test(value) &&
      params.length === 0
    )
      entry.action = value.toLowerCase();
    else if (name === 'ACKNOWLEDGED' && entry.acknowledged === undefined && readTime(of, zones)?.zone === UTC)
      entry.acknowledged = `${readTime(of, zones)?.local ?? ''}Z`;
    else if (name === 'DESCRIPTION' && entry.description === undefined && params.length === 0)
      entry.description = unescapeText(value);
    else if (!isChurn(of) && isName(name) && cleanText(value) !== '')
      others.push({ name, value: unknown.read(of), at });
  }
  if (entry.trigger === undefined) return null;
  if (entry.description === '') delete entry.description;
  if (others.length > 0) {
    others.sort((a, b) => compareTexts(order(a.value), order(b.value)) || a.at - b.at);
    entry.iCalendar = others.map(({ value }) => value);
    const counts = new Map<string, number>();
    for (const { name, at } of others) {
      slots[at] = `${name}/${counts.get(name) ?? 0}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return { value: entry, slots };
}

/** The properties of an alarm by what they are; null: the entry cannot be said in iCalendar. */
export function composeAlarm(value: Value): ReadonlyMap<string, Property> | null {
  if (!isPlain(value)) return null;
  const composed = new Map<string, Property>();
  if (typeof value.action === 'string' && /^[a-z0-9-]{1,64}$/.test(value.action))
    composed.set('ACTION', property('ACTION', value.action.toUpperCase()));
  const trigger = composeTrigger(value.trigger);
  if (trigger === null) return null;
  composed.set('TRIGGER', trigger);
  if (typeof value.description === 'string' && value.description !== '')
    composed.set('DESCRIPTION', property('DESCRIPTION', escapeText(value.description)));
  const { acknowledged } = value;
  if (typeof acknowledged === 'string' && acknowledged.endsWith('Z') && isLocal(acknowledged.slice(0, -1)))
    composed.set('ACKNOWLEDGED', property('ACKNOWLEDGED', formatTime(acknowledged.slice(0, -1), 'utc')));
  const counts = new Map<string, number>();
  for (const each of Array.isArray(value.iCalendar) ? (value.iCalendar as readonly Value[]) : []) {
    const of = unknown.compose(isUid(each) ? { ...each, name: 'x' } : each);
    if (of === null || of.name === 'TRIGGER') continue;
    const named = isUid(each) ? { ...of, name: 'UID' } : of;
    const at = counts.get(named.name) ?? 0;
    counts.set(named.name, at + 1);
    composed.set(`${named.name}/${at}`, named);
  }
  return composed;
}

const TRIGGER_PARAMS = new Set(['RELATED', 'VALUE', 'TZID']);
const SINGLES = new Set(['ACTION', 'TRIGGER', 'DESCRIPTION', 'ACKNOWLEDGED']);

/** An alarm may have a UID: it names no item. */
const isUid = (value: Value): value is Plain =>
  isPlain(value) && typeof value.name === 'string' && value.name.toLowerCase() === 'uid';

/** What makes an alarm the same one in another reading: when it goes off and how. Only to be compared. */
export function alarmIdentity(value: Value): string {
  const { trigger, action } = (isPlain(value) ? value : {}) as { trigger?: Value; action?: Value };
  return JSON.stringify([trigger ?? null, action ?? null]);
}

function readTrigger(of: Property, zones: Zones): Value {
  const offset = normalDuration(of.value);
  if (of.params.length > 0 && of.params.some(({ name }) => !TRIGGER_PARAMS.has(name))) return null;
  if (offset !== null)
    return paramOf(of, 'RELATED')?.toUpperCase() === 'END' ? { offset, relativeTo: 'end' } : { offset };
  const time = readTime(of, zones);
  const utc =
    time === null || time.isDate ? null : time.zone === UTC ? time.local : localIn(UTC, time.zone, time.local);
  return utc === null ? null : { when: `${utc}Z` };
}

function composeTrigger(value: Value | undefined): Property | null {
  if (!isPlain(value)) return null;
  const { offset, when } = value;
  if (typeof when === 'string' && when.endsWith('Z') && isLocal(when.slice(0, -1)))
    return property('TRIGGER', formatTime(when.slice(0, -1), 'utc'), [param('VALUE', 'DATE-TIME')]);
  const duration = typeof offset === 'string' ? normalDuration(offset) : null;
  if (duration === null) return null;
  const params: readonly Param[] = value.relativeTo === 'end' ? [param('RELATED', 'END')] : [];
  return property('TRIGGER', duration, params);
}

function order(value: Value): string {
  const { name, value: text } = value as { name: string; value: string };
  return `${cleanWord(name)}:${text}`;
}
