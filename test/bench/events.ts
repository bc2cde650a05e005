/**
 * The codec of events by itself: 10,000 in one calendar (the generator of pim.py), CPU milliseconds of a first pass, as a device makes it: what
 * the giver does, then what the receiver does.  usage: node test/bench/events.ts [EVENTS]
 */
import { fieldName } from '../../src/main/record/ids.ts';
import type { Fields } from '../../src/main/record/value.ts';
import { icalendarFormat as format } from '../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { generated, timed } from './codec.ts';

const bytes = generated('events');
const moment = '2026-01-01T00:00:00Z';

const text = timed('split', () => format.split(bytes));
const read = timed('read all', () => text.items.map((item) => format.read(text, item, null)));
const shown = timed('project all', () => read.map((fields) => format.project(fields)));
const composed = timed('all written anew', () =>
  format.write(
    format.split(format.empty()),
    shown.map((after, at) => ({ item: null, before: null, after, uid: text.items[at]?.uid ?? '' })),
    moment,
  ),
);
const again = timed('split of that', () => format.split(composed));
const known = timed('read all of that, their fields known', () =>
  again.items.map((item, at) => format.read(again, item, shown[at] as Fields)),
);
timed('write of nothing', () =>
  format.write(
    again,
    again.items.map((item, at) => ({ item, before: known[at] as Fields, after: known[at] as Fields, uid: '' })),
    moment,
  ),
);
timed('every title edited', () =>
  format.write(
    again,
    again.items.map((item, at) => {
      const before = known[at] as Fields;
      return { item, before, after: new Map([...before, [fieldName('title'), `Meeting ${at}, moved`]]), uid: '' };
    }),
    moment,
  ),
);
console.log(`resident: ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
