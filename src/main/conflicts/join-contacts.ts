import { compareTexts } from '../record/compare-texts.ts';
import { entryMapOf } from '../record/entry-maps.ts';
import { withoutFrame } from '../record/framed-label.ts';
import type { FieldName } from '../record/ids.ts';
import { equalValues, type Fields, isPlain, type Plain, type Value } from '../record/value.ts';
import { entryMark, nameMark } from './contact-marks.ts';

/** A person has one of each kind of them, so that two which differ are one that is said differently. */
const ONE_EACH: ReadonlySet<string> = new Set([
  'addresses',
  'anniversaries',
  'media',
  'notes',
  'organizations',
  'speakToAs',
  'titles',
]);
/** More are not compared: nobody has so many. */
const MOST_PAIRS = 250_000;
const mapOf = (field: string): string => field.slice(0, Math.max(0, field.lastIndexOf('/')));
const NAME = 'name';

/**
 * The fields of a contact under the keys by which another one, that is the same person, knows the same entries: an e-mail by its address,
 * a phone by its number, what else is equal by that; and where both have one entry of a kind a person has one of, that one. All others
 * keep their keys, as does what is told by its key alone: a word, somebody, a member.
 */
export function withKeysOf(known: Fields, fields: Fields): Fields {
  if (known.size * fields.size > MOST_PAIRS) return fields;
  const free = new Map([...known].filter(([field, value]) => value !== null && !fields.has(field)));
  const renamed = new Map<FieldName, FieldName>();
  const rename = (from: FieldName, to: FieldName | undefined): void => {
    if (to === undefined) return;
    renamed.set(from, to);
    free.delete(to);
  };
  const open = (): readonly [FieldName, Value][] =>
    [...fields].filter(([field]) => entryMapOf(field) !== null && !known.has(field) && !renamed.has(field));
  const among = (field: FieldName, is: (other: FieldName, value: Value) => boolean): FieldName | undefined =>
    [...free].find(([other, value]) => mapOf(other) === mapOf(field) && is(other, value))?.[0];
  for (const [field, value] of open()) {
    const mark = entryMark(field, value);
    rename(
      field,
      among(field, (other, one) => (mark === null ? equalValues(one, value) : entryMark(other, one) === mark)),
    );
  }
  const count = (all: Fields, map: string, kind: string): number =>
    [...all].filter(([field, value]) => value !== null && mapOf(field) === map && kindOf(map, value) === kind).length;
  for (const [field, value] of open()) {
    const map = mapOf(field);
    if (!ONE_EACH.has(map) && !map.includes('/')) continue;
    const kind = kindOf(map, value);
    if (kind === SOME_DAY) continue;
    if (count(fields, map, kind) === 1 && count(known, map, kind) === 1)
      rename(
        field,
        among(field, (_, one) => kindOf(map, one) === kind),
      );
  }
  return new Map([...fields].map(([field, value]) => [renamed.get(field) ?? field, value]));
}

/** A day of which nothing is told but when it is: a person has any number of them. */
const SOME_DAY = 'other ';

/** Which of a map's entries of which there is one each this is: a birthday, a name day, a photo, the address at work. */
function kindOf(map: string, value: Value): string {
  const { kind = null, contexts = null, label = null } = isPlain(value) ? value : {};
  if (map === 'anniversaries' && kind === 'other')
    return `other ${typeof label === 'string' ? withoutFrame(label) : ''}`;
  if (map !== 'addresses') return typeof kind === 'string' ? kind : '';
  return isPlain(contexts) ? Object.keys(contexts).sort(compareTexts).join(' ') : '';
}

/** What both of two values say that are not equal and agree; null: they do not agree. `known` is kept as it is spelled. */
export function joined(field: FieldName, known: Value, other: Value): Value | null {
  if (!isPlain(known) || !isPlain(other)) return null;
  if (field === NAME) return joinedName(known, other);
  const mark = entryMark(field, known);
  if (mark === null || mark !== entryMark(field, other)) return united(known, other, UNSPELLED);
  const part = field.startsWith('emails/') ? 'address' : 'number';
  // A number with its country says more than one without.
  const said = part === 'number' && digits(other[part]) > digits(known[part]) ? other[part] : known[part];
  const rest = united(known, other, new Set([part]));
  return rest === null ? null : { ...rest, [part]: said as Value };
}

const UNSPELLED: ReadonlySet<string> = new Set();
const digits = (number: Value | undefined): number => String(number).replace(/\D/g, '').replace(/^0+/, '').length;

/** Every part of both, where what both have is equal; of what is only spelled differently (`spelled`, labels) `a`'s is kept. */
function united(a: Plain, b: Plain, spelled: ReadonlySet<string>): Plain | null {
  const all: { [key: string]: Value } = { ...a };
  for (const [part, value] of Object.entries(b)) {
    const own = a[part];
    if (own === undefined) all[part] = value;
    else if (part === 'features' && isPlain(own) && isPlain(value)) all[part] = { ...own, ...value };
    else if (!spelled.has(part) && !equalValues(own, value) && !(part === 'label' && sameLabel(own, value)))
      return null;
  }
  return all;
}

/** A label Apple's programs made is one that somebody wrote in its words. */
const sameLabel = (a: Value, b: Value): boolean =>
  typeof a === 'string' && typeof b === 'string' && withoutFrame(a) === withoutFrame(b);

/** Names of the same words are one, whichever of them is written first. One that says more of its parts is kept. */
function joinedName(known: Plain, other: Plain): Value | null {
  if (nameMark(known) !== nameMark(other)) return null;
  const [own, theirs] = [known.components, other.components].map((each) => (Array.isArray(each) ? each : []));
  const holds = (all: readonly Value[], some: readonly Value[]): boolean =>
    some.every((one) => all.some((each) => equalValues(each, one)));
  const [mine, others] = [own ?? [], theirs ?? []];
  const isMore = others.length > mine.length && holds(others, mine);
  if (!isMore && !holds(mine, others)) return null;
  const [more, less] = isMore ? [other, known] : [known, other];
  return united(more, less, new Set(['full', 'components']));
}
