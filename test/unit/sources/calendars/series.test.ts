import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../../src/main/record/ids.ts';
import { strayOverrides } from '../../../../src/main/record/series.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { putFields } from '../../../../src/main/snapshot/lens.ts';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { occurrencesIn } from '../../../../src/main/sources/calendars/icalendar/overrides.ts';
import { calendar, compose, event, fieldsOf, readAll, readOne } from './calendar-text.ts';

const series = (hour: string, ...lines: string[]): string =>
  event(`DTSTART;TZID=Europe/Vienna:20240101T${hour}0000`, 'DURATION:PT1H', 'SUMMARY:A', 'RRULE:FREQ=DAILY', ...lines);
const read = (...lines: string[]): Fields => readAll(calendar(...lines))[0] ?? new Map();
/** What one changed and what another changed, put together field by field, as a merge does it. */
function merged(base: Fields, ...changed: Fields[]): Fields {
  const fields = new Map(base);
  for (const each of changed) {
    for (const [field, value] of each)
      if (JSON.stringify(value) !== JSON.stringify(base.get(field))) fields.set(field, value);
    for (const field of base.keys()) if (!each.has(field)) fields.delete(field);
  }
  return fields;
}

describe('what is said of occurrences of another series', () => {
  const excluded = 'EXDATE;TZID=Europe/Vienna:20240103T090000';
  const base = read(series('09', excluded));
  it('is none in any one text, however it was changed', () => {
    expect(strayOverrides(base)).toEqual([]);
    // The program moved what is left out along with the series; or it did not.
    expect(strayOverrides(read(series('10', excluded.replace('T09', 'T10'))))).toEqual([]);
    expect(strayOverrides(read(series('10', excluded)))).toEqual([]);
  });
  it('is none where a server shows the series in another way, and somebody leaves out a day there', () => {
    const full = read(series('09'));
    const shown = read(series('09').replaceAll('FREQ=DAILY', 'FREQ=DAILY;UNTIL=29991231T000000Z'));
    const now = read(series('09', excluded).replaceAll('FREQ=DAILY', 'FREQ=DAILY;UNTIL=29991231T000000Z'));
    const after = putFields('calendar', full, shown, now);
    expect(strayOverrides(after)).toEqual([]);
    expect(after).toEqual(read(series('09', excluded)));
  });
  it('is what somebody changed of an occurrence while another moved the series', () => {
    const moved = read(series('10', excluded.replace('T09', 'T10')));
    const edited = read(
      series('09', excluded),
      event(
        'RECURRENCE-ID;TZID=Europe/Vienna:20240110T090000',
        'DTSTART;TZID=Europe/Vienna:20240110T090000',
        'DURATION:PT1H',
        'SUMMARY:B',
      ),
    );
    const left = read(series('09', excluded, 'EXDATE;TZID=Europe/Vienna:20240104T090000'));
    const both = merged(base, moved, edited);
    expect(strayOverrides(both)).toEqual(['recurrenceOverrides/2024-01-10T09:00:00']);
    expect(strayOverrides(merged(base, moved, left))).toEqual(['recurrenceOverrides/2024-01-04T09:00:00']);
    // The order in which they meet makes no difference.
    expect(strayOverrides(merged(base, edited, moved))).toEqual(strayOverrides(both));
    // And it is never written: nobody gets an event at nine that is at ten.
    expect([...icalendarFormat.project(both).keys()]).not.toContain('recurrenceOverrides/2024-01-10T09:00:00');
    expect([...icalendarFormat.project(both).keys()]).toContain('recurrenceOverrides/2024-01-03T10:00:00');
  });
  it('is also where the rule or the zone changed', () => {
    const left = read(series('09', excluded, 'EXDATE;TZID=Europe/Vienna:20240104T090000'));
    for (const change of [
      ['FREQ=DAILY', 'FREQ=WEEKLY'],
      ['FREQ=DAILY', 'FREQ=DAILY;UNTIL=20240102T220000Z'],
      ['DTSTART;TZID=Europe/Vienna', 'DTSTART;TZID=Europe/London'],
    ] as const) {
      const changed = read(series('09', excluded).replace(change[0], change[1]));
      expect(strayOverrides(merged(base, changed, left))).toEqual(['recurrenceOverrides/2024-01-04T09:00:00']);
    }
  });
  it('is none where what changed does not touch the times', () => {
    const left = read(series('09', excluded, 'EXDATE;TZID=Europe/Vienna:20240104T090000'));
    const renamed = read(series('09', excluded).replace('SUMMARY:A', 'SUMMARY:B').replace('PT1H', 'PT2H'));
    expect(strayOverrides(merged(base, renamed, left))).toEqual([]);
  });
  it('is the same in whatever notation a text has the series', () => {
    const other = read(
      event(
        'DTSTART;TZID=W. Europe Standard Time:20240101T090000',
        'DTEND;TZID=W. Europe Standard Time:20240101T100000',
        'RRULE:INTERVAL=1;FREQ=DAILY',
        'EXDATE;TZID=W. Europe Standard Time:20240103T090000',
      ),
    );
    const plain = read(series('09', excluded).replaceAll('Europe/Vienna', 'Europe/Berlin'));
    const entry = (fields: Fields): Value => fields.get('recurrenceOverrides/2024-01-03T09:00:00' as never) ?? null;
    expect(entry(other)).toEqual(entry(plain));
  });
  it('is found in what a peer sent, which may be anything', () => {
    expect(
      strayOverrides(fieldsOf({ 'recurrenceOverrides/x': 'y', 'recurrenceOverrides/z': { series: 'no' } })),
    ).toEqual(['recurrenceOverrides/z']);
    expect(strayOverrides(new Map())).toEqual([]);
  });
});

