import { expect, it } from 'vitest';
import { fieldName } from '../../../../src/main/record/ids.ts';
import { namePart } from '../../../../src/main/sources/contacts/cells/names.ts';

const part = namePart({ parts: { surname: 'Last', given: 'First' } });
const named = (...components: readonly { readonly kind: string; readonly value: string }[]) => [
  { field: fieldName('name'), value: { components } },
];

it('a cell of a name that is blank stays as blank as it is, and one that says something is emptied', () => {
  const given = named({ kind: 'given', value: 'Ana' });
  expect(part.columns).toEqual(['Last', 'First']);
  expect(part.write(given, ['  ', '\u00a0'])).toEqual(['  ', 'Ana']);
  expect(part.write(given, ['Doe', 'Bo'])).toEqual(['', 'Ana']);
});
