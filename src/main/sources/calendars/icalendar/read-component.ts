import { type FieldName, fieldName } from '../../../record/ids.ts';
import { equalValues, type Fields, type Plain, type Value } from '../../../record/value.ts';
import { MalformedItem } from '../../text/text-format.ts';
import { alarmIdentity, readAlarm } from './alarm.ts';
import { normalDuration, parseDuration } from './civil.ts';
import { CollectedEntries } from './collected-entries.ts';
import { type Component, componentText, isChurn, parseComponent } from './component.ts';
import { ENTRY_CODECS, type EntryCodec, readRelation, unknown } from './entries.ts';
import { entryField } from './keys.ts';
import { cleanText, isName, otherParams, type Property, paramOf, splitList } from './property.ts';
import { conceptOf, keywordOf } from './read-word.ts';
import { parseRule } from './rule.ts';
import { type SingleCodec, singlesOf } from './singles.ts';
import { type EventTime, keyOfTime, readTime } from './times.ts';
import { startOf, type When, whenOf } from './when.ts';
import { localIn } from './zone-offsets.ts';
import { hasRules, type Zones } from './zones.ts';

/** What a component says, and which of its properties and parts says what. Nobody else has its fields. */
export interface ComponentReading {
  readonly fields: Map<FieldName, Value>;
  readonly when: When | null;
  /** Occurrences left out and added, by their time; the added ones with what lasts otherwise. */
  readonly excluded: ReadonlySet<string>;
  readonly added: ReadonlyMap<string, When | null>;
  /** For each property what `composeComponent` calls it: of a list its members; null: it says nothing. */
  readonly slots: readonly Slot[];
  /** The same of its parts; of an alarm also of its properties. */
  readonly parts: readonly PartSlot[];
}
export type Slot = string | readonly (string | null)[] | null;
export interface PartSlot {
  readonly slot: string;
  readonly slots: readonly (string | null)[];
}

const TYPE = fieldName('@type');
const WHEN = fieldName('when');
const RULE = fieldName('recurrenceRule');
const ESTIMATE = fieldName('estimatedDuration');
const TIMES = new Set(['DTSTART', 'DTEND', 'DUE', 'DURATION']);
const codecOf = new Map(ENTRY_CODECS.flatMap((codec) => codec.names.map((name) => [name, codec] as const)));
/** A server notes with SCHEDULE-STATUS whether it could tell somebody (RFC 6638 7.3): that is nobody's edit. */
const SINGLE_PARAMS: Readonly<Record<string, ReadonlySet<string>>> = {
  SUMMARY: new Set(['LANGUAGE', 'VALUE']),
  ORGANIZER: new Set(['VALUE', 'SCHEDULE-STATUS']),
};
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

class ComponentReader {
  readonly #component: Component;
  readonly #zones: Zones;
  readonly #previous: Fields | null;
  readonly #isTask: boolean;
  readonly #fields = new Map<FieldName, Value>();
  readonly #slots: Slot[];
  readonly #entries: CollectedEntries;
  /** Names of properties there is one of, once they were met. */
  readonly #seen: string[] = [];
  #when: When | null = null;
  #start: EventTime | null = null;
  // Most components have none of these.
  #usedZones: Set<string> | null = null;
  #excluded: Set<string> | null = null;
  #added: Map<string, When | null> | null = null;

  constructor(component: Component, zones: Zones, previous: Fields | null, isTask: boolean) {
    this.#component = component;
    this.#zones = zones;
    this.#previous = previous;
    this.#isTask = isTask;
    this.#entries = new CollectedEntries(component.properties);
    const { length } = component.properties;
    if (length > MOST_ENTRIES) throw new MalformedItem('it has too many properties to be an event');
    this.#slots = new Array<Slot>(length).fill(null);
    this.#fields.set(TYPE, isTask ? 'Task' : 'Event');
  }

