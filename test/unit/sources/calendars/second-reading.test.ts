import { describe, expect, it } from 'vitest';
import { countUids, secondReading } from '../../../../src/main/sources/calendars/second-reading.ts';
import { calendar, event, split, task } from './calendar-text.ts';

describe('a second reader of subscriptions', () => {
  const items = [
    event('DTSTART:20240101T100000Z', 'RRULE:FREQ=DAILY'),
    event('RECURRENCE-ID:20240102T100000Z', 'DTSTART:20240102T110000Z'),
    event('DTSTART:20240101T100000Z').replace('u1', 'u2'),
    task('DUE:20240101T100000Z').replace('u1', 'u3'),
    'BEGIN:VJOURNAL\r\nUID:u4\r\nEND:VJOURNAL',
  ];
  const both = (text: string): [number | undefined, number] => [
    secondReading(Buffer.from(text))?.uids,
    countUids(split(text).items),
  ];
  it('finds as many items as ours, in one calendar or several', () => {
    expect(both(calendar(...items))).toEqual([4, 4]);
    expect(both(calendar(...items) + calendar(event('DTSTART:20240101T100000Z').replace('u1', 'u5')))).toEqual([5, 5]);
    expect(both(calendar())).toEqual([0, 0]);
  });
  it('cannot read what is no calendar', () => {
    expect(secondReading(Buffer.from('<html></html>'))).toBeNull();
    expect(secondReading(new Uint8Array(0))).toBeNull();
    expect(secondReading(Buffer.from(calendar(event('DTSTART:20240101T100000Z', 'RRULE:FREQ=NEVER'))))).toBeNull();
  });
  it('tells the console nothing', () => {
    const said: unknown[] = [];
    const { warn } = console;
    console.warn = (...what: unknown[]) => said.push(what);
    const odd = event('RECURRENCE-ID:20240102T100000Z', 'SEQUENCE:2', 'DTSTART:20240102T110000Z');
    secondReading(Buffer.from(calendar(odd, odd.replace('SEQUENCE:2', 'SEQUENCE:1'))));
    console.warn = warn;
    expect(said).toEqual([]);
  });
});
