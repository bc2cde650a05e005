import type {
  CollectionState,
  CollectionView,
  PeerView,
  ProgressView,
  RelayView,
  SourceView,
  StatusView,
} from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';
import { type ByteLink, isRelayed } from '../peers/links/peer-link.ts';
import { whyOut } from '../peers/membership/why-out.ts';
import type { DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import { changeLogSource, NOT_WRITABLE } from '../store/problem-store.ts';
import type { Synchronizer } from '../synchronizer.ts';
import { countOutside } from './count-outside.ts';
import { relayViewOf } from './relay-view.ts';
import { waitingContentsView } from './waiting-contents.ts';

/** Everything at a glance (CLI `status`). */
export function statusView(engine: Engine): StatusView {
  return {
    device: { id: engine.deviceId, name: engine.name },
    links: engine.network.bytes,
    ...(engine.joins.all().length === 0 ? {} : { joining: engine.joins.all() }),
    ...(engine.events.warnings.length === 0 ? {} : { warnings: engine.events.warnings }),
    collections: [...engine.replicas.values()].map((replica) => collectionView(engine, replica)),
  };
}

/** One collection at a glance. */
export function collectionView(engine: Engine, replica: Replica): CollectionView {
  const { collection } = replica;
  const peers = isRemoved(replica) ? [] : peerViews(engine, replica);
  const sources = [...replica.synchronizers.values()].map((each) => sourceView(replica, each));
  const problems = problemCount(replica);
  const readOnly = readOnlyPlaces(replica);
  const relayed = engine.network.exchanges.of(replica.id)?.state ?? null;
  const silent = engine.network
    .silentIn(replica.id)
    .map((device) => replica.membership.member(device)?.name ?? device.slice(0, 8));
  const contents = isRemoved(replica) ? [] : waitingContentsView(replica, relayed, silent);
  return {
    id: replica.id,
    name: collection.stored.name,
    kind: collection.kind,
    state: collectionState(replica, sources, peers, problems),
    ...(isRemoved(replica) ? { removed: true } : {}),
    ...(isRemoved(replica) || replica.mayWrite() ? {} : { decidedBy: decidersOf(replica) }),
    ...(isRemoved(replica) || isAdmin(engine, replica) ? {} : { invitedBy: adminsOf(replica) }),
    records: collection.records.live,
    outside: outsideCount(replica),
    // Who was removed cannot settle any: nothing waits for an answer here.
    conflicts: isRemoved(replica) ? 0 : collection.records.choices,
    problems,
    ...(readOnly === 0 ? {} : { readOnlyPlaces: readOnly }),
    sources,
    peers,
    progress: progressView(engine, replica),
    relay: relayView(engine, replica),
    ...(contents.length === 0 ? {} : { contents }),
  };
}

/** Does this device belong to it no more, as far as it knows? Then nothing is exchanged, whatever else there is to say. */
export const isRemoved = ({ membership }: Replica): boolean => !membership.isMember();

const decidersOf = ({ membership }: Replica): readonly string[] =>
  membership.others().flatMap(({ name, role }) => (role === 'admin' || role === 'editor' ? [name] : []));

const isAdmin = ({ deviceId }: Engine, { membership }: Replica): boolean =>
  membership.member(deviceId)?.role === 'admin';

const adminsOf = ({ membership }: Replica): readonly string[] =>
  membership.others().flatMap(({ name, role }) => (role === 'admin' ? [name] : []));

const counted = new WeakMap<Replica, { readonly key: string; readonly outside: number }>();

/** Records that rules keep out of the sources here; counted anew only when rules or records have changed. */
function outsideCount(replica: Replica): number {
  const rules = [...replica.synchronizers.values()].map((each) => each.adapter.rulesVersion());
  if (rules.every((version) => version === 0)) return 0;
  const heads = replica.collection.log.logs().reduce((sum, log) => sum + log.held, 0);
  const key = `${rules.join()} ${heads}`;
  const known = counted.get(replica);
  if (known?.key === key) return known.outside;
  const outside = countOutside(replica);
  counted.set(replica, { key, outside });
  return outside;
}

/** Items of it that this device names as problems, and places that may only be read. */
export function problemCount(replica: Replica): number {
  let count = replica.collection.problems.count(changeLogSource(replica.collection.stored.row));
  for (const source of replica.synchronizers.keys()) count += replica.collection.problems.countNamed(source);
  return count;
}

/** Sources for which changes wait, and which may only be read. */
function readOnlyPlaces({ synchronizers, collection }: Replica): number {
  const isOne = (row: number): boolean => collection.problems.withCode(row, NOT_WRITABLE).length > 0;
  return [...synchronizers.keys()].filter(isOne).length;
}

/** "In step" is said only where every member linked now has applied what is here, this device what they hold, and every source agrees. */
function collectionState(
  replica: Replica,
  sources: readonly SourceView[],
  peers: readonly PeerView[],
  problems: number,
): CollectionState {
  if (isRemoved(replica)) return 'problem';
  if (replica.collection.stored.paused) return 'paused';
  if (sources.some((source) => source.state === 'halted' || source.state === 'unavailable')) return 'halted';
  const all = [...replica.synchronizers.values()];
  const writable = all.filter((each) => each.isWritten);
  const open = writable.reduce((sum, each) => sum + each.construction.open - each.construction.waiting, 0);
  if (open > 0 || sources.some((source) => source.state !== 'ready')) return 'working';
  const linked = peers.filter((peer) => peer.state === 'linked');
  const { memberPositions } = replica;
  if (linked.some(({ device }) => !memberPositions.holdsAllOf(device as DeviceId))) return 'working';
  if (linked.some(({ device, behind }) => behind > 0 && memberPositions.comesOn(device as DeviceId))) return 'working';
  const waits = writable.some((each) => each.construction.waiting > 0) || all.some(isLeftBehind);
  if (waits || peers.some((peer) => peer.behind > 0 || peer.state === 'waiting')) return 'waiting';
  return problems > 0 ? 'problem' : 'in-step';
}

/** Does a source into which nothing is written differ from what the records say? */
const isLeftBehind = ({ isWritten, construction }: Synchronizer): boolean => !isWritten && construction.open > 0;

/** A source as people are shown it. */
export function sourceView(replica: Replica, synchronizer: Synchronizer): SourceView {
  const { source, state, reason, plan } = synchronizer;
  return {
    id: source.id,
    location: source.location,
    format: source.format,
    state: replica.collection.stored.paused || isRemoved(replica) ? 'paused' : state,
    reason: isRemoved(replica) ? whyStopped(replica) : (reason ?? (isLeftBehind(synchronizer) ? LEFT_BEHIND : null)),
    plan,
    ...((synchronizer.adapter.linked ?? 0) === 0 ? {} : { hardLinks: synchronizer.adapter.linked }),
  };
}

function whyStopped({ membership }: Replica): string {
  const { title, text } = whyOut(membership, 'it');
  return `${title}. ${text}`;
}
const LEFT_BEHIND = 'Nothing is written here, as you said; what changed elsewhere is missing.';

function peerViews(engine: Engine, replica: Replica): readonly PeerView[] {
  return replica.membership.others().map((member) => {
    const session = engine.network.session(member.device);
    const linked = session?.isOpen(replica.id) === true;
    const through = replica.memberPositions.linkedThrough(member.device);
    const problems = replica.memberPositions.problems(member.device);
    return {
      device: member.device,
      name: member.name,
      state: linked ? 'linked' : session === null ? 'offline' : 'waiting',
      link: session === null ? null : linkText(session.link),
      ...(through === null ? {} : { through: replica.membership.member(through)?.name ?? through }),
      behind: replica.memberPositions.behind(member.device),
      ...(problems === 0 ? {} : { problems }),
    };
  });
}

/** A link through the relay has no other address than that. */
const linkText = (link: ByteLink): string => (isRelayed(link) ? link.address : `lan ${link.address}`);

function relayView({ network }: Engine, replica: Replica): RelayView | null {
  const { id, membership } = replica;
  const url = membership.relay();
  const exchange = network.exchanges.of(id)?.state;
  return url === '' || exchange === undefined
    ? null
    : relayViewOf(url, exchange, isRemoved(replica) ? null : network.relays.stateOf(id));
}

function progressView(engine: Engine, replica: Replica): ProgressView | null {
  for (const { progress, construction } of replica.synchronizers.values()) {
    if (progress === null) continue;
    const seconds = Math.max(0.001, (engine.world.clock.now() - progress.since) / 1000);
    const left = progress.stage === 'writing' ? construction.open : null;
    const rate = progress.items / seconds;
    return {
      stage: progress.stage,
      items: progress.items,
      itemsTotal: left === null ? 0 : progress.items + left,
      bytes: progress.bytes,
      bytesTotal: 0,
      itemsPerSecond: Math.round(rate),
      secondsLeft: left !== null && left > 0 && rate > 0 ? Math.round(left / rate) : null,
    };
  }
  return null;
}
