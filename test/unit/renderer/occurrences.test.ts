import { expect, it } from 'vitest';
import { initials } from '../../../src/renderer/records/initials.ts';
import { dayHeading } from '../../../src/renderer/records/occurrence-words.ts';

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
