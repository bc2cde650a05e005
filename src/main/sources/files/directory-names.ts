import type { DirectoryName } from '../../platform/file-system.ts';
import { compareTexts } from '../../record/compare-texts.ts';
import { recordId } from '../../record/ids.ts';
import type { ItemProblem } from '../source-adapter.ts';
import { collisionKey, isAscii, type NamePlatform, recordName } from './names.ts';
import { checkRecordPath, namesOwnDirectory, OWN_DIRECTORY } from './path-guard.ts';

/** An ASCII path shorter than this breaks no limit of length. */
const SHORT_PATH = 1_000;

export interface UsableName {
  /** The last component of the item's record id. */
  readonly name: string;
  readonly onDisk: string;
  readonly type: DirectoryName['type'];
}

export interface DirectoryNames {
  /** In the order of the names on disk. */
  readonly usable: readonly UsableName[];
  /** Those that a smaller one of the usable keeps from being held; each has added `problem`. */
  readonly colliding: readonly (UsableName & { readonly problem: ItemProblem })[];
}

/**
 * The names of a directory that can be record ids; each of the others adds a problem. Our own directory is left out in silence. Of names
 * that come to one id the smallest keeps it.
 */
export function usableNames(
  directory: string,
  entries: readonly DirectoryName[],
  platform: NamePlatform,
  folding: boolean,
  problems: ItemProblem[],
): DirectoryNames {
  const prefix = directory === '' ? '' : `${directory}/`;
  const usable: UsableName[] = [];
  let mayCollide = folding;
  for (const entry of inOrder(entries)) {
    const onDisk = entry.name;
    const name = onDisk === null ? null : recordName(onDisk, platform);
    if (onDisk === null || name === null) {
      problems.push(notUnicode(prefix, entry));
      continue;
    }
    if (directory === '' && onDisk === OWN_DIRECTORY) continue;
    const ascii = isAscii(onDisk);
    mayCollide ||= !ascii;
    const wrong = ascii && isPlain(directory, name) ? null : checkRecordPath(prefix + name);
    if (wrong === null) {
      usable.push({ name, onDisk, type: entry.type });
    } else {
      const code = wrong.includes('longer') ? 'path-too-long' : 'name-not-allowed';
      problems.push({ id: recordId(prefix + name), code, detail: wrong });
    }
  }
  return mayCollide ? withoutCollisions(prefix, usable, folding, problems) : { usable, colliding: [] };
}

/** Spares most names the full check. `name` is one that a directory gave, so it is neither empty nor a dot. */
function isPlain(directory: string, name: string): boolean {
  return (
    directory.length + name.length < SHORT_PATH && name.length < 256 && (directory !== '' || !namesOwnDirectory(name))
  );
}

function inOrder(entries: readonly DirectoryName[]): readonly DirectoryName[] {
  for (let at = 1; at < entries.length; at++) {
    if (compareEntries(entries[at - 1] as DirectoryName, entries[at] as DirectoryName) > 0) {
      return [...entries].sort(compareEntries);
    }
  }
  return entries;
}

function compareEntries(a: DirectoryName, b: DirectoryName): number {
  return compareTexts(a.name ?? '', b.name ?? '');
}

function notUnicode(prefix: string, entry: DirectoryName): ItemProblem {
  const shown = entry.name?.toWellFormed() ?? new TextDecoder().decode(entry.bytes);
  return {
    id: recordId(prefix + shown),
    code: 'name-not-unicode',
    detail: 'its name is not Unicode',
  };
}

function withoutCollisions(
  prefix: string,
  names: readonly UsableName[],
  folding: boolean,
  problems: ItemProblem[],
): DirectoryNames {
  const held = new Map<string, UsableName>();
  const colliding: DirectoryNames['colliding'][number][] = [];
  for (const name of names) {
    const key = collisionKey(name.name, folding);
    const first = held.get(key);
    if (first === undefined) {
      held.set(key, name);
      continue;
    }
    // Named as it is on disk: its id belongs to the other one.
    const detail = `its name is the same as that of ${first.onDisk} where case or Unicode form do not count; rename one of them`;
    const problem = { id: recordId(prefix + name.onDisk), code: 'names-collide', detail } as const;
    problems.push(problem);
    colliding.push({ ...name, problem });
  }
  return { usable: [...held.values()], colliding };
}
