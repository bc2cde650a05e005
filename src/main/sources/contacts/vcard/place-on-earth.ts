import type { Plain, Value } from '../../../record/value.ts';
import type { VcardVersion } from './vcard-text.ts';

const NUMBER = String.raw`[+-]?\d+(?:\.\d*)?`;
/** `geo:48.2,16.3` in 4.0, `48.2;16.3` before; both are met in either. What follows (a third number, parameters of the address) only 4.0 has. */
const PLACE = new RegExp(`^\\s*(?:geo:)?(${NUMBER})\\s*[;,]\\s*(${NUMBER})((?:[,;].*)?)$`, 'i');

/** A GEO line as it is kept, whichever way it was written: as 4.0 does. What is no GEO, or none that can be understood, is as it was. */
export function placeAsKept(entry: Plain): Plain {
  if (entry.name !== 'GEO' || typeof entry.value !== 'string') return entry;
  const [, latitude, longitude, more] = PLACE.exec(entry.value.replace(/\\([,;])/g, '$1')) ?? [];
  if (latitude === undefined) return entry;
  const kept: { [part: string]: Value } = { ...entry, value: `geo:${latitude},${longitude}${more}` };
  const { value: _, ...params } = (entry.params ?? {}) as Plain;
  if (Object.keys(params).length > 0) kept.params = params;
  else delete kept.params;
  return kept.value === entry.value && entry.params === kept.params ? entry : kept;
}

/** What a card of this version can hold of it. */
export function placeHeld(entry: Plain, version: VcardVersion): Plain {
  const kept = placeAsKept(entry);
  const [, latitude, longitude, more = ''] = kept.name === 'GEO' ? (PLACE.exec(String(kept.value)) ?? []) : [];
  return more === '' || version === '4.0' ? kept : { ...kept, value: `geo:${latitude},${longitude}` };
}

/** The value of such a line in a card of this version. */
export function placeAsWritten(entry: Plain, version: VcardVersion): Value {
  const { value = null } = entry;
  const [, latitude, longitude] = entry.name === 'GEO' && version !== '4.0' ? (PLACE.exec(String(value)) ?? []) : [];
  return latitude === undefined ? value : `${latitude};${longitude}`;
}
