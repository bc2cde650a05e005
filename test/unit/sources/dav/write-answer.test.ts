import { expect, it } from 'vitest';
import { reasonOf } from '../../../../src/main/sources/dav/write-answer.ts';

it.each([
  [400, null, 'not-taken'],
  [401, null, 'no-permission'],
  [403, null, 'no-permission'],
  [403, 'no-uid-conflict', 'not-taken'],
  [408, null, 'io'],
  [412, null, 'changed-underneath'],
  [412, 'valid-calendar-data', 'not-taken'],
  [415, null, 'not-taken'],
  [423, null, 'io'],
  [500, null, 'io'],
  [507, null, 'disk-full'],
])('a write that is answered with %i (%s) is a problem of the kind %s', (status, precondition, reason) => {
  expect(reasonOf({ status, precondition })).toBe(reason);
});
