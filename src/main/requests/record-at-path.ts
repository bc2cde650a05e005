import type { Engine } from '../engine.ts';
import { pathBelow, throughLinks } from '../locations/path-below.ts';
import { recordId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';

/** The record a RECORD argument means where it is the whole path of a file in one of these sources; else the text as it is. */
export function recordAtPath(
  world: Pick<Engine['world'], 'realPath'>,
  replica: Replica | undefined,
  text: string,
): string {
  return (replica === undefined ? null : idAtPath(world, replica, text)) ?? text;
}

/** What lies there in a source of the collection, with `/`; null: nothing of it does. */
function idAtPath(world: Pick<Engine['world'], 'realPath'>, { collection, synchronizers }: Replica, text: string) {
  if (collection.kind !== 'files') return null;
  for (const path of new Set([text, throughLinks(world, text)]))
    for (const { source } of synchronizers.values()) {
      const id = pathBelow(source.location, path);
      if (id !== null) return id;
    }
  return null;
}

/** A pattern that is the whole path of what lies in a source, as one from the root of that; else as it is. */
export function patternFromRoot(
  world: Pick<Engine['world'], 'realPath'>,
  { synchronizers }: Replica,
  pattern: string,
): string {
  const [not, path] = splitPattern(pattern);
  for (const each of new Set([path, throughLinks(world, path)]))
    for (const { source } of synchronizers.values()) {
      const id = pathBelow(source.location, each);
      if (id !== null) return `${not}/${id}${/[/\\]$/.test(path) ? '/' : ''}`;
    }
  return pattern;
}

/**
 * Is a pattern, which begins at the root of a source, the whole path of what is on this device somewhere else? What it begins with is there, two
 * names deep, and the collection never had anything of the first.
 */
export function isPathElsewhere(
  world: Pick<Engine['world'], 'realPath'>,
  { collection }: Replica,
  pattern: string,
): boolean {
  const [, path] = splitPattern(pattern);
  const [root, first = '', second = ''] = path.split('/');
  if (root !== '' || second === '' || /[*?[\\]/.test(first + second)) return false;
  const id = recordId(first);
  const isKnown = collection.records.find(id) !== null || collection.records.hasDirectory(first);
  return !isKnown && world.realPath(`/${first}/${second}`) !== null;
}

/** Whether it takes back, and what it matches. */
const splitPattern = (pattern: string): readonly [not: string, path: string] =>
  pattern.startsWith('!') ? ['!', pattern.slice(1)] : ['', pattern];
