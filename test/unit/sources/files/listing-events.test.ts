import { expect, it } from 'vitest';
import { ListingEvents } from '../../../../src/main/sources/files/listing-events.ts';
import type { ListEvent, ListedGroup } from '../../../../src/main/sources/source-adapter.ts';

const group = (id: string, items = 1) =>
  ({ group: id, items: Array.from({ length: items }, () => ({})), problems: [] }) as unknown as ListedGroup;
const gone = { is: 'group-gone', group: 'x' } as const;
const named = (events: readonly ListEvent[]) =>
  events.map((event) => (event.is === 'groups' ? event.groups.map((each) => each.group) : event.is));

it('what was found is told in its order, groups together until there are so many items, or two hundred of them', () => {
  const events = new ListingEvents(3);
  events.group(group('a'));
  expect(events.isAny).toBe(false);
  events.group(group('b', 2));
  events.group(group('c'));
  events.tell(gone);
  events.group(group('d'));
  expect([named(events.take()), events.isAny]).toEqual([[['a', 'b'], ['c'], 'group-gone'], false]);
  expect([named(events.takeLast()), named(events.takeLast())]).toEqual([[['d']], []]);
  for (let at = 0; at < 201; at++) events.group(group(String(at), 0));
  expect(events.takeLast().map((event) => (event.is === 'groups' ? event.groups.length : 0))).toEqual([200, 1]);
});
