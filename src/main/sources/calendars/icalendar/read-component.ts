import { type FieldName, fieldName } from '../../../record/ids.ts';
import { equalValues, type Fields, type Value } from '../../../record/value.ts';
import { MalformedItem } from '../../text/text-format.ts';
import { alarmIdentity, readAlarm } from './alarm.ts';
import { assignKeys, type Keyless } from './assign-keys.ts';
import { type Duration, parseDuration } from './civil.ts';
import { type Component, componentText, isChurn, parseComponent } from './component.ts';
import { ENTRY_CODECS, type EntryCodec, readRelation, unknown } from './entries.ts';
import { entriesOf, entryField } from './keys.ts';
import {
  cleanText,
  isName,
  isPlain,
  otherParams,
  type Property,
  paramOf,
  splitList,
  unescapeText,
} from './property.ts';
import { parseRule } from './rule.ts';
import { singlesOf } from './singles.ts';
import { type EventTime, keyOfTime, readTime } from './times.ts';
import { startOf, type When, whenOf } from './when.ts';
import { localIn } from './zone-offsets.ts';
import { hasRules, type Zones } from './zones.ts';

/** What a component says, and which of its properties and parts says what. */
export interface ComponentReading {
  readonly fields: ReadonlyMap<FieldName, Value>;
  readonly when: When | null;
  /** Occurrences left out and added, by their time; the added ones with what lasts otherwise. */
  readonly excluded: ReadonlySet<string>;
  readonly added: ReadonlyMap<string, When | null>;
  /** For each property what `composeComponent` calls it: of a list its members; null: it says nothing. */
  readonly slots: readonly (string | readonly (string | null)[] | null)[];
  /** The same of its parts; of an alarm also of its properties. */
  readonly parts: readonly PartSlot[];
}
export interface PartSlot {
  readonly slot: string;
  readonly slots: readonly (string | null)[];
}

const TIMES = new Set(['DTSTART', 'DTEND', 'DUE', 'DURATION']);
const codecOf = new Map(ENTRY_CODECS.flatMap((codec) => codec.names.map((name) => [name, codec] as const)));
const SINGLE_PARAMS: Readonly<Record<string, ReadonlySet<string>>> = { SUMMARY: new Set(['LANGUAGE', 'VALUE']) };
const VALUE_ONLY = new Set(['VALUE']);
const TIME_PARAMS = new Set(['VALUE', 'TZID']);
/** A component with more entries than this is nobody's event. */
const MOST_ENTRIES = 20_000;

/**
 * Reads an event or a task (or one occurrence of it). `previous`: whose keys its entries keep. Throws `MalformedItem` where it cannot be told
 * when it is.
 */
export function readComponent(
  component: Component,
  zones: Zones,
  previous: Fields | null,
  isTask: boolean,
): ComponentReading {
  return new ComponentReader(component, zones, previous, isTask).read();
}

interface Entry extends Keyless {
  /** Of the property in the component (its part: below zero). */
  readonly at: number;
  /** Another property that tells of it. */
  readonly also?: number;
}
type EntryMap = EntryCodec | 'alerts' | 'iCalendarComponent';

class ComponentReader {
  readonly #component: Component;
  readonly #zones: Zones;
  readonly #previous: Fields | null;
  readonly #isTask: boolean;
  readonly #fields = new Map<FieldName, Value>();
  readonly #slots: (string | readonly (string | null)[] | null)[];
  readonly #entries = new Map<EntryMap, Entry[]>();
  readonly #usedZones = new Set<string>();
  readonly #excluded = new Set<string>();
  readonly #added = new Map<string, When | null>();

  constructor(component: Component, zones: Zones, previous: Fields | null, isTask: boolean) {
    this.#component = component;
    this.#zones = zones;
    this.#previous = previous;
    this.#isTask = isTask;
    this.#slots = component.properties.map(() => null);
    if (component.properties.length > MOST_ENTRIES)
      throw new MalformedItem('it has too many properties to be an event');
  }

