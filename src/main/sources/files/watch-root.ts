import { watch } from 'chokidar';
import { OWN_DIRECTORY } from './path-guard.ts';

/**
 * Notices that a root goes away or comes back (a disk unplugged, a folder moved): its marker does. A watch on the directories inside
 * cannot tell, for they go on existing elsewhere. Only this one file is given to chokidar: it follows a path rather than an inode.
 */
export function watchRoot(root: string, onChange: () => void): () => Promise<void> {
  const watching = watch(`${root}/${OWN_DIRECTORY}/marker.json`, {
    ignoreInitial: true,
    followSymlinks: false,
    persistent: false,
  });
  watching.on('add', onChange).on('unlink', onChange);
  // What cannot be watched is looked at on the timer.
  watching.on('error', () => undefined);
  return () => watching.close();
}