it('what occurrences have from their series is looked for once, however many there are', () => {
  const fields = readAll(calendar(event('DTSTART:20240101T090000Z', 'RRULE:FREQ=DAILY', 'SUMMARY:A')))[0]!;
  let walks = 0;
  const counted = new Map(fields);
  counted[Symbol.iterator] = () => {
    walks++;
    return fields.entries() as ReturnType<typeof counted.entries>;
  };
  const occurrenceAt = occurrencesIn(counted, false);
  const starts = ['2024-01-02T09:00:00', '2024-01-03T09:00:00'].map(
    (key) => occurrenceAt(key).get(fieldName('when')) as { readonly start: string },
  );
  expect([walks, starts.map(({ start }) => start)]).toEqual([1, ['2024-01-02T09:00:00', '2024-01-03T09:00:00']]);
});

it('what an occurrence lacks of its series it lacks wherever it is written anew', () => {
  const at = 'TZID=Europe/Vienna:20240110T090000';
  const alone = event(`RECURRENCE-ID;${at}`, `DTSTART;${at}`, 'DURATION:PT1H', 'SUMMARY:A');
  const written = compose(readOne(calendar(series('09', 'LOCATION:Hall', 'DESCRIPTION:At noon'), alone)));
  expect(written.match(/^(RECURRENCE-ID|LOCATION|DESCRIPTION)/gm)).toEqual([
    'DESCRIPTION',
    'LOCATION',
    'RECURRENCE-ID',
  ]);
});

it('what is said of an occurrence and all later ones is said of them wherever it is written anew', () => {
  const at = 'TZID=Europe/Vienna:20240110T090000';
  const later = event(`RECURRENCE-ID;RANGE=THISANDFUTURE;${at}`, `DTSTART;${at}`, 'DURATION:PT1H', 'SUMMARY:B');
  const written = compose(readOne(calendar(series('09'), later)));
  expect(written.match(/^RECURRENCE-ID.*RANGE=THISANDFUTURE/gm)).toHaveLength(1);
});
