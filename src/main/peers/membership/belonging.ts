import type { DeviceId, LogId } from '../../record/ids.ts';
import type { Descriptor } from '../identity/descriptor.ts';
import type { MemberRole } from '../protocol/messages.ts';
import type { Member } from './member.ts';
import type { OpGraph } from './membership-graph.ts';
import type { Cut, MembershipOp, OpBody } from './membership-op.ts';

/** The operations that count so far, by whom they are about. */
export interface Ledger {
  readonly graph: OpGraph;
  readonly bySubject: ReadonlyMap<DeviceId, ToldOf>;
}
/** What is told of one device: places in `graph.order`, ascending. Of names and extended cuts any member may tell without end. */
export interface ToldOf {
  /** What says whether it belongs, and as what. */
  readonly standing: readonly number[];
  readonly names: readonly number[];
  readonly extendedCuts: readonly number[];
}

/** What a device is in a collection by a set of operations. */
export interface Belonging {
  /** Its name as it was given: not yet fit to be shown. */
  readonly member: Member;
  readonly isRemoved: boolean;
  /** A printed key, and no device. */
  readonly isRecoveryKey: boolean;
  /** Place of the operation that made it an admin; Infinity where it is none. Smaller is more senior. Says nothing of who is removed. */
  readonly seniority: number;
}

/** Of roles given apart from each other the weakest holds: nobody gains by a race. */
const STRENGTH: { readonly [role in MemberRole]: number } = { relay: 0, reader: 1, editor: 2, admin: 3 };

/** What `device` is by the operations that the one at place `at` had seen; by all of them where it is null. null: never added. */
export function belongingOf(ledger: Ledger, device: DeviceId, at: number | null): Belonging | null {
  const { order, before } = ledger.graph;
  const told = ledger.bySubject.get(device);
  if (told === undefined) return null;
  const isSeen = (place: number): boolean => at === null || before(place, at);
  const places = told.standing.filter(isSeen);
  const of = (...ops: readonly OpBody['op'][]): number[] =>
    places.filter((place) => ops.includes((order[place] as MembershipOp).body?.op as OpBody['op']));
  const latest = (some: readonly number[]): number[] => some.filter((a) => !some.some((b) => before(a, b)));

  const adds = of('create', 'add', 'recovery-key');
  if (adds.length === 0) return null;
  const removes = of('remove');
  /**
   * An add stands only if its author knew of every removal: a removal beats what was done apart from it. But whoever leaves ends what it had seen, and
   * no more: who lets it in again may not have heard that it had left.
   */
  const isLeave = (place: number): boolean => (order[place] as MembershipOp).author === device;
  const stands = (place: number): boolean =>
    removes.every((remove) => before(remove, place) || (isLeave(remove) && !before(place, remove)));
  const standing = adds.filter(stands);
  const isRemoved = standing.length === 0;
  const basis = isRemoved ? adds : standing;
  const devices = basis.filter((place) => (order[place] as MembershipOp).body?.op !== 'recovery-key');
  const bringing = devices.length > 0 ? devices : basis;
  const describing = order[latest(bringing)[0] as number] as MembershipOp;
  const effective = latest([...basis, ...of('role')]);
  const role = weakest(effective.map((place) => roleGiven(order[place] as MembershipOp)));
  const closing = isRemoved ? removes.filter((remove) => !adds.some((add) => before(remove, add))) : effective;
  // Nobody had taken anything of one that never could write: there is nothing to extend.
  const wrote = [...adds, ...of('role')].some(
    (place) => STRENGTH[roleGiven(order[place] as MembershipOp)] >= STRENGTH.editor,
  );
  const adminBy = [...standing, ...of('role').filter(stands)].filter(
    (place) => roleGiven(order[place] as MembershipOp) === 'admin',
  );
  const cutting = wrote ? [...closing, ...told.extendedCuts.filter(isSeen)] : [];
  const mayWrite = !isRemoved && STRENGTH[role] >= STRENGTH.editor;
  const member: Member = {
    device,
    memberKey: describing.body?.op === 'add' ? describing.body.member : null,
    role,
    descriptor: describing.describes as Descriptor,
    name: nameGiven(order[Math.max(...bringing, told.names.findLast(isSeen) ?? 0)] as MembershipOp),
    addedBy: describing.author,
    history: describing.body?.op === 'add' ? describing.body.history : true,
    cut: mayWrite ? null : cutBy(cutting.map((place) => order[place] as MembershipOp)),
  };
  return {
    member,
    isRemoved,
    isRecoveryKey: devices.length === 0,
    seniority: role === 'admin' ? Math.min(Number.POSITIVE_INFINITY, ...adminBy) : Number.POSITIVE_INFINITY,
  };
}

function weakest(roles: readonly MemberRole[]): MemberRole {
  return roles.reduce((a, b) => (STRENGTH[b] < STRENGTH[a] ? b : a));
}
function roleGiven({ body }: MembershipOp): MemberRole {
  return body?.op === 'add' || body?.op === 'role' ? body.role : 'admin';
}
function nameGiven({ body }: MembershipOp): string {
  if (body?.op === 'create') return body.deviceName;
  return body?.op === 'add' || body?.op === 'name' ? body.name : '';
}

/** The furthest anyone had accepted: what was applied anywhere stays applied everywhere. */
function cutBy(ops: readonly MembershipOp[]): ReadonlyMap<LogId, number> {
  const cut = new Map<LogId, number>();
  const extend = (log: LogId, number: number): void => {
    cut.set(log, Math.max(number, cut.get(log) ?? 0));
  };
  for (const { body } of ops) {
    if (body?.op === 'remove' || body?.op === 'role')
      for (const { log, number } of body.cut as Cut) extend(log, number);
    if (body?.op === 'extend-cut') extend(body.log, body.to);
  }
  return cut;
}
