import { expect, it } from 'vitest';
import { addressCodec } from '../../../../src/main/sources/contacts/cells/addresses.ts';

const codec = addressCodec(['name', 'street2', 'locality', 'full']);

it('the whole of an address is data only where it says something else than its parts', () => {
  const components = [
    { kind: 'name', value: '1 Main St\nFloor 2' },
    { kind: 'locality', value: 'Springfield' },
  ];
  const read = (full: string) => codec.fromTexts(['1 Main St', 'Floor 2', 'Springfield', full]);
  for (const same of ['', '1 Main St\nFloor 2\nSpringfield', 'springfield, 1 MAIN st., floor 2'])
    expect(read(same), same).toEqual({ components });
  expect(read('1 Main St, behind the mill')).toEqual({ components, full: '1 Main St, behind the mill' });
});

it('lines of a street fill its cells, and the last takes what is left', () => {
  const now = ['', '', '', ''];
  const street = (value: string) => codec.toTexts({ components: [{ kind: 'name', value }] }, now)?.slice(0, 2);
  expect([street('a'), street('a\nb'), street('a\nb\nc')]).toEqual([
    ['a', ''],
    ['a', 'b'],
    ['a', 'b\nc'],
  ]);
});
