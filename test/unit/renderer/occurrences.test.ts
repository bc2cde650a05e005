import { expect, it, vi } from 'vitest';
import { initials, letterOf } from '../../../src/renderer/records/initials.ts';
import { monthsLater, on, placeInWeek, weeksAround } from '../../../src/renderer/records/month-days.ts';
import { dayHeading, occasionOf, spanOf } from '../../../src/renderer/records/occurrence-words.ts';
import { weekLines } from '../../../src/renderer/records/week-lines.ts';

vi.hoisted(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }));

const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime();
const event = (start: number) => ({ record: 'r', title: 'Choir', start, end: start, isAllDay: false });

it('names the day of an event as people do; one that goes on since before is of today', () => {
  const now = at(29, 12);
  expect([at(29, 18), at(30, 0), at(31, 9), at(25, 9)].map((start) => dayHeading(event(start), now))).toEqual([
    'Today',
    'Tomorrow',
    'Tuesday 1 December',
    'Today',
  ]);
});

it('has the letters of a first and a last name', () => {
  expect(['Ada Lovelace', 'Lovelace, Ada', 'Ada Lovelace 12', 'émile', '李 小龙', '+49 170', ''].map(initials)).toEqual(
    ['AL', 'LA', 'AL', 'É', '李小', '', ''],
  );
});

it('tells from when to when, and the last day of what lasts', () => {
  const spans = (start: number, end: number, isAllDay = false) => spanOf({ ...event(start), end, isAllDay });
  expect([
    spans(at(29, 9), at(29, 10)),
    spans(at(29, 9), at(29, 9)),
    spans(at(29, 20), at(30, 4)),
    spans(at(27, 9), at(29, 10)),
    spans(at(29, 0), at(30, 0), true),
    spans(at(27, 0), at(30, 0), true),
  ]).toEqual(['09:00–10:00', '09:00', '20:00 – 04:00', '09:00, until Sun 29 Nov', 'all day', 'until Sun 29 Nov']);
  expect(occasionOf({ ...event(at(29, 9)), end: at(29, 10) })).toBe('Sunday, 29 November 2026, 09:00–10:00');
});

it('has the letter a name stands under', () => {
  expect(['ada', 'Élodie', ' Øya', '李 小龙', 'שרה', '+49 170', '🦊 Foxy', ''].map(letterOf)).toEqual([
    'A',
    'E',
    'Ø',
    '李',
    'ש',
    '#',
    '#',
    '#',
  ]);
});

it('has weeks that begin with the day they begin with there', () => {
  const november = { year: 2026, month: 10, day: 29 };
  const first = (firstDay: number) => weeksAround(november, firstDay)[0]?.[0];
  expect([first(1), first(7), first(6)].map((day) => [day?.month, day?.day])).toEqual([
    [9, 26],
    [10, 1],
    [9, 31],
  ]);
  expect([1, 7].map((firstDay) => placeInWeek(november, firstDay))).toEqual([6, 0]);
});

it('goes from month to month, to the last day where one is shorter', () => {
  const later = (month: number, day: number, months: number) => {
    const found = monthsLater({ year: 2026, month, day }, months);
    return `${found.year}-${found.month + 1}-${found.day}`;
  };
  expect([later(0, 31, 1), later(11, 31, 2), later(2, 31, -1), later(1, 28, 1)]).toEqual([
    '2026-2-28',
    '2027-2-28',
    '2026-2-28',
    '2026-3-28',
  ]);
});

it('has on a day what began before and lasts, and what takes no time at its first moment', () => {
  const of = (title: string, start: number, end: number) => ({ ...event(start), title, end });
  const list = [
    of('trip', at(27, 9), at(29, 1)),
    of('over', at(28, 9), at(29, 0)),
    of('moment', at(29, 0), at(29, 0)),
    of('next', at(30, 0), at(30, 0)),
  ];
  expect(on({ year: 2026, month: 10, day: 29 }, list).map(({ title }) => title)).toEqual(['trip', 'moment']);
});

it('has a strip in one line of all its days, and what has its hour below, on the day it begins', () => {
  const week = weeksAround({ year: 2026, month: 10, day: 29 }, 1)[4] ?? [];
  const of = (title: string, start: number, end: number, isAllDay: boolean) => ({
    record: title,
    title,
    start,
    end,
    isAllDay,
  });
  // The week of Monday 23 November.
  const lines = weekLines(week, [
    of('trip', at(20, 0), at(25, 0), true),
    of('day', at(24, 0), at(25, 0), true),
    of('fair', at(25, 9), at(28, 18), false),
    of('train', at(24, 21), at(25, 8), false),
    of('long', at(28, 0), at(40, 0), true),
  ]);
  const told = lines.map((day) =>
    day
      .map((line) => {
        if (line === null) return '-';
        const { occurrence, isBegun, isOver, isNamed } = line;
        return `${isBegun ? '' : '<'}${isNamed ? occurrence.title : '='}${isOver ? '' : '>'}`;
      })
      .join(' '),
  );
  expect(told).toEqual(['<trip>', '<= day train', 'fair>', '<=>', '<=>', '<= long>', '- <=>']);
});

it('has the longer of two strips that begin together above the other', () => {
  const week = weeksAround({ year: 2026, month: 10, day: 29 }, 1)[4] ?? [];
  const strip = (title: string, end: number) => ({ ...event(at(24, 0)), title, end: at(end, 0), isAllDay: true });
  const lines = weekLines(week, [strip('day', 25), strip('trip', 27)]);
  expect(lines[1]?.map((line) => line?.occurrence.title)).toEqual(['trip', 'day']);
});
