import { expect, it } from 'vitest';
import { recordTitle } from '../../../src/main/past/record-title.ts';
import { fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';

const part = (kind: string, value: string): Value => ({ kind, value });

it.each<readonly [string, Value, string]>([
  ['its full name', { full: 'Ada L.', components: [part('given', 'Ada')] }, 'Ada L.'],
  [
    'the parts of its name, as of a table',
    { components: [part('surname', 'Lovelace'), part('given', 'Ada')] },
    'Ada Lovelace',
  ],
  ['its name in one line', { full: 'Town\n Hall\n' }, 'Town Hall'],
  ['its id where nothing is said', { components: [part('credential', 'PhD')] }, 'id'],
  ['its id where there is no name', null, 'id'],
])('a contact is called by %s', (_, name, title) => {
  expect(recordTitle('contacts', recordId('id'), new Map([[fieldName('name'), name]]))).toBe(title);
});

it.each<readonly [string, { readonly [field: string]: Value }]>([
  ['Town Hall', { 'emails/a': { address: 'hall@town.example' }, 'organizations/o': { name: 'Town Hall' } }],
  [
    'first@town.example',
    { 'emails/b': { address: 'second@town.example' }, 'emails/a': { address: 'first@town.example' } },
  ],
  ['+43 1 1', { 'emails/a': null, 'phones/p': { number: '+43 1 1' }, 'notes/n': { note: 'x' } }],
  ['id', { 'notes/n': { note: 'x' } }],
])('a contact without a name is called by what tells it: %s', (title, said) => {
  const fields = new Map(Object.entries(said).map(([field, value]) => [fieldName(field), value]));
  expect(recordTitle('contacts', recordId('id'), fields)).toBe(title);
});
