import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';

/** Where a path of this device lies below a folder: the way there with `/`, as ids of files have it. null: it is the folder, or not below it. */
export function pathBelow(folder: string, path: string): string | null {
  if (!isAbsolute(folder) || !isAbsolute(path)) return null;
  const way = relative(folder, path);
  if (way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) return null;
  return way.split(sep).join('/');
}

/** The path as the disk has it, where what it leads through is a link. The last name is left alone: it may be a link that is kept in step, or gone. */
export function throughLinks(
  world: { realPath(path: string): { readonly path: string } | null },
  path: string,
): string {
  const folder = isAbsolute(path) ? world.realPath(dirname(path)) : null;
  return folder === null ? path : join(folder.path, basename(path));
}
