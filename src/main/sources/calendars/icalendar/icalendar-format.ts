import { compareTexts } from '../../../record/compare-texts.ts';
import { type ContentReference, putInContents, referencesIn } from '../../../record/content-reference.ts';
import { type FieldName, fieldName } from '../../../record/ids.ts';
import { strayOverrides } from '../../../record/series.ts';
import { type Fields, isPlain, type Plain, type Value } from '../../../record/value.ts';
import type { SplitText, TextFormat } from '../../text/text-format.ts';
import type { Component } from './component.ts';
import {
  type ComposedItem,
  componentOfComposed,
  composeItem,
  isTask,
  opaqueOf,
  recurrenceIdProperty,
  takesComponent,
  zoneTexts,
} from './compose-item.ts';
import { partsOf } from './item-parts.ts';
import { needsComponent, overrideField, overridesOf } from './overrides.ts';
import { opaqueFields, readItem } from './read-item.ts';
import { isNoRule } from './rule.ts';
import { type IcalendarItem, splitCalendar } from './split-calendar.ts';
import { EMPTY_CALENDAR, withStamp, writeCalendar } from './write-calendar.ts';
import { ownZoneCalled, PLAIN_ZONES, type Zones } from './zones.ts';

/** iCalendar 2.0 (RFC 5545, 7986, 9074) as JSCalendar; vCalendar 1.0 as far as it goes. */
export const icalendarFormat: TextFormat<IcalendarItem> = {
  kind: 'calendar',
  split: splitCalendar,
  read: ({ bytes }: SplitText, item, previous) =>
    readItem(partsOf(bytes, item).components, item.frame.zones, previous).fields,
  project,
  write: writeCalendar,
  align,
  seriesIn: (uid) => OCCURRENCE.exec(uid)?.[1] ?? null,
  empty: () => Buffer.from(EMPTY_CALENDAR),
};

/** The UID of an occurrence whose series is not beside it: that of the series, and when it takes place. */
const OCCURRENCE = /^(.+)#\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d)?(?:\[.{1,220}\])?$/s;

/**
 * What iCalendar can hold of a record: what would be read of it once it was written. What is said of occurrences of another series than the
 * record's is never written: it would be an event nobody has. Nor is when a task was done that is not, or that an occurrence is left out which is
 * there by itself: Evolution says so of each that it changed, and Thunderbird shows none of them then. A rule that is none stays in the text that has it: others
 * would read nothing of theirs.
 */
function project(full: Fields): Fields {
  const references = referencesIn(full);
  if (references.length === 0) return projectWhole(full);
  // Attachments that are named by their digests are written as well: short bytes stand for them meanwhile.
  const standIns = new Map(references.map((each) => [each.content, new Uint8Array(Buffer.from(each.content))]));
  const held = projectWhole(putInContents(full, standIns));
  const named = new Map(references.map((each) => [each.content as string, each]));
  return new Map([...held].map(([field, value]) => [field, isPlain(value) ? withReference(value, named) : value]));
}

function withReference(value: Plain, named: ReadonlyMap<string, ContentReference>): Value {
  const reference = value.data instanceof Uint8Array ? named.get(Buffer.from(value.data).toString()) : undefined;
  return reference === undefined ? value : { ...value, data: { ...reference } };
}

function projectWhole(full: Fields): Fields {
  const fields = withoutMoot(withoutStrays(full));
  const texts = zoneTexts(fields);
  const zones = texts.size === 0 ? PLAIN_ZONES : zonesOf(texts);
  const opaque = opaqueOf(fields);
  if (opaque !== null) return opaqueFields(withStamp(opaque, fields, null), zones);
  const kind = isTask(fields) ? 'VTODO' : 'VEVENT';
  const item = composeItem(fields, 'new', zones);
  const id = recurrenceIdProperty(fields, zones);
  const master = componentOfComposed(kind, id === null ? [] : [id], item.master);
  if (id !== null) return readItem({ kind, master: null, overrides: [master] }, zones, fields).fields;
  const overrides = item.overrides.size === 0 ? [] : occurrencesOf(item, kind);
  return readItem({ kind, master, overrides }, zones, fields).fields;
}

