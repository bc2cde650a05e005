import type { Plain, Value } from '../../../record/value.ts';
import type { ContentLine, Param } from '../../text/content-lines.ts';
import { escapeText, unescapeText, type VcardVersion } from './vcard-text.ts';
import type { Written } from './written.ts';

/** The year Apple writes where there is none. */
export const OMITTED = 'X-APPLE-OMIT-YEAR';
const FULL = /^(\d{4})-?(\d{2})-?(\d{2})$/;
const NO_YEAR = /^--(\d{2})-?(\d{2})$/;
const MONTH = /^(\d{4})-(\d{2})$/;
const YEAR = /^(\d{4})$/;
const MONTH_ONLY = /^--(\d{2})$/;
const DAY_ONLY = /^---(\d{2})$/;
const MOMENT = /^(\d{4})-?(\d{2})-?(\d{2})T(\d{2}):?(\d{2}):?(\d{2})?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/;

/** `+0200`, which 4.0 writes. */
const SHORT_ZONE = /^([+-]\d{2})(\d{2})$/;
/** A moment as it is kept: 4.0 writes it without what separates its parts. */
const UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})?$/;

interface DateLine {
  readonly value: string;
  readonly params: readonly Pick<Param, 'name' | 'values'>[];
}

/** A date as JSContact has it (RFC 9553 2.8.1): {year, month, day} as far as they are known, {utc}, or {text}. null: there is nothing. */
export function parseDate(line: DateLine, version: VcardVersion): Plain | null {
  const value = line.value.trim();
  if (value === '') return null;
  const param = (name: string): string | null =>
    line.params.find((each) => each.name.toUpperCase() === name)?.values[0] ?? null;
  if (param('VALUE')?.toLowerCase() === 'text') return { text: unescapeText(value, version) };
  const full = FULL.exec(value);
  if (full !== null) {
    const [, year, month, day] = full;
    if (param(OMITTED) === year) return { month: Number(month), day: Number(day) };
    return { year: Number(year), month: Number(month), day: Number(day) };
  }
  const part = (match: RegExpExecArray | null, ...names: string[]): Plain | null =>
    match === null ? null : Object.fromEntries(names.map((name, at) => [name, Number(match[at + 1])]));
  const partial =
    part(NO_YEAR.exec(value), 'month', 'day') ??
    part(MONTH.exec(value), 'year', 'month') ??
    part(YEAR.exec(value), 'year') ??
    part(MONTH_ONLY.exec(value), 'month') ??
    part(DAY_ONLY.exec(value), 'day');
  if (partial !== null) return partial;
  const moment = MOMENT.exec(value);
  if (moment === null) return { text: unescapeText(value, version) };
  const [, year, month, day, hour, minute, second = '00', zone = ''] = moment;
  // Midnight without a zone is how some programs write a day.
  if (hour === '00' && minute === '00' && second === '00' && (zone === '' || zone === 'Z'))
    return { year: Number(year), month: Number(month), day: Number(day) };
  return { utc: `${year}-${month}-${day}T${hour}:${minute}:${second}${zone.replace(SHORT_ZONE, '$1:$2')}` };
}

/** null: this version cannot hold it. */
export function formatDate(date: Value | undefined, version: VcardVersion): Written | null {
  if (typeof date !== 'object' || date === null) return null;
  const { year, month, day, utc, text } = date as Plain;
  if (typeof text === 'string')
    return version === '2.1' ? { value: text } : { value: escapeText(text, version), params: [['VALUE', 'text']] };
  if (typeof utc === 'string')
    return { value: version === '4.0' && UTC.test(utc) ? utc.replace(/-(?=\d\d[-T])|:/g, '') : utc };
  const two = (part: Value | undefined): string => String(part).padStart(2, '0');
  const four = String(year).padStart(4, '0');
  const dash = version === '4.0' ? '' : '-';
  if (typeof year === 'number') {
    if (typeof month !== 'number') return { value: four };
    return {
      value: typeof day === 'number' ? `${four}${dash}${two(month)}${dash}${two(day)}` : `${four}-${two(month)}`,
    };
  }
  if (typeof month === 'number')
    return { value: typeof day === 'number' ? `--${two(month)}${dash}${two(day)}` : `--${two(month)}` };
  return typeof day === 'number' ? { value: `---${two(day)}` } : null;
}

/** A day as the line it is to stand in spells the one it said: with what separates its parts, or without. Anything else as it is. */
export function spelledAs(own: string, value: string): string {
  const [was, is] = [own.trim(), value].map((text) => FULL.exec(text) ?? NO_YEAR.exec(text));
  if (was === null || was === undefined || is === null || is === undefined) return value;
  const dash = was[0].replace(/^--/, '').includes('-') ? '-' : '';
  const [, first, ...others] = is;
  return NO_YEAR.test(value) ? `--${[first, ...others].join(dash)}` : [first, ...others].join(dash);
}

/** The leap year Apple puts there, so that every day of a year is one. */
const ANY_YEAR = '1604';
/** A day without its year in a new line of a card of Apple's; what else is written as it is. */
export function omittingYear(written: Written): Written {
  const [, month, day] = NO_YEAR.exec(written.value) ?? [];
  if (month === undefined || day === undefined) return written;
  return { ...written, value: `${ANY_YEAR}-${month}-${day}`, params: [...(written.params ?? []), [OMITTED, ANY_YEAR]] };
}

/** A day without its year in a line that states a year it has not (Apple does): as such a line writes it. null: the line does not, or it has a year. */
export function withoutYear({ params }: ContentLine, value: string): Pick<ContentLine, 'params' | 'value'> | null {
  const omitted = params.find(({ name }) => name.toUpperCase() === OMITTED)?.values[0] ?? '';
  const [, month, day] = NO_YEAR.exec(value) ?? [];
  if (!YEAR.test(omitted) || month === undefined || day === undefined) return null;
  return { params, value: `${omitted}-${month}-${day}` };
}
