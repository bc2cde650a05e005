import { isPlain, type Value } from '../record/value.ts';

/**
 * Why a value somebody wrote cannot stand where these values stand, for people; null: it can. It has to be of their kind, and say something in a
 * part they have; further parts are free. An unlike one would be shown by no format, which reads as if the field were cleared.
 */
export function whyUnfitting(given: Value, known: readonly Value[]): string | null {
  const said = known.filter((value) => value !== null);
  if (given === null || said.length === 0 || said.some((value) => isLike(given, value))) return null;
  return `it has to be like one of those it is to replace: ${JSON.stringify(said[0])}`;
}

function isLike(given: Value, known: Value): boolean {
  if (kindOf(given) !== kindOf(known)) return false;
  if (!isPlain(given) || !isPlain(known)) return true;
  const shared = Object.keys(given).filter((part) => part in known);
  if (shared.length === 0) return Object.keys(known).length === 0;
  // A part may be left out or empty, a time zone for instance.
  return shared.every((part) => {
    const [own, other] = [given[part] ?? null, known[part] ?? null];
    return own === null || other === null || (kindOf(own) === kindOf(other) && isPartLike(own, other));
  });
}

/** Flags of a part (`features`, `contexts`) are named freely: what they say has to be of one kind. */
function isPartLike(given: Value, known: Value): boolean {
  if (!isPlain(given) || !isPlain(known)) return true;
  const kinds = new Set(Object.values(known).map(kindOf));
  return kinds.size === 0 || Object.values(given).every((value) => kinds.has(kindOf(value)));
}

function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  return value instanceof Uint8Array ? 'bytes' : typeof value;
}
