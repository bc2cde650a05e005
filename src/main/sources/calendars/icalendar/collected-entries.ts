import type { FieldName } from '../../../record/ids.ts';
import { type Fields, isPlain, type Value } from '../../../record/value.ts';
import { alarmIdentity } from './alarm.ts';
import { assignKeys, type Keyless, type Telling } from './assign-keys.ts';
import { ENTRY_CODECS, type EntryCodec } from './entries.ts';
import { entriesOf, entryField } from './keys.ts';
import type { Property } from './property.ts';

/** What a property or a part of a component says of one entry of a map. */
export interface CollectedEntry extends Keyless {
  /** Of the property in the component (its part: below zero). */
  readonly at: number;
  /** Another property that tells of it; -1: none does. */
  readonly also: number;
}
type EntryMap = EntryCodec | 'alerts' | 'iCalendarComponent';
/** The entries of one map, in the order the maps were met in. */
interface EntryGroup {
  readonly codec: EntryMap;
  entries: CollectedEntry[];
}

/** The entries of a component, as its properties and parts are read; once all are known each has its key. */
export class CollectedEntries {
  readonly #properties: readonly Property[];
  readonly #groups: EntryGroup[] = [];

  constructor(properties: readonly Property[]) {
    this.#properties = properties;
  }

  add(codec: EntryMap, entry: CollectedEntry): void {
    const group = this.#groupOf(codec);
    if (group === null) this.#groups.push({ codec, entries: [entry] });
    else group.entries.push(entry);
  }

  /** Gives each entry, with its field and what `composeComponent` calls it. `previous`: whose keys they keep. */
  forEachKeyed(previous: Fields | null, take: (entry: CollectedEntry, field: FieldName, slot: string) => void): void {
    this.#joinCoordinates();
    for (let at = 0; at < this.#groups.length; at++) {
      const { codec, entries } = this.#groups[at] as EntryGroup;
      const map = typeof codec === 'string' ? codec : codec.map;
      const former = previous === null ? NO_ENTRIES : entriesOf(previous, map);
      const keys = assignKeys(map, entries, former, typeof codec === 'string' ? PART_TELLING[codec] : codec);
      for (let index = 0; index < entries.length; index++) {
        const key = keys[index] as string;
        const field = entryField(map, key);
        take(entries[index] as CollectedEntry, field, field.includes('~') ? `${map}/${key}` : field);
      }
    }
  }

  #groupOf(codec: EntryMap | undefined): EntryGroup | null {
    for (let at = 0; at < this.#groups.length; at++)
      if (this.#groups[at]?.codec === codec) return this.#groups[at] as EntryGroup;
    return null;
  }

  /** A GEO tells of the one LOCATION beside it. */
  #joinCoordinates(): void {
    const group = this.#groupOf(LOCATION);
    if (group === null || group.entries.length < 2) return;
    const { entries } = group;
    const place = entries.find(({ at }) => this.#properties[at]?.name === 'LOCATION');
    const [position, ...others] = entries.filter(({ at }) => this.#properties[at]?.name === 'GEO');
    if (place === undefined || position === undefined || others.length > 0) return;
    const value = { ...(place.value as object), coordinates: (position.value as { coordinates: Value }).coordinates };
    const joined: CollectedEntry = { ...place, value, also: position.at };
    group.entries = [joined, ...entries.filter((each) => each !== place && each !== position)];
  }
}

const LOCATION = ENTRY_CODECS.find(({ names }) => names.includes('LOCATION'));
const textIdentity = (value: Value): string => (isPlain(value) && typeof value.text === 'string' ? value.text : '');
const PART_TELLING: Readonly<Record<'alerts' | 'iCalendarComponent', Telling>> = {
  alerts: { identity: alarmIdentity, sort: () => 'VALARM' },
  iCalendarComponent: { identity: textIdentity, sort: (value) => textIdentity(value).split('\n', 1)[0] ?? null },
};
const NO_ENTRIES: ReadonlyMap<string, Value> = new Map();
