import { expect, it } from 'vitest';
import { remembering } from '../../../../src/main/sources/text/remembering.ts';

it('makes of each text once what many have in common, as long as it has room', () => {
  const made: string[] = [];
  const upper = remembering(2, (text) => {
    made.push(text);
    return text === '' ? null : text.toUpperCase();
  });
  expect(['a', 'b', 'a', '', 'a', '', 'b'].map(upper)).toEqual(['A', 'B', 'A', null, 'A', null, 'B']);
  expect(made).toEqual(['a', 'b', '', 'a', 'b']);
});
it('does not keep long texts', () => {
  let count = 0;
  const size = remembering(9, (text) => ({ length: text.length, made: ++count }));
  const long = 'x'.repeat(1000);
  expect([size(long), size(long)]).toEqual([
    { length: 1000, made: 1 },
    { length: 1000, made: 2 },
  ]);
});
