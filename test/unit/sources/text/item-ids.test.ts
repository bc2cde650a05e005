import { expect, it } from 'vitest';
import { type RecordId, recordId } from '../../../../src/main/record/ids.ts';
import { FreeIds } from '../../../../src/main/sources/text/item-ids.ts';

it('thousands of items of one UID are numbered without trying each number anew', () => {
  const taken = new Set<RecordId>([recordId('a#3')]);
  let asked = 0;
  const free = new FreeIds((id) => {
    asked++;
    return taken.has(id);
  });
  const ids = Array.from({ length: 1000 }, () => {
    const id = free.of(recordId('a'));
    taken.add(id);
    return id;
  });
  expect([...ids.slice(0, 4), ids.at(-1)]).toEqual(['a', 'a#2', 'a#4', 'a#5', 'a#1001']);
  expect(asked).toBeLessThan(3000);
});
