import { expect, it } from 'vitest';
import { recordId } from '../../../src/main/record/ids.ts';
import { problemViews } from '../../../src/main/requests/problem-views.ts';
import { contactRoom, jane } from './contact-room.ts';

it('a contact with a problem is called what people call it; what never became a contact by its name in the text', () => {
  const { replica, say } = contactRoom();
  say('jane', jane(1));
  const { problems } = replica.collection;
  problems.put(1, recordId('jane'), 'no-permission', 'it can only be read', 0);
  problems.put(1, recordId('Half a card'), 'malformed', 'its END is missing', 0);
  expect(problemViews(replica).map(({ record, title, source }) => [record, title, source])).toEqual([
    ['Half a card', undefined, '/book.vcf'],
    ['jane', 'Jane Doe', '/book.vcf'],
  ]);
});

it('a place that may only be read is one problem, with what waits for it; where that is one item, it is that one', () => {
  const { replica, say } = contactRoom();
  say('jane', jane(1));
  const { problems } = replica.collection;
  problems.put(1, recordId('jane'), 'not-writable', 'the account may only read it', 7000);
  expect(problemViews(replica)).toMatchObject([{ record: 'jane', detail: 'the account may only read it' }]);
  problems.put(1, recordId('gone'), 'not-writable', 'the account may only read it', 5000);
  problems.put(1, recordId('Half a card'), 'malformed', 'its END is missing', 0);
  expect(problemViews(replica)).toEqual([
    {
      collection: replica.id,
      source: '/book.vcf',
      record: '/book.vcf',
      code: 'not-writable',
      detail: 'It may only be read: 2 changes wait for it, and stay where they were made.',
      since: '1970-01-01T00:00:05.000Z',
      changes: [{ record: 'gone' }, { record: 'jane', title: 'Jane Doe' }],
    },
    expect.objectContaining({ record: 'Half a card', code: 'malformed' }),
  ]);
});