  read(): ComponentReading {
    const { properties, parts } = this.#component;
    this.#readWhen();
    this.#start = startOf(this.#when);
    for (let at = 0; at < properties.length; at++)
      if (this.#slots[at] === null) this.#readProperty(at, properties[at] as Property);
    const partSlots = this.#readParts(parts);
    this.#takeEntries(partSlots);
    for (const zone of this.#usedZones ?? NONE)
      this.#fields.set(entryField('timeZones', zone), { text: this.#zones.textOf(zone) ?? '' });
    return {
      fields: this.#fields,
      when: this.#when,
      excluded: this.#excluded ?? NONE,
      added: this.#added ?? NONE_ADDED,
      slots: this.#slots,
      parts: partSlots,
    };
  }

  #readProperty(at: number, of: Property): void {
    const { name } = of;
    const single = singlesOf(this.#isTask).get(name);
    if (single !== undefined) {
      this.#readSingle(at, of, single);
      return;
    }
    const codec = codecOf.get(name);
    if (codec !== undefined) this.#coded(at, of, codec);
    else if (name === 'UID' || name === 'RECURRENCE-ID' || isChurn(of)) return;
    else if (name === 'CATEGORIES' || name === 'CONCEPT') this.#words(at, of);
    else if (name === 'RRULE' && !this.#seen.includes(name)) this.#rule(at, of);
    else if (name === 'EXDATE' || name === 'RDATE') this.#dates(at, of, this.#start, this.#when);
    else if (name === 'RELATED-TO') this.#relation(at, of);
    else if (this.#when === null || !TIMES.has(name)) this.#unknown(at, of);
  }

  #readSingle(at: number, of: Property, single: SingleCodec): void {
    const { name } = of;
    // Another of what there is one of stays in the text alone (who is given it could not tell which of them counts), and goes with it.
    if (this.#seen.includes(name)) {
      this.#slots[at] = name;
      return;
    }
    const value = single.read(of.value);
    if (value === undefined) {
      this.#unknown(at, of);
      return;
    }
    this.#seen.push(name);
    this.#slots[at] = name;
    if (value !== null) this.#single(name, single.field, value, of, single.params);
  }

  #rule(at: number, of: Property): void {
    const start = this.#start;
    const rule = start === null ? null : parseRule(of.value, { timeZone: start.zone, isDate: start.isDate });
    if (rule === null) {
      this.#unknown(at, of);
      return;
    }
    this.#seen.push(of.name);
    this.#slots[at] = of.name;
    this.#fields.set(RULE, rule);
  }

  #coded(at: number, of: Property, codec: EntryCodec): void {
    if (of.value === '') return;
    const value = codec.read(of);
    if (value === null) this.#unknown(at, of);
    else this.#entries.add(codec, { at, value, identity: codec.identity(value), also: -1 });
  }

  #single(name: string, field: string, value: Value, of: Property, carriesParams: boolean): void {
    this.#fields.set(fieldName(field), value);
    if (of.params.length === 0) return;
    const language = name === 'SUMMARY' ? paramOf(of, 'LANGUAGE') : null;
    if (language !== null && /^[A-Za-z0-9-]{1,40}$/.test(language)) this.#fields.set(fieldName('locale'), language);
    const others = carriesParams ? otherParams(of, SINGLE_PARAMS[name] ?? VALUE_ONLY) : null;
    if (others !== null) this.#fields.set(entryField('iCalendarParams', field), others);
  }

  #readWhen(): void {
    const startAt = this.#timeAt('DTSTART');
    const endAt = this.#timeAt(this.#isTask ? 'DUE' : 'DTEND');
    let start = this.#time(startAt);
    let end = this.#time(endAt);
    if (start !== null && end !== null && start.isDate !== end.isDate) {
      // One of the two tells an hour: a midnight beside it is one, whatever is said of it.
      start = this.#time(startAt, 'meant');
      end = this.#time(endAt, 'meant');
    }
    const lastingAt = end === null ? this.#timeAt('DURATION') : -1;
    const lasting = lastingAt < 0 ? null : parseDuration(this.#propertyAt(lastingAt).value);
    const when = whenOf(start, end, lasting, this.#isTask);
    if (when === null) return;
    if (startAt >= 0) {
      this.#slots[startAt] = 'DTSTART';
      const others = otherParams(this.#propertyAt(startAt), TIME_PARAMS);
      if (others !== null) this.#fields.set(entryField('iCalendarParams', 'start'), others);
    }
    if (endAt >= 0) this.#slots[endAt] = this.#propertyAt(endAt).name;
    if (lasting !== null && start !== null) this.#slots[lastingAt] = 'DURATION';
    if (this.#isTask && end !== null) this.#readEstimate();
    this.#fields.set(WHEN, when as unknown as Value);
    this.#when = when;
  }

  /** How long a task takes that is due by itself: before ESTIMATED-DURATION programs wrote DURATION beside DUE, which servers refuse. */
  #readEstimate(): void {
    const at = this.#timeAt('ESTIMATED-DURATION') < 0 ? this.#timeAt('DURATION') : -1;
    const estimate = at < 0 ? null : normalDuration(this.#propertyAt(at).value);
    if (estimate === null) return;
    this.#slots[at] = 'ESTIMATED-DURATION';
    this.#fields.set(ESTIMATE, estimate);
  }

  /** The first property of this name that says anything; -1: there is none. */
  #timeAt(name: string): number {
    const { properties } = this.#component;
    for (let at = 0; at < properties.length; at++) {
      const of = properties[at] as Property;
      if (of.name === name && of.value.trim() !== '') return at;
    }
    return -1;
  }

  #propertyAt(at: number): Property {
    return this.#component.properties[at] as Property;
  }

  /** null: it is not stated. `hour`: as of `readTime`. */
  #time(at: number, hour?: 'meant'): EventTime | null {
    if (at < 0) return null;
    const of = this.#propertyAt(at);
    const time = readTime(of, this.#zones, of.value, hour);
    if (time === null) throw new MalformedItem(`its ${of.name} is not a date: ${of.value.slice(0, 40)}`);
    this.#use(time.zone);
    return time;
  }

  #use(zone: string | null): void {
    if (zone === null || !hasRules(zone)) return;
    this.#usedZones ??= new Set();
    this.#usedZones.add(zone);
  }

