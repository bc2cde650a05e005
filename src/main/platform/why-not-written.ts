import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';

/** What may keep a program from writing. */
export type WhyNotWritten = 'full' | 'read-only' | 'no-right';

/** More than a database needs to be opened. */
const PROBE = new Uint8Array(128 * 1024);
const BY_CODE: { readonly [code: string]: WhyNotWritten } = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'no-right',
  EPERM: 'no-right',
};

/** What keeps this user from writing to a file, or beside it, found out by trying; null: nothing of that. */
export function whyNotWritten(file: string): WhyNotWritten | null {
  const probe = `${file}.probe-${process.pid}`;
  try {
    writeFileSync(probe, PROBE, { flag: 'wx', mode: 0o600, flush: true });
    if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
    return null;
  } catch (failure) {
    const { code = '' } = failure as NodeJS.ErrnoException;
    return Object.hasOwn(BY_CODE, code) ? (BY_CODE[code] ?? null) : null;
  } finally {
    try {
      rmSync(probe, { force: true });
    } catch {
      // Where nothing can be written nothing can be removed, and nothing was made.
    }
  }
}
