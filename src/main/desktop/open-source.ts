import { statSync } from 'node:fs';
import { shell } from 'electron';
import type { StatusView } from '../../contract/contract.ts';
import { LockstepError } from '../platform/trouble.ts';

/**
 * Shows where a source lies, in the system's file manager. The page names a source and never a path, so it can open nothing else. Fails with
 * `no-such-source`, `not-a-place` for a source on a server, or `no-such-path`.
 */
export async function openSource(status: StatusView, source: string): Promise<Record<string, never>> {
  const found = status.collections.flatMap((one) => one.sources).find((one) => one.id === source);
  if (found === undefined) throw new LockstepError('no-such-source', 'This device has no such source.', source);
  const { location } = found;
  if (/^[a-z]+:\/\//i.test(location)) {
    throw new LockstepError('not-a-place', `${location} is on a server and has no folder here.`, location);
  }
  const stat = statSync(location, { throwIfNoEntry: false });
  if (stat === undefined) throw new LockstepError('no-such-path', `${location} is not there.`, location);
  if (!stat.isDirectory()) shell.showItemInFolder(location);
  else {
    const trouble = await shell.openPath(location);
    if (trouble !== '') throw new LockstepError('cannot-open', trouble, location);
  }
  return {};
}
