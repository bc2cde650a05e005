import { describe, expect, it } from 'vitest';
import { composeRule, parseRule } from '../../../../src/main/sources/calendars/icalendar/rule.ts';

const ANYWHERE = { timeZone: null, isDate: false };
const VIENNA = { timeZone: 'Europe/Vienna', isDate: false };
const DAYS = { timeZone: null, isDate: true };

describe('a rule', () => {
  it('is read in one way, in whatever order its lists are, and without what is so anyway', () => {
    const text = 'FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=15,1,15;BYDAY=WE,MO;BYMONTH=011,2;WKST=MO';
    expect(parseRule(text, ANYWHERE)).toEqual({
      frequency: 'monthly',
      byMonthDay: [1, 15],
      byDay: [{ day: 'mo' }, { day: 'we' }],
      byMonth: ['2', '11'],
    });
  });

  it.each([
    'FREQ=DAILY;FREQ=WEEKLY',
    'FREQ=DAILY;COUNT=1;COUNT=2',
    'FREQ=DAILY;COUNT=0',
    'FREQ=OFTEN',
    'INTERVAL=2',
    'FREQ=MONTHLY;BYMONTHDAY=32',
    'FREQ=WEEKLY;BYDAY=XX',
    'FREQ=DAILY;UNTIL=soon',
  ])('that says this is none: %s', (text) => expect(parseRule(text, ANYWHERE)).toBeNull());

  it('of whole days is over with a day, whatever else it says of that', () => {
    const until = (text: string) => parseRule(`FREQ=DAILY;UNTIL=${text}`, DAYS)?.until;
    expect([until('20240105'), until('20240105T235959Z')]).toEqual(['2024-01-05T00:00:00', '2024-01-05T00:00:00']);
    const days = { frequency: 'daily', until: '2024-01-05T00:00:00' };
    expect(composeRule(days, DAYS)).toBe('FREQ=DAILY;UNTIL=20240105');
  });

  it('is over at a moment, or where clocks never show that, at what is said', () => {
    const until = (local: string) => composeRule({ frequency: 'daily', until: local }, VIENNA);
    expect(until('2024-07-01T10:00:00')).toBe('FREQ=DAILY;UNTIL=20240701T080000Z');
    expect(until('2024-03-31T02:30:00')).toBe('FREQ=DAILY;UNTIL=20240331T023000');
    expect(parseRule('FREQ=DAILY;UNTIL=20240701T080000Z', VIENNA)?.until).toBe('2024-07-01T10:00:00');
  });
});
