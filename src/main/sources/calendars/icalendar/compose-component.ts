import { type FieldName, fieldName } from '../../../record/ids.ts';
import { type Fields, isPlain, type Value } from '../../../record/value.ts';
import { remembering } from '../../text/remembering.ts';
import { composeAlarm } from './alarm.ts';
import { type Component, parseComponent } from './component.ts';
import { composeCoordinates, composeRelations, ENTRY_CODECS, type EntryCodec, unknown } from './entries.ts';
import { entryOf } from './keys.ts';
import { cleanWord, escapeText, type Param, type Property, param, paramsOf, property } from './property.ts';
import { composeRule } from './rule.ts';
import { type SingleCodec, singlesOf } from './singles.ts';
import { composeTime, type EventTime, timeOfKey } from './times.ts';
import { composeWhen, type EndStyle, startOf, type When, whenOfValue } from './when.ts';
import type { Zones } from './zones.ts';

/** What a component is to say: its properties and parts by what they are, as `readComponent` names them. */
export interface Composed {
  readonly properties: ReadonlyMap<string, Property>;
  readonly parts: ReadonlyMap<string, ComposedPart>;
}
export interface ComposedPart {
  readonly name: string;
  /** Of an alarm: its properties by what they are. null: the whole part is replaced as one. */
  readonly properties: ReadonlyMap<string, Property> | null;
  readonly whole: Component;
}

/** Occurrences that are left out or added, as one series states them. */
export interface Exceptions {
  readonly excluded: readonly string[];
  readonly added: readonly { readonly key: string; readonly when: When | null }[];
}

const WHEN = fieldName('when');
const RULE = fieldName('recurrenceRule');
const LOCALE = fieldName('locale');
const START_PARAMS = fieldName('iCalendarParams/start');
const NO_PARAMS: readonly Param[] = [];
const codecs = new Map<string, EntryCodec>([...ENTRY_CODECS, unknown].map((codec) => [codec.map, codec]));
const SINGLE_FIELDS = { event: byField(false), task: byField(true) };

/** The properties and parts for these fields; what iCalendar cannot say is left out. */
export function composeComponent(
  fields: Fields,
  exceptions: Exceptions,
  isTask: boolean,
  style: EndStyle,
  zones: Zones,
): Composed {
  const properties = new Map<string, Property>();
  const parts = new Map<string, ComposedPart>();
  const when = whenOfValue(fields.get(WHEN), isTask);
  const start = startOf(when);
  if (when !== null) {
    const carried = paramsOf(fields.get(START_PARAMS));
    for (const of of composeWhen(when, isTask, style, zones))
      properties.set(of.name, of.name === 'DTSTART' ? withParams(of, carried.filter(isNotOfTime)) : of);
  }
  const singles = SINGLE_FIELDS[isTask ? 'task' : 'event'];
  fields.forEach((value, field) => {
    if (value === null) return;
    const single = singles.get(field);
    if (single !== undefined) {
      const text = single.codec.compose(value);
      if (text !== null) properties.set(single.name, property(single.name, text, singleParams(fields, single)));
    } else if (field === RULE) {
      const text = start === null ? null : composeRule(value, { timeZone: start.zone, isDate: start.isDate });
      if (text !== null) properties.set('RRULE', property('RRULE', text));
    } else composeEntry(field, value, properties, parts);
  });
  for (const key of exceptions.excluded) addTime('EXDATE', key, start, zones, properties);
  for (const { key, when: lasting } of exceptions.added) {
    const own = lasting === null || start === null ? null : composePeriod(key, lasting, start, zones);
    if (own === null) addTime('RDATE', key, start, zones, properties);
    else properties.set(`RDATE/${key}`, own);
  }
  return { properties, parts };
}

