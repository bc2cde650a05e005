import type { PlannedView } from '../../contract/contract.ts';
import type { Collection } from '../collection.ts';
import { ENTRY, EXISTS, fileEntry } from '../record/file-entry.ts';
import type { RecordId } from '../record/ids.ts';
import { type HaltReason, haltReason, type SafetyLimits } from '../safety.ts';
import type { Reading } from '../sources/source-adapter.ts';
import type { CompareListing } from './compare-listing.ts';
import { planName } from './deleted-elsewhere.ts';
import type { DraftChange } from './draft-change.ts';
import type { GoneItems, Moves } from './gone-items.ts';
import type { HeldItems } from './held-items.ts';
import { groupOf, itemIn } from './item-group.ts';
import type { LookScope } from './later-looks/look-scope.ts';
import type { MeetBook } from './meet-book.ts';
import { isPack, PackedObjects } from './packed-objects.ts';
import { wentAlong } from './renamed-folders.ts';

/** A look nothing of which is taken in before a person has said so. */
export interface HaltedLook {
  readonly is: 'halted';
  readonly reason: HaltReason;
  readonly plan: string;
  readonly local: readonly PlannedView[];
}

/** What one look found, and by what it is judged. */
export interface JudgedLook {
  readonly scope: Pick<LookScope, 'mayDelete'>;
  readonly limits: SafetyLimits;
  /** A plan a person let go on. */
  readonly confirmed: string | null;
  /** It only tells what would happen: also what was confirmed. */
  readonly dry: boolean;
  readonly listing: Pick<CompareListing, 'unsettled'>;
  readonly gone: GoneItems;
  readonly drafts: DraftChange;
  readonly meets: Pick<MeetBook, 'matchOf'> | null;
}

/** Says what a look would do to the other devices, and whether that has to wait. Commits nothing. */
export class JudgeLook {
  readonly #collection: Collection;
  readonly #held: HeldItems;
  readonly #look: JudgedLook;

  constructor(collection: Collection, held: HeldItems, look: JudgedLook) {
    this.#collection = collection;
    this.#held = held;
    this.#look = look;
  }

  /** Takes out of what is gone what a later look is to judge. */
  leaveGoing(readings: readonly Reading[], moves: Moves): void {
    const { scope, limits, confirmed, gone, listing } = this.#look;
    const along = wentAlong(gone.ids(), moves, readings);
    const deleted = [...gone.ids()].filter((id) => !moves.has(id) && !along.has(id));
    if (scope.mayDelete(deleted, limits.deleteCount, listing.unsettled, confirmed !== null)) return;
    for (const id of deleted) gone.drop(id);
  }

  /** Why nothing of it is taken in before a person has said so; null: it is. */
  halt(readings: readonly Reading[], moves: Moves): HaltedLook | null {
    const { limits, confirmed, dry, gone, drafts } = this.#look;
    if (gone.size <= 1 && readings.length <= limits.deleteCount) return null;
    const countsAsItem = (row: number) => fileEntry(gone.heldOf(row)?.get(ENTRY)?.value)?.type !== 'directory';
    const packed = new PackedObjects((packs) => this.#hasPack(packs, readings));
    const deleted = gone
      .all()
      .filter(([id, row]) => !moves.has(id) && countsAsItem(row) && !packed.has(id) && !gone.wasToGo(row));
    const rewritten = readings.filter((reading) => drafts.isRewrite(reading));
    const held = this.#collection.records.countHeld(this.#held.source);
    const added = readings.filter((reading) => !this.#held.has(reading.id)).length;
    const reason = haltReason(
      { held, deletes: deleted.length, rewrites: rewritten.length, present: held - gone.size + added },
      limits,
    );
    if (reason === null) return null;
    const ids = [...deleted.map(([id]) => id), ...rewritten.map((reading) => reading.id)].sort();
    const plan = planName(reason, ids);
    if (plan === confirmed && !dry) return null;
    return { is: 'halted', reason, plan, local: this.planned(readings, moves) };
  }

  /** What it would do, item by item. */
  planned(readings: readonly Reading[], moves: Moves): readonly PlannedView[] {
    const { gone } = this.#look;
    const targets = new Set(moves.values());
    const planned = readings.flatMap((reading) => this.#plannedOf(reading, targets) ?? []);
    for (const [id, row] of gone.all())
      if (!moves.has(id) && !gone.wasToGo(row)) planned.push({ record: id, action: 'delete' });
    return planned;
  }

  /** null: nothing differs. `targets`: where something moved to. */
  #plannedOf(reading: Reading, targets: ReadonlySet<RecordId>): PlannedView | null {
    const { drafts, meets } = this.#look;
    const match = meets?.matchOf(reading.id) ?? null;
    if (match !== null) return { record: match, action: 'modify' };
    const { change, held } = drafts.draft(reading, false);
    if (change === null) return null;
    const isNew = held?.get(EXISTS)?.value !== true;
    return { record: reading.id, action: targets.has(reading.id) ? 'move' : isNew ? 'add' : 'modify' };
  }

  /** Does the source hold a pack of git there, after this look? */
  #hasPack(packs: string, readings: readonly Reading[]): boolean {
    const { records } = this.#collection;
    const { gone } = this.#look;
    const found = records.group(this.#held.source, packs).filter(({ revision }) => revision instanceof Uint8Array);
    const held = found.map(({ name }) => itemIn(packs, name)).filter((id) => !gone.has(id));
    const all = [...held, ...readings.map(({ id }) => id)];
    return all.some((id) => groupOf(id) === packs && isPack(id.slice(packs.length + 1)));
  }
}
