/**
 * Maps of which an entry says all it has to say in its value, and has a key that a device made up for it. The key of any other says something by
 * itself: a word, who is meant, a day.
 */
const MADE_UP = new Set([
  ...'addresses anniversaries emails links media nicknames notes onlineServices organizations personalInfo phones titles'.split(
    ' ',
  ),
  ...'alerts iCalendar iCalendarComponent locations participants virtualLocations'.split(' '),
]);
/** Properties of cards that nobody has a place for: a map for each name. */
const UNKNOWN = 'vCard/';

/** The map in which a field is an entry under a key that was made up; null: it is none, or its key says something. */
export function entryMapOf(field: string): string | null {
  const map = field.slice(0, Math.max(0, field.lastIndexOf('/')));
  return MADE_UP.has(map) || map.startsWith(UNKNOWN) ? map : null;
}
