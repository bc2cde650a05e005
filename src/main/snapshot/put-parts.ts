import { equalValues, isPlain, type Plain, type Value } from '../record/value.ts';

/** A part of a name or an address (`components`), or a unit of an organization. */
/** What an address or a name is made of: each says what kind it is, and its text. */
export type Part = Plain;

/** Is it a list of parts, each of one text? */
export function isOfParts(value: Value | undefined): value is readonly Part[] {
  return Array.isArray(value) && value.every((part) => isPlain(part) && textOf(part) !== null);
}

/**
 * The parts of a list, changed only where a source says something else of them (`now`) than before. It may have no place for parts of some kinds, which
 * stay, and may show several as one text: an edit within one of them changes that one. What cannot be told so is as the source says it, in place
 * of all it showed in that text. Whether the source shows that as it says it is for the caller to see.
 */
export function putParts(full: readonly Part[], before: readonly Part[], now: readonly Part[]): readonly Part[] {
  let parts = full;
  for (const kind of new Set([...before, ...now].map(kindOf))) {
    const [was, is] = [of(before, kind), of(now, kind)];
    if (equalValues(was, is)) continue;
    const own = of(parts, kind);
    const isItself =
      own.length === is.length && own.length === was.length && own.every((part, at) => saysAs(part, was[at]));
    const hidden = parts.filter(
      (part) => kindOf(part) === kind || before.every((each) => kindOf(each) !== kindOf(part)),
    );
    parts = isItself
      ? parts.map((part) => (own.includes(part) ? changed(part, was, is, own.indexOf(part)) : part))
      : (within(parts, hidden, was, is) ?? instead(parts, kind, { shown: hidden, was, is, now }));
  }
  return parts;
}

/**
 * An address of which only the whole is known, and that a source without a place for that showed as parts, as it says it by now: the whole is what was
 * edited. Any other value as it is.
 */
export function wholeOf(value: Value, full: Value, before: Value): Value {
  if (![value, full, before].every(isPlain)) return value;
  const [put, own, was] = [value, full, before] as readonly [Part, Part, Part];
  const { components } = put;
  if (typeof own.full !== 'string' || own.components !== undefined || was.full !== undefined) return value;
  if (put.full !== own.full || !isOfParts(components)) return value;
  const { components: _, full: __, ...rest } = put;
  const [only, ...others] = components;
  return only !== undefined && others.length === 0 && kindOf(only) === 'name'
    ? { ...rest, full: textOf(only) }
    : { ...rest, components };
}

/**
 * An address whose parts were edited in a source that made a whole of them, and has that beside them still: the whole says what the parts said before,
 * and nothing of its own. Any other value as it is.
 */
export function withoutFormerWhole(before: Value, now: Value): Value {
  if (!isPlain(before) || !isPlain(now) || before.full !== undefined || typeof now.full !== 'string') return now;
  if (!isOfParts(before.components)) return now;
  const { full, ...rest } = now;
  return wordsIn(now.full) === wordsIn(before.components.map(textOf).join(' ')) ? rest : now;
}
const wordsIn = (text: string): string =>
  text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .sort()
    .join(' ');

/** A part that says something else, and what the source has no place for as it was. */
function changed(part: Part, was: readonly Part[], is: readonly Part[], at: number): Part {
  const [before, now] = [was[at] as Part, is[at] as Part];
  const kept = Object.entries(part).filter(([key]) => !(key in before) || key in now);
  return { ...Object.fromEntries(kept), ...now };
}

/** One text that shows several parts, edited within one of them. null: it is not that. */
function within(
  parts: readonly Part[],
  shown: readonly Part[],
  was: readonly Part[],
  is: readonly Part[],
): readonly Part[] | null {
  const [before, now] = [was, is].map((list) => (list.length === 1 ? textOf(list[0] as Part) : null));
  if (!before || !now) return null;
  const most = Math.min(before.length, now.length);
  let start = 0;
  while (start < most && before[start] === now[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === now.at(-1 - end)) end++;
  for (const part of shown) {
    const text = textOf(part) as string;
    const from = before.indexOf(text);
    const rest = before.length - from - text.length;
    if (from < 0 || from > start || rest > end) continue;
    const edited = now.slice(from, now.length - rest).trim();
    return parts.flatMap((each) => (each !== part ? [each] : edited === '' ? [] : [withText(part, edited)]));
  }
  return null;
}

/** A source that says of one kind of part something else than before. */
interface Resaid {
  /** What of the record may be in its text. */
  readonly shown: readonly Part[];
  /** The parts of the kind there, before and now. */
  readonly was: readonly Part[];
  readonly is: readonly Part[];
  /** All its parts. */
  readonly now: readonly Part[];
}

/** What a source says of one kind, in place of what it showed there: parts of that kind, and others that were in their text. */
function instead(parts: readonly Part[], kind: string, { shown, was, is, now }: Resaid): readonly Part[] {
  const texts = was.map(textOf);
  const goes = (part: Part): boolean =>
    kindOf(part) === kind || (shown.includes(part) && texts.some((text) => text?.includes(textOf(part) as string)));
  const first = parts.findIndex((part) => kindOf(part) === kind);
  const above = new Set(
    now
      .slice(
        0,
        now.findIndex((part) => kindOf(part) === kind),
      )
      .map(kindOf),
  );
  const at = first >= 0 ? first : parts.findLastIndex((part) => above.has(kindOf(part))) + 1;
  return [...parts.slice(0, at).filter((part) => !goes(part)), ...is, ...parts.slice(at).filter((part) => !goes(part))];
}
const of = (parts: readonly Part[], kind: string): readonly Part[] => parts.filter((part) => kindOf(part) === kind);
export const kindOf = ({ kind = '' }: Part): string => String(kind);
/** Units have a name, all others a value. */
const textKeyOf = (part: Part): string => ('value' in part ? 'value' : 'name');
/** null: it says nothing. */
export function textOf(part: Part): string | null {
  const text = part[textKeyOf(part)];
  return typeof text === 'string' && text !== '' ? text : null;
}
const withText = (part: Part, text: string): Part => ({ ...part, [textKeyOf(part)]: text });
const saysAs = (part: Part, other: Part | undefined): boolean => other !== undefined && textOf(part) === textOf(other);