  #dates(at: number, of: Property, start: EventTime | null, when: When | null): void {
    const slots = splitList(of.value).map((member) => {
      const [from = '', until] = member.trim().split('/');
      const time = readTime(of, this.#zones, from);
      if (time === null || start === null || (until !== undefined && time.isDate)) return null;
      const key = keyOfTime(time, start);
      if (key.endsWith(']')) this.#use(time.zone);
      if (of.name === 'EXDATE') {
        this.#excluded ??= new Set();
        this.#excluded.add(key);
        return `EXDATE/${key}`;
      }
      this.#added ??= new Map();
      if (until === undefined) this.#added.set(key, this.#added.get(key) ?? null);
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
      return `RDATE/${key}`;
    });
    if (slots.every((slot) => slot === null) && of.value.trim() !== '') this.#unknown(at, of);
    else this.#slots[at] = slots;
  }

  #words(at: number, of: Property): void {
    const wordOf = of.name === 'CONCEPT' ? conceptOf : keywordOf;
    const members = of.name === 'CONCEPT' ? [of.value] : splitList(of.value);
    const slots = new Array<string | null>(members.length).fill(null);
    for (let index = 0; index < members.length; index++) {
      const word = wordOf(members[index] as string);
      if (word === null) continue;
      slots[index] = word.slot;
      this.#fields.set(word.field, true);
    }
    this.#slots[at] = slots;
  }

  #relation(at: number, of: Property): void {
    const read = readRelation(of);
    if (read === null) {
      if (of.value !== '') this.#unknown(at, of);
      return;
    }
    const field = entryField('relatedTo', read.uid);
    const before = this.#fields.get(field) as { relation: Plain } | undefined;
    const entry = { ...before, relation: { ...before?.relation, [read.relation]: true } };
    this.#fields.set(field, read.params === null ? entry : { ...entry, iCalendarParams: read.params });
    this.#slots[at] = `relatedTo/${read.uid}/${read.relation}`;
  }

  #unknown(at: number, of: Property): void {
    // What no other program could be given stays in the text alone.
    if (!isName(of.name) || (cleanText(of.value) === '' && !saysByParams(of))) return;
    const value = unknown.read(of);
    this.#entries.add(unknown, { at, value, identity: unknown.identity(value), also: -1 });
    const tzid = paramOf(of, 'TZID');
    if (tzid !== null && tzid !== '') this.#use(this.#zones.zoneOf(tzid));
  }

  #takeEntries(parts: PartSlot[]): void {
    this.#entries.forEachKeyed(this.#previous, ({ at, value, also }, field, slot) => {
      this.#fields.set(field, value);
      if (at >= 0) this.#slots[at] = this.#propertyAt(at).name === 'GEO' ? `${slot}/GEO` : slot;
      else parts[-1 - at] = { slot, slots: parts[-1 - at]?.slots ?? [] };
      if (also >= 0) this.#slots[also] = `${slot}/GEO`;
    });
  }

  #readParts(parts: readonly Component[]): PartSlot[] {
    if (parts.length === 0) return [];
    const slots: PartSlot[] = [];
    for (let at = 0; at < parts.length; at++) slots.push(this.#readPart(at, parts[at] as Component));
    return slots;
  }

  #readPart(at: number, part: Component): PartSlot {
    const alarm = part.name === 'VALARM' ? readAlarm(part, this.#zones) : null;
    if (alarm !== null) {
      this.#entries.add('alerts', { at: -1 - at, value: alarm.value, identity: alarmIdentity(alarm.value), also: -1 });
      return { slot: '', slots: alarm.slots };
    }
    const text = componentText(part);
    if (parseComponent(text) === null) return NO_SLOT;
    this.#entries.add('iCalendarComponent', { at: -1 - at, value: { text }, identity: text, also: -1 });
    return { slot: '', slots: [] };
  }
}

/** Parameters that tell how a value is to be read. */
const OF_VALUE = new Set(['VALUE', 'LANGUAGE', 'FMTTYPE', 'TZID']);
/** Does it say something without a value? Apple tells so where somebody sets out from, of a place it found no coordinates of. */
const saysByParams = ({ name, params }: Property): boolean =>
  name.startsWith('X-') && params.some((each) => !OF_VALUE.has(each.name) && isName(each.name));

const NO_SLOT: PartSlot = { slot: '', slots: [] };
const NONE: ReadonlySet<string> = new Set();
const NONE_ADDED: ReadonlyMap<string, When | null> = new Map();
