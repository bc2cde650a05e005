import { describe, expect, it } from 'vitest';
import { listHistory } from '../../../src/main/history/history-view.ts';
import { undoChange } from '../../../src/main/history/undo-change.ts';
import { findId, packageId } from '../../../src/main/past/change-id.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

/** A device that took what two computers wrote as one: the first package of a log twice. */
function afterFork() {
  const [one, again] = [new CollectionGroup(2, 'fork'), new CollectionGroup(2, 'fork')];
  const [laptop, phone] = one.devices as [GroupDevice, GroupDevice];
  const copy = again.devices[0] as GroupDevice;
  laptop.save('letter.txt', 'of the laptop');
  copy.clock.time += 1000;
  copy.save('list.txt', 'of its copy');
  phone.receiveFrom(laptop);
  phone.receiveFrom(copy);
  return { phone, log: laptop.log };
}

describe('the id of a package', () => {
  it('is its log and number, and its hash where two have that number', () => {
    const { phone, log } = afterFork();
    const ids = listHistory(phone.port, {}).map(({ id }) => id);
    expect(ids).toEqual([
      expect.stringMatching(`^${log}-1~[0-9a-f]{16}$`),
      expect.stringMatching(`^${log}-1~[0-9a-f]{16}$`),
    ]);
    for (const id of ids) expect(packageId(phone.collection, findId(phone.collection, id)!.row)).toBe(id);
    expect(() => findId(phone.collection, `${log}-1`)).toThrow(expect.objectContaining({ code: 'ambiguous-id' }));
    phone.save('own.txt', 'own');
    expect(listHistory(phone.port, {}).map(({ id }) => id)).toContain(`${phone.log}-1`);
  });

  it('means one of the two to undo', () => {
    const { phone } = afterFork();
    const [newest] = listHistory(phone.port, {});
    expect(newest?.changes[0]?.record).toBe('list.txt');
    undoChange(phone.port, newest!.changes[0]!.id);
    expect([phone.isThere('list.txt'), phone.isThere('letter.txt')]).toEqual([false, true]);
  });
});
