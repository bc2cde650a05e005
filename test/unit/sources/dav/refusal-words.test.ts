import { expect, it } from 'vitest';
import { refusalWords } from '../../../../src/main/sources/dav/refusal-words.ts';

it.each([
  [404, 'Not Found', /^answers 404 Not Found: look at how the address is spelled/],
  [500, '', /^answers 500: the server itself failed.*tell whoever runs it\.$/],
  [403, 'Forbidden', /user name and the password/],
  [400, 'Bad Request', /ask whoever runs the server/],
])('%s %s comes with what to do', (status, statusText, words) =>
  expect(refusalWords({ status, statusText })).toMatch(words),
);
