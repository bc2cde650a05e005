import { type Change, type FieldWrite, NOTHING } from '../change-log/change.ts';
import type { RecordState } from '../merge/record-state.ts';
import { ALIAS_OF, isOwnField, MATCHED_BY } from '../record/alias.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import { type Dot, type FieldName, indexOf } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import type { PastValue } from './record-past.ts';

/** An undo that is only thought of: it comes after all there is. */
const NOW = -2 as Dot;

/**
 * What the changes to one record come to where some of them are taken back: as if those had never been made, though what came after them stands.
 * A function of which changes count, so that taking back in turn whatever was taken back comes to what was before. Pure.
 *
 * What somebody else wrote over the same value at the same time stands by itself beside the value that is brought back; nothing is asked of nothing: that
 * a record or a value was not there, or was deleted, never stands beside what somebody made at the same time.
 */
export class InEffect {
  readonly #kind: RecordKind;
  readonly #changes: ReadonlyMap<Dot, Change>;
  readonly #isThereNow: boolean;
  readonly #taken: ReadonlySet<Dot>;
  readonly #left: RecordState | null;
  /** Of each change the undos that take it back. */
  readonly #takers = new Map<Dot, Dot[]>();
  readonly #counts = new Map<Dot, boolean>();
  readonly #madeAgain = new Map<Dot, boolean>();
  readonly #standsFor = new Map<string, readonly Dot[]>();
  readonly #standing = new Map<FieldName, readonly PastValue[]>();

  constructor(
    kind: RecordKind,
    changes: ReadonlyMap<Dot, Change>,
    isThereNow: boolean,
    taken: ReadonlySet<Dot> = new Set(),
    left: RecordState | null = null,
  ) {
    this.#kind = kind;
    this.#changes = changes;
    this.#isThereNow = isThereNow;
    this.#taken = taken;
    this.#left = left;
    for (const dot of changes.keys()) for (const each of this.takenBackBy(dot)) this.#take(each, dot);
    for (const dot of taken) this.#take(dot, NOW);
  }