  read(): ComponentReading {
    const { properties, parts } = this.#component;
    const when = this.#readWhen();
    const start = startOf(when);
    const singles = singlesOf(this.#isTask);
    const seen = new Set<string>();
    properties.forEach((of, at) => {
      const { name } = of;
      if (this.#slots[at] !== null || name === 'UID' || name === 'RECURRENCE-ID' || isChurn(of)) return;
      const single = Object.hasOwn(singles, name) ? singles[name] : undefined;
      const codec = codecOf.get(name);
      if (single !== undefined && !seen.has(name)) {
        const value = single.read(of.value);
        if (value === undefined) this.#unknown(at, of);
        else {
          seen.add(name);
          this.#slots[at] = name;
          if (value !== null) this.#single(name, single.field, value, of, single.params);
        }
      } else if (name === 'RRULE' && !seen.has(name)) {
        const rule = parseRule(of.value, { timeZone: start?.zone ?? null, isDate: start?.isDate ?? false });
        if (rule === null || start === null) this.#unknown(at, of);
        else {
          seen.add(name);
          this.#slots[at] = name;
          this.#fields.set(fieldName('recurrenceRule'), rule);
        }
      } else if (name === 'EXDATE' || name === 'RDATE') this.#dates(at, of, start, when);
      else if (name === 'CATEGORIES' || name === 'CONCEPT') this.#words(at, of);
      else if (name === 'RELATED-TO') this.#relation(at, of);
      else if (codec !== undefined) {
        const value = of.value === '' ? null : codec.read(of);
        if (value !== null) this.#entry(codec, { at, value, identity: codec.identity(value) });
        else if (of.value !== '') this.#unknown(at, of);
      } else if (single !== undefined) {
        // Another of what there is one of stays in the text alone (who is given it could not tell which of them counts), and goes with it.
        this.#slots[at] = name;
      } else if (when === null || !TIMES.has(name)) this.#unknown(at, of);
    });
    const partSlots = this.#readParts(parts);
    this.#joinCoordinates();
    for (const [codec, entries] of this.#entries) this.#keyed(codec, entries, partSlots);
    for (const zone of this.#usedZones)
      this.#fields.set(entryField('timeZones', zone), { text: this.#zones.textOf(zone) ?? '' });
    return {
      fields: this.#fields,
      when,
      excluded: this.#excluded,
      added: this.#added,
      slots: this.#slots,
      parts: partSlots,
    };
  }

  #single(name: string, field: string, value: Value, of: Property, carriesParams: boolean): void {
    this.#fields.set(fieldName(field), value);
    if (of.params.length === 0) return;
    const language = name === 'SUMMARY' ? paramOf(of, 'LANGUAGE') : null;
    if (language !== null && /^[A-Za-z0-9-]{1,40}$/.test(language)) this.#fields.set(fieldName('locale'), language);
    const others = carriesParams ? otherParams(of, SINGLE_PARAMS[name] ?? VALUE_ONLY) : null;
    if (others !== null) this.#fields.set(entryField('iCalendarParams', field), others);
  }

  #readWhen(): When | null {
    const found = new Map<string, { at: number; of: Property }>();
    this.#component.properties.forEach((of, at) => {
      if (!TIMES.has(of.name) || found.has(of.name) || of.value.trim() === '') return;
      if (of.name === (this.#isTask ? 'DTEND' : 'DUE')) return;
      found.set(of.name, { at, of });
    });
    const endName = this.#isTask ? 'DUE' : 'DTEND';
    const start = this.#time(found.get('DTSTART')?.of);
    const end = this.#time(found.get(endName)?.of);
    const lasting = found.get('DURATION');
    const duration: Duration | null = lasting === undefined || end !== null ? null : parseDuration(lasting.of.value);
    const when = whenOf(start, end, duration, this.#isTask);
    if (when === null) return null;
    for (const [name, { at, of }] of found) {
      if (name === 'DURATION' && (duration === null || start === null)) continue;
      this.#slots[at] = name;
      const others = name === 'DTSTART' ? otherParams(of, TIME_PARAMS) : null;
      if (others !== null) this.#fields.set(entryField('iCalendarParams', 'start'), others);
    }
    this.#fields.set(fieldName('when'), when as unknown as Value);
    return when;
  }

  /** null: it is not stated. */
  #time(of: Property | undefined): EventTime | null {
    if (of === undefined) return null;
    const time = readTime(of, this.#zones);
    if (time === null) throw new MalformedItem(`its ${of.name} is not a date: ${of.value.slice(0, 40)}`);
    this.#use(time.zone);
    return time;
  }

  #use(zone: string | null): void {
    if (zone !== null && hasRules(zone)) this.#usedZones.add(zone);
  }

  #dates(at: number, of: Property, start: EventTime | null, when: When | null): void {
    const slots = splitList(of.value).map((member) => {
      const [from = '', until] = member.trim().split('/');
      const time = readTime(of, this.#zones, from);
      if (time === null || start === null || (until !== undefined && time.isDate)) return null;
      const key = keyOfTime(time, start);
      if (key.endsWith(']')) this.#use(time.zone);
      if (of.name === 'EXDATE') this.#excluded.add(key);
      else if (until === undefined) this.#added.set(key, this.#added.get(key) ?? null);
      else {
        const duration = parseDuration(until);
        const ending = duration === null ? readTime(of, this.#zones, until) : null;
        if (duration === null && ending === null) return null;
        const inZone = ending === null ? null : localIn(start.zone, ending.zone, ending.local);
        const end = inZone === null ? ending : { local: inZone, zone: start.zone, isDate: false };
        const lasting = whenOf({ ...time, zone: start.zone, local: key.slice(0, 19) }, end, duration, this.#isTask);
        this.#added.set(
          key,
          lasting === null || equalValues(lasting as unknown as Value, when as unknown as Value) ? null : lasting,
        );
      }
      return `${of.name}/${key}`;
    });
    if (slots.every((slot) => slot === null) && of.value.trim() !== '') this.#unknown(at, of);
    else this.#slots[at] = slots;
  }

  #words(at: number, of: Property): void {
    const map = of.name === 'CONCEPT' ? 'categories' : 'keywords';
    const members = of.name === 'CONCEPT' ? [of.value] : splitList(of.value);
    this.#slots[at] = members.map((member) => {
      const word = unescapeText(member).replaceAll('\n', ' ').trim();
      if (word === '') return null;
      this.#fields.set(entryField(map, word), true);
      return `${of.name}/${word}`;
    });
  }

