import { basename, dirname, isAbsolute, join } from 'node:path';
import { placeNewFile } from '../content/place-new-file.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { RecordKind } from '../record/field-rules.ts';
import { formatInside, formatNamed, recognizeFormat, type SourceFormat } from '../sources/formats.ts';
import { untoldFormat } from './untold-format.ts';

/** Where a source is, and what is there. */
export interface SourcePlace {
  /** A real path. */
  readonly path: string;
  readonly format: SourceFormat;
}
export interface AskedFormat {
  /** null: whatever is there. */
  readonly kind: RecordKind | null;
  readonly format: string | null;
}
export interface AskedPlace extends AskedFormat {
  /** Is it made where there is nothing? */
  readonly create: boolean;
}
interface World {
  readonly fs: FileSystem;
  realPath(path: string): { readonly path: string; readonly isFolder: boolean } | null;
  makeDirectory(path: string): void;
}

/** A path whose last part could be an e-mail address, or a host with its port. */
const LIKE_AN_ADDRESS = /[^/]@[^/]+\.[^/]+$|:\d+$/;

/**
 * Finds out what is at a location, and makes what is to be there where there is nothing and that is asked for. Fails with `bad-address`,
 * `no-such-path`, `overlaps-source` (inside or around one of `taken`, or our `own` data directory), `no-permission` where the system makes all there is,
 * `unknown-format`, `wrong-format`.
 */
export function findPlace(
  world: World,
  location: string,
  asked: AskedPlace,
  taken: readonly string[],
  own: string | null = null,
): SourcePlace {
  if (!isAbsolute(location))
    throw new LockstepError(
      'bad-address',
      `${location} is neither a whole path nor an address: ${
        /^(?:~|file:)/i.test(location)
          ? 'write the path from the top, as /home/ana/Documents.'
          : 'an address begins with https:// or webcal://.'
      }`,
      location,
    );
  const there = world.realPath(location);
  checkNotOfSystem(there?.path ?? location);
  if (there === null && world.fs.lstat(location) !== null)
    throw new LockstepError(
      'no-such-path',
      `${location} is a link, and what it leads to is not there: mend the link, or choose another place.`,
      location,
    );
  if (there === null && !asked.create)
    throw new LockstepError(
      'no-such-path',
      `There is nothing at ${location}. ${LIKE_AN_ADDRESS.test(location) ? 'If a server is meant, its address begins with https://. ' : ''}Make it first, or ask for it to be made (--create).`,
      location,
    );
  const format = formatOf(world.fs, there, location, asked);
  if (there === null && format.layout === 'address-book')
    throw new LockstepError(
      'no-such-path',
      `There is no address book at ${location}; Thunderbird makes one.`,
      location,
    );
  const wanted = isFolder(format);
  if (there !== null && there.isFolder !== wanted)
    throw new LockstepError(
      'wrong-format',
      format.layout === 'tree'
        ? `${location} is a single file. What is kept in step is a folder, or a file of contacts or a calendar (.vcf, .csv, .ldif, .ics).`
        : `${location} is a ${there.isFolder ? 'folder' : 'file'}: as ${format.name} it would be a ${wanted ? 'folder' : 'file'}.`,
      location,
    );
  // Before it is made: what is refused leaves no folder in another source.
  checkApart(there?.path ?? pathToBe(world, location), taken, own);
  const path = there?.path ?? make(world, location, format);
  checkApart(path, taken, own);
  return { path, format };
}

/** Fails with `overlaps-source` where a path is inside or around one of these or our `own` data directory, or an address is one of them. */
export function checkApart(path: string, taken: readonly string[], own: string | null = null): void {
  const overlaps = (each: string): boolean =>
    isAbsolute(path) ? contains(each, path) || contains(path, each) : each === path;
  const other = taken.find(overlaps);
  if (other !== undefined)
    throw overlapping(
      path,
      other === path ? 'is kept in step already.' : `is inside or around ${other}, which is kept in step already.`,
    );
  if (own !== null && overlaps(own))
    throw overlapping(
      path,
      `is ${own === path ? '' : `inside or around ${own}, `}Lockstep's own data directory: that is of this device alone. Choose another folder.`,
    );
}