function composeEntry(
  field: string,
  value: Value,
  properties: Map<string, Property>,
  parts: Map<string, ComposedPart>,
): void {
  if (value === true) {
    const word = wordOf(field);
    if (word !== null) properties.set(word.slot, word.of);
    return;
  }
  const entry = entryOf(field);
  if (entry === null) return;
  const { map, key } = entry;
  const slot = field.includes('~') ? `${map}/${key}` : field;
  const codec = codecs.get(map);
  if (codec !== undefined) {
    const of = codec.compose(value);
    if (of !== null) properties.set(slot, of);
    const geo = map === 'locations' ? composeCoordinates(value) : null;
    if (geo !== null) properties.set(`${slot}/GEO`, geo);
  } else if (map === 'relatedTo') {
    for (const of of composeRelations(key, value)) properties.set(`${slot}/${relationOf(of)}`, of);
  } else if (map === 'alerts') {
    const alarm = composeAlarm(value);
    if (alarm !== null)
      parts.set(slot, {
        name: 'VALARM',
        properties: alarm,
        whole: { name: 'VALARM', properties: [...alarm.values()], parts: [] },
      });
  } else if (map === 'iCalendarComponent') {
    const whole = isPlain(value) && typeof value.text === 'string' ? parseComponent(value.text) : null;
    if (whole !== null && !ITEMS.has(whole.name)) parts.set(slot, { name: whole.name, properties: null, whole });
  }
}

/** The word of a list that a field is, with its slot; null: it is none. */
const wordOf = remembering(1_000, (field) => {
  const { map, key } = entryOf(field) ?? { map: '', key: '' };
  const name = map === 'keywords' ? 'CATEGORIES' : map === 'categories' ? 'CONCEPT' : '';
  const word = name === '' ? '' : cleanWord(key);
  return word === '' ? null : { slot: `${name}/${word}`, of: property(name, escapeText(word)) };
});

/** What is an item by itself is never part of another. */
const ITEMS = new Set(['VCALENDAR', 'VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VTIMEZONE']);

const relationOf = ({ params }: Property): string =>
  params.find(({ name }) => name === 'RELTYPE')?.values[0]?.toLowerCase() ?? 'parent';

function singleParams(fields: Fields, { name, params }: Single): readonly Param[] {
  const carried = params === null ? undefined : fields.get(params);
  const locale = name === 'SUMMARY' ? fields.get(LOCALE) : undefined;
  if (carried === undefined && locale === undefined) return NO_PARAMS;
  const language = typeof locale === 'string' && /^[A-Za-z0-9-]{1,40}$/.test(locale) ? [param('LANGUAGE', locale)] : [];
  return [
    ...language,
    ...paramsOf(carried).filter((each) => each.name !== 'VALUE' && (each.name !== 'LANGUAGE' || name !== 'SUMMARY')),
  ];
}

const isNotOfTime = ({ name }: Param): boolean => name !== 'VALUE' && name !== 'TZID';

function addTime(
  name: string,
  key: string,
  start: EventTime | null,
  zones: Zones,
  properties: Map<string, Property>,
): void {
  const time = timeOfKey(key, start);
  if (time !== null && start !== null) properties.set(`${name}/${key}`, composeTime(name, time, zones));
}

/** An added occurrence that lasts otherwise than the others; null: it cannot be said so. */
function composePeriod(key: string, when: When, start: EventTime, zones: Zones): Property | null {
  const time = timeOfKey(key, start);
  if (time === null || time.isDate || when.duration === undefined || when.duration.startsWith('-')) return null;
  const of = composeTime('RDATE', time, zones);
  return { ...of, value: `${of.value}/${when.duration}`, params: [...of.params, param('VALUE', 'PERIOD')] };
}

const withParams = (of: Property, params: readonly Param[]): Property =>
  params.length === 0 ? of : { ...of, params: [...of.params, ...params] };

/** A property there is one of, by the field it is. */
interface Single {
  readonly name: string;
  readonly codec: SingleCodec;
  /** Where its parameters are carried; null: they are not. */
  readonly params: FieldName | null;
}

function byField(isTask: boolean): ReadonlyMap<string, Single> {
  const found = new Map<string, Single>();
  for (const [name, codec] of singlesOf(isTask)) {
    const params = codec.params ? fieldName(`iCalendarParams/${codec.field}`) : null;
    found.set(codec.field, { name, codec, params });
  }
  return found;
}
