import { expect, it } from 'vitest';
import { BrowsedCollections } from '../../../src/main/browse/browsed-collections.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import { fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

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
  const { list } = await new BrowsedCollections(new FakeClock()).records(device.collection, '');
  expect(list.map(({ id }) => id)).toEqual(['c', 'f', 'e', 'd', 'b', 'a', 'again']);
  expect(Object.keys(list[0] ?? {})).toEqual(['id', 'title', 'line']);
});

it('contacts are found by words in any order, without marks, by the digits of a phone, and it is told where', async () => {
  const [device] = new CollectionGroup(1, 'contacts', 'contacts').devices as [GroupDevice];
  const say = (id: string, fields: { readonly [field: string]: Value }): void => {
    const said = new Map(Object.entries(fields).map(([field, value]) => [fieldName(field), value]));
    const change = difference('contacts', recordId(id), null, said);
    if (change !== null) device.write([change]);
  };
  say('agnes', {
    name: { full: 'Ágnes Kovács' },
    'emails/e1': { address: 'agnes@example.org' },
    'phones/p1': { number: '+43 660 100-79 19' },
    'notes/n1': { note: `${'Long ago, and far away. '.repeat(8)}Met in\nVienna, at the opera.` },
    'media/m1': { kind: 'photo', mediaType: 'image/png', data: new Uint8Array([1]) },
  });
  say('otto', { name: { full: 'Otto Roe' }, 'phones/p1': { number: '+43 1 555' }, uid: 'vienna-7' });
  const browsed = new BrowsedCollections(new FakeClock());
  const find = async (search: string) => (await browsed.records(device.collection, search)).list;
  const ids = async (search: string) => (await find(search)).map(({ id }) => id);
  expect(await ids('')).toEqual(['agnes', 'otto']);
  expect(await ids('  KOVACS agnes ')).toEqual(['agnes']);
  expect(await ids('kovács opera')).toEqual(['agnes']);
  expect(await ids('kovács roe')).toEqual([]);
  expect(await ids('0660 1007919')).toEqual(['agnes']);
  expect(await ids('0043-660')).toEqual(['agnes']);
  const [agnes, otto] = await find('vienna');
  expect(agnes?.found?.label).toBe('Note');
  expect(agnes?.found?.text).toMatch(/^…[^…]{0,40}Met in Vienna, at the opera\.$/);
  expect(agnes?.hasPhoto).toBe(true);
  // Its id says it, which is nothing to show.
  expect(otto).toEqual({ id: 'otto', title: 'Otto Roe', line: '+43 1 555' });
  expect((await find('agnes'))[0]?.found).toBeUndefined();
  expect((await find('example.org'))[0]?.found).toBeUndefined();
});
