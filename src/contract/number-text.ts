import type { StatusView } from './views/status-views.ts';

/**
 * As `toLocaleString('en')` says it, which loads tables of languages at its first call: 10 ms of the 35 that a call of the command line takes.
 */
const inEnglish = (whole: number): string => String(whole).replace(/\B(?=(?:\d{3})+$)/g, ',');

let written = inEnglish;

/** A whole number for people: `1,234`, or as `writeNumbers` was told. */
export const numberText = (whole: number): string => written(whole);

/** How whole numbers are written from now on in this process. A window says it once, for the person at it; all others write English. */
export function writeNumbers(as: (whole: number) => string): void {
  written = as;
}

/**
 * How a person who reads these languages (BCP 47, the preferred first) has numbers written, to one digit after the point: with the separators
 * and groups of their own language, in the digits all else here has.
 */
export function numbersFor(languages: readonly string[]): (value: number) => string {
  const { format } = new Intl.NumberFormat(numberLanguage(languages), { maximumFractionDigits: 1 });
  return format;
}

/** What `Intl` calls that. */
export function numberLanguage(languages: readonly string[]): string {
  const own = preferredLocale(languages).maximize();
  return `${own.language}-${own.region ?? 'GB'}-u-nu-latn`;
}

/**
 * The first of these languages (BCP 47) that is one, English where none is. On a Linux without a language of its own a browser names `C`, or
 * `en-US@posix`, which `Intl` refuses.
 */
export function preferredLocale(languages: readonly string[]): Intl.Locale {
  for (const language of languages) {
    const [tag = ''] = language.split(/[@.]/, 1);
    try {
      return new Intl.Locale(tag);
    } catch {
      // The next one may be.
    }
  }
  return new Intl.Locale('en-GB');
}

const COUNTS = /(^|: )(\d[\d,]*(?: of \d[\d,]*)?)(?= items | new conflicts)/;

/**
 * A sentence as the engine says it, which writes English for whoever asks, with the numbers it begins with as they are written in this process.
 * No other ones are touched: they may be part of a name.
 */
export const withNumbersHere = (sentence: string): string =>
  sentence.replace(COUNTS, (counts) =>
    counts.replace(/\d[\d,]*/g, (one) => numberText(Number(one.replaceAll(',', '')))),
  );

/** A status, what the engine says in it as `withNumbersHere`. */
export function statusWithNumbersHere(status: StatusView): StatusView {
  const collections = status.collections.map((collection) => ({
    ...collection,
    sources: collection.sources.map((source) =>
      source.reason === null ? source : { ...source, reason: withNumbersHere(source.reason) },
    ),
  }));
  return { ...status, collections };
}
