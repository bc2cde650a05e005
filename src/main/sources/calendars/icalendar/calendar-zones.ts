import type { Component as NativeComponent } from '../../text/content-lines.ts';
import { componentText } from './component.ts';
import { composeTimeZone } from './compose-timezone.ts';
import { componentOf, textOfLine } from './native.ts';
import { cleanWord, escapeText } from './property.ts';
import { isKnownZone, zoneOfTzid } from './zone-names.ts';
import {
  hasRules,
  isOwnZone,
  ownZone,
  ownZoneCalled,
  PLAIN_ZONES,
  renamedTzid,
  tzidOfOwn,
  withTzid,
  type Zones,
} from './zones.ts';

interface Stated {
  readonly zone: string;
  readonly component: NativeComponent;
}

/** The zones of one calendar: what its VTIMEZONEs make of its TZIDs, and which it lacks for what is written into it. */
export class CalendarZones implements Zones {
  readonly #byTzid = new Map<string, Stated>();
  readonly #tzids = new Map<string, string>();
  readonly #texts: ReadonlyMap<string, string>;
  /** What was asked for that has no VTIMEZONE here: zones by the TZIDs given them. */
  readonly #given = new Map<string, string>();
  #decidesAny = false;

  /** `texts`: VTIMEZONEs that records bring, by the name of the zone. */
  constructor(components: readonly NativeComponent[], isOld: boolean, texts: ReadonlyMap<string, string> = NO_TEXTS) {
    this.#texts = texts;
    for (const component of components) {
      if (component.name !== 'VTIMEZONE') continue;
      const line = (name: string): string | null =>
        textOfLine(component.lines.find((each) => each.name.toUpperCase() === name));
      const tzid = cleanWord(line('TZID') ?? '');
      if (tzid === '' || this.#byTzid.has(tzid)) continue;
      // What the zone is called beside its TZID tells more than rules could.
      const named = [tzid, line('X-LIC-LOCATION'), line('TZID-ALIAS-OF')].map((name) =>
        name === null ? null : zoneOfTzid(name),
      );
      const zone =
        named.find((each) => each !== null) ?? ownZone(tzid, componentText(componentOf(component, isOld)).split('\n'));
      this.#byTzid.set(tzid, { zone, component });
      if (zoneOfTzid(tzid) === null) this.#decidesAny = true;
      if (!this.#tzids.has(zone)) this.#tzids.set(zone, tzid);
    }
  }

  zoneOf(tzid: string): string {
    return zoneOfTzid(tzid) ?? this.#byTzid.get(cleanWord(tzid))?.zone ?? PLAIN_ZONES.zoneOf(tzid);
  }

  tzidOf(zone: string): string {
    const known = this.#tzids.get(zone);
    if (known !== undefined) return known;
    const own = tzidOfOwn(zone) ?? zone;
    const tzid = this.#byTzid.has(own) && isOwnZone(zone) ? renamedTzid(zone) : own;
    this.#given.set(tzid, zone);
    return tzid;
  }

  textOf(zone: string): string | null {
    const tzid = this.#tzids.get(zone);
    const stated = tzid === undefined ? undefined : this.#byTzid.get(tzid);
    if (stated === undefined) return this.#texts.get(zone) ?? null;
    const lines = componentText(componentOf(stated.component, false)).split('\n');
    return withTzid(lines, tzidOfOwn(zone) ?? zone).join('\n');
  }

  /** Is there any VTIMEZONE that says more than its name? */
  get decidesAny(): boolean {
    return this.#decidesAny;
  }

  /** The VTIMEZONE that decides what a TZID means; null: its name does. */
  decides(tzid: string): NativeComponent | null {
    return zoneOfTzid(tzid) === null ? (this.#byTzid.get(cleanWord(tzid))?.component ?? null) : null;
  }

  /** The VTIMEZONE, as lines, for a TZID that was written and has none here; null: it has, or none can be made. `fromYear`: when it is used first. */
  missing(tzid: string, fromYear: number): readonly string[] | null {
    const zone = this.#given.get(tzid) ?? ownZoneCalled(tzid, this.#texts) ?? zoneOfTzid(tzid);
    if (zone === null || this.#byTzid.has(tzid)) return null;
    const text = hasRules(zone) ? this.#texts.get(zone) : undefined;
    if (text !== undefined) return withTzid(text.split('\n'), escapeText(tzid));
    return isKnownZone(zone) ? composeTimeZone(zone, tzid, fromYear) : null;
  }
}

const NO_TEXTS: ReadonlyMap<string, string> = new Map();
