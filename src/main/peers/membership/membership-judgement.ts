import type { DeviceId, Digest } from '../../record/ids.ts';
import { type Belonging, belongingOf, type Ledger, type ToldOf } from './belonging.ts';
import { numberedRotates } from './epochs.ts';
import type { OpGraph } from './membership-graph.ts';
import type { MembershipOp, OpKind } from './membership-op.ts';

/**
 * Why a genuine operation has no effect: its author was not allowed to make it by what it had seen; or was removed (or demoted) apart from it; or had
 * its own right to it from one who was.
 */
export type WhyInvalid = 'not-allowed' | 'removed-meanwhile' | 'let-in-by-removed';

export interface Judgement {
  /** What counts. */
  readonly ledger: Ledger;
  readonly invalid: ReadonlyMap<Digest, WhyInvalid>;
}

/**
 * Which operations count. First everything its author was allowed to do by what it had seen; then, the most senior removal first, what
 * the removed one did apart from it is struck out and the rest judged anew. What is struck out stays so: each round strikes at least one,
 * so this ends, and every step depends on the set of operations alone, so every device comes to the same.
 */
export function judge(graph: OpGraph): Judgement {
  const struck = new Set<number>();
  const rotates = numberedRotates(graph);
  const first = new Round(graph, struck, rotates);
  for (let round = first; ; round = new Round(graph, struck, rotates)) {
    const victims = round.firstVictims();
    if (victims.length === 0) return { ledger: round.ledger, invalid: reasons(graph, first, round, struck) };
    for (const victim of victims) struck.add(victim);
  }
}

/** What was refused by the last round alone was allowed until something before it was struck out. */
function reasons(
  graph: OpGraph,
  first: Round,
  last: Round,
  struck: ReadonlySet<number>,
): ReadonlyMap<Digest, WhyInvalid> {
  const never = new Set(first.refused);
  const invalid = new Map<Digest, WhyInvalid>();
  const note = (place: number, why: WhyInvalid): void =>
    void invalid.set((graph.order[place] as MembershipOp).hash, why);
  for (const place of last.refused) note(place, never.has(place) ? 'not-allowed' : 'let-in-by-removed');
  for (const place of struck) note(place, 'removed-meanwhile');
  return invalid;
}

class Round {
  readonly #graph: OpGraph;
  /** Places of the rotations whose number is right. */
  readonly #rotates: { has(place: number): boolean };
  readonly #bySubject = new Map<DeviceId, { readonly [List in keyof ToldOf]: number[] }>();
  readonly #valid: number[] = [];
  /** Places of what its author was not allowed to do. */
  readonly refused: number[] = [];
  /** Of the author of each valid operation, when it was made. */
  readonly #seniority = new Map<number, number>();

  constructor(graph: OpGraph, struck: ReadonlySet<number>, rotates: { has(place: number): boolean }) {
    this.#graph = graph;
    this.#rotates = rotates;
    for (const [place, op] of graph.order.entries()) if (!struck.has(place)) this.#judge(place, op);
  }

  get ledger(): Ledger {
    return { graph: this.#graph, bySubject: this.#bySubject };
  }

  #judge(place: number, op: MembershipOp): void {
    const author = op.group === null ? null : belongingOf(this.ledger, op.author, place);
    const misnumbered = op.body?.op === 'rotate' && !this.#rotates.has(place);
    if (op.group !== null && (misnumbered || !mayDo(op, author))) {
      this.refused.push(place);
      return;
    }
    this.#valid.push(place);
    this.#seniority.set(place, author?.seniority ?? 0);
    if (op.subject === null) return;
    const told = this.#bySubject.get(op.subject) ?? { standing: [], names: [], extendedCuts: [] };
    this.#bySubject.set(op.subject, told);
    if (op.body?.op === 'name') told.names.push(place);
    else if (op.body?.op === 'extend-cut') told.extendedCuts.push(place);
    else told.standing.push(place);
  }

  /** What the most senior removal that strikes anything strikes. */
  firstVictims(): readonly number[] {
    const senior = (place: number): number => this.#seniority.get(place) as number;
    const removals = this.#valid
      .filter((place) => this.#takesAway(place))
      .sort((a, b) => senior(a) - senior(b) || a - b);
    for (const removal of removals) {
      const victims = this.#valid.filter((place) => this.#strikes(removal, place));
      if (victims.length > 0) return victims;
    }
    return [];
  }

  #takesAway(place: number): boolean {
    const { body, author, subject } = this.#op(place);
    return author !== subject && (body?.op === 'remove' || (body?.op === 'role' && body.role !== 'admin'));
  }

  #strikes(removal: number, place: number): boolean {
    const { order, before } = this.#graph;
    const [taking, done] = [order[removal] as MembershipOp, order[place] as MembershipOp];
    if (done.author !== taking.subject || before(removal, place) || before(place, removal)) return false;
    // Whoever is removed extends nobody's cut, not even a senior: it could bring back what was cut off.
    if (done.body?.op === 'extend-cut') return taking.body?.op === 'remove';
    if (taking.body?.op === 'role' && !needsAdmin(done)) return false;
    return (this.#seniority.get(removal) as number) < (this.#seniority.get(place) as number);
  }

  #op(place: number): MembershipOp {
    return this.#graph.order[place] as MembershipOp;
  }
}

function mayDo(op: MembershipOp, author: Belonging | null): boolean {
  if (author === null || author.isRemoved) return false;
  const { role } = author.member;
  // A cut is extended by those who had taken more, never by the one that was cut: a reader could write on for ever.
  if (op.body?.op === 'extend-cut') return op.subject !== op.author;
  if (op.body !== null && WRITERS_ONLY.has(op.body.op)) return role === 'admin' || role === 'editor';
  return role === 'admin' || !needsAdmin(op);
}

const WRITERS_ONLY: ReadonlySet<OpKind> = new Set(['rotate', 'seal']);
const ADMINS_ONLY: ReadonlySet<OpKind> = new Set(['add', 'role', 'revoke-invite', 'recovery-key', 'relay']);
/** Everyone may leave, rename itself, and tell how far it had applied a removed member's log. */
function needsAdmin({ body, author, subject }: MembershipOp): boolean {
  if (body?.op === 'remove') return subject !== author;
  return body !== null && ADMINS_ONLY.has(body.op);
}