const zonesOf = (texts: ReadonlyMap<string, string>): Zones => ({
  zoneOf: (tzid) => ownZoneCalled(tzid, texts) ?? PLAIN_ZONES.zoneOf(tzid),
  tzidOf: PLAIN_ZONES.tzidOf,
  textOf: (zone) => texts.get(zone) ?? null,
});

function withoutStrays(full: Fields): Fields {
  const strays = strayOverrides(full);
  // One computer has it done, another at work: with a moment at which it was done programs show it as done, whatever its status is.
  if (full.get(PROGRESS) === 'in-process' && full.has(DONE_AT)) strays.push(DONE_AT);
  full.forEach((value, field) => {
    if (field.startsWith(UNKNOWN) && isPlain(value) && value.name === 'rrule' && isNoRule(String(value.value)))
      strays.push(field);
  });
  if (strays.length === 0) return full;
  const fields = new Map(full);
  for (const field of strays) fields.delete(field);
  return fields;
}

/** Without what is said to be left out of a series though it has a component of its own. */
function withoutMoot(full: Fields): Fields {
  let fields: Map<FieldName, Value> | null = null;
  overridesOf(full).forEach((override, key) => {
    const value = full.get(overrideField(key)) ?? null;
    if (!override.excluded || !needsComponent(override, key) || !isPlain(value)) return;
    const { excluded: _, ...said } = value;
    fields ??= new Map(full);
    fields.set(overrideField(key), said);
  });
  return fields ?? full;
}

/** The occurrences that take components of their own. */
function occurrencesOf(item: ComposedItem, kind: string): readonly Component[] {
  return [...item.overrides.keys()]
    .filter((key) => takesComponent(item, key))
    .sort(compareTexts)
    .flatMap((key) => {
      const own = item.recurrenceId(key);
      return own === null ? [] : [componentOfComposed(kind, [own], item.occurrence(key, 'new'))];
    });
}

/** Items without a UID (or of a feed that makes up new ones each time): the same title at the same time, else the same title, else the same time. */
function align(items: readonly Fields[], known: readonly Fields[]): readonly (number | null)[] {
  const matches: (number | null)[] = items.map(() => null);
  const taken = new Set<number>();
  for (const keyOf of [bothOf, titleOf, startOf]) {
    const free = new Map<string, { readonly all: number[]; next: number }>();
    known.forEach((fields, at) => {
      const key = taken.has(at) ? null : keyOf(fields);
      if (key === null) return;
      const alike = free.get(key);
      if (alike === undefined) free.set(key, { all: [at], next: 0 });
      else alike.all.push(at);
    });
    items.forEach((fields, at) => {
      const key = matches[at] === null ? keyOf(fields) : null;
      const alike = key === null ? undefined : free.get(key);
      const match = alike?.all[alike.next];
      if (alike === undefined || match === undefined) return;
      alike.next++;
      matches[at] = match;
      taken.add(match);
    });
  }
  return matches;
}

const UNKNOWN = 'iCalendar/';
const PROGRESS = fieldName('progress');
const DONE_AT = fieldName('progressUpdated');
const titleOf = (fields: Fields): string | null => {
  const title = fields.get(fieldName('title'));
  return typeof title === 'string' ? title : null;
};
const startOf = (fields: Fields): string | null => {
  const when = fields.get(fieldName('when'));
  const time = isPlain(when) ? (when.start ?? when.due) : null;
  return typeof time === 'string' ? time : null;
};
const bothOf = (fields: Fields): string | null => {
  const [title, start] = [titleOf(fields), startOf(fields)];
  return title === null || start === null ? null : `${start} ${title}`;
};
