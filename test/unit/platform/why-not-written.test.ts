import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyNotWritten } from '../../../src/main/platform/why-not-written.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-written-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

const isRoot = process.getuid?.() === 0;

describe('what keeps from writing to a file', () => {
  it('is nothing where it can be written, and finding that out leaves nothing behind', () => {
    expect([whyNotWritten(join(folder, 'new')), readdirSync(folder)]).toEqual([null, []]);
  });

  it('is nothing that is known of where there is no such place', () => {
    expect(whyNotWritten(join(folder, 'none', 'new'))).toBeNull();
  });

  // Root may do everything.
  const excuse = isRoot ? ' (skipped: root may write everywhere)' : '';
  it.skipIf(isRoot)(`is that the user may not: write to its folder, or to itself${excuse}`, () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'x', { mode: 0o400 });
    expect(whyNotWritten(file)).toBe('no-right');
    chmodSync(file, 0o600);
    chmodSync(folder, 0o500);
    expect(whyNotWritten(file)).toBe('no-right');
  });

  it.skipIf(process.platform !== 'linux')('is that a disk can only be read', () => {
    expect(whyNotWritten('/proc/new')).not.toBe('full');
    expect(whyNotWritten('/sys/new')).toMatch(/^(read-only|no-right)$/);
  });
});
