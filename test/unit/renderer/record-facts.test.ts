import { expect, it } from 'vitest';
import { factsOf, roleOf } from '../../../src/renderer/components/record-facts.ts';
import { saysAlone } from '../../../src/renderer/records/says-alone.ts';

const shown = (...args: Parameters<typeof factsOf>) =>
  factsOf(...args).map(({ label, entries }) => [label, ...entries.map(({ words, path }) => words ?? path)]);

it('says under one label what belongs under one: labels and members by their names, phones as they are', () => {
  const fields = [
    { path: 'keywords/Friends', value: true },
    { path: 'keywords/Choir~1Alto', value: true },
    { path: 'members/u1', value: true, title: 'Ada' },
    { path: 'members/urn:uuid:u2', value: true },
    { path: 'phones/p1', value: { number: '1', contexts: { work: true } } },
    { path: 'phones/p2', value: { number: '2', contexts: { work: true } } },
    { path: 'phones/p3', value: { number: '3' } },
    { path: 'uid', value: 'x' },
    { path: 'notes/n', value: null },
  ];
  expect(shown(fields)).toEqual([
    ['Phone (work)', 'phones/p1', 'phones/p2'],
    ['Phone', 'phones/p3'],
    ['Labels', 'Choir/Alto', 'Friends'],
    ['Members', 'Ada', 'Somebody who is not here (u2)'],
  ]);
});

it('does not say again what the heading says, and says all where it is another', () => {
  const fields = [
    { path: 'name', value: { full: 'Ada Lovelace' } },
    { path: 'title', value: 'Choir' },
  ];
  expect(shown(fields, 'Ada Lovelace')).toEqual([['Title', 'title']]);
  expect(shown(fields)).toHaveLength(2);
});

it('tells the organizer by name and address, and keeps what more there is', () => {
  const address = { path: 'organizerCalendarAddress', value: 'mailto:ada@example.org' };
  const details = (value: { readonly [key: string]: readonly string[] }) => ({
    path: 'iCalendarParams/organizerCalendarAddress',
    value,
  });
  expect(shown([address])).toEqual([['Organizer', 'ada@example.org']]);
  expect(shown([address, details({ cn: ['Ada'] })])).toEqual([['Organizer', 'Ada, ada@example.org']]);
  expect(shown([address, details({ 'cn': ['Ada'], 'sent-by': ['mailto:b@example.org'] })])).toHaveLength(2);
});

it('calls the time of a series the first one', () => {
  const when = { path: 'when', value: { start: '2026-01-05T09:00:00' } };
  const rule = { path: 'recurrenceRule', value: { frequency: 'weekly' } };
  expect([shown([when]), shown([when, rule])].map(([first]) => first?.[0])).toEqual(['Time', 'First time']);
});

it('knows what somebody is beside the name', () => {
  const title = { path: 'titles/t', value: { name: 'Engineer', kind: 'title' } };
  const company = { path: 'organizations/o', value: { name: 'Example Works' } };
  expect([roleOf([company, title]), roleOf([company]), roleOf([])]).toEqual([
    'Engineer, Example Works',
    'Example Works',
    '',
  ]);
});

it('of two records it is told what only one of them says, whatever its key or label', () => {
  const one = [
    { path: 'name', value: { full: 'Grace Hopper' } },
    { path: 'emails/e1', value: { address: 'Grace@Example.org' } },
    { path: 'phones/p1', value: { number: '+1 555' } },
    { path: 'media/m', value: { kind: 'photo', data: { content: 'a', size: 5 } } },
  ];
  const other = [
    { path: 'name', value: { full: 'Grace M. Hopper' } },
    { path: 'emails/k9', value: { address: 'grace@example.org', contexts: { work: true } } },
    { path: 'media/m', value: { kind: 'photo', data: { content: 'b', size: 5 } } },
  ];
  expect([...saysAlone(one, other)]).toEqual(['name', 'phones/p1', 'media/m']);
  expect([...saysAlone(other, one)]).toEqual(['name', 'media/m']);
});
