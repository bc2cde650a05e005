import { digestOf } from '../../../platform/hash.ts';
import { compareTexts } from '../../../record/compare-texts.ts';
import { putInContents, referencesIn, referencesOf, takeOutContents } from '../../../record/content-reference.ts';
import { fieldName } from '../../../record/ids.ts';
import type { Fields, Value } from '../../../record/value.ts';
import { spliceLines } from '../../text/characters/eight-bit-text.ts';
import { type Edit, type Component as NativeComponent, readContentLines } from '../../text/content-lines.ts';
import type { ItemWrite, Span, SplitText } from '../../text/text-format.ts';
import { CalendarZones } from './calendar-zones.ts';
import { formatTime, isLocal } from './civil.ts';
import { type Component, parseComponent } from './component.ts';
import {
  componentOfComposed,
  composeItem,
  isTask,
  opaqueOf,
  recurrenceIdProperty,
  takesComponent,
  zoneTexts,
} from './compose-item.ts';
import { type ItemParts, partsOf } from './item-parts.ts';
import { componentLines, patchedLine, uidProperty } from './native.ts';
import { patchComponent, patchWhole } from './patch-component.ts';
import { type Property, property, sameProperty } from './property.ts';
import { isSame, readItem } from './read-item.ts';
import { type CalendarFrame, type IcalendarItem, type IcalendarText, splitCalendar } from './split-calendar.ts';
import type { EndStyle } from './when.ts';
import { isKnownZone } from './zone-names.ts';
import { eachZoneUse, unfolded } from './zone-uses.ts';

const UPDATED = fieldName('updated');
const CREATED = fieldName('created');
/** What a new item is stamped with where nobody says when it was written: there is no clock here. */
const NO_TIME = '19700101T000000Z';

/** What a new calendar begins with. */
export const EMPTY_CALENDAR = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Lockstep//Lockstep//EN\r\nEND:VCALENDAR\r\n';

/** The text with these items written; where new ones have no calendar to go to, with one behind what there is. */
export function writeCalendar(
  text: SplitText<IcalendarItem>,
  writes: readonly ItemWrite<IcalendarItem>[],
  moment: string | null = null,
): Uint8Array {
  const { frames } = framed(text);
  const isPlaced =
    frames.some(({ place }) => place !== null) || writes.every(({ item, after }) => item !== null || after === null);
  if (isPlaced) return new CalendarWriter({ ...text, frames }, moment).write(writes);
  const { bytes } = text;
  const isLineStart = bytes.length === 0 || bytes.at(-1) === 10 || isOnlyMark(bytes);
  const longer = Buffer.concat([bytes, Buffer.from(`${isLineStart ? '' : '\r\n'}${EMPTY_CALENDAR}`)]);
  return new CalendarWriter(splitCalendar(longer), moment).write(writes);
}

const framed = (text: SplitText<IcalendarItem>): IcalendarText =>
  'frames' in text ? (text as IcalendarText) : splitCalendar(text.bytes);
const isOnlyMark = (bytes: Uint8Array): boolean => bytes.length === 3 && bytes[0] === 0xef;

/** Writes items into a calendar: the edits of each, and the time zones they need. */
class CalendarWriter {
  readonly #text: IcalendarText;
  readonly #moment: string | null;
  readonly #edits: Edit[] = [];
  readonly #zones = new Map<CalendarFrame, CalendarZones>();
  readonly #texts = new Map<string, string>();
  /** TZIDs that were written, with the first year they are used for. */
  readonly #written = new Map<CalendarFrame, Map<string, number>>();

  constructor(text: IcalendarText, moment: string | null) {
    this.#text = text;
    this.#moment = moment;
  }

