import { type Component, type ContentLine, readContentLines } from '../../text/content-lines.ts';
import { detached } from '../../text/detached.ts';
import type { Damaged, NativeItem, Span, SplitText } from '../../text/text-format.ts';
import { CalendarZones } from './calendar-zones.ts';
import { type Notation, propertyOf, textOfLine } from './native.ts';
import { inCapitals } from './property.ts';
import { keyOfTime, readTime } from './times.ts';
import type { Zones } from './zones.ts';

/** A VCALENDAR, or what lies outside of any. */
export interface CalendarFrame {
  readonly notation: Notation;
  readonly zones: Zones;
  /** Its VTIMEZONEs. */
  readonly zoneSpans: readonly Span[];
  /** Where new items go, and where new VTIMEZONEs; null: it is no calendar. */
  readonly place: { readonly items: number; readonly zones: number } | null;
}
export interface IcalendarItem extends NativeItem {
  /** VEVENT, VTODO, or what else is carried as the text it is. */
  readonly kind: string;
  readonly frame: CalendarFrame;
  /** Which of its spans is the series (or the only one), -1: none; the others are single occurrences. */
  readonly master: number;
  /** Of an occurrence alone: what Thunderbird puts in the place of its series, which is nobody's event; null: there is none. */
  readonly standIn: Span | null;
}
export interface IcalendarText extends SplitText<IcalendarItem> {
  readonly frames: readonly CalendarFrame[];
}

const UID = 'UID';
const RECURRENCE_ID = 'RECURRENCE-ID';
const STAND_IN = 'X-MOZ-FAKED-MASTER';
const MOST_DAMAGED = 1_000;
/** What is part of something else, and nothing by itself. */
const PARTS = new Set(['VALARM', 'STANDARD', 'DAYLIGHT', 'VCARD', 'VLOCATION', 'PARTICIPANT', 'VRESOURCE']);
const ITEMS_ALONE = new Set(['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VAVAILABILITY']);

/** Takes a calendar apart. Never throws: what is damaged is named, and the rest goes on. */
export function splitCalendar(bytes: Uint8Array): IcalendarText {
  const content = readContentLines(bytes);
  const { lineEnd, foldAt } = content;
  const damaged: Damaged[] = [];
  const items: IcalendarItem[] = [];
  const frames: CalendarFrame[] = [];
  const alone: Component[] = [];
  for (const component of content.components) {
    if (component.name !== 'VCALENDAR') {
      if (ITEMS_ALONE.has(component.name)) alone.push(component);
      continue;
    }
    const version = component.lines.find(({ name }) => name.toUpperCase() === 'VERSION')?.value.trim();
    const isOld = version === '1.0';
    const zoneParts = component.components.filter(({ name }) => name === 'VTIMEZONE');
    const before = zoneParts.at(-1)?.end ?? component.components[0]?.start ?? component.inner.end;
    const frame: CalendarFrame = {
      notation: { lineEnd, foldAt, isOld },
      zones: new CalendarZones(
        zoneParts.map((part) => apart(bytes, part)),
        isOld,
      ),
      zoneSpans: zoneParts.map(({ start, end }) => ({ start, end })),
      place: { items: component.inner.end, zones: before },
    };
    frames.push(frame);
    addItems(component.components, frame, items, damaged, bytes.length);
    for (const { start, end } of component.junk) damaged.push(damagedLines(start, end));
    if (component.problem !== null)
      damaged.push({
        start: component.end,
        end: component.end,
        name: 'the rest of the calendar',
        isNameless: true,
        detail: 'the calendar has no end: the rest of it may be missing',
        ...(component.end === bytes.length ? { isOpen: true } : {}),
      });
  }
  if (alone.length > 0) {
    const frame: CalendarFrame = {
      notation: { lineEnd, foldAt, isOld: false },
      zones: new CalendarZones([], false),
      zoneSpans: [],
      place: null,
    };
    addItems(alone, frame, items, damaged, bytes.length);
  }
  for (const { start, end } of content.stray) damaged.push(damagedLines(start, end));
  if (frames.length === 0 && alone.length === 0 && damaged.length === 0 && !isBlank(bytes))
    damaged.push(damagedLines(0, bytes.length));
  return { bytes, items, frames, damaged: numbered(joined(damaged), bytes) };
}

/** The same, of memory of its own: what is cut out of a text keeps all of that in memory as a string. */
function apart(bytes: Uint8Array, part: Component): Component {
  const { start, end } = part;
  const [own] = part.problem === null ? readContentLines(bytes.subarray(start, end)).components : [];
  return own === undefined ? part : { ...own, start, end };
}

interface Group {
  readonly kind: string;
  readonly uid: string | null;
  master: Component | null;
  /** As of `IcalendarItem`. */
  standIn: Component | null;
  /** By the id of the occurrence, in order; null: there is none. */
  overrides: Map<string, Component> | null;
}

