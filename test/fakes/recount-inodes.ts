import type { Inode, Volume } from './inode.ts';

/**
 * Works out links, parents, bytes used and free numbers from the names below `root` alone, with no file open. Gives every inode found,
 * in the order of the walk.
 */
export function recountInodes(root: Inode): ReadonlySet<Inode> {
  const found = new Set<Inode>();
  const numbers = new Map<Volume, Set<number>>();
  const find = (inode: Inode): void => {
    const { volume } = inode;
    let taken = numbers.get(volume);
    if (taken === undefined) {
      taken = new Set();
      numbers.set(volume, taken);
      volume.used = 0;
    }
    taken.add(inode.number);
    found.add(inode);
    inode.opens = 0;
    inode.links = inode.type === 'directory' ? 2 : 0;
    volume.used += inode.content.allocated;
  };
  const visit = (directory: Inode): void => {
    find(directory);
    for (const { inode, name } of directory.entries.values()) {
      if (inode.type !== 'directory') {
        if (!found.has(inode)) find(inode);
        inode.links += 1;
        continue;
      }
      directory.links += 1;
      inode.parent = directory;
      inode.name = name;
      visit(inode);
      if (inode.mounted !== null) visit(inode.mounted);
    }
  };
  visit(root);
  for (const [volume, taken] of numbers) {
    volume.freeNumbers = [];
    for (let number = 2; number < volume.nextNumber; number++) if (!taken.has(number)) volume.freeNumbers.push(number);
  }
  return found;
}
