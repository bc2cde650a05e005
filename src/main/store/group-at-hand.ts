export interface GroupMember {
  readonly row: number;
  readonly name: string;
  /** null: known, and not there. undefined: this source never held it. */
  readonly revision: Uint8Array | null | undefined;
}

/** Members of a group that are kept from one look to the next: a quarter of a KB each. */
export const MEMBERS_AT_HAND = 20_000;
/** From so many rows on, reading all of a group anew is no dearer than reading each of them. */
const MOST_CHANGED = 100;

/** A group as it was read last, and which rows may be others by now. */
export class GroupAtHand {
  readonly directory: number;
  #members: readonly GroupMember[];
  readonly #changed = new Set<number>();

  constructor(directory: number, members: readonly GroupMember[]) {
    this.directory = directory;
    this.#members = members;
  }

  get size(): number {
    return this.#members.length;
  }

  /** false: all of it has to be read anew. */
  noteChanged(row: number): boolean {
    this.#changed.add(row);
    return this.#changed.size <= MOST_CHANGED;
  }

  /** As it is now: the same array where nothing changed. `read`: a row as it is now; null: it is of another group. */
  members(read: (row: number) => GroupMember | null): readonly GroupMember[] {
    if (this.#changed.size === 0) return this.#members;
    const members = this.#members.slice();
    for (const row of this.#changed) {
      const member = read(row);
      if (member === null) continue;
      const at = members.findIndex((each) => each.row === row);
      if (at >= 0) members[at] = member;
      else members.splice(placeOf(members, member.name), 0, member);
    }
    this.#changed.clear();
    this.#members = members;
    return members;
  }
}

/**
 * What differs in `now`, the same group as `before` a while later: what came, and what is other than it was. null: something was taken out
 * of it meanwhile, or it is not the same group.
 */
export function changedMembers(
  before: readonly GroupMember[],
  now: readonly GroupMember[],
): readonly GroupMember[] | null {
  const changed: GroupMember[] = [];
  let at = 0;
  for (const member of now) {
    const former = before[at];
    if (former === member) at++;
    else {
      if (former?.row === member.row) at++;
      changed.push(member);
    }
  }
  return at === before.length ? changed : null;
}

/** Where a name belongs: members are in the order of their names as the database sorts them, by their bytes in UTF-8. */
function placeOf(members: readonly GroupMember[], name: string): number {
  const own = Buffer.from(name);
  let [from, to] = [0, members.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (Buffer.compare(Buffer.from((members[middle] as GroupMember).name), own) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
