import type { Engine } from '../engine.ts';
import { pathBelow, throughLinks } from '../locations/path-below.ts';
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
export function patternFromRoot({ synchronizers }: Replica, pattern: string): string {
  const [, not = '', path = ''] = /^(!?)(.*)$/s.exec(pattern) ?? [];
  for (const { source } of synchronizers.values()) {
    const id = pathBelow(source.location, path);
    if (id !== null) return `${not}/${id}${/[/\\]$/.test(path) ? '/' : ''}`;
  }
  return pattern;
}
