import { describe, expect, it } from 'vitest';
import {
  formatDuration,
  formatTime,
  isLocal,
  localOf,
  normalDuration,
  parseDuration,
  parseTime,
  wallMs,
} from '../../../../src/main/sources/calendars/icalendar/civil.ts';

describe('a time', () => {
  it.each([
    ['20240229', '2024-02-29T00:00:00', 'date'],
    ['2024-02-29', '2024-02-29T00:00:00', 'date'],
    ['20240229T235959', '2024-02-29T23:59:59', 'local'],
    ['20240229T235960Z', '2024-02-29T23:59:59', 'utc'],
    ['20240229t235959z', '2024-02-29T23:59:59', 'utc'],
    [' 20240229T2359 ', '2024-02-29T23:59:00', 'local'],
    ['2024-02-29T23:59:59.123Z', '2024-02-29T23:59:59', 'utc'],
    ['00000101T000000', '0000-01-01T00:00:00', 'local'],
  ])('%s is read', (text, local, form) => {
    expect(parseTime(text)).toEqual({ local, form });
  });
  it.each(['', '20230229', '20240230T000000', '20240001', '20241301T000000Z', '20240101T240000', '20240101T006000Z'])(
    '%s is none',
    (text) => {
      expect(parseTime(text)).toBeNull();
    },
  );
  it('of the universal format is one of a day there is', () => {
    expect(['2024-02-29T23:59:59', '2023-02-29T00:00:00', '2024-02-29T24:00:00', '2024-02-29', 7].map(isLocal)).toEqual(
      [true, false, false, false, false],
    );
    // A leap second is one that clocks have shown.
    expect(['2016-12-31T23:59:60', '2016-12-31T23:59:61'].map(isLocal)).toEqual([true, false]);
  });
  it('is the same again after arithmetic, and as iCalendar writes it', () => {
    for (const local of ['0000-01-01T00:00:00', '1969-12-31T23:59:59', '2024-02-29T07:08:09', '9999-12-31T23:59:59'])
      expect(localOf(wallMs(local))).toBe(local);
    expect([localOf(wallMs('9999-12-31T23:59:59') + 1000), localOf(wallMs('0000-01-01T00:00:00') - 1)]).toEqual([
      null,
      null,
    ]);
    expect((['date', 'local', 'utc'] as const).map((form) => formatTime('2024-02-29T07:08:09', form))).toEqual([
      '20240229',
      '20240229T070809',
      '20240229T070809Z',
    ]);
  });
});

describe('a duration', () => {
  it.each([
    ['PT45M', 0, 2700],
    ['P1W2DT3H4M5S', 9, 11_045],
    ['-P1DT1S', -1, -1],
    ['+p1dt2h', 1, 7200],
    ['P1DT', 1, 0],
    ['-PT0S', 0, 0],
    [' PT24H ', 0, 86_400],
  ])('%s is read', (text, days, seconds) => {
    expect(parseDuration(text)).toEqual({ days, seconds });
  });
  it.each(['', 'P', 'PT', '1D', 'P1', 'P1S', 'PT1D', 'P1D1W', 'PT1M1H', 'PT1H1H', 'P12345678D', 'PT5\u017f', 'P-1D'])(
    '%s is none',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );
  it('is written in one way', () => {
    expect(['PT90M', 'P1W', 'PT0M', '-PT61S', 'P1DT25H', 'PT3600S'].map(normalDuration)).toEqual([
      'PT1H30M',
      'P7D',
      'PT0S',
      '-PT1M1S',
      'P1DT25H',
      'PT1H',
    ]);
    expect(formatDuration({ days: 0, seconds: 0 })).toBe('PT0S');
  });
});
