import { numberLanguage, numbersFor, preferredLocale } from '../../contract/number-text.ts';

/** How days, clocks and numbers are written for a person. */
export interface Locale {
  /** For `Intl`. The words are English, as everything here is; order, clock and separators are those of where the person lives. */
  readonly tag: string;
  /** For numbers, which have no words in them: separators and groups of the person's own language, in the digits all else here has. */
  readonly numbers: string;
  /** The day a week begins with: 1 is Monday, 7 is Sunday. */
  readonly firstDay: number;
}

/** Where nothing is known of a place, or nobody writes English there by rules of its own: the day before the month. */
const ELSEWHERE = 'en-GB';

/** That of a person who reads these languages (BCP 47), the preferred first: `de-AT` reads dates as they are written in English in Austria. */
export function localeOf(languages: readonly string[]): Locale {
  const own = preferredLocale(languages).maximize();
  const tag = own.region === undefined ? ELSEWHERE : `en-${own.region}`;
  const isKnown = new Intl.DateTimeFormat(tag).resolvedOptions().locale === tag;
  const { hours, firstDay } = habitsOf(own);
  return { tag: isKnown ? tag : `${ELSEWHERE}-u-hc-${hours}`, numbers: numberLanguage(languages), firstDay };
}

/** What a browser knows of a place: by methods, as properties as it was proposed first, or nothing at all. */
type Told = Partial<Pick<Intl.Locale, 'getHourCycles' | 'getWeekInfo'>> & {
  readonly hourCycles?: readonly string[];
  readonly weekInfo?: { readonly firstDay: number };
};
const MONDAY = 1;

function habitsOf(locale: Told): { readonly hours: string; readonly firstDay: number } {
  const [hours = 'h23'] = locale.getHourCycles?.() ?? locale.hourCycles ?? [];
  return { hours, firstDay: (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? MONDAY };
}

const LANGUAGES: readonly string[] = globalThis.navigator?.languages ?? [];

/** That of the person at this window. */
export const LOCALE = localeOf(LANGUAGES);

/** A format of days or clocks for them. */
export const formatFor = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(LOCALE.tag, options);

/** A number for them, to one digit after the point: `1,234.5`, `1.234,5`. */
export const localNumber: (value: number) => string = numbersFor(LANGUAGES);

const typed = new Intl.NumberFormat(LOCALE.numbers, { maximumFractionDigits: 4, useGrouping: false });

/** The same as it is typed, and may be changed: without groups. */
export const typedNumber = (value: number): string => typed.format(value);

/** Do clocks there count to twelve, twice a day? */
export const IS_HALF_DAY: boolean =
  new Intl.DateTimeFormat(LOCALE.tag, { hour: 'numeric' }).resolvedOptions().hour12 === true;

/** The clock: `09:05`, `9:05 AM`. */
export const CLOCK: Intl.DateTimeFormatOptions = IS_HALF_DAY
  ? { hour: 'numeric', minute: '2-digit' }
  : { hour: '2-digit', minute: '2-digit' };
