import { expect, it } from 'vitest';
import { difference } from '../../../src/main/difference/difference.ts';
import { fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { listRecords } from '../../../src/main/requests/list-records.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

it('events are listed by title, as people count, those of one title by when they begin, and those without one last', async () => {
  const [device] = new CollectionGroup(1, 'calendar', 'calendar').devices as [GroupDevice];
  const say = (id: string, title: string | null, start: string): void => {
    const fields = new Map<string, Value>([
      ...(title === null ? [] : [['title', title] as const]),
      ['when', { start, timeZone: 'Europe/Vienna', duration: 'PT1H' }],
    ]);
    const said = new Map([...fields].map(([field, value]) => [fieldName(field), value]));
    const change = difference('calendar', recordId(id), null, said);
    if (change !== null) device.write([change]);
  };
  say('a', 'Market', '2026-03-07T09:00:00');
  say('b', 'Market', '2026-01-03T09:00:00');
  say('c', 'Choir', '2026-05-01T19:00:00');
  say('d', 'Market', '2025-12-06T09:00:00');
  say('e', 'Choir 10', '2026-05-01T19:00:00');
  say('f', 'Choir 9', '2026-06-01T19:00:00');
  say('again', null, '2026-06-01T19:00:00');
  const { list } = await listRecords({ collection: device.collection } as Replica, '');
  expect(list.map(({ id }) => id)).toEqual(['c', 'f', 'e', 'd', 'b', 'a', 'again']);
  expect(Object.keys(list[0] ?? {})).toEqual(['id', 'title', 'line']);
});
