import type { KeepUnsynced, Moment } from './file-content.ts';
import type { Entry, Inode, Volume } from './inode.ts';
import { recountInodes } from './recount-inodes.ts';

/** How to take back one step of names or attributes. */
export type Undo =
  | {
      readonly is: 'entry';
      readonly directory: Inode;
      readonly key: string;
      readonly before: Entry | null;
      readonly modifiedNs: bigint;
      readonly changedNs: bigint;
    }
  | { readonly is: 'mode'; readonly inode: Inode; readonly before: number }
  | { readonly is: 'modified'; readonly inode: Inode; readonly before: bigint; readonly set: bigint };

/** One operation on names or attributes that is not durable yet. It survives a power loss whole or not at all. */
export interface JournalRecord {
  readonly at: number;
  readonly undo: readonly Undo[];
}
export interface DiskState {
  readonly root: Volume;
  /** In the order of what was done. */
  readonly journal: readonly JournalRecord[];
}

/**
 * Leaves what a power loss leaves: of the journal everything up to some point, of each file's bytes what was synced and some of the
 * rest. Afterwards all of it is durable.
 */
export function keepDurable(disk: DiskState, keep: KeepUnsynced, moment: Moment): void {
  const whole = disk.journal.length;
  const sure = disk.journal.findLastIndex((record) => moment.now - record.at >= moment.flushAfter) + 1;
  const survive = keep === 'all' ? whole : keep === 'none' ? sure : keep.between(sure, whole);
  for (const record of disk.journal.slice(survive).reverse())
    for (const undo of [...record.undo].reverse()) takeBack(undo);
  for (const inode of recountInodes(disk.root.root)) {
    const modifiedNs = inode.content.losePower(keep, moment);
    if (modifiedNs !== null) inode.modifiedNs = modifiedNs;
  }
  recountInodes(disk.root.root);
}

function takeBack(undo: Undo): void {
  switch (undo.is) {
    case 'entry':
      if (undo.before === null) undo.directory.entries.delete(undo.key);
      else undo.directory.entries.set(undo.key, undo.before);
      undo.directory.modifiedNs = undo.modifiedNs;
      undo.directory.changedNs = undo.changedNs;
      return;
    case 'mode':
      undo.inode.mode = undo.before;
      return;
    case 'modified':
      // A write since then has stamped it anew. Going back past that stamp would hide bytes that survived.
      if (undo.inode.modifiedNs === undo.set) undo.inode.modifiedNs = undo.before;
  }
}
