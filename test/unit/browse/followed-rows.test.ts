import { expect, it } from 'vitest';
import { FollowedRows } from '../../../src/main/browse/followed-rows.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import { fieldName, recordId } from '../../../src/main/record/ids.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

it('rows are read anew after an answer that failed, all of them', async () => {
  const [device] = new CollectionGroup(1, 'rows', 'contacts').devices as [GroupDevice];
  for (const id of ['ana', 'bo']) {
    const change = difference('contacts', recordId(id), null, new Map([[fieldName('name'), { full: id }]]));
    if (change !== null) device.write([change]);
  }
  let isDiskAway = true;
  const rows = new FollowedRows(device.collection, ({ id }) => {
    if (isDiskAway && id === 'bo') throw new Error('the disk is away');
    return `row of ${id}`;
  });
  const answer = () => rows.answer((changed) => [[...rows.rows.values()].sort(), changed]);
  await expect(answer()).rejects.toThrow('the disk is away');
  isDiskAway = false;
  expect(await answer()).toEqual([['row of ana', 'row of bo'], null]);
  expect(await answer()).toEqual([['row of ana', 'row of bo'], new Set()]);
});
