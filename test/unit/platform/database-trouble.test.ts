import { describe, expect, it } from 'vitest';
import { databaseFaultText } from '../../../src/main/platform/database-trouble.ts';

const fault = (code: string, message: string) => Object.assign(new Error(message), { code });

describe('why the synchronizer ended', () => {
  it('is the full disk of its directory', () => {
    const text = databaseFaultText('/state', fault('SQLITE_FULL', 'database or disk is full'));
    expect(text).toContain('The disk of /state is full');
    expect(text).toContain('free some space');
  });

  it('is what else the system refused, in its own words', () => {
    const text = databaseFaultText('/state', fault('SQLITE_IOERR_WRITE', 'disk I/O error'));
    expect(text).toContain('/state cannot be read or written any more (disk I/O error)');
  });

  it.each([
    ['a damaged database', fault('SQLITE_CORRUPT', 'malformed')],
    ['a fault of the program', new TypeError('x is undefined')],
    ['the system, elsewhere', fault('ENOSPC', 'no space left on device')],
  ])('is told as a fault where it was %s', (_what, error) => {
    expect(databaseFaultText('/state', error)).toBeNull();
  });
});
