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
