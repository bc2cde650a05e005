import type { FileSystem } from '../../platform/file-system.ts';
import { troubleText } from '../../platform/trouble-text.ts';
import { compareTexts } from '../../record/compare-texts.ts';
import { type RecordId, recordId } from '../../record/ids.ts';
import type { ProblemCode } from '../source-adapter.ts';
import { collisionKey, diskName, isAscii, type NamePlatform, recordName } from './names.ts';

/** The one directory of ours in a root (DESIGN 4). */
export const OWN_DIRECTORY = '.lockstep';

const COMPONENT_BYTES = 255;
const PATH_BYTES = 4096;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
/** The short name Windows may give our directory. */
const SHORT_NAME = /^lockst~\d/;

/** Why a record of that id has no place in any folder, or null where it has. Pure, the same on every device. */
export function checkRecordPath(id: string): string | null {
  if (isPlainPath(id)) return null;
  if (id === '') return 'the path is empty';
  if (!id.isWellFormed()) return 'the path is not Unicode';
  if (id.includes('\0')) return 'the path holds a NUL';
  if (!isAscii(id) && id.normalize('NFC') !== id) return 'the path is not in Unicode form NFC';
  if (byteLength(id) > PATH_BYTES) return `the path is longer than ${PATH_BYTES} bytes`;
  const components = id.split('/');
  for (const component of components) {
    if (component === '') return id.startsWith('/') ? 'the path is absolute' : 'the path has an empty component';
    if (component === '.' || component === '..') return `the path has the component ${component}`;
    if (byteLength(component) > COMPONENT_BYTES)
      return `a component of the path is longer than ${COMPONENT_BYTES} bytes`;
  }
  if (namesOwnDirectory(components[0] as string)) return `the path reaches into ${OWN_DIRECTORY}`;
  return null;
}

const [NUL, DOT, SLASH, LARGE_L, SMALL_L] = [0x00, 0x2e, 0x2f, 0x4c, 0x6c] as const;

/** Spares most paths the full check: ASCII, short, no component begins with a dot, and the first is nothing like our own directory. */
function isPlainPath(id: string): boolean {
  const first = id.charCodeAt(0);
  if (id.length > COMPONENT_BYTES || first === SMALL_L || first === LARGE_L) return false;
  let isBegun = false;
  for (let at = 0; at < id.length; at++) {
    const unit = id.charCodeAt(at);
    if (unit === NUL || unit > 0x7f || (!isBegun && (unit === SLASH || unit === DOT))) return false;
    isBegun = unit !== SLASH;
  }
  return isBegun;
}

/** Could some file system take this name for our own directory: by case, form, ignorable code points, a trailing dot, its short name? */
export function namesOwnDirectory(component: string): boolean {
  const folded = isAscii(component) ? component.toLowerCase() : foldWidely(component);
  if (!folded.startsWith('.lock') && !folded.startsWith('lockst')) return false;
  return folded.replace(/[. ]+$/, '') === OWN_DIRECTORY || SHORT_NAME.test(folded);
}

function foldWidely(component: string): string {
  return component.replace(IGNORABLE, '').normalize('NFKC').toLowerCase().normalize('NFKC').replace(IGNORABLE, '');
}

function byteLength(text: string): number {
  return isAscii(text) ? text.length : Buffer.byteLength(text);
}

/** The directory a path lies in, as a record id; '' for the root. */
export function parentOf(id: string): string {
  const slash = id.lastIndexOf('/');
  return slash < 0 ? '' : id.slice(0, slash);
}

