import { describe, expect, it } from 'vitest';
import { isWithin, parseTimeWindows } from '../../../../src/main/peers/session/time-windows.ts';

/** A time of the local day. */
const at = (text: string): Date => {
  const [hour, minute] = text.split(':').map(Number) as [number, number];
  return new Date(2026, 0, 7, hour, minute);
};

describe('times at which devices exchange', () => {
  it.each([
    ['', '03:00', true],
    ['  ', '03:00', true],
    ['08:00-18:00', '08:00', true],
    ['08:00-18:00', '07:59', false],
    ['08:00-18:00', '17:59', true],
    ['08:00-18:00', '18:00', false],
    ['22:00-06:00', '23:30', true],
    ['22:00-06:00', '00:00', true],
    ['22:00-06:00', '05:59', true],
    ['22:00-06:00', '06:00', false],
    ['22:00-06:00', '12:00', false],
    ['22:00-06:00, 12:00-13:00', '12:30', true],
    ['22:00-06:00,12:00-13:00', '13:00', false],
    [' 8:05-9:00 ', '08:05', true],
    ['00:00-24:00', '23:59', true],
    ['00:00-24:00', '00:00', true],
  ])('%j: %s is %s', (text, time, expected) => {
    expect(isWithin(parseTimeWindows(text), at(time))).toBe(expected);
  });

  it.each([
    '22-6',
    '22:00',
    '25:00-26:00',
    '24:01-06:00',
    '10:60-11:00',
    '10:00-11:60',
    '10:00–11:00',
    '10:00-11:00,',
    'always',
    '-1:00-2:00',
    '1:0-2:00',
  ])('are not %j', (text) => {
    expect(() => parseTimeWindows(text)).toThrow(expect.objectContaining({ code: 'bad-value', subject: text }));
  });
});
