import type { FileSystem } from '../platform/file-system.ts';

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EINVAL']);

/** Did a link fail because this disk, or this file, cannot have one? */
export function hasNoLinks(error: unknown): boolean {
  return NO_LINKS.has((error as { code?: string }).code ?? '');
}

/** Moves a made file to where nothing is, and never over something that just came there: then throws EEXIST. */
export function moveToFree(
  fs: Pick<FileSystem, 'link' | 'lstat' | 'rename' | 'unlink'>,
  from: string,
  to: string,
): void {
  try {
    fs.link(from, to);
  } catch (error) {
    if (!hasNoLinks(error)) throw error;
    if (fs.lstat(to) !== null) throw Object.assign(new Error(`EEXIST: ${to}`), { code: 'EEXIST' });
    fs.rename(from, to);
    return;
  }
  fs.unlink(from);
}