function lastComponent(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

/** Where an item is or would be. */
export type Place =
  /** Every parent is a real directory. */
  | { readonly is: 'there'; readonly path: string }
  /** These parents must be made first, outermost first; those above them are real directories. */
  | { readonly is: 'parent-missing'; readonly path: string; readonly make: readonly { id: RecordId; path: string }[] }
  | { readonly is: 'refused'; readonly code: ProblemCode; readonly detail: string };

interface RefusedPlace {
  readonly is: 'refused';
  readonly code: ProblemCode;
  readonly detail: string;
}
interface RealNames {
  /** Names on disk by record name. */
  readonly onDisk: ReadonlyMap<string, string>;
  /** Record names that are there in two Unicode forms. */
  readonly twice: ReadonlySet<string>;
}
interface Parent {
  readonly is: 'parent';
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
  /** Read when a name that is not ASCII is asked for. */
  names: RealNames | null;
  /** On a disk that does not tell case apart: it and all above it are called just so. Elsewhere always true. */
  readonly exact: boolean;
  /** Every name in it as it is on disk, read when it is asked for. */
  onDisk: ReadonlySet<string> | null;
}

/**
 * Finds places on disk and vouches for the way to them: every parent of a path is an lstat'ed real directory below the root (not a
 * link) on the root's file system (but see `mayCross`). What was checked is kept until `forget`: make a new guard, or forget, for every batch.
 */
export class ParentGuard {
  readonly #fs: FileSystem;
  readonly #platform: NamePlatform;
  readonly #root: string;
  readonly #folding: boolean;
  readonly #mayCross: (id: string) => boolean;
  readonly #parents = new Map<string, Parent>();

  /**
   * `root`: a real path. `folding`: the disk does not tell names apart by case. `mayCross`: may the way lead onto the other disk
   * mounted at this directory? For writing it never may: what is written is staged on the root's disk.
   */
  constructor(
    fs: FileSystem,
    root: string,
    platform: NamePlatform,
    folding = false,
    mayCross: (id: string) => boolean = () => false,
  ) {
    this.#mayCross = mayCross;
    this.#fs = fs;
    this.#root = root;
    this.#platform = platform;
    this.#folding = folding;
  }

  /** The place of an item. Trouble of the disk itself is refused with what the system said; never throws. */
  place(id: string): Place {
    const wrong = checkRecordPath(id);
    if (wrong !== null) return { is: 'refused', code: 'name-not-allowed', detail: wrong };
    return this.#place(id);
  }

  /** The path of a directory of the source ('' is the root) that must be there; null where it is not, or is only in another case. */
  directory(id: string): { readonly is: 'there'; readonly path: string; readonly inode: bigint } | RefusedPlace | null {
    try {
      const parent = this.#parent(id);
      if (parent === null || parent.is === 'refused') return parent;
      return parent.exact ? { is: 'there', path: parent.path, inode: parent.inode } : null;
    } catch (error) {
      return refusalOf(error);
    }
  }

  /**
   * Is what is found at the place of an item called just so? On a disk that does not tell case apart it may be another item, or lie in another
   * directory, of which only the case is another.
   */
  isNamedSo(id: string): boolean {
    if (!this.#folding) return true;
    const parent = this.#parent(parentOf(id));
    return parent?.is === 'parent' && parent.exact && this.#isOnDisk(parent, this.#nameIn(parent, lastComponent(id)));
  }

  /** Are those parents of an item that are there called just so? */
  areParentsNamedSo(id: string): boolean {
    if (!this.#folding) return true;
    for (let at = parentOf(id); ; at = parentOf(at)) {
      const parent = this.#parent(at);
      if (parent !== null) return parent.is === 'parent' && parent.exact;
      if (at === '') return true;
    }
  }

  #isOnDisk(parent: Parent, name: string): boolean {
    parent.onDisk ??= new Set(this.#fs.readDirectory(parent.path).flatMap((each) => each.name ?? []));
    return parent.onDisk.has(name);
  }

  /** Forgets one directory and what lies below it, or everything. */
  forget(id?: string): void {
    if (id === undefined || id === '') {
      this.#parents.clear();
      return;
    }
    for (const known of this.#parents.keys())
      if (known === id || known.startsWith(`${id}/`)) this.#parents.delete(known);
  }

  #place(id: string): Place {
    try {
      const parent = this.#parent(parentOf(id));
      if (parent === null) return this.#placeBelowMissing(id);
      if (parent.is === 'refused') return parent;
      return { is: 'there', path: `${parent.path}/${this.#nameIn(parent, lastComponent(id))}` };
    } catch (error) {
      return refusalOf(error);
    }
  }

  #placeBelowMissing(id: string): Place {
    let above = this.#parent('');
    if (above === null) return { is: 'refused', code: 'io', detail: `${this.#root} is not there` };
    if (above.is === 'refused') return above;
    let path = above.path;
    let prefix = '';
    const make: { id: RecordId; path: string }[] = [];
    for (const name of parentOf(id).split('/')) {
      prefix = prefix === '' ? name : `${prefix}/${name}`;
      const next: Parent | RefusedPlace | null = make.length === 0 ? this.#parent(prefix) : null;
      if (next?.is === 'refused') return next;
      if (next === null) {
        path = `${path}/${make.length === 0 ? this.#nameIn(above, name) : diskName(name, this.#platform)}`;
        make.push({ id: recordId(prefix), path });
      } else {
        above = next;
        path = next.path;
      }
    }
    return { is: 'parent-missing', path: `${path}/${diskName(lastComponent(id), this.#platform)}`, make };
  }

  #rootParent(): Parent | RefusedPlace | null {
    const known = this.#parents.get('');
    if (known !== undefined) return known;
    const stat = this.#fs.lstat(this.#root);
    if (stat === null) return null;
    if (stat.type !== 'directory')
      return { is: 'refused', code: 'parent-is-file', detail: `${this.#root} is not a directory` };
    const { device, inode } = stat;
    const parent: Parent = { is: 'parent', path: this.#root, device, inode, names: null, exact: true, onDisk: null };
    this.#parents.set('', parent);
    return parent;
  }

  /** null: not there. */
  #parent(id: string): Parent | RefusedPlace | null {
    if (id === '') return this.#rootParent();
    const known = this.#parents.get(id);
    if (known !== undefined) return known;
    const above = this.#parent(parentOf(id));
    if (above === null || above.is === 'refused') return above;
    const name = this.#nameIn(above, lastComponent(id));
    const path = `${above.path}/${name}`;
    const stat = this.#fs.lstat(path);
    if (stat === null) return null;
    if (stat.type !== 'directory') {
      const what = stat.type === 'symlink' ? 'a link' : 'no directory';
      return { is: 'refused', code: 'parent-is-file', detail: `${id} is ${what}` };
    }
    if (stat.device !== above.device && !this.#mayCross(id)) {
      return { is: 'refused', code: 'io', detail: `another disk is mounted at ${id}` };
    }
    if (above.names?.twice.has(lastComponent(id))) {
      return {
        is: 'refused',
        code: 'names-collide',
        detail: `${id} is there in two Unicode forms; rename one of them`,
      };
    }
    const exact = !this.#folding || (above.exact && this.#isOnDisk(above, name));
    const { device, inode } = stat;
    const parent: Parent = { is: 'parent', path, device, inode, names: null, exact, onDisk: null };
    this.#parents.set(id, parent);
    return parent;
  }

  /** An ASCII name is on disk as it is; another may be there in another Unicode form, so the directory itself is asked. */
  #nameIn(parent: Parent, name: string): string {
    if (isAscii(name)) return diskName(name, this.#platform);
    parent.names ??= this.#namesOf(parent.path);
    return parent.names.onDisk.get(name) ?? diskName(name, this.#platform);
  }

  #namesOf(path: string): RealNames {
    const held = new Map<string, { name: string; record: string }>();
    const twice = new Set<string>();
    for (const { name } of this.#fs.readDirectory(path)) {
      const record = name === null ? null : recordName(name, this.#platform);
      if (name === null || record === null) continue;
      const key = collisionKey(record, this.#folding);
      const other = held.get(key);
      if (other?.record === record) twice.add(record);
      if (other === undefined || compareTexts(name, other.name) < 0) held.set(key, { name, record });
    }
    return { onDisk: new Map([...held.values()].map(({ name, record }) => [record, name])), twice };
  }
}

function refusalOf(error: unknown): RefusedPlace {
  return { is: 'refused', code: problemCode(error), detail: troubleText(error) };
}

/** What the trouble of one call means for the item it was about. */
export function problemCode(error: unknown): ProblemCode {
  switch ((error as { code?: string }).code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'no-permission';
    case 'ENOSPC':
    case 'EDQUOT':
    case 'disk-full':
      return 'disk-full';
    case 'ENAMETOOLONG':
      return 'path-too-long';
    case 'EILSEQ':
    case 'EINVAL':
      return 'name-not-allowed';
    default:
      return 'io';
  }
}
