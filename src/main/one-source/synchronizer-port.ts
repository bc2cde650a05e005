import type { WrittenPackage } from '../collection.ts';
import type { Ticket } from '../construct/pending.ts';
import type { AskPeers } from '../content-exchange/ask-peers.ts';
import type { BatchSizes } from '../platform/batch-sizes.ts';
import type { Dot, RecordId } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import type { SafetyLimits } from '../safety.ts';
import type { Revision } from '../sources/source-adapter.ts';
import type { StoredSource } from '../store/registry-store.ts';

/** What a synchronizer needs of the collection it belongs to and of the world. */
export interface SynchronizerPort {
  readonly batches: BatchSizes;
  ask: AskPeers;
  peersEpoch(): number;
  /** What these changes wrote nobody who was asked just now has: may it come all the same? */
  mayCome(dots: readonly Dot[]): boolean;
  /** Packages were committed: other sources and peers get them. */
  written(packages: readonly WrittenPackage[]): void;
  /** Records reached this source, or were named as problems. */
  done(tickets: readonly Ticket[]): void;
  /** These items are being written, or somebody wrote them just now: what a power loss leaves of them is no edit. Inside a transaction. */
  writing(rows: readonly number[]): void;
  /** What stands there may be torn and is neither an edit nor a deletion until that is known. */
  heldBack(id: RecordId, revision?: Revision): boolean;
  /** What its rules leave out is let go of, but for what is held back afterwards. `isThere`: what only its files have can be kept now. */
  leavesOut(isThere?: boolean): Promise<void>;
  /** Files of this device are all there is of one of these values of a record's entry, even after that. */
  isOnlyInFiles(entries: readonly { readonly value: Value; readonly dots: readonly Dot[] }[]): boolean;
  /** All that other members told of is here. */
  caughtUp(): boolean;
  /** A new source compares itself with the collection only once that is here (adoption, DESIGN 9); one that did so before, at once. */
  mayCompare(): boolean;
  /** false: what changes in the source stays there. */
  mayWrite(): boolean;
  /** false: this device is no member of the collection (any more). */
  belongs(): boolean;
  limits(): SafetyLimits;
  changed(): void;
  /** These groups are to be looked at after so many milliseconds. */
  lookLater(groups: ReadonlySet<string>, after: number): void;
  /** A look or a construction ended: other items may be problems than before. */
  ended(): void;
  /** Contents can be had here that could not: a look found the source there again, after it was not; what was waited for came. */
  contentsBack(): void;
  sourceUpdated(source: StoredSource): void;
}
