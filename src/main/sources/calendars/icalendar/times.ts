import { remembering } from '../../text/remembering.ts';
import { type CivilTime, formatTime, parseTime } from './civil.ts';
import { type Param, type Property, param, paramOf, property } from './property.ts';
import { UTC } from './zone-names.ts';
import { localIn } from './zone-offsets.ts';
import type { Zones } from './zones.ts';

/** A moment as an event states it. `zone` null: wherever one is, or a date. */
export interface EventTime {
  readonly local: string;
  readonly zone: string | null;
  readonly isDate: boolean;
}

/**
 * null: it is none. Whoever tells an hour means it, also where that is said to be a day (`VALUE=DATE`); of a midnight that is said to be a day
 * `hour` decides.
 */
export function readTime(
  of: Property,
  zones: Zones,
  value = of.value,
  hour: 'told' | 'meant' = 'told',
): EventTime | null {
  const time = parseTime(value);
  return time === null ? null : eventTime(time, of, zones, hour === 'meant');
}

function eventTime(time: CivilTime, of: Property, zones: Zones, isHour: boolean): EventTime {
  if (time.form === 'date') return { local: time.local, zone: null, isDate: true };
  if (time.form === 'utc') return { local: time.local, zone: UTC, isDate: false };
  if (!isHour && time.local.endsWith('T00:00:00') && paramOf(of, 'VALUE')?.toUpperCase() === 'DATE')
    return { local: `${time.local.slice(0, 10)}T00:00:00`, zone: null, isDate: true };
  const tzid = paramOf(of, 'TZID');
  return { local: time.local, zone: tzid === null || tzid === '' ? null : zones.zoneOf(tzid), isDate: false };
}

/** A property that tells a time, with TZID or VALUE=DATE where it needs them. */
export function composeTime(
  name: string,
  time: EventTime,
  zones: Zones,
  extra: readonly Param[] = NO_PARAMS,
): Property {
  const params = timeParams(time, zones);
  return property(name, timeText(time), extra.length === 0 ? params : [...params, ...extra]);
}

const NO_PARAMS: readonly Param[] = [];
const IS_DATE: readonly Param[] = [param('VALUE', 'DATE')];
const inZone = remembering(100, (tzid): readonly Param[] => [param('TZID', tzid)]);

const timeText = ({ local, zone, isDate }: EventTime): string =>
  formatTime(local, isDate ? 'date' : zone === UTC ? 'utc' : 'local');

function timeParams({ zone, isDate }: EventTime, zones: Zones): readonly Param[] {
  if (isDate) return IS_DATE;
  return zone === null || zone === UTC ? NO_PARAMS : inZone(zones.tzidOf(zone));
}

/** The wall time of the zone of a series; a date stays one (`2024-01-05`) where the series has times. */
export function keyOfTime(time: EventTime, series: EventTime | null): string {
  if (time.isDate) return series === null || series.isDate ? time.local : time.local.slice(0, 10);
  if (series === null || series.isDate || series.zone === null || time.zone === null) return time.local;
  return localIn(series.zone, time.zone, time.local) ?? `${time.local}[${time.zone}]`;
}

const KEY = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2})?(?:\[(.{1,220})\])?$/s;

/** What `keyOfTime` made a key of; null: it is none. */
export function timeOfKey(key: string, series: EventTime | null): EventTime | null {
  const [, date, time, zone] = KEY.exec(key) ?? [];
  const parsed = date === undefined ? null : parseTime(`${date}${time ?? ''}`);
  if (parsed === null) return null;
  if (zone !== undefined)
    return time === undefined || zone === '' ? null : { local: parsed.local, zone, isDate: false };
  if (time === undefined) return { local: parsed.local, zone: null, isDate: true };
  if (series?.isDate === true) {
    const isMidnight = parsed.local.endsWith('T00:00:00');
    return { local: parsed.local, zone: null, isDate: isMidnight };
  }
  return { local: parsed.local, zone: series?.zone ?? null, isDate: false };
}
