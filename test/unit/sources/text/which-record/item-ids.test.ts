import { expect, it } from 'vitest';
import { type RecordId, recordId } from '../../../../../src/main/record/ids.ts';
import { recordIdOfUid, uidOfRecord } from '../../../../../src/main/record/record-uid.ts';
import { FreeIds } from '../../../../../src/main/sources/text/which-record/item-ids.ts';

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

it.each([
  ['a-1.b_c@example.org', 'a-1.b_c@example.org', 'a-1.b_c@example.org'],
  ['URN:UUID:a-1', 'a-1', 'a-1'],
  ['a/b%\u0001', 'a%2Fb%25%01', 'a/b%\u0001'],
  ['ä b', 'ä b', 'ä b'],
])('the record of %j is %j', (uid, id, stated) => {
  expect(recordIdOfUid(uid)).toBe(id);
  expect(uidOfRecord(recordId(id))).toBe(stated);
});
