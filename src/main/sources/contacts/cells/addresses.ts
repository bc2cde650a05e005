import type { Plain, Value } from '../../../record/value.ts';
import { isBlank, type Made, plain, plainText, said, type Texts } from './cells.ts';
import type { ValueCodec } from './slots.ts';

/** What a cell of an address holds: components of these kinds, or the address as a whole; `street2` and `street3` are further lines of the street. */
export type AddressCell = AddressKind | 'street2' | 'street3' | 'full';

/** The order of vCard's ADR. */
const ORDER = ['postOfficeBox', 'apartment', 'name', 'locality', 'region', 'postcode', 'country'] as const;
type AddressKind = (typeof ORDER)[number];
const placeOf = (kind: AddressKind): number => ORDER.indexOf(kind);
const STREET = placeOf('name');
const LOCALITY = placeOf('locality');
const REGION = placeOf('region');
const POSTCODE = placeOf('postcode');
/** The order of a letter, as far as each has a line of its own. */
const ABOVE = (['name', 'apartment', 'postOfficeBox'] as const).map(placeOf);
const COUNTRY = placeOf('country');

/** The place in `ORDER` of each kind, and of what goes instead where there is no cell of its own. Of what nobody knows it is the street. */
const MEANT: ReadonlyMap<string, number> = new Map([
  ...ORDER.map((kind) => [kind, placeOf(kind)] as const),
  ...(['floor', 'room', 'building'] as const).map((kind) => [kind, placeOf('apartment')] as const),
  ...(['district', 'subdistrict'] as const).map((kind) => [kind, LOCALITY] as const),
]);
const NEVER = 'separator';

/** Texts by their places in `ORDER`; `''`: there is none. */
type Parts = readonly string[];
const NO_PARTS: Parts = ORDER.map(() => '');

/** An address in cells. The whole of it, where there is a cell for that too, is only data if it says something else than the parts. */
export function addressCodec(cells: readonly AddressCell[]): ValueCodec {
  const own = ORDER.map((kind) => cells.indexOf(kind));
  const lines = (['name', 'street2', 'street3'] as const).map((line) => cells.indexOf(line)).filter((at) => at >= 0);
  const whole = cells.indexOf('full');
  const blank = cells.map(() => '');
  return {
    toTexts(value, now) {
      const parts = partsOf(value, own, now);
      const full = plainText(value.full);
      if (full !== null && !isThere(now, whole) && saysNothing(parts)) parts[STREET] = full;
      const texts = blank.slice();
      for (let place = 0; place < own.length; place++) {
        const at = own[place] as number;
        if (at >= 0) texts[at] = parts[place] as string;
      }
      const street = parts[STREET] as string;
      if (lines.length > 1 || street.includes('\n')) {
        const there = lines.filter((at) => isThere(now, at));
        const own = linesFor(street, there.length);
        there.forEach((at, line) => {
          texts[at] = own[line] ?? '';
        });
      }
      if (whole >= 0) texts[whole] = full ?? composed(parts);
      return saysNothing(texts) ? null : texts;
    },
    fromTexts(texts) {
      const parts = NO_PARTS.slice();
      for (let place = 0; place < own.length; place++) parts[place] = textAt(texts, own[place] as number);
      if (lines.length > 1)
        parts[STREET] = lines
          .map((at) => textAt(texts, at))
          .filter((line) => line !== '')
          .join('\n');
      const components: Plain[] = [];
      for (let place = 0; place < parts.length; place++) {
        const text = parts[place] as string;
        if (text !== '') components.push({ kind: ORDER[place] as AddressKind, value: text });
      }
      const full = textAt(texts, whole);
      const value: Made = {};
      if (components.length > 0) value.components = components;
      if (full !== '' && !saysTheSame(full, parts)) value.full = full;
      return value;
    },
  };
}

/** Is there such a cell? */
const isThere = (now: Texts, at: number): boolean => at >= 0 && now[at] !== null;

const textAt = (texts: Texts, at: number): string => (at < 0 ? null : said(texts[at])) ?? '';

const isNothing = (text: string): boolean => text === '';
const saysNothing = (parts: Parts): boolean => parts.every(isNothing);

/** The parts for which there are cells, which are `own`; what has none is in another's. */
function partsOf(value: Plain, own: readonly number[], now: Texts): string[] {
  const parts = NO_PARTS.slice();
  const hasPart = (place: number): boolean => isThere(now, own[place] as number);
  for (const each of Array.isArray(value.components) ? (value.components as readonly Value[]) : []) {
    const component = plain(each);
    const kind = component?.kind;
    if (component === null || typeof kind !== 'string' || kind === NEVER) continue;
    const text = plainText(component.value);
    if (text === null) continue;
    const meant = MEANT.get(kind) ?? STREET;
    const place = hasPart(meant) ? meant : STREET;
    const before = parts[place] as string;
    const between = place !== STREET ? ', ' : place === meant ? ' ' : '\n';
    parts[place] = before === '' ? text : `${before}${between}${text}`;
  }
  if (!hasPart(STREET)) parts[STREET] = '';
  return parts;
}

/** Lines of a street for so many cells: the last takes what is left. */
function linesFor(street: string, cells: number): readonly string[] {
  const lines = street.split('\n').filter((line) => !isBlank(line));
  return lines.length <= cells ? lines : [...lines.slice(0, cells - 1), lines.slice(Math.max(0, cells - 1)).join('\n')];
}

/** The address as it stands on a letter. */
function composed(parts: Parts): string {
  const part = (place: number): string => parts[place] as string;
  const place = joined(part(LOCALITY), ', ', joined(part(REGION), ' ', part(POSTCODE)));
  const above = ABOVE.reduce((text, each) => joined(text, '\n', part(each)), '');
  return joined(joined(above, '\n', place), '\n', part(COUNTRY));
}

const joined = (a: string, between: string, b: string): string => (a === '' ? b : b === '' ? a : a + between + b);

function saysTheSame(full: string, parts: Parts): boolean {
  // Most often it is what we made of them.
  return !saysNothing(parts) && (full === composed(parts) || hasSameWords(full, parts.join(' ')));
}

/** Do both say the same, in whatever order and with whatever between the words? */
export const hasSameWords = (a: string, b: string): boolean => wordsOf(a) === wordsOf(b);

const wordsOf = (text: string): string =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .sort()
    .join(' ');
