import type { Engine } from '../engine.ts';
import type { RestoreDisk } from '../history/restore-to.ts';

/** The disk, for what is written outside of all sources. */
export function outsideDisk(engine: Pick<Engine, 'world' | 'replicas'>): RestoreDisk {
  return diskBut(engine, () => true);
}

/** The disk, for a text that is written beside a person's files: in a folder of files that is kept in step it is one of them, in one of cards or events it would be read as more of those. */
export function besideTextsDisk(engine: Pick<Engine, 'world' | 'replicas'>): RestoreDisk {
  return diskBut(engine, (format) => format !== 'folder');
}

function diskBut(
  { world: { fs, realPath, dataDirectory }, replicas }: Pick<Engine, 'world' | 'replicas'>,
  isForbidden: (format: string) => boolean,
): RestoreDisk {
  const realDirectory = (path: string): string | null => {
    const real = realPath(path);
    return real?.isFolder === true ? real.path : null;
  };
  const sources = [...replicas.values()].flatMap(({ synchronizers }) =>
    [...synchronizers.values()].flatMap(({ source }) => (isForbidden(source.format) ? [source.location] : [])),
  );
  return { fs, realDirectory, forbidden: [...sources, dataDirectory] };
}