  #relation(at: number, of: Property): void {
    const read = readRelation(of);
    if (read === null) {
      if (of.value !== '') this.#unknown(at, of);
      return;
    }
    const field = entryField('relatedTo', read.uid);
    const before = this.#fields.get(field) as { relation: { readonly [key: string]: Value } } | undefined;
    const entry = { ...before, relation: { ...before?.relation, [read.relation]: true } };
    this.#fields.set(field, read.params === null ? entry : { ...entry, iCalendarParams: read.params });
    this.#slots[at] = `relatedTo/${read.uid}/${read.relation}`;
  }

  #unknown(at: number, of: Property): void {
    // What no other program could be given stays in the text alone.
    if (!isName(of.name) || cleanText(of.value) === '') return;
    const value = unknown.read(of);
    this.#entry(unknown, { at, value, identity: unknown.identity(value) });
    const tzid = paramOf(of, 'TZID');
    if (tzid !== null && tzid !== '') this.#use(this.#zones.zoneOf(tzid));
  }

  #entry(codec: EntryMap, entry: Entry): void {
    const entries = this.#entries.get(codec);
    if (entries === undefined) this.#entries.set(codec, [entry]);
    else entries.push(entry);
  }

  #readParts(parts: readonly Component[]): PartSlot[] {
    return parts.map((part, at) => {
      const alarm = part.name === 'VALARM' ? readAlarm(part, this.#zones) : null;
      if (alarm !== null) {
        this.#entry('alerts', { at: -1 - at, value: alarm.value, identity: alarmIdentity(alarm.value) });
        return { slot: '', slots: alarm.slots };
      }
      const text = componentText(part);
      if (parseComponent(text) === null) return NO_SLOT;
      this.#entry('iCalendarComponent', { at: -1 - at, value: { text }, identity: text });
      return { slot: '', slots: [] };
    });
  }

  /** A GEO tells of the one LOCATION beside it. */
  #joinCoordinates(): void {
    const codec = codecOf.get('LOCATION') as EntryCodec;
    const entries = this.#entries.get(codec);
    if (entries === undefined) return;
    const named = entries.filter(({ at }) => this.#component.properties[at]?.name === 'LOCATION');
    const geo = entries.filter(({ at }) => this.#component.properties[at]?.name === 'GEO');
    const [place] = named;
    const [position] = geo;
    if (place === undefined || position === undefined || geo.length > 1) return;
    const value = { ...(place.value as object), coordinates: (position.value as { coordinates: Value }).coordinates };
    const joined: Entry = { ...place, value, also: position.at };
    this.#entries.set(codec, [joined, ...entries.filter((each) => each !== place && each !== position)]);
  }

  #keyed(codec: EntryMap, entries: readonly Entry[], parts: PartSlot[]): void {
    const map = typeof codec === 'string' ? codec : codec.map;
    const previous = this.#previous === null ? NO_ENTRIES : entriesOf(this.#previous, map);
    const identityOf = typeof codec === 'string' ? PART_IDENTITY[codec] : codec.identity;
    const keys = assignKeys(map, entries, previous, identityOf);
    entries.forEach(({ at, value, also }, index) => {
      const key = keys[index] as string;
      const slot = `${map}/${key}`;
      this.#fields.set(entryField(map, key), value);
      if (at >= 0) this.#slots[at] = this.#component.properties[at]?.name === 'GEO' ? `${slot}/GEO` : slot;
      else parts[-1 - at] = { slot, slots: parts[-1 - at]?.slots ?? [] };
      if (also !== undefined) this.#slots[also] = `${slot}/GEO`;
    });
  }
}

const textIdentity = (value: Value): string => (isPlain(value) && typeof value.text === 'string' ? value.text : '');
const PART_IDENTITY = { alerts: alarmIdentity, iCalendarComponent: textIdentity };
const NO_SLOT: PartSlot = { slot: '', slots: [] };
const NO_ENTRIES: ReadonlyMap<string, Value> = new Map();
