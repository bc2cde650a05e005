import type { CollectionView, DeviceView, PeerView, RelayView } from './contract.ts';
import { counted, listed, type Tone } from './overall-state.ts';

/** Something about a relay, for people. */
export interface RelayWords {
  readonly tone: Tone;
  readonly text: string;
}

/** `relay.example.org`, with its port where that is another than 443: the key behind it tells people nothing. */
export const relayName = (url: string): string =>
  url
    .replace(/^https:\/\//, '')
    .replace(/[/#].*$/, '')
    .replace(/:443$/, '');

/** In few words: a pinned key tells people nothing. */
const whyOf = ({ url, why }: RelayView): string | null => why?.replaceAll(url, relayName(url)) ?? null;

/** Is this device connected to it, as far as it tells? */
const isConnected = ({ state }: RelayView): boolean => state === 'working' || state === 'level';

/** Packages that lie at the relay for a member that is away; 0 also where that cannot be told: what was just written is not there yet. */
export function waitingThere(relay: RelayView | null, peer: PeerView): number {
  return relay?.state === 'level' && peer.state !== 'linked' ? peer.behind : 0;
}

/** `3 packages of changes`. */
const packagesOfChanges = (count: number): string => counted(count, 'package of changes', 'packages of changes');

/** What a relay is about for one collection now; null: it has none, or is of no use to it. */
export function relaySentence({ relay, peers, state, removed }: CollectionView): RelayWords | null {
  if (relay === null || removed === true || state === 'paused') return null;
  const { waiting } = relay;
  const why = whyOf(relay);
  const kept = waiting === 0 ? '' : `${packagesOfChanges(waiting)} ${waiting === 1 ? 'is' : 'are'} still to be put up`;
  switch (relay.state) {
    case 'off':
      return { tone: 'neutral', text: why ?? 'The relay is not used now' };
    case 'offline':
      if (why === null) return { tone: 'waiting', text: sentences('Connecting to the relay', kept) };
      return { tone: 'attention', text: sentences(why, kept) };
    case 'trouble':
      return { tone: 'attention', text: sentences(why ?? 'The relay does not do what it should', kept) };
    case 'working':
      if (waiting > 0) return { tone: 'busy', text: `Putting up ${packagesOfChanges(waiting)} at the relay` };
      return { tone: 'busy', text: 'Exchanging with the relay' };
    case 'level':
      return waitingFor(peers.map((peer) => ({ name: peer.name, packages: waitingThere(relay, peer) })));
  }
}

function waitingFor(members: readonly { readonly name: string; readonly packages: number }[]): RelayWords {
  const awaited = members.filter(({ packages }) => packages > 0);
  const [first, ...others] = awaited;
  if (first === undefined) return { tone: 'good', text: 'Nothing waits at the relay' };
  const wait = first.packages === 1 ? 'waits' : 'wait';
  if (others.length === 0)
    return { tone: 'waiting', text: `${packagesOfChanges(first.packages)} ${wait} at the relay for ${first.name}` };
  return { tone: 'waiting', text: `Changes wait at the relay for ${listed(awaited.map(({ name }) => name))}` };
}

/** Another device in one collection, and that collection's relay. */
export interface PeerAndRelay {
  readonly peer: PeerView;
  readonly relay: RelayView | null;
}

/** What relays do for a device that is away, over everything shared with it; null: it is reached otherwise, or none does anything for it. */
export function relayFor(shared: readonly PeerAndRelay[]): RelayWords | null {
  if (shared.some(({ peer }) => peer.state === 'linked' || peer.through !== undefined)) return null;
  const served = shared.filter(({ relay }) => relay !== null && isConnected(relay));
  if (served.length === 0) return null;
  const there = served.reduce((sum, { peer, relay }) => sum + waitingThere(relay, peer), 0);
  const wait = there === 1 ? 'waits' : 'wait';
  if (there > 0) return { tone: 'waiting', text: `${packagesOfChanges(there)} ${wait} for it at the relay` };
  return served.some(({ peer }) => peer.behind > 0)
    ? { tone: 'busy', text: 'Your latest changes are being put up for it at the relay' }
    : { tone: 'good', text: 'What changes here will wait for it at the relay' };
}

/** Both as one text; a text that ends in a full stop loses it where nothing follows. */
function sentences(first: string, second: string): string {
  const bare = first.replace(/\.$/, '');
  return second === '' ? bare : `${bare}. ${second}`;
}

/** One relay over all collections that use it. */
export interface RelayInUse extends RelayWords {
  readonly url: string;
  /** What helps it is room, there. */
  readonly isFull: boolean;
  readonly collections: readonly CollectionView[];
}

/** Every relay that is used here, and how this device stands with it. */
export function relaysInUse(collections: readonly CollectionView[]): readonly RelayInUse[] {
  const byUrl = Map.groupBy(
    collections.filter(({ relay, removed }) => relay !== null && removed !== true),
    ({ relay }) => relay?.url ?? '',
  );
  return [...byUrl].map(([url, users]) => ({
    url,
    collections: users,
    isFull: whereFull(users) !== null,
    ...(whereFull(users) ?? connection(users.flatMap(({ relay }) => relay ?? []))),
  }));
}

function whereFull(users: readonly CollectionView[]): RelayWords | null {
  const full = users.filter(({ relay }) => relay?.full === true);
  if (full.length === 0) return null;
  return { tone: 'attention', text: `It has no room left for contents of ${listed(full.map(({ name }) => name))}` };
}

/** What is wrong with one of them is said rather than that others are well. */
function connection(relays: readonly RelayView[]): RelayWords {
  const [told] = relays.flatMap((relay) => (isConnected(relay) || relay.state === 'off' ? [] : (whyOf(relay) ?? [])));
  if (told !== undefined) return { tone: 'attention', text: sentences(told, '') };
  if (relays.some(({ state }) => state === 'trouble'))
    return { tone: 'attention', text: 'The relay does not do what it should' };
  if (relays.some(isConnected)) return { tone: 'good', text: 'Connected' };
  if (relays.some(({ state }) => state === 'offline')) return { tone: 'waiting', text: 'Connecting' };
  return { tone: 'neutral', text: relays.flatMap((relay) => whyOf(relay) ?? [])[0] ?? 'Not used now' };
}

/** A collection that this device cannot give a relay, and the names of those that can. */
export interface OthersRelay {
  readonly collection: CollectionView;
  readonly admins: readonly string[];
}

/** Collections that have another relay than `url` ('' for none), or none, because this device is no admin of them. */
export function relayLeftToOthers(
  collections: readonly CollectionView[],
  devices: readonly DeviceView[],
  url: string,
): readonly OthersRelay[] {
  const self = devices.find((device) => device.self);
  return collections
    .filter(({ id, relay, removed }) => removed !== true && (relay?.url ?? '') !== url && self?.roles[id] !== 'admin')
    .map((collection) => ({
      collection,
      admins: devices.filter(({ roles }) => roles[collection.id] === 'admin').map(({ name }) => name),
    }));
}

/** `Only an admin can set the relay of Photos: do it on Laptop or Desk.` */
export function leftToOthersWords({ collection, admins }: OthersRelay): string {
  const where = admins.length === 0 ? '' : `: do it on ${admins.join(' or ')}`;
  return `Only an admin can set the relay of ${collection.name}${where}.`;
}

/** From where an invitation can be redeemed: its link names a relay (`&r=`) or it does not. */
export function linkReach(link: string): string {
  const relay = /[#&]r=([^&]+)/.exec(link)?.[1];
  if (relay === undefined)
    return 'It works where this device is reached directly, as in the same network. With a relay (Settings) it would from anywhere.';
  return `It works from anywhere while this device is on, through the relay ${relayName(decodeURIComponent(relay))}.`;
}