function addItems(
  components: readonly Component[],
  frame: CalendarFrame,
  items: IcalendarItem[],
  damaged: Damaged[],
  length: number,
): void {
  const groups: Group[] = [];
  const byKind = new Map<string, Map<string, Group>>();
  for (const component of components) {
    if (component.name === 'VTIMEZONE') continue;
    if (PARTS.has(component.name)) {
      damaged.push({
        ...damagedLines(component.start, component.end),
        detail: 'it belongs into an event, whose beginning is missing',
      });
      continue;
    }
    let uidLine: ContentLine | undefined;
    let idLine: ContentLine | undefined;
    let isStandIn = false;
    for (const line of component.lines) {
      const { length } = line.name;
      if (length === UID.length && inCapitals(line.name) === UID) uidLine ??= line;
      else if (length === RECURRENCE_ID.length && inCapitals(line.name) === RECURRENCE_ID) idLine ??= line;
      else if (length === STAND_IN.length && inCapitals(line.name) === STAND_IN) isStandIn = true;
    }
    const uid = textOfLine(uidLine);
    if (component.problem !== null) {
      const { start, end } = component;
      damaged.push({
        start,
        end,
        ...namedBy(uid ?? summaryOf(component)),
        detail: `${component.problem}: add it, or remove what is left`,
        ...(end === length ? { isOpen: true } : {}),
      });
      continue;
    }
    const byUid = byKind.get(component.name) ?? new Map<string, Group>();
    byKind.set(component.name, byUid);
    const known = uid === null ? undefined : byUid.get(uid);
    const isOccurrence = idLine !== undefined && (component.name === 'VEVENT' || component.name === 'VTODO');
    const id = isOccurrence && idLine !== undefined ? occurrenceId(idLine, frame) : '';
    // A second one that says it is the same is an item of its own: nobody may say which of them is right.
    const joins =
      known !== undefined &&
      (isOccurrence ? known.overrides?.has(id) !== true : (isStandIn ? known.standIn : known.master) === null);
    const group: Group = joins ? known : { kind: component.name, uid, master: null, standIn: null, overrides: null };
    if (!joins) {
      groups.push(group);
      if (uid !== null && known === undefined) byUid.set(uid, group);
    }
    if (!isOccurrence && isStandIn) group.standIn = component;
    else if (!isOccurrence) group.master = component;
    else {
      group.overrides ??= new Map();
      group.overrides.set(id, component);
    }
  }
  for (const group of groups) addItem(group, frame, items);
}

/** Occurrences whose series is not here are items of their own. What stands in for one is an item where there is nothing else. */
function addItem({ master, standIn, overrides, uid, kind }: Group, frame: CalendarFrame, items: IcalendarItem[]): void {
  if (master === null && overrides !== null) {
    const span = standIn === null ? null : { start: standIn.start, end: standIn.end };
    overrides.forEach((component, id) => {
      items.push(item(kind, uid === null ? null : `${uid}#${id}`, [component], -1, frame, span));
    });
  } else if (master === null) {
    if (standIn !== null) items.push(item(kind, uid, [standIn], 0, frame));
  } else if (overrides === null) items.push(item(kind, uid, [master], 0, frame));
  else {
    const parts = [master, ...overrides.values()].sort((a, b) => a.start - b.start);
    items.push(item(kind, uid, parts, parts.indexOf(master), frame));
  }
}

function item(
  kind: string,
  uid: string | null,
  parts: readonly Component[],
  master: number,
  frame: CalendarFrame,
  standIn: Span | null = null,
): IcalendarItem {
  return {
    kind,
    uid: uid === null ? null : detached(uid),
    frame,
    master,
    standIn,
    spans: parts.map(({ start, end }) => ({ start, end })),
    context: contextOf(parts, frame),
  };
}

/** The VTIMEZONEs without which it could not be told what zone is meant. */
function contextOf(parts: readonly Component[], { zones }: CalendarFrame): readonly Span[] {
  if (!(zones instanceof CalendarZones) || !zones.decidesAny) return NO_SPANS;
  const found = new Set<Span>();
  const visit = (component: Component): void => {
    for (const { params } of component.lines)
      for (const { name, values } of params) {
        const zone = name.toUpperCase() === 'TZID' ? zones.decides(values[0] ?? '') : null;
        if (zone !== null) found.add(zone);
      }
    component.components.forEach(visit);
  };
  parts.forEach(visit);
  return found.size === 0
    ? NO_SPANS
    : [...found].map(({ start, end }) => ({ start, end })).sort((a, b) => a.start - b.start);
}

function occurrenceId(line: ContentLine, { zones, notation }: CalendarFrame): string {
  const time = readTime(propertyOf(line, notation.isOld), zones);
  return time === null ? line.value.trim() : keyOfTime(time, null);
}

const summaryOf = ({ lines }: Component): string | null =>
  textOfLine(lines.find(({ name }) => name.toUpperCase() === 'SUMMARY'));

const namedBy = (stated: string | null): Pick<Damaged, 'name' | 'isNameless'> =>
  stated === null ? { name: 'an entry without a name', isNameless: true } : { name: detached(stated) };

/** Its name is the number of its line, which `joined` finds. */
const damagedLines = (start: number, end: number): Damaged => ({
  start,
  end,
  name: '',
  detail: 'this is no part of a calendar: mend or remove it',
});

/** In order, neighbouring lines as one. */
function joined(damaged: readonly Damaged[]): readonly Damaged[] {
  const found: Damaged[] = [];
  for (const each of [...damaged].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = found.at(-1);
    if (
      last !== undefined &&
      last.name === each.name &&
      last.detail === each.detail &&
      last.end >= each.start &&
      each.end > each.start
    )
      found[found.length - 1] = { ...last, end: Math.max(last.end, each.end) };
    else if (found.length < MOST_DAMAGED) found.push(each);
  }
  return found;
}

function numbered(damaged: readonly Damaged[], bytes: Uint8Array): readonly Damaged[] {
  let line = 1;
  let at = bytes.indexOf(10);
  return damaged.map((each) => {
    for (; at >= 0 && at < each.start; at = bytes.indexOf(10, at + 1)) line++;
    return each.name === '' ? { ...each, name: `line ${line}`, isNameless: true } : each;
  });
}

const isBlank = (bytes: Uint8Array): boolean => !/[^\s\uFEFF]/.test(Buffer.from(bytes.subarray(0, 4096)).toString());
const NO_SPANS: readonly Span[] = [];