  write(writes: readonly ItemWrite<IcalendarItem>[]): Uint8Array {
    const fresh: { uid: string; after: Fields }[] = [];
    const gone = new Set<IcalendarItem>();
    for (const { after } of writes)
      if (after !== null)
        zoneTexts(after).forEach((text, zone) => {
          this.#texts.set(zone, text);
        });
    for (const { item, before, after, uid } of writes) {
      if (item === null) {
        if (after !== null) fresh.push({ uid, after });
      } else if (after === null) {
        this.#remove(item.spans);
        if (item.standIn !== null) gone.add(item);
      } else if (!this.#patch(item, before, after)) {
        this.#remove(item.spans);
        fresh.push({ uid: item.uid ?? uid, after });
      }
    }
    this.#removeStandIns(gone);
    if (fresh.length > 0) this.#add(fresh);
    for (const [frame, tzids] of this.#written) this.#addZones(frame, tzids);
    return spliceLines(this.#text.bytes, this.#edits);
  }

  #remove(spans: readonly Span[]): void {
    for (const { start, end } of spans) this.#edits.push({ start, end, text: '' });
  }

  /** What stood in for the series of occurrences that are gone goes with the last of them: by itself it would be an event. */
  #removeStandIns(gone: ReadonlySet<IcalendarItem>): void {
    if (gone.size === 0) return;
    const needed = new Set(this.#text.items.flatMap((item) => (gone.has(item) ? [] : (item.standIn ?? []))));
    const standIns = new Set([...gone].flatMap(({ standIn }) => standIn ?? []));
    this.#remove([...standIns].filter((standIn) => !needed.has(standIn)));
  }

  /** False: it is to be another kind of component, and cannot be made out of this one. */
  #patch(item: IcalendarItem, known: Fields | null, wanted: Fields): boolean {
    const { frame } = item;
    const zones = this.#zonesOf(frame);
    const { components, natives } = partsOf(this.#text.bytes, item);
    const reading = readItem(components, frame.zones, known);
    const before = reading.fields;
    const after = withContents(wanted, before);
    if (isSame(before, after)) return true;
    if (kindOf(after) !== item.kind) return false;
    const { notation } = frame;
    if (reading.master === null) {
      const [was, is] = [opaqueOf(before), opaqueOf(after)];
      const [native] = natives;
      if (was === null || is === null || native === undefined || components.master === null) return false;
      this.#take(item, native, patchWhole(native.component, was, is, components.master, notation), null);
      return true;
    }
    const first = natives[Math.max(0, item.master)] as ItemParts['natives'][number];
    const style = endStyle(first.component);
    const [was, is] = [composeItem(before, style, zones), composeItem(after, style, zones)];
    const updated = before.get(UPDATED) === after.get(UPDATED) ? null : stampOf(after.get(UPDATED));
    this.#take(item, first, patchComponent(first.component, reading.master, was.master, is.master, notation), updated);
    if (natives.length === 1 && is.overrides.size === 0) return true;
    const occurrences = natives.filter((_, at) => at !== Math.max(0, item.master));
    occurrences.forEach((native, at) => {
      const occurrence = reading.overrides[at];
      if (occurrence === undefined) return;
      const { key } = occurrence;
      if (takesComponent(was, key) && !takesComponent(is, key)) {
        this.#remove([native.span]);
        return;
      }
      const own = endStyle(native.component);
      const edits = [
        ...patchComponent(
          native.component,
          occurrence.reading,
          was.occurrence(key, own),
          is.occurrence(key, own),
          notation,
        ),
      ];
      const [idBefore, idAfter] = [was.recurrenceId(key), is.recurrenceId(key)];
      const line = native.component.lines.find(({ name }) => name.toUpperCase() === 'RECURRENCE-ID');
      if (line !== undefined && idBefore !== null && idAfter !== null && !sameProperty(idBefore, idAfter))
        edits.push({ start: line.start, end: line.end, text: patchedLine(line, idBefore, idAfter, notation) });
      this.#take(item, native, edits, updated);
    });
    const there = new Set(reading.overrides.map(({ key }) => key));
    const added = [...is.overrides.keys()]
      .filter((key) => !there.has(key) && takesComponent(is, key))
      .sort(compareTexts);
    const uid = item.uid ?? '';
    const text = added.map((key) => {
      const id = is.recurrenceId(key) as Property;
      const head = [...(uid === '' ? [] : [uidProperty(uid)]), id, stampProperty(after, this.#moment)];
      return componentLines(componentOfComposed(item.kind, head, is.occurrence(key, 'new')), notation);
    });
    const end = item.spans.at(-1)?.end ?? 0;
    if (text.length > 0) this.#insert(frame, end, text.join(''));
    return true;
  }

  /** Takes in the edits of one component, with the stamps of when it was written where it was. */
  #take(
    item: IcalendarItem,
    { component, span }: ItemParts['natives'][number],
    edits: readonly Edit[],
    updated: string | null,
  ): void {
    if (edits.length === 0) return;
    const all = [...edits];
    for (const line of updated === null ? [] : component.lines) {
      const name = line.name.toUpperCase();
      if (name !== 'DTSTAMP' && (name !== 'LAST-MODIFIED' || edits.some(({ start }) => start === line.start))) continue;
      const [from, to] = [property(name, line.value), property(name, updated as string)];
      all.push({ start: line.start, end: line.end, text: patchedLine(line, from, to, item.frame.notation) });
    }
    for (const { start, end, text } of all) {
      this.#edits.push({ start: start + span.start, end: end + span.start, text });
      this.#note(item.frame, text, span);
    }
  }

  #insert(frame: CalendarFrame, at: number, text: string): void {
    const { bytes } = this.#text;
    const isLineStart = at === 0 || bytes[at - 1] === 10 || bytes[at - 1] === 13;
    this.#edits.push({ start: at, end: at, text: isLineStart ? text : frame.notation.lineEnd + text });
    this.#note(frame, text, null);
  }

  #add(items: readonly { readonly uid: string; readonly after: Fields }[]): void {
    const frame = this.#text.frames.findLast(({ place }) => place !== null);
    if (frame === undefined || frame.place === null) return;
    const zones = this.#zonesOf(frame);
    let text = '';
    for (const { uid, after } of items)
      for (const each of newItem(uid, after, zones, this.#moment)) text += componentLines(each, frame.notation);
    this.#insert(frame, frame.place.items, text);
  }

  #zonesOf(frame: CalendarFrame): CalendarZones {
    const known = this.#zones.get(frame);
    if (known !== undefined) return known;
    const parts = frame.zoneSpans.flatMap(
      ({ start, end }) => readContentLines(this.#text.bytes.subarray(start, end)).components,
    );
    const zones = new CalendarZones(parts, frame.notation.isOld, this.#texts);
    this.#zones.set(frame, zones);
    return zones;
  }

  /** Remembers the TZIDs that were written and were not there before (`source`; null: nothing was). */
  #note(frame: CalendarFrame, text: string | Uint8Array, source: Span | null): void {
    if (typeof text !== 'string' || !text.includes('TZID')) return;
    const years = this.#written.get(frame) ?? new Map<string, number>();
    this.#written.set(frame, years);
    const known = source === null ? '' : unfolded(latin1(this.#text.bytes.subarray(source.start, source.end)));
    eachZoneUse(text, (tzid, year) => {
      const earliest = years.get(tzid);
      if ((earliest === undefined || year < earliest) && !known.includes(tzid)) years.set(tzid, year);
    });
  }

  #addZones(frame: CalendarFrame, tzids: ReadonlyMap<string, number>): void {
    if (frame.place === null) return;
    const zones = this.#zonesOf(frame);
    const components = [...tzids]
      .sort(([a], [b]) => compareTexts(a, b))
      .flatMap(([tzid, year]) => {
        const lines = this.#isUsed(tzid) ? null : zones.missing(tzid, year);
        return (lines === null ? null : parseComponent(lines.join('\n'))) ?? [];
      });
    if (components.length === 0) return;
    this.#insert(frame, frame.place.zones, components.map((each) => componentLines(each, frame.notation)).join(''));
    // Before what is new at the same place: zones stand before what is said with them.
    this.#edits.unshift(...this.#edits.splice(-1));
  }

  /** Does something here use a zone by this name, though the calendar does not say what it is? Then whoever reads it knows it. */
  #isUsed(tzid: string): boolean {
    const bytes = bufferOf(this.#text.bytes);
    const isOne = this.#text.frames.length === 1 && isKnownZone(tzid);
    return isOne && [`TZID=${tzid}:`, `TZID=${tzid};`, `TZID="${tzid}"`].some((use) => bytes.includes(use));
  }
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
const latin1 = (bytes: Uint8Array): string => bufferOf(bytes).toString('latin1');

/** Attachments that are only named by their digests are those the text has; one that is not at hand stays as it is there. */
function withContents(fields: Fields, before: Fields): Fields {
  if (referencesIn(fields).length === 0) return fields;
  const contents = new Map(takeOutContents(before, digestOf).contents.map(({ digest, bytes }) => [digest, bytes]));
  const after = new Map(putInContents(fields, contents));
  for (const [field, value] of after)
    if (referencesOf(value).length > 0) {
      const held = before.get(field);
      if (held !== undefined) after.set(field, held);
    }
  return after;
}

function newItem(uid: string, fields: Fields, zones: CalendarZones, moment: string | null): readonly Component[] {
  const opaque = opaqueOf(fields);
  if (opaque !== null) return [withStamp(opaque, fields, moment)];
  const kind = kindOf(fields);
  const item = composeItem(fields, 'new', zones);
  const id = recurrenceIdProperty(fields, zones);
  const own = id === null ? uid : uid.replace(/#[^#]*$/, '');
  const head = [uidProperty(own), ...(id === null ? [] : [id]), stampProperty(fields, moment)];
  const series = componentOfComposed(kind, head, item.master);
  if (id !== null || item.overrides.size === 0) return [series];
  const occurrences = [...item.overrides.keys()].filter((key) => takesComponent(item, key)).sort(compareTexts);
  return [
    series,
    ...occurrences.map((key) => {
      const ownId = item.recurrenceId(key) as Property;
      return componentOfComposed(
        kind,
        [uidProperty(uid), ownId, stampProperty(fields, moment)],
        item.occurrence(key, 'new'),
      );
    }),
  ];
}

/** A component that is carried as the text it is, with when it was written: iCalendar wants that of its own components, of others nobody knows. */
export function withStamp(component: Component, fields: Fields, moment: string | null): Component {
  if (/^X-/i.test(component.name)) return component;
  const updated = stampOf(fields.get(UPDATED));
  const modified = updated === null ? [] : [property('LAST-MODIFIED', updated)];
  return { ...component, properties: [...component.properties, stampProperty(fields, moment), ...modified] };
}

/** What a record is as a component. */
function kindOf(fields: Fields): string {
  const opaque = opaqueOf(fields);
  return opaque?.name ?? (isTask(fields) ? 'VTODO' : 'VEVENT');
}

/** When an item was made, as far as anything tells; it is no data, and never read. */
function stampProperty(fields: Fields, moment: string | null): Property {
  const told = stampOf(fields.get(UPDATED)) ?? stampOf(fields.get(CREATED)) ?? stampOf(moment ?? undefined);
  return property('DTSTAMP', told ?? NO_TIME);
}

/** null: it says no moment. */
function stampOf(value: Value | undefined): string | null {
  const isMoment = typeof value === 'string' && value.endsWith('Z') && isLocal(value.slice(0, -1));
  return isMoment ? formatTime(value.slice(0, -1), 'utc') : null;
}

function endStyle({ lines }: NativeComponent): EndStyle {
  let style: EndStyle = 'none';
  for (const { name } of lines) {
    const upper = name.toUpperCase();
    if (upper === 'DTEND' || upper === 'DUE') return 'end';
    if (upper === 'DURATION') style = 'duration';
  }
  return style;
}
