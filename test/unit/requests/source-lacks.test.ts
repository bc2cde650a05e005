import { expect, it } from 'vitest';
import { lackWords } from '../../../src/contract/lack-words.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import { type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { sourceLacks } from '../../../src/main/requests/source-lacks.ts';
import { icalendarFormat } from '../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';
import { contactRoom, jane } from './contact-room.ts';

const PHOTO = { 'media/p': { kind: 'photo', data: new Uint8Array([1, 2, 3]) } };

it('a place that holds all of it is not named', async () => {
  const { replica, say } = contactRoom();
  say('jane', jane(3));
  expect(await sourceLacks(replica)).toEqual([]);
});

it('names what a place has no room for, what most lack first, and whom it is about', async () => {
  const { replica, say } = contactRoom();
  say('jane', jane(5, PHOTO));
  say('john', jane(1, PHOTO));
  say('plain', jane(1));
  const [table, ...others] = await sourceLacks(replica);
  expect(others).toEqual([]);
  expect(table).toMatchObject({ source: 'source-2', records: 2 });
  expect(table?.named.map(({ id, title }) => [id, title])).toEqual([
    ['jane', 'Jane Doe'],
    ['john', 'Jane Doe'],
  ]);
  expect(table?.lacks.map((lack) => [lackWords(lack), lack.records])).toEqual([
    ['photos', 2],
    ['a fourth e-mail address', 1],
  ]);
});

it('names a group that a table has no row for, and not what it lacks of it', async () => {
  const { replica, say } = contactRoom();
  say('choir', { 'name': { full: 'Choir' }, 'kind': 'group', 'members/m': { uid: 'jane' } });
  const [table] = await sourceLacks(replica);
  expect(table?.lacks.map((lack) => [lackWords(lack), lack.records])).toEqual([['groups', 1]]);
  expect(table?.named).toEqual([{ id: 'choir', title: 'Choir' }]);
});

it('is reckoned anew once something changed, and not before', async () => {
  const { replica, say } = contactRoom();
  say('jane', jane(4));
  const first = sourceLacks(replica);
  expect(sourceLacks(replica)).toBe(first);
  expect((await first).map(({ records }) => records)).toEqual([1]);
  say('jane', jane(2));
  expect(await sourceLacks(replica)).toEqual([]);
});

it('projects again only what changed', async () => {
  const { replica, projected, say } = contactRoom();
  for (const id of ['jane', 'john', 'joan']) say(id, jane(4));
  expect((await sourceLacks(replica))[0]?.records).toBe(3);
  const before = projected();
  say('john', jane(2));
  expect((await sourceLacks(replica))[0]?.records).toBe(2);
  expect(projected() - before).toBe(1);
  say('joan', null);
  expect((await sourceLacks(replica))[0]?.named.map(({ id }) => id)).toEqual(['jane']);
});

it('what waits for a decision is nothing a place cannot hold', async () => {
  const [device] = new CollectionGroup(1, 'moved series', 'calendar').devices as [GroupDevice];
  const said: readonly [string, Value][] = [
    ['@type', 'Event'],
    ['title', 'Standup'],
    ['when', { start: '2026-11-02T10:00:00', timeZone: 'Etc/UTC', duration: 'PT1H' }],
    ['recurrenceRule', { frequency: 'weekly' }],
    ['recurrenceOverrides/2026-11-09T09:00:00', { title: 'Retro', series: 'as it was' }],
  ];
  const fields: Fields = new Map(said.map(([field, value]): [FieldName, Value] => [fieldName(field), value]));
  const made = difference('calendar', recordId('standup'), null, fields);
  if (made !== null) device.write([made]);
  const source = { id: 'source-1', row: 1, location: '/work.ics', format: 'icalendar' };
  const { collection } = device;
  const synchronizers = new Map([[1, { source, adapter: icalendarFormat }]]);
  expect(await sourceLacks({ collection, synchronizers } as unknown as Replica)).toEqual([]);
});
