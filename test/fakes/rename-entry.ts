import { DiskError } from './disk-error.ts';
import { type Inode, storedName } from './inode.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { Permission } from './permission.ts';
import { isSpecial, lookUpLast, type ParentPlace, type Walk } from './walk-path.ts';

/** rename(2), with its checks in the order of the Linux kernel, which decides the error where several would fit. */
export function renameEntry(
  disk: MemoryDisk,
  permission: Permission,
  walk: Walk,
  fromParent: ParentPlace,
  toParent: ParentPlace,
): void {
  if (fromParent.directory.volume !== toParent.directory.volume) throw new DiskError('EXDEV');
  if (isSpecial(fromParent.last) || isSpecial(toParent.last)) throw new DiskError('EBUSY');
  const from = lookUpLast(walk, fromParent);
  const moved = from.inode;
  if (moved === null) throw new DiskError('ENOENT');
  const to = lookUpLast(walk, toParent);
  if (moved.type !== 'directory' && (from.trailing || to.trailing)) throw new DiskError('ENOTDIR');
  if (isAbove(moved, to.parent)) throw new DiskError('EINVAL');
  if (to.inode !== null && isAbove(to.inode, from.parent)) throw new DiskError('ENOTEMPTY');
  const name = storedName(to.name, to.parent.volume.names);
  const respelled = from.parent === to.parent && from.key === to.key;
  // Two names of one inode: POSIX says that nothing happens, not even to the first. A new spelling of one name is a change.
  if (to.inode === moved && !(respelled && from.parent.entries.get(from.key)?.name !== name)) return;
  permission.demand(from.parent, 'write');
  if (to.inode === null) permission.demandNew(to);
  else if (!respelled) demandReplaceable(permission, moved, to.inode, to.parent);
  if (moved.type === 'directory' && from.parent !== to.parent) permission.demand(moved, 'write');
  if (moved.covers !== null || (to.inode?.covers ?? null) !== null) throw new DiskError('EBUSY');
  if (!respelled && to.inode?.type === 'directory' && to.inode.entries.size > 0) throw new DiskError('ENOTEMPTY');
  // Held, so that it is not freed between its two names.
  moved.opens += 1;
  disk.record((undo) => {
    if (!respelled) disk.setEntry(undo, from.parent, from.key, null);
    disk.setEntry(undo, to.parent, to.key, { name, raw: null, inode: moved });
  });
  moved.opens -= 1;
}

function demandReplaceable(permission: Permission, moved: Inode, replaced: Inode, parent: Inode): void {
  permission.demand(parent, 'write');
  if (moved.type === 'directory' && replaced.type !== 'directory') throw new DiskError('ENOTDIR');
  if (moved.type !== 'directory' && replaced.type === 'directory') throw new DiskError('EISDIR');
}

/** Is `directory` at or below `inode`, within one volume? */
function isAbove(inode: Inode, directory: Inode): boolean {
  for (let at = directory; ; at = at.parent) {
    if (at === inode) return true;
    if (at.parent === at) return false;
  }
}
