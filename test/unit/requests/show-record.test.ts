import { expect, it } from 'vitest';
import { showRecord } from '../../../src/main/requests/show-record.ts';
import { contactRoom, jane } from './contact-room.ts';

const held = ({ sources }: ReturnType<typeof showRecord>) => sources.map(({ format, holds }) => [format, holds]);

it('a card is told with its fields and with what each place here holds of it', () => {
  const { replica, absent, say } = contactRoom();
  say('jane', jane(4));
  const shown = showRecord(replica, 'jane');
  expect(shown.title).toBe('Jane Doe');
  expect(shown.fields.find(({ path }) => path === 'emails/m3')?.value).toEqual({ address: 'jane3@example.org' });
  expect(held(shown)).toEqual([
    ['vcard', 'all'],
    ['csv-outlook', 'part'],
  ]);
  say('john', jane(1));
  expect(held(showRecord(replica, 'john'))).toEqual([
    ['vcard', 'all'],
    ['csv-outlook', 'all'],
  ]);
  absent.add('john');
  expect(held(showRecord(replica, 'john'))).toEqual([
    ['vcard', 'all'],
    ['csv-outlook', 'none'],
  ]);
});

it('the members of a group are told by name, where they are known', () => {
  const { replica, say } = contactRoom();
  say('jane', jane(1));
  say('a%2Fb', { name: { full: 'Al' } });
  say('choir', {
    'kind': 'group',
    'name': { full: 'Choir' },
    'members/jane': true,
    'members/a~1b': true,
    'members/gone': true,
  });
  const members = showRecord(replica, 'choir').fields.filter(({ path }) => path.startsWith('members/'));
  expect(Object.fromEntries(members.map(({ path, title }) => [path, title]))).toEqual({
    'members/jane': 'Jane Doe',
    'members/a~1b': 'Al',
    'members/gone': undefined,
  });
});

it('a place that says something else holds another version, and none where it only says less', () => {
  const { replica, leaveInTable, say } = contactRoom();
  say('jane', jane(4));
  leaveInTable('jane');
  say('jane', jane(4, { 'emails/m3': { address: 'other@example.org' } }));
  expect(held(showRecord(replica, 'jane'))).toEqual([
    ['vcard', 'all'],
    ['csv-outlook', 'part'],
  ]);
  say('jane', jane(4, { 'emails/m0': { address: 'first@example.org' } }));
  expect(held(showRecord(replica, 'jane'))).toEqual([
    ['vcard', 'all'],
    ['csv-outlook', 'other'],
  ]);
});

it('one that is deleted, and one nobody knows, is no such record', () => {
  const { replica, say } = contactRoom();
  say('jane', jane(1));
  say('jane', null);
  for (const id of ['jane', 'nobody'])
    expect(() => showRecord(replica, id)).toThrow(expect.objectContaining({ code: 'no-such-record' }));
});
