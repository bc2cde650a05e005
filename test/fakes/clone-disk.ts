import type { DiskState, JournalRecord, Undo } from './disk-journal.ts';
import type { Inode, Volume } from './inode.ts';

/** A disk of its own with the same content; the bytes are shared until one side writes them. Open files are not taken over. */
export function cloneDisk(disk: DiskState): DiskState {
  const cloner = new Cloner();
  const root = cloner.volume(disk.root);
  return { root, journal: disk.journal.map((record) => cloner.record(record)) };
}

class Cloner {
  readonly #volumes = new Map<Volume, Volume>();
  readonly #inodes = new Map<Inode, Inode>();

  volume(original: Volume): Volume {
    const known = this.#volumes.get(original);
    if (known !== undefined) return known;
    const clone = { ...original, freeNumbers: [...original.freeNumbers], root: null as unknown as Inode };
    this.#volumes.set(original, clone);
    clone.root = this.inode(original.root);
    return clone;
  }

  inode(original: Inode): Inode {
    const known = this.#inodes.get(original);
    if (known !== undefined) return known;
    const clone: Inode = { ...original, opens: 0, content: original.content.copy(), entries: new Map() };
    // Known before what hangs on it is cloned: parents and mounts lead back here.
    this.#inodes.set(original, clone);
    (clone as { volume: Volume }).volume = this.volume(original.volume);
    clone.parent = this.inode(original.parent);
    if (original.mounted !== null) clone.mounted = this.inode(original.mounted);
    if (original.covers !== null) clone.covers = this.inode(original.covers);
    for (const [key, entry] of original.entries) clone.entries.set(key, { ...entry, inode: this.inode(entry.inode) });
    return clone;
  }

  record(original: JournalRecord): JournalRecord {
    return { at: original.at, undo: original.undo.map((undo) => this.#undo(undo)) };
  }

  #undo(undo: Undo): Undo {
    if (undo.is !== 'entry') return { ...undo, inode: this.inode(undo.inode) };
    const before = undo.before === null ? null : { ...undo.before, inode: this.inode(undo.before.inode) };
    return { ...undo, directory: this.inode(undo.directory), before };
  }
}
