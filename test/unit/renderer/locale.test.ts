import { expect, it } from 'vitest';
import { numbersFor } from '../../../src/contract/number-text.ts';
import { localeOf } from '../../../src/renderer/components/locale.ts';

const moment = new Date(2026, 2, 5, 15, 4);
const written = (...languages: string[]) => {
  const { tag, firstDay } = localeOf(languages);
  const options = { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' } as const;
  return [new Intl.DateTimeFormat(tag, options).format(moment).replaceAll('\u202f', ' '), firstDay];
};

it('writes days and clocks as where the person lives, in English words', () => {
  expect(written('en-US')).toEqual(['Mar 5, 3:04 PM', 7]);
  expect(written('en-GB', 'en-US')).toEqual(['5 Mar, 15:04', 1]);
  expect(written('de-AT')).toEqual(['5 Mar, 15:04', 1]);
  expect(written('de')).toEqual(['5 Mar, 15:04', 1]);
});

it('where nobody writes English by rules of its own, the day before the month, and the clock of there', () => {
  expect(written('ru')).toEqual(['5 Mar, 15:04', 1]);
  expect(written('pt-BR')).toEqual(['5 Mar, 15:04', 7]);
  expect(written('ar-EG')).toEqual(['5 Mar, 3:04 pm', 6]);
});

it('of a person nothing is known of, as in Britain', () => {
  expect(written()).toEqual(['5 Mar, 15:04', 1]);
});

it('passes over what a browser names that is no language, as on a Linux that has none', () => {
  expect(written('C')).toEqual(written());
  expect(written('en-US@posix')).toEqual(written('en-US'));
  expect(written('en-US.UTF-8')).toEqual(written('en-US'));
  expect(written('', 'de_AT', 'en-US')).toEqual(written('en-US'));
  expect(numbersFor(['C'])(1234.5)).toBe('1,234.5');
});

it('is what is usual elsewhere, where the browser tells nothing of weeks and clocks', () => {
  const { prototype } = Intl.Locale;
  // As methods, and as the properties they were before.
  const names = ['getWeekInfo', 'getHourCycles', 'weekInfo', 'hourCycles'];
  const told = names.map((name) => Object.getOwnPropertyDescriptor(prototype, name));
  for (const name of names) Object.defineProperty(prototype, name, { value: undefined, configurable: true });
  try {
    expect(localeOf(['en-US'])).toEqual({ tag: 'en-US', numbers: 'en-US-u-nu-latn', firstDay: 1 });
    expect(localeOf(['ru'])).toEqual({ tag: 'en-GB-u-hc-h23', numbers: 'ru-RU-u-nu-latn', firstDay: 1 });
  } finally {
    names.forEach((name, at) => {
      Reflect.deleteProperty(prototype, name);
      const before = told[at];
      if (before !== undefined) Object.defineProperty(prototype, name, before);
    });
  }
});

it('writes numbers with the separators of the person’s own language, in digits all else is written in', () => {
  const number = (...languages: string[]) =>
    new Intl.NumberFormat(localeOf(languages).numbers).format(1_234_567.5).replaceAll(/[\u202f\u00a0]/g, ' ');
  expect(number('en-US')).toBe('1,234,567.5');
  expect(number('de', 'en-US')).toBe('1.234.567,5');
  expect(number('pt-BR')).toBe('1.234.567,5');
  expect(number('fr')).toBe('1 234 567,5');
  expect(number('en-IN')).toBe('12,34,567.5');
  expect(number('ar-EG')).toBe('1,234,567.5');
  expect(number()).toBe('1,234,567.5');
});
