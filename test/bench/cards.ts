/**
 * The codec of cards by itself: 10,000 in one text (the generator of pim.py), CPU milliseconds.  usage: node test/bench/cards.ts [CARDS]
 */
import type { Fields, Value } from '../../src/main/record/value.ts';
import { vcardFormat } from '../../src/main/sources/contacts/vcard/vcard-format.ts';
import { count, generated, timed } from './codec.ts';

const bytes = generated('cards');
const format = vcardFormat('3.0');

const text = timed('split', () => format.split(bytes));
const read = timed('read all', () => text.items.map((item) => format.read(text, item, null)));
timed('split and read all, once more', () => {
  const again = format.split(bytes);
  return again.items.map((item, at) => format.read(again, item, read[at] as Fields));
});
timed('write of nothing', () =>
  format.write(
    text,
    text.items.map((item, at) => ({ item, before: read[at] as Fields, after: read[at] as Fields, uid: '' })),
  ),
);
const middle = count >> 1;
const after = new Map(read[middle] as Fields);
for (const [field, value] of after)
  if (field.startsWith('phones/')) after.set(field, { ...(value as object), number: '+1 555 0000' } as Value);
const written = timed('one edit', () =>
  format.write(text, [{ item: text.items[middle]!, before: read[middle] as Fields, after, uid: '' }]),
);
timed('split after it', () => format.split(written));
const newer = vcardFormat('4.0');
const shown = read.map((fields) => newer.project(fields));
timed('all written anew as 4.0', () =>
  newer.write(
    newer.split(newer.empty()),
    shown.map((each, at) => ({ item: null, before: null, after: each, uid: `uid-${at}` })),
  ),
);
timed('all judged by vcard4', () =>
  shown.map((each, at) => newer.refuses?.(each, `uid-${at}`, newer.split(newer.empty()))),
);
console.log(`resident: ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