  #take(dot: Dot, by: Dot): void {
    this.#takers.set(dot, [...(this.#takers.get(dot) ?? []), by]);
  }

  /** What an undo takes back, also one of an earlier version, which says it by what it replaces; of any other change nothing. */
  takenBackBy(dot: Dot): readonly Dot[] {
    const change = this.#changes.get(dot);
    if (change?.cause !== 'undo') return [];
    if (change.takesBack !== undefined) return change.takesBack;
    const replaced = this.#write(dot, EXISTS)?.replaces ?? [];
    // An undo that brings several values back wrote a change for each, and the first says what all of them replace.
    if (replaced.length === 0) return indexOf(dot) > 0 ? this.takenBackBy((dot - 1) as Dot) : [];
    const others = replaced.filter((each) => this.#changes.get(each)?.cause !== 'undo');
    return others.length > 0 ? others : replaced;
  }

  /** Does the change count, so that no undo takes it back that counts itself? */
  counts(dot: Dot): boolean {
    const known = this.#counts.get(dot);
    if (known !== undefined) return known;
    this.#counts.set(dot, true);
    const counts = !this.takersOf(dot).some((taker) => taker === NOW || this.counts(taker));
    this.#counts.set(dot, counts);
    return counts;
  }

  /** The undos that take a change back, whether they count or not. */
  takersOf(dot: Dot): readonly Dot[] {
    return this.#takers.get(dot) ?? [];
  }

  /** Is the record there? */
  get isAlive(): boolean {
    return this.at(EXISTS).some(({ value }) => value === true);
  }

  /**
   * The same with these taken back as well, from now on. `left`: what all others come to, where nobody has seen these: then it is that, and what they
   * replaced.
   */
  without(taken: ReadonlySet<Dot>, left: RecordState | null): InEffect {
    return new InEffect(this.#kind, this.#changes, this.#isThereNow, taken, left);
  }

  /** Did nobody replace anything these wrote? */
  areLast(dots: ReadonlySet<Dot>): boolean {
    for (const [dot, { writes }] of this.#changes)
      if (!dots.has(dot) && writes.some(({ replaces }) => replaces.some((each) => dots.has(each)))) return false;
    return [...dots].every((dot) => this.counts(dot));
  }

  /** All fields anything was ever written to. */
  get fields(): ReadonlySet<FieldName> {
    return new Set([...this.#changes.values()].flatMap(({ writes }) => writes.map(({ field }) => field)));
  }

  /** Does it come to the same, by the same changes? */
  isLike(other: InEffect): boolean {
    const dots = (of: InEffect, field: FieldName): readonly Dot[] => of.at(field).map(({ dot }) => dot);
    return [...this.fields].every((field) => {
      const [own, others] = [dots(this, field), dots(other, field)];
      return own.length === others.length && own.every((dot) => others.includes(dot));
    });
  }

  /** The values a field has, never none; of what was there before anybody wrote it the dot is `NOTHING`. */
  at(field: FieldName): readonly PastValue[] {
    const known = this.#standing.get(field) ?? this.#find(field);
    this.#standing.set(field, known);
    return known;
  }

  /** The changes whose value this one's is in a field: of an undo those it brought back, else it alone. */
  standsFor(dot: Dot, field: FieldName): readonly Dot[] {
    const write = this.#write(dot, field);
    if (write === null || !this.#isUndo(dot)) return [dot];
    if (write.standsFor !== undefined) return write.standsFor.length === 0 ? [NOTHING] : write.standsFor;
    const key = `${dot} ${field}`;
    const known = this.#standsFor.get(key) ?? this.#guess(dot, write);
    this.#standsFor.set(key, known);
    return known;
  }

  /** What a change replaced in a field, undos apart; never empty. */
  replacedBy(dot: Dot, field: FieldName): readonly Dot[] {
    const replaced = this.#write(dot, field)?.replaces ?? [];
    if (replaced.length === 0 || (field !== EXISTS && this.#madeAnewBesideWhatWasDeleted(dot))) return [NOTHING];
    return replaced.flatMap((each) => (this.#changes.has(each) ? this.standsFor(each, field) : [NOTHING]));
  }

  #write(dot: Dot, field: FieldName): FieldWrite | null {
    return this.#changes.get(dot)?.writes.find((write) => write.field === field) ?? null;
  }
  #isUndo(dot: Dot): boolean {
    return this.takenBackBy(dot).length > 0;
  }
  #valueAt(dot: Dot, field: FieldName): Value {
    return dot === NOTHING ? nothingIn(field) : (this.#write(dot, field)?.value ?? null);
  }

  /** An undo of an earlier version does not say what it brought back: the nearest that is the same; if there is none, itself. */
  #guess(dot: Dot, { field, value }: FieldWrite): readonly Dot[] {
    const { same } = fieldRule(this.#kind, field);
    const seen = new Set<Dot>();
    let level = this.takenBackBy(dot).filter((each) => this.#write(each, field) !== null);
    while (level.length > 0) {
      for (const each of level) seen.add(each);
      level = [...new Set(level.flatMap((each) => this.replacedBy(each, field)))].filter((each) => !seen.has(each));
      const found = level.filter((each) => same(this.#valueAt(each, field), value));
      if (found.length > 0) return found;
      level = level.filter((each) => each !== NOTHING);
    }
    return [dot];
  }

  /** Was it written over what was deleted, which is deleted no more? Then it did not write over that. */
  #madeAnewBesideWhatWasDeleted(dot: Dot): boolean {
    const gone = this.#write(dot, EXISTS)?.replaces ?? [];
    const isGone = (each: Dot): boolean => this.#write(each, EXISTS)?.value === false;
    return gone.length > 0 && gone.every((each) => isGone(each) && !this.counts(each));
  }

  #find(field: FieldName): readonly PastValue[] {
    return this.#left === null ? this.#standingIn(field) : this.#leftIn(field, this.#left);
  }

  #leftIn(field: FieldName, { fields }: RecordState): readonly PastValue[] {
    const dots = (fields.get(field) ?? []).flatMap((sibling) => sibling.dots);
    const left = dots.length === 0 ? [NOTHING] : dots.flatMap((dot) => this.standsFor(dot, field));
    return this.#valuesOf([...left, ...this.#broughtBackNow(field)], field);
  }

  #valuesOf(dots: readonly Dot[], field: FieldName): readonly PastValue[] {
    return [...new Set(dots)].map((dot) => ({ value: this.#saidBy(dot, field), dot }));
  }

  #standingIn(field: FieldName): readonly PastValue[] {
    const replaced = new Set<Dot>();
    const standing: Dot[] = [];
    for (const dot of this.#writersOf(field)) {
      if (this.#isUndo(dot) || !this.#countsIn(dot, field)) continue;
      standing.push(dot);
      for (const each of this.replacedBy(dot, field)) replaced.add(each);
    }
    const left = [...standing, NOTHING].filter((dot) => !replaced.has(dot));
    return this.#valuesOf([...left, ...this.#broughtBack(field), ...this.#broughtBackNow(field)], field);
  }

  #writersOf(field: FieldName): readonly Dot[] {
    return [...this.#changes.keys()].filter((dot) => this.#write(dot, field) !== null);
  }

  /**
   * What undos brought back, though somebody else replaced it at the same time as what they took back, as long as nobody replaced that in turn.
   */
  #broughtBack(field: FieldName): readonly Dot[] {
    const ended = new Set<Dot>();
    for (const dot of this.#writersOf(field))
      if (this.counts(dot))
        for (const each of this.#write(dot, field)?.replaces ?? [])
          for (const undo of this.#speaksFor(each, field)) ended.add(undo);
    const undos = this.#writersOf(field).filter((dot) => this.#isUndo(dot) && this.counts(dot) && !ended.has(dot));
    return undos.flatMap((undo) => {
      const stands = this.standsFor(undo, field);
      return this.#before(this.takenBackBy(undo), field).filter((dot) => stands.includes(dot));
    });
  }

  #broughtBackNow(field: FieldName): readonly Dot[] {
    return this.#before([...this.#taken], field).filter((dot) => isReal(this.#valueAt(dot, field)));
  }

  /** Of an undo itself, and those whose value it put back in its place by taking back what had replaced it. Of another change nothing. */
  #speaksFor(dot: Dot, field: FieldName): ReadonlySet<Dot> {
    const undos = new Set<Dot>();
    const open = [dot];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (undos.has(at) || !this.#isUndo(at)) continue;
      undos.add(at);
      for (const each of this.takenBackBy(at)) open.push(...(this.#write(each, field)?.replaces ?? []));
    }
    return undos;
  }

  /** What counts of that which changes replaced in a field, or of what that replaced in turn; of those that are taken back. */
  #before(dots: readonly Dot[], field: FieldName): readonly Dot[] {
    const taken = dots.filter((dot) => !this.#isUndo(dot) && this.#write(dot, field) !== null);
    return taken.flatMap((dot) => (this.#countsIn(dot, field) ? [] : this.#counting(dot, field)));
  }

  #counting(dot: Dot, field: FieldName): readonly Dot[] {
    const found = new Set<Dot>();
    const seen = new Set([dot]);
    const open = [dot];
    // Each of them once: what several replaced at the same time may be one.
    for (let at = open.pop(); at !== undefined; at = open.pop())
      for (const each of this.replacedBy(at, field)) {
        if (each === NOTHING || this.#countsIn(each, field) || this.#stoodFor(at, each, field)) found.add(each);
        else if (!seen.has(each)) open.push(each);
        seen.add(each);
      }
    return [...found];
  }

  /**
   * Had the author of a change seen a value though he saw that it had been taken back? Whoever takes back how a record was made leaves what it says alone,
   * or says it again, and then it stands where somebody else made the record too.
   */
  #stoodFor(dot: Dot, value: Dot, field: FieldName): boolean {
    const seen = this.#write(dot, EXISTS)?.replaces ?? [];
    const replaced = this.#write(dot, field)?.replaces ?? [];
    const isReplaced = (taker: Dot): boolean =>
      replaced.includes(value) || (replaced.includes(taker) && this.standsFor(taker, field).includes(value));
    return this.takersOf(value).some((taker) => seen.includes(taker) && isReplaced(taker));
  }

  /** A contact that was found to be another one when it came said what it says, whatever becomes of that. */
  #countsIn(dot: Dot, field: FieldName): boolean {
    if (this.counts(dot)) return true;
    if (this.#isMet(dot)) return field !== ALIAS_OF && field !== MATCHED_BY;
    if (field === EXISTS || isOwnField(field)) return false;
    return (
      (this.#isMadeAgain(dot) && !this.#isTakenOut(dot, field)) ||
      this.#isMadeAndThere(dot) ||
      (this.#isThereNow && this.#isLeftAlone(dot, field))
    );
  }

  /**
   * Did an undo that took a change back put something else in the place of what that said, as one does where it leaves the record there? One that finds
   * nothing else says that again.
   */
  #isTakenOut(dot: Dot, field: FieldName): boolean {
    return this.takersOf(dot).some(
      (taker) =>
        this.counts(taker) &&
        this.#write(taker, field)?.replaces.includes(dot) === true &&
        !this.standsFor(taker, field).includes(dot),
    );
  }

  /**
   * Was it taken back how the record was made, where nobody else seemed to have made it? Then what it said was left alone, and stands since it came out that
   * somebody had.
   */
  #isLeftAlone(dot: Dot, field: FieldName): boolean {
    const takers = this.takersOf(dot).filter((taker) => taker === NOW || this.counts(taker));
    return (
      takers.every((taker) => this.#write(taker, EXISTS)?.value === false) &&
      !this.#writersOf(field).some(
        (each) => !this.#taken.has(each) && this.#write(each, field)?.replaces.includes(dot) === true,
      )
    );
  }

  /**
   * Did somebody say that the record is there who had seen that its making was taken back? Then what it said is left alone, also where his making it was taken
   * back and it was made again after that.
   */
  #isMadeAgain(dot: Dot): boolean {
    const known = this.#madeAgain.get(dot);
    if (known !== undefined) return known;
    this.#madeAgain.set(dot, false);
    const gone = this.#write(dot, EXISTS)?.value === true ? this.#endsOf(dot) : [];
    const isMadeAgain = [...(gone.length === 0 ? [] : this.#changes.keys())].some((each) => {
      if (this.#write(each, EXISTS)?.value !== true || this.#isUndo(each)) return false;
      const seen = this.#seenGone(each);
      return gone.some((end) => seen.has(end)) && (this.counts(each) || this.#isMadeAgain(each));
    });
    this.#madeAgain.set(dot, isMadeAgain);
    return isMadeAgain;
  }

  /** All that had left the record gone, one after the other, when somebody made it again. */
  #seenGone(dot: Dot): ReadonlySet<Dot> {
    const seen = new Set<Dot>();
    const open = [...(this.#write(dot, EXISTS)?.replaces ?? [])];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const write = this.#write(at, EXISTS);
      if (seen.has(at) || write?.value !== false) continue;
      seen.add(at);
      open.push(...write.replaces, ...(write.standsFor ?? []));
    }
    return seen;
  }

  /** The undos that count and took a change back, also in turn after it had been brought back, and left the record gone. */
  #endsOf(dot: Dot): readonly Dot[] {
    const ends = new Set<Dot>();
    const open = [...this.takersOf(dot)];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (ends.has(at)) continue;
      ends.add(at);
      for (const undone of this.takersOf(at)) open.push(...this.takersOf(undone));
    }
    return [...ends].filter((each) => this.#write(each, EXISTS)?.value === false && this.counts(each));
  }

  /**
   * Is it how the record was made, taken back where something of it was changed since, so that being there stands beside not being there? Then all of it
   * is there.
   */
  #isMadeAndThere(dot: Dot): boolean {
    const replaced = this.replacedBy(dot, EXISTS);
    if (this.#write(dot, EXISTS)?.value !== true || replaced.some((each) => this.#valueAt(each, EXISTS) === true))
      return false;
    const now = this.at(EXISTS);
    return (
      now.some((each) => each.value === false && replaced.includes(each.dot)) &&
      now.some((each) => each.value === true && this.#descends(each.dot, dot))
    );
  }

  /** Had the author of a change seen another one, or what brought that one's value back? */
  #descends(dot: Dot, from: Dot): boolean {
    const seen = new Set<Dot>();
    const open = [dot];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at === from) return true;
      if (at === NOTHING || seen.has(at)) continue;
      seen.add(at);
      open.push(...this.replacedBy(at, EXISTS));
    }
    return false;
  }

  #isMet(dot: Dot): boolean {
    return (this.#write(dot, MATCHED_BY)?.value ?? null) !== null && this.#write(dot, EXISTS)?.value === false;
  }

  #saidBy(dot: Dot, field: FieldName): Value {
    return field === EXISTS && !this.counts(dot) && this.#isMet(dot) ? true : this.#valueAt(dot, field);
  }
}

const nothingIn = (field: FieldName): Value => (field === EXISTS ? false : null);
const isReal = (value: Value): boolean => value !== null && value !== false;
