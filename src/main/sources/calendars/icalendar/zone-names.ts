import { cleanWord } from './property.ts';
import { windowsZone } from './windows-zones.ts';

/** UTC under its other names, also Microsoft's. */
const UTC_NAMES = /^(?:(?:etc\/)?(?:utc|uct|zulu|universal|z)|tzone:\/\/microsoft\/utc)$/i;
export const UTC = 'Etc/UTC';

const REMEMBERED = 5_000;
const remembered = new Map<string, string | null>();

/**
 * The IANA zone a TZID stands for: by its own name, a vendor's prefix before it, a name of Windows, or a text of Exchange. null: none of
 * these, it means what its VTIMEZONE says.
 */
export function zoneOfTzid(tzid: string): string | null {
  const known = remembered.get(tzid);
  if (known !== undefined) return known;
  const found = resolve(cleanWord(tzid));
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(tzid, found);
  return found;
}

/** Is this the name of a zone whose rules this computer knows? */
export const isKnownZone = (zone: string): boolean => zoneOfTzid(zone) === zone;

function resolve(tzid: string): string | null {
  if (tzid.length > 200) return null;
  if (UTC_NAMES.test(tzid)) return UTC;
  return ianaName(tzid) ?? windowsZone(tzid) ?? suffixed(tzid);
}

/** `/freeassociation.sourceforge.net/Europe/Vienna`, `/citadel.org/20210210_1/Europe/Vienna`. */
function suffixed(tzid: string): string | null {
  const parts = tzid.split('/');
  if (!tzid.startsWith('/') || parts.length < 3) return null;
  // The longest that is a name: `America/Argentina/Buenos_Aires` before `Argentina/Buenos_Aires`.
  for (const count of [3, 2]) {
    const name = parts.length > count ? ianaName(parts.slice(-count).join('/')) : null;
    if (name !== null) return name;
  }
  return null;
}

/** Spelled as IANA spells it; which of several names of a zone is used stays as it is, for computers differ in what they make of them. */
function ianaName(name: string): string | null {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/.test(name)) return null;
  // Offsets, which Intl knows as well, are no names. Nor are abbreviations: `EST` and `CET` are what vendors call zones of their own.
  if (!name.includes('/') && !SINGLE_NAMES.has(name.toLowerCase())) return null;
  try {
    const canonical = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    return canonical.toLowerCase() === name.toLowerCase() ? canonical : respelled(name);
  } catch {
    return null;
  }
}

const SINGLE_NAMES = new Set(
  'cuba egypt eire gb hongkong iceland iran israel jamaica japan kwajalein libya navajo nz poland portugal prc roc rok singapore turkey gmt'.split(
    ' ',
  ),
);

/** Another name of a zone, in IANA's spelling. */
function respelled(name: string): string {
  const small = /^(?:of|es|au|da|in)$/;
  const word = (text: string): string =>
    small.test(text.toLowerCase()) ? text.toLowerCase() : text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
  if (!/^[a-z_/+-]+$|^[A-Z_/+-]+$/.test(name)) return name;
  return name.replace(/[A-Za-z]+/g, word);
}
