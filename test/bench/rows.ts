/**
 * The codec of tables by itself: 10,000 rows of a Google CSV (the generator of pim.py), and what another device makes of them. CPU milliseconds.
 * usage: node test/bench/rows.ts [ROWS]
 */
import type { Fields, Value } from '../../src/main/record/value.ts';
import { csvFormat } from '../../src/main/sources/contacts/csv/csv-format.ts';
import { count, generated, timed } from './codec.ts';

const bytes = generated('csv');
const format = csvFormat('csv-google');
const started = process.cpuUsage();

const text = timed('split', () => format.split(bytes));
const read = timed('read all', () => text.items.map((item) => format.read(text, item, null)));
const shown = timed('all projected', () => read.map((fields) => format.project(fields)));
const composed = timed('all written anew', () =>
  format.write(
    format.split(format.empty()),
    shown.map((after, at) => ({ item: null, before: null, after, uid: `uid-${at}` })),
  ),
);
const made = timed('split of that', () => format.split(composed));
timed('all aligned', () => format.align?.(shown, read));
timed('read all of it, with its fields known', () => made.items.map((item, at) => format.read(made, item, shown[at]!)));
timed('write of nothing', () =>
  format.write(
    made,
    made.items.map((item, at) => ({ item, before: shown[at]!, after: shown[at]!, uid: '' })),
  ),
);
const middle = count >> 1;
const after = new Map(shown[middle] as Fields);
for (const [field, value] of after)
  if (field.startsWith('phones/')) after.set(field, { ...(value as object), number: '+1 555 0000' } as Value);
const written = timed('one edit', () =>
  format.write(made, [{ item: made.items[middle]!, before: shown[middle] as Fields, after, uid: '' }]),
);
timed('split after it', () => format.split(written));
const { user, system } = process.cpuUsage(started);
console.log(
  `all: ${Math.round((user + system) / 1000)} ms, resident: ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
);
