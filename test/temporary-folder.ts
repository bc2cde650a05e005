import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Set up before all tests of a run (Vitest's and Playwright's `globalSetup`): whatever they, the processes they start and the browser make in the
 * folder for temporary files is made in one folder, which is gone when the run ends. The name is short: the address of a socket has room for a
 * hundred bytes.
 */
export default function makeTemporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
  // Some scenarios run a device as another user.
  chmodSync(folder, 0o1777);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
