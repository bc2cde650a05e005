import { readFileSync } from 'node:fs';

/** The version of this program: that of the package.json above it, two folders from the built code, three from this source. */
export const VERSION: string = readVersion(
  import.meta.url.endsWith('.ts') ? '../../../package.json' : '../../package.json',
);

function readVersion(path: string): string {
  const { version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string };
  return version;
}
