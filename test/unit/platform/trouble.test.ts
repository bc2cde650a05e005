import { expect, it } from 'vitest';
import { faultText, LockstepError } from '../../../src/main/platform/trouble.ts';

it('a known failure is one line for the log, without where it came from; anything else says that', () => {
  expect(faultText(new LockstepError('not-reachable', 'x cannot be reached.', 'x', new Error('why')))).toBe(
    'x cannot be reached.',
  );
  expect(faultText(new TypeError('no function'))).toMatch(/^TypeError: no function\n +at /);
});
