import { expect, it } from 'vitest';
import { recordTitle } from '../../../src/main/past/value-view.ts';
import { recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';

const part = (kind: string, value: string): Value => ({ kind, value });

it.each<readonly [string, Value, string]>([
  ['its full name', { full: 'Ada L.', components: [part('given', 'Ada')] }, 'Ada L.'],
  [
    'the parts of its name, as of a table',
    { components: [part('surname', 'Lovelace'), part('given', 'Ada')] },
    'Ada Lovelace',
  ],
  ['its id where nothing is said', { components: [part('credential', 'PhD')] }, 'id'],
  ['its id where there is no name', null, 'id'],
])('a contact is called by %s', (_, name, title) => {
  expect(recordTitle('contacts', recordId('id'), (field) => (field === 'name' ? name : undefined))).toBe(title);
});
