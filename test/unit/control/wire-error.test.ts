import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { wireError } from '../../../src/main/control/wire-error.ts';
import { LockstepError } from '../../../src/main/platform/trouble.ts';

function failureOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

describe('a failure at a boundary', () => {
  const log: string[] = [];
  const told = (failure: unknown) => wireError(failure, 'export', (line) => log.push(line));

  it('is what the program said, or what the system refused and where', () => {
    expect(told(new LockstepError('no-such-thing', 'There is none.', 'x'))).toMatchObject({ code: 'no-such-thing' });
    expect(told(failureOf(() => readFileSync('/nowhere/at/all')))).toMatchObject({
      code: 'no-such-path',
      subject: '/nowhere/at/all',
    });
    const ofThread = new LockstepError('EACCES', 'permission denied', '');
    expect(told(ofThread)).toEqual({
      code: 'no-permission',
      message: 'Your user may not do that there: permission denied',
      subject: '',
    });
    const withPlace = new LockstepError(
      'ENOENT',
      "ENOENT: no such file or directory, mkdir '/proc/it's/.lockstep'",
      '',
    );
    expect(told(withPlace)).toEqual({
      code: 'no-such-path',
      message: "There is no such place: /proc/it's/.lockstep",
      subject: "/proc/it's/.lockstep",
    });
    const moved = new LockstepError('EACCES', "EACCES: permission denied, rename '/a's/b' -> '/c/d'", '');
    expect(told(moved)).toMatchObject({ message: "Your user may not do that there: /a's/b", subject: "/a's/b" });
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    expect(told(full)).toMatchObject({ code: 'disk-full' });
    const refused = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' });
    expect(told(refused)).toMatchObject({
      code: 'database-not-opened',
      message: expect.stringMatching(/disk I\/O error/),
    });
    expect(log).toEqual([]);
  });

  it('names the file that was to be, and not the one that stood for it until it was whole', () => {
    const beside = "EACCES: permission denied, open '/out/.people.vcf.lockstep-new'";
    const failure = Object.assign(new Error(beside), { code: 'EACCES', path: '/out/people.vcf' });
    expect(told(failure)).toEqual({
      code: 'no-permission',
      message: 'Your user may not do that there: /out/people.vcf',
      subject: '/out/people.vcf',
    });
  });

  it('is a fault otherwise, and whole in the log', () => {
    for (const failure of [new TypeError('odd'), 'text', undefined, null])
      expect(told(failure)).toMatchObject({ code: 'internal', subject: 'export' });
    expect(log).toHaveLength(4);
  });
});