const overlapping = (path: string, what: string): LockstepError =>
  new LockstepError('overlaps-source', `${path} ${what}`, path);

/** Where Linux shows what it knows and has, as files nobody wrote. */
const OF_SYSTEM = ['/proc', '/sys', '/dev'];
/** A disk in memory, on which people may well have a folder. */
const SHARED_MEMORY = '/dev/shm';

/** Fails with `no-permission` where the system makes all there is. */
function checkNotOfSystem(path: string): void {
  const at = OF_SYSTEM.find((each) => contains(each, path));
  if (at !== undefined && !contains(SHARED_MEMORY, path))
    throw new LockstepError(
      'no-permission',
      `${path} is not for your own files: what is in ${at} the system makes itself. Choose a folder of your own.`,
      path,
    );
}

/** The real path of what is yet to be made there. Fails with `no-such-path` where nothing can be. */
function pathToBe(world: World, location: string): string {
  const parent = dirname(location);
  if (parent === location) return location;
  const there = world.realPath(parent);
  if (there?.isFolder === false)
    throw new LockstepError('no-such-path', `${parent} is a file: nothing can be made in it.`, location);
  return join(there?.path ?? pathToBe(world, parent), basename(location));
}

/** Is a source of this format a folder, which bears the marker of whose it is? */
export const isFolder = ({ layout }: SourceFormat): boolean => layout === 'tree' || layout === 'folder-of-files';

function formatOf(
  fs: FileSystem,
  there: { readonly path: string; readonly isFolder: boolean } | null,
  location: string,
  { kind, format }: AskedFormat,
): SourceFormat {
  const found = format === null ? recognizeFormat(fs, there, location, kind) : formatNamed(format);
  if (found === null)
    throw new LockstepError(
      format === null ? 'unknown-format' : 'not-available',
      format === null
        ? untoldFormat(location, there && { ...there, size: fs.lstat(there.path)?.size ?? 0 }, kind)
        : `The format ${format} is not available in this version.`,
      location,
    );
  // Of one ending there are several forms, which a person may know better: another one it cannot be.
  const inside = format === null || isFolder(found) ? null : formatInside(fs, there);
  if (inside !== null && inside.ending !== found.ending)
    throw new LockstepError('wrong-format', `${location} is ${inside.name}, and not ${found.name}.`, location);
  if (kind === null || found.kind === kind) return found;
  throw new LockstepError(
    'wrong-format',
    `${location} is ${found.name}, which holds ${KIND_WORDS[found.kind]} and no ${KIND_WORDS[kind]}.`,
    location,
  );
}

/** What a collection of each kind holds. */
export const KIND_WORDS: { readonly [kind in RecordKind]: string } = {
  files: 'files',
  contacts: 'contacts',
  calendar: 'events',
};

function make(world: World, location: string, { layout, text }: SourceFormat): string {
  const made = (): string => {
    const real = world.realPath(location);
    if (real === null) throw new LockstepError('no-such-path', `${location} cannot be made.`, location);
    return real.path;
  };
  if (layout !== 'one-file' || text === null) {
    world.makeDirectory(location);
    return made();
  }
  const parent = location.slice(0, Math.max(1, location.lastIndexOf('/')));
  if (world.realPath(parent) === null) world.makeDirectory(parent);
  placeNewFile(world.fs, location, text().empty());
  return made();
}

/** What a collection is called whose first source is there. */
export function nameOfPlace({ path, format }: SourcePlace): string {
  const name = path.replace(/\/+$/, '').replace(/^.*\//s, '');
  if (format.layout === 'server' || format.layout === 'feed') return decoded(name) || path;
  return format.layout === 'one-file' || format.layout === 'address-book'
    ? name.replace(/\.[A-Za-z0-9]{1,6}$/, '')
    : name;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

const contains = (path: string, inner: string): boolean =>
  inner === path || inner.startsWith(path.endsWith('/') ? path : `${path}/`);
