import type { DirectoryName, FileStat, FileSystem, Glance } from '../../../platform/file-system.ts';
import { troubleText } from '../../../platform/trouble-text.ts';
import { hasRevision } from '../../files/revision.ts';
import type { DocumentListing, ListedDocument, UnreadDocument } from '../document-place.ts';
import { listed, troubleOf, unread } from './one-file.ts';
import type { PastTexts } from './past-texts.ts';
import { settleLeftOvers } from './replace-file.ts';

/** So many texts are remembered, a quarter of a KB each; a folder of more is listed anew each time. */
const MOST_KEPT = 20_000;
/** After so many doubts everything is looked at: what tells of changes may have lost some. */
const MOST_DOUBTS = 1000;

interface FoundText extends ListedDocument {
  /** Taken before its revision. */
  readonly glance: Glance;
}

export interface FolderListingOptions {
  readonly fs: FileSystem;
  readonly root: string;
  /** How names of texts end. */
  readonly ending: string;
  readonly past: PastTexts;
  isFresh(name: string, stat: FileStat): boolean;
}

/**
 * What lies in a folder of texts, and what was listed of it last: the same array where nothing changed since, else the same objects of what did
 * not. As far as it is told what happens in the folder (`doubt`) only that has to be looked at again.
 */
export class FolderListing {
  readonly #options: FolderListingOptions;
  #last: readonly FoundText[] = [];
  /** All that happened since is in doubt. */
  #isSure = false;
  readonly #doubted = new Set<string>();
  #doubts = 0;

  constructor(options: FolderListingOptions) {
    this.#options = options;
  }

  /** A text of this name may be another by now, or gone, or new; null: any may be. */
  doubt(name: string | null): void {
    if (!this.#isSure) return;
    if (name === null || ++this.#doubts > MOST_DOUBTS) this.#isSure = false;
    else this.#doubted.add(name);
  }

  /** Does what happens to a file of this name change the listing? Whatever else lies in the folder is nobody's business. */
  concerns(name: string): boolean {
    return this.#isText(name) || this.#options.past.isKept(name);
  }

  /** Of all that is called as a text is, whatever it is; in no order. */
  names(): readonly string[] {
    const { fs, root } = this.#options;
    return fs.readDirectory(root).flatMap((each) => this.#textName(each));
  }

  /** Looks at everything. */
  whole(): DocumentListing {
    const former = this.#last;
    this.#isSure = false;
    const documents: FoundText[] = [];
    const problems: UnreadDocument[] = [];
    let at = 0;
    for (const name of this.#names()) {
      while (at < former.length && (former[at] as FoundText).name < name) at++;
      const found = this.#look(name, former[at]);
      if (found === null) continue;
      if ('code' in found) problems.push(found);
      else documents.push(found);
    }
    const isSame = documents.length === former.length && documents.every((each, index) => each === former[index]);
    this.#last = documents.length > MOST_KEPT ? [] : isSame ? former : documents;
    this.#isSure = problems.length === 0 && documents.length <= MOST_KEPT;
    this.#settled();
    problems.push(...this.#kept());
    return { documents: isSame ? former : documents, problems };
  }

  /**
   * The same by looking at texts in doubt alone, and at those that were just being written. null: that is not all, for others may have come or gone,
   * or what was listed last was not all.
   */
  near(): DocumentListing | null {
    if (!this.#isSure) return null;
    const last = this.#last;
    const documents = last.slice();
    for (const at of this.#unsure()) {
      const before = last[at];
      const found = before === undefined ? null : this.#look(before.name, before);
      if (found === null || 'code' in found) return null;
      documents[at] = found;
    }
    if (documents.some((each, at) => each !== last[at])) this.#last = documents;
    this.#settled();
    return { documents: this.#last, problems: this.#kept() };
  }

  /** Places in the last listing that are to be looked at again; -1: of something that is not in it. */
  #unsure(): ReadonlySet<number> {
    const places = new Set<number>();
    for (const name of this.#doubted) places.add(placeIn(this.#last, name));
    this.#last.forEach(({ fresh }, at) => {
      if (fresh) places.add(at);
    });
    return places;
  }

  #settled(): void {
    this.#doubted.clear();
    this.#doubts = 0;
  }

  /** In order. What an interruption left is settled first. */
  #names(): readonly string[] {
    const { fs, root, past } = this.#options;
    const found = fs.readDirectory(root);
    const settled = settleLeftOvers(fs, root, found) ? fs.readDirectory(root) : found;
    const all = past.meet(root, settled, null) ? fs.readDirectory(root) : settled;
    return all.flatMap((each) => this.#textName(each)).sort();
  }
  #textName({ name }: DirectoryName): readonly string[] {
    return name !== null && this.#isText(name) ? [name] : [];
  }

  /** As it is now: `before` where that is just so. null: it is not there, or none of ours. */
  #look(name: string, before: FoundText | undefined): FoundText | UnreadDocument | null {
    const { fs, root, isFresh } = this.#options;
    const path = `${root}/${name}`;
    const former = before?.name === name ? before : undefined;
    try {
      const glance = fs.glance(path);
      // What rested and is unchanged still rests.
      if (former !== undefined && !former.fresh && glance !== null && isSameGlance(former.glance, glance))
        return former;
      const stat = glance === null ? null : fs.lstat(path);
      if (glance === null || stat === null || stat.type === 'directory') return null;
      if (stat.type !== 'file') return unread(name, 'special-file', `${path} is no file`);
      const fresh = isFresh(name, stat);
      if (former?.fresh === fresh && hasRevision(stat, former.revision)) return former;
      const { size, mode, ino, mtimeMs, ctimeMs } = glance;
      return { ...listed(name, stat, fresh), glance: { size, mode, ino, mtimeMs, ctimeMs } };
    } catch (error) {
      // It is there, whatever it is.
      return unread(name, troubleOf(error), troubleText(error));
    }
  }

  #kept(): readonly UnreadDocument[] {
    return this.#options.past.problems((name) => this.#hasEnding(name));
  }
  #isText(name: string): boolean {
    return !name.startsWith('.') && this.#hasEnding(name);
  }
  #hasEnding(name: string): boolean {
    return name.toLowerCase().endsWith(this.#options.ending);
  }
}

const isSameGlance = (a: Glance, b: Glance): boolean =>
  a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.size === b.size && a.ino === b.ino && a.mode === b.mode;

/** Where the text of this name is; -1: it is not there. */
function placeIn(documents: readonly FoundText[], name: string): number {
  let [from, to] = [0, documents.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((documents[middle] as FoundText).name < name) from = middle + 1;
    else to = middle;
  }
  return documents[from]?.name === name ? from : -1;
}
