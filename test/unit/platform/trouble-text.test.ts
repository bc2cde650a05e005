import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LockstepError } from '../../../src/main/platform/trouble.ts';
import { troubleText } from '../../../src/main/platform/trouble-text.ts';

function textOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return troubleText(error);
  }
  throw new Error('nothing failed');
}
const failure = (code: string, message: string) => Object.assign(new Error(message), { code });

describe('why something could not be done', () => {
  it('is a sentence that says what helps, with the code of the system and none of its calls', () => {
    expect(troubleText(failure('EACCES', "EACCES: permission denied, open '/home/ana/x'"))).toBe(
      'Your user may not open or change it: allow that for it and for the folder it is in (EACCES).',
    );
    expect(textOf(() => readFileSync('/'))).toContain('(EISDIR)');
    expect(textOf(() => readdirSync('/nowhere/at/all'))).toMatch(/^It went away just then.*\(ENOENT\)\.$/);
  });
  it('is what the system says, where nobody knows more', () => {
    expect(troubleText(failure('EXDEV', "EXDEV: cross-device link not permitted, rename '/a' -> '/b'"))).toBe(
      'The system refused it (EXDEV: cross-device link not permitted).',
    );
  });
  it('is what the program says itself', () => {
    expect(troubleText(new LockstepError('disk-full', 'There is no room.', 'x'))).toBe('There is no room.');
    expect(troubleText(new Error('odd'))).toBe('odd');
  });
});
