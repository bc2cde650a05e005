import type { Collection, Received } from '../collection.ts';
import type { GroupMembership } from '../peers/membership/group-membership.ts';
import type { LogHead, LogPosition, MetHeads, Standing } from '../peers/session/shared-collection.ts';
import type { CollectionId, DeviceId, LogId } from '../record/ids.ts';
import type { RegistryStore } from '../store/registry-store.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { meetHeads } from './meet-heads.ts';
import { MemberPositions } from './member-positions.ts';

/** What it tells the rest of the program. */
interface FollowPort {
  applied(id: CollectionId): void;
  appliedElsewhere(id: CollectionId): void;
  changed(): void;
  compareAgain(id: CollectionId): void;
  now(): number;
  constructSoon(id: CollectionId): void;
  later(call: () => void, after?: number): void;
  caughtUp(id: CollectionId): void;
}

/** A source of the collection here. */
interface SourceHere {
  readonly source: { readonly adopting: boolean };
  /** It does not hold all of the collection: by rules, because it is being filled, or because something cannot be had. */
  readonly leavesOut: boolean;
  readonly isFilling: boolean;
  readonly misses: boolean;
}

/** How far the other members are with a collection, as they tell on links and at a relay, and what follows of it here. */
export class FollowMembers {
  /** How far the others are. Adoption waits until all that they told is here. */
  readonly positions: MemberPositions;
  readonly #collection: Collection;
  readonly #synchronizers: ReadonlyMap<number, SourceHere>;
  readonly #port: FollowPort;

  constructor(
    collection: Collection,
    membership: GroupMembership,
    registry: RegistryStore,
    synchronizers: ReadonlyMap<number, SourceHere>,
    port: FollowPort,
  ) {
    this.#collection = collection;
    this.#synchronizers = synchronizers;
    this.#port = port;
    this.positions = new MemberPositions(
      collection,
      membership,
      new Acknowledgements(collection, registry, membership, port),
    );
  }

  get #id(): CollectionId {
    return this.#collection.stored.id;
  }

  /** A linked member told what it holds. */
  peerHolds(device: DeviceId, heads: readonly LogHead[]): MetHeads {
    this.positions.tell(device, heads);
    this.meetOwnLog(heads);
    this.positions.lowerToTold(device);
    this.tellCaughtUp();
    this.#port.constructSoon(this.#id);
    return meetHeads(this.#collection.log, heads);
  }

  /** Somebody holds these: where they tell more of this device's own log than is in it here, that is written no further. */
  meetOwnLog(heads: readonly LogHead[]): void {
    const isOurs = heads.every(
      ({ log, number, hash }) =>
        log !== this.#collection.stored.ownLog || this.#collection.log.holds(log, number, hash.slice(0, 16)),
    );
    if (!isOurs) this.beginNewLog();
  }

  /** Two computers wrote as this one, or this one was restored from a copy: its log is written no further. */
  beginNewLog(): void {
    this.#collection.beginNewLog();
    this.#port.compareAgain(this.#id);
  }

  /** Sources that waited for what the others told go on once that is here. */
  tellCaughtUp(): void {
    const adopts = [...this.#synchronizers.values()].some((each) => each.source.adopting);
    if (adopts && this.positions.caughtUp()) this.#port.caughtUp(this.#id);
  }

  /** More of a log with branches came: what the others have of it is not known until they name their branches. */
  compareBranches(received: readonly Received[]): void {
    const came = new Set(received.flatMap((each) => ('package' in each ? [each.package.log] : [])));
    const branched = [...came].flatMap((log: LogId) => {
      const first = this.#collection.log.branches(log)?.first;
      return first === undefined ? [] : [{ log, upTo: first - 1 }];
    });
    if (branched.length === 0) return;
    for (const { log, upTo } of branched) this.positions.lower(log, upTo);
    this.#port.compareAgain(this.#id);
  }

  /** A linked member has this much, with so many problems. */
  acknowledged(
    device: DeviceId,
    held: readonly LogPosition[],
    applied: readonly LogPosition[],
    problems: number,
  ): void {
    this.positions.noteProblems(device, problems);
    if (this.positions.acknowledged(device, held, applied)) this.#port.appliedElsewhere(this.#id);
  }

  /** A member that is not linked left word of how far it is at a relay. */
  standingRelayed(
    device: DeviceId,
    {
      heads,
      applied,
      partial,
    }: Pick<Standing, 'partial'> & {
      readonly heads: readonly LogHead[];
      readonly applied: readonly LogPosition[];
    },
  ): void {
    this.meetOwnLog(heads);
    if (this.positions.tellRelayed(device, heads, applied, partial)) this.#port.appliedElsewhere(this.#id);
    this.tellCaughtUp();
    this.#port.constructSoon(this.#id);
    this.#port.changed();
  }

  /** Do the sources here hold less than all of the collection? */
  get isPartial(): boolean {
    const sources = [...this.#synchronizers.values()];
    return sources.length === 0 || sources.some((each) => each.leavesOut || each.isFilling || each.misses);
  }

  /** What a linked member is told of this device and of the others. */
  standing(peer: DeviceId): Standing {
    return { partial: this.isPartial, members: this.positions.standings(peer) };
  }
  /** The same of that member. */
  standingHeard(device: DeviceId, { partial, members }: Standing): void {
    this.positions.tellOfOthers(device, members);
    this.positions.notePartial(device, partial);
  }
}
