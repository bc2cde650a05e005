import type { Plain } from '../../../record/value.ts';
import { isBlank, type Made, plain, plainText } from './cells.ts';
import type { ValueCodec } from './slots.ts';

/** A date as people and programs write it, of which the year or the day may be unknown. */
interface PartialDate {
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
}

/** How a program writes dates: `2015-06-20` and `--06-20`, or `6/20/2015`, which has no way to leave out the year. */
export type DateStyle = 'iso' | 'american';

const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const NO_YEAR = /^--(\d{1,2})-(\d{1,2})$/;
const SLASHES = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const SLASHES_ISO = /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/;
/** How Outlook says that there is none. */
const NONE = /^0+([/.-])0+\1?0*$/;
const DOTS = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;
const NUMBER = /^\d{1,4}$/;
const MOST_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The date a text says; null: none that can be understood. Of `3/4/2015` the month is first, unless that cannot be. */
function readDate(text: string): PartialDate | null {
  const own = text.trim();
  const iso = ISO.exec(own) ?? SLASHES_ISO.exec(own);
  if (iso !== null) return valid(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const short = NO_YEAR.exec(own);
  if (short !== null) return valid(undefined, Number(short[1]), Number(short[2]));
  const slashes = SLASHES.exec(own);
  if (slashes !== null) {
    const [first, second, year] = [Number(slashes[1]), Number(slashes[2]), Number(slashes[3])];
    return first > 12 ? valid(year, second, first) : valid(year, first, second);
  }
  const dots = DOTS.exec(own);
  return dots === null ? null : valid(Number(dots[3]), Number(dots[2]), Number(dots[1]));
}

function valid(year: number | undefined, month: number, day: number): PartialDate | null {
  if (month < 1 || month > 12 || day < 1 || day > (MOST_DAYS[month - 1] ?? 0)) return null;
  if (year !== undefined && (year < 1 || year > 9999)) return null;
  return dateFrom(year, month, day);
}

/** Without what is absent. */
function dateFrom(year?: number, month?: number, day?: number): PartialDate {
  const date: { year?: number; month?: number; day?: number } = {};
  if (year !== undefined) date.year = year;
  if (month !== undefined) date.month = month;
  if (day !== undefined) date.day = day;
  return date;
}

function writeDate({ year, month, day }: PartialDate, style: DateStyle, now: string): string | null {
  if (month === undefined || day === undefined) return null;
  const two = (part: number): string => String(part).padStart(2, '0');
  const four = year === undefined ? '' : String(year).padStart(4, '0');
  if (year === undefined) return style === 'iso' ? `--${two(month)}-${two(day)}` : null;
  const own = now.trim();
  if (DOTS.test(own)) return `${two(day)}.${two(month)}.${four}`;
  const slashes = SLASHES.exec(own);
  if (slashes !== null && Number(slashes[1]) > 12 && day > 12) return `${day}/${month}/${four}`;
  if (style === 'american' && !ISO.test(own)) return `${month}/${day}/${four}`;
  return `${four}-${two(month)}-${two(day)}`;
}

/** The date of an anniversary; of a moment its day. */
function dateOf(value: Plain): PartialDate | null {
  const date = plain(value.date);
  if (date === null) return null;
  if (typeof date.utc === 'string') return readDate(date.utc.slice(0, 10));
  const { year, month, day } = date;
  const number = (part: unknown): number | undefined => (typeof part === 'number' ? part : undefined);
  const [y, m, d] = [number(year), number(month), number(day)];
  return m === undefined || d === undefined ? dateFrom(y, m, d) : valid(y, m, d);
}

/** Anniversaries in one cell. A date that is meant already keeps its notation; what is no date is text. */
export function dateCodec(style: DateStyle): ValueCodec {
  return {
    toTexts(value) {
      const said = plainText(plain(value.date)?.text);
      if (said !== null) return [said];
      const date = dateOf(value);
      const text = date === null ? null : writeDate(date, style, '');
      return text === null ? null : [text];
    },
    fromTexts([cell]) {
      const text = cell ?? '';
      if (NONE.test(text.trim())) return null;
      const date = readDate(text);
      const isText = date === null || (date.year === undefined && style === 'american');
      return { date: isText ? { text } : (date as Made) };
    },
    like(_column, now, text) {
      const [before, after] = [readDate(now), readDate(text)];
      if (before === null || after === null) return text;
      const isSame = before.year === after.year && before.month === after.month && before.day === after.day;
      return isSame ? now : (writeDate(after, style, now) ?? text);
    },
  };
}

/** Anniversaries in cells for year, month and day, of which any may be blank. */
export const datePartsCodec: ValueCodec = {
  toTexts(value) {
    const date = dateOf(value);
    if (date === null || Object.keys(date).length === 0) return null;
    return [date.year, date.month, date.day].map((part) => (part === undefined ? '' : String(part)));
  },
  fromTexts(texts) {
    const [year, month, day] = texts.map((text) =>
      text !== null && NUMBER.test(text.trim()) ? Number(text) : undefined,
    );
    const isKnown = (part: number | undefined, most: number): boolean =>
      part === undefined || (part >= 1 && part <= most);
    const isDate =
      isKnown(year, 9999) && isKnown(month, 12) && isKnown(day, month === undefined ? 31 : (MOST_DAYS[month - 1] ?? 0));
    const isSaid = texts.every((text, at) => text === null || isBlank(text) || [year, month, day][at] !== undefined);
    const date = dateFrom(year, month, day);
    return isDate && isSaid && Object.keys(date).length > 0 ? { date: date as Made } : null;
  },
  like: (_column, now, text) => (now.trim() !== '' && text !== '' && Number(now) === Number(text) ? now : text),
};
