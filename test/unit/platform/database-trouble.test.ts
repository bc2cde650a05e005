import { describe, expect, it } from 'vitest';
import { databaseFaultText, isNoRoom, isRefused, noRoomWords } from '../../../src/main/platform/database-trouble.ts';

const fault = (code: string, message: string) => Object.assign(new Error(message), { code });

describe('why the synchronizer ended', () => {
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

it.each([
  [fault('SQLITE_IOERR_WRITE', 'disk I/O error'), true],
  [fault('SQLITE_READONLY_DBMOVED', 'attempt to write a readonly database'), true],
  [new Error('not read', { cause: fault('SQLITE_CANTOPEN', 'unable to open database file') }), true],
  [fault('SQLITE_FULL', 'database or disk is full'), false],
  [fault('SQLITE_CORRUPT', 'malformed'), false],
  [fault('EROFS', 'read-only file system'), false],
])('%s: its disk refuses the database: %s', (error, is) => {
  expect(isRefused(error)).toBe(is);
});

describe('no room for the state', () => {
  it.each([
    ['of the database', fault('SQLITE_FULL', 'database or disk is full')],
    ['of a file beside it', Object.assign(fault('ENOSPC', 'no space'), { path: '/state/identity/places.json' })],
    ['of who has no more of the disk', Object.assign(fault('EDQUOT', 'quota'), { path: '/state/versions' })],
    ['as the cause of what is told', new Error('not written', { cause: fault('SQLITE_FULL', 'full') })],
  ])('is told %s', (_what, error) => {
    expect(isNoRoom(error, '/state')).toBe(true);
  });

  it.each([
    ['on another disk', Object.assign(fault('ENOSPC', 'no space'), { path: '/state-of-others/a' })],
    ['nobody knows where', fault('ENOSPC', 'no space')],
    ['but a fault', new TypeError('x is undefined')],
  ])('is not what there is %s', (_what, error) => {
    expect(isNoRoom(error, '/state')).toBe(false);
  });

  it('is told with the place, and with what ends it', () => {
    const { sentence, advice } = noRoomWords('/state');
    expect(sentence).toContain('The disk of /state is full');
    expect(advice).toContain('Free some space there');
  });
});
