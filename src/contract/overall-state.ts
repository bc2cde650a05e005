import { requestInBrief, statusInBrief } from './brief-name.ts';
import type { CollectionView, PeerView, ProgressView, RequestView, SourceView, StatusView } from './contract.ts';
import { numberText } from './number-text.ts';

/** What colour and sign a state has. `good` is shown only where the view itself says in step. */
export type Tone = 'good' | 'busy' | 'waiting' | 'attention' | 'stopped' | 'neutral';

/** The one sentence for everything this device keeps: in the window, the tray and its menu. */
export interface OverallState {
  readonly tone: Tone;
  readonly sentence: string;
  /** What else is worth a glance; null: nothing. */
  readonly detail: string | null;
  /** Where a person can do something about it; null: nowhere in this program. */
  readonly page: 'sources' | 'devices' | 'conflicts' | 'problems' | null;
}

const STAGES: { readonly [stage in ProgressView['stage']]: string } = {
  listing: 'Looking through it',
  reading: 'Reading what changed',
  receiving: 'Receiving what changed elsewhere',
  writing: 'Writing what changed elsewhere',
};

/** `1 conflict`, `3 conflicts`, `1,200 items`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

/** Of another device, where not all is in step: `3 items have a problem there`. */
export const problemsThere = (problems: number): string =>
  `${counted(problems, 'item')} ${problems === 1 ? 'has' : 'have'} a problem there`;

/** `Laptop`, `Laptop and Desk`, `Laptop, Desk and Attic`, `Laptop, Desk and 3 others`. */
export function listed(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? '';
  if (names.length <= 3) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `${names.slice(0, 2).join(', ')} and ${names.length - 2} others`;
}

const sum = (collections: readonly CollectionView[], of: (collection: CollectionView) => number) =>
  collections.reduce((total, collection) => total + of(collection), 0);

/** Is it linked, or known of through one that is? */
const isReached = (peer: PeerView): boolean => peer.state === 'linked' || peer.through !== undefined;

/** The devices a collection waits for, by name. */
function awaited(collection: CollectionView): readonly string[] {
  return collection.peers.filter((peer) => !isReached(peer) || peer.behind > 0).map((peer) => peer.name);
}

const haltedReason = (collection: CollectionView): string | null =>
  collection.sources.find((source) => source.state === 'halted')?.reason ?? null;

/** The rest of a reason stands where something can be done about it. */
const firstSentence = (reason: string): string => /^.+?[.?!](?=\s|$)/s.exec(reason)?.[0].replace(/\.$/, '') ?? reason;

/** What a person can do about a halted collection, beyond what its one sentence says; null: nothing is said of that. */
export function haltAdvice(collection: CollectionView): string | null {
  const reason = haltedReason(collection);
  const rest =
    reason === null || isAway(collection) ? '' : reason.slice(firstSentence(reason).length).replace(/^\.?\s*/, '');
  return rest === '' ? null : rest;
}

/** A place of it is not there, and nothing has to be decided: it goes on by itself once the place is back. */
export const isAway = ({ state, sources }: CollectionView): boolean =>
  state === 'halted' &&
  sources.some((source) => source.state === 'unavailable') &&
  sources.every((source) => source.state !== 'halted');

/** The place of which it is told that it is not there. */
export const firstAway = ({ sources }: CollectionView): SourceView | undefined =>
  sources.find(({ state }) => state === 'unavailable');

/** Why, in a sentence. `called`: what the place is called where that is told by its path. */
function awayReason(collection: CollectionView, called: string | null): string {
  const { reason, location } = firstAway(collection) ?? { reason: null, location: '' };
  if (reason === null) return 'its place is not there';
  return reason.startsWith(`${location} `)
    ? `${called ?? location}${firstSentence(reason.slice(location.length))}`
    : firstSentence(reason);
}

/** Who of these nothing is known of now: what they changed since they were here nobody has told. */
const away = (peers: readonly PeerView[]): readonly string[] =>
  peers.filter((peer) => !isReached(peer)).map((peer) => peer.name);

/** What other devices name as problems, over all of these: `3 items on Desk`; '' where nothing is. */
export function troubledElsewhere(collections: readonly Pick<CollectionView, 'peers'>[]): string {
  const troubled = collections.flatMap(({ peers }) => peers.filter((peer) => (peer.problems ?? 0) > 0));
  const items = troubled.reduce((total, peer) => total + (peer.problems ?? 0), 0);
  const where = listed([...new Set(troubled.map((peer) => peer.name))]);
  return items === 0 ? '' : `${counted(items, 'item')} on ${where}`;
}

/** What is in step only in that another device names it as a problem: `, but for 3 items on Desk`; '' where nothing is. */
function butFor(collections: readonly Pick<CollectionView, 'peers'>[]): string {
  const elsewhere = troubledElsewhere(collections);
  return elsewhere === '' ? '' : `, but for ${elsewhere}`;
}

const isOffline = (names: readonly string[]): string => `${listed(names)} ${names.length === 1 ? 'is' : 'are'} offline`;

/**
 * What sign a collection gets. The green one says that every device shows the same: not where nobody shares it, who shares it is away, an
 * item is a problem there, or each device keeps its own version of something.
 */
export function collectionTone(collection: CollectionView): Tone {
  switch (collection.state) {
    case 'in-step':
      if (collection.conflicts > 0) return collection.decidedBy === undefined ? 'attention' : 'waiting';
      if (collection.peers.length === 0) return 'neutral';
      if (troubledElsewhere([collection]) !== '') return 'attention';
      return away(collection.peers).length === collection.peers.length ? 'waiting' : 'good';
    case 'working':
      return 'busy';
    case 'waiting':
      return 'waiting';
    case 'halted':
      return 'stopped';
    case 'paused':
      return 'neutral';
    case 'problem':
      return 'attention';
  }
}

/** Items by themselves as `say` has it, and places that may only be read, each of which is one problem. */
function notInStep(
  collections: readonly CollectionView[],
  say: (told: { readonly items: string; readonly count: number }) => string,
): string {
  const places = sum(collections, ({ readOnlyPlaces = 0 }) => readOnlyPlaces);
  const count = sum(collections, ({ problems }) => problems) - places;
  const items = say({ items: counted(count, 'item'), count });
  if (places === 0) return items;
  const wait = `hanges wait for ${places === 1 ? 'a place' : counted(places, 'place')} that may only be read`;
  return count === 0 ? `C${wait}` : `${items}, and c${wait}`;
}

/** One collection's state in words. Says "in step" only where the view does, and with whom it is so now. */
export function collectionSentence(collection: CollectionView): string {
  const { state, peers, progress } = collection;
  switch (state) {
    case 'halted':
      // Of one place it is clear which.
      if (isAway(collection))
        return `Not available: ${awayReason(collection, collection.sources.length === 1 ? 'it' : null)}`;
      return `Halted: ${firstSentence(haltedReason(collection) ?? 'it waits for your decision')}`;
    case 'paused':
      return 'Paused';
    case 'problem': {
      if (collection.problems > 0) return notInStep([collection], ({ items }) => `${items} not in step`);
      const source = collection.sources.find((one) => one.reason !== null);
      return source?.reason ?? 'Something is wrong';
    }
    case 'waiting': {
      const names = awaited(collection);
      return names.length > 0 ? `Waiting for ${listed(names)}` : 'Waiting';
    }
    case 'working':
      return progress === null ? workWords(collection) : STAGES[progress.stage];
    case 'in-step': {
      if (collection.conflicts > 0)
        return collection.decidedBy === undefined
          ? waitForYou(collection.conflicts)
          : `${waitFor(collection.conflicts)} ${deciders(collection.decidedBy)}`;
      if (peers.length === 0) return 'On this device only so far';
      const gone = away(peers);
      if (gone.length === peers.length) return isOffline(gone);
      const present = peers.filter(isReached).map((peer) => peer.name);
      return `In step with ${listed(present)}${butFor([collection])}${gone.length === 0 ? '' : `; ${isOffline(gone)}`}`;
    }
  }
}

/** What is going on where nothing is counted of it. */
function workWords({ sources, peers }: CollectionView): string {
  if (sources.some((source) => source.state === 'scanning')) return STAGES.listing;
  const behind = peers.filter((peer) => peer.state === 'linked' && peer.behind > 0).map((peer) => peer.name);
  return behind.length > 0 ? `Sending what changed here to ${listed(behind)}` : 'Working';
}

const waitFor = (conflicts: number): string =>
  `${counted(conflicts, 'conflict')} ${conflicts === 1 ? 'waits' : 'wait'} for`;
const waitForYou = (conflicts: number): string => `${waitFor(conflicts)} you`;

/** Who settles and undoes what this device may only read: `Laptop`, `Laptop or Desk`. */
export const deciders = (names: readonly string[]): string =>
  names.length === 0 ? 'an admin' : listed(names).replace(/ and (?=[^,]*$)/, ' or ');

/** Something that waits for a person: as the one sentence, and in few words beside one that presses more. */
interface Waiting extends Omit<OverallState, 'detail'> {
  readonly detail?: string;
  readonly also: string;
}

const names = (collections: readonly CollectionView[]): string => listed(collections.map(({ name }) => name));

/** What stands still until a person decides or mends something, each kind of it at most once. */
function stoppedPlaces({ collections }: StatusView): { halted: Waiting[]; missing: Waiting[]; broken: Waiting[] } {
  const missing = collections.filter(isAway);
  const halted = collections.filter((collection) => collection.state === 'halted' && !isAway(collection));
  const broken = collections.filter((collection) => collection.state === 'problem' && collection.problems === 0);
  const told = (
    these: readonly CollectionView[],
    one: (collection: CollectionView) => string,
    many: string,
    also: string,
    detail?: string,
  ): Waiting[] => {
    const [first] = these;
    if (first === undefined) return [];
    return [
      {
        tone: 'stopped',
        sentence: these.length === 1 ? one(first) : `${names(these)} ${many}`,
        ...(detail === undefined ? {} : { detail }),
        also: `${names(these)} ${also}`,
        page: 'sources',
      },
    ];
  };
  return {
    halted: told(
      halted,
      (it) => `${it.name} is halted: ${firstSentence(haltedReason(it) ?? 'it waits for your decision')}`,
      'are halted: they wait for your decision',
      'halted',
    ),
    missing: told(
      missing,
      (it) => `${it.name} is not available: ${awayReason(it, null)}`,
      'are not available',
      'not available',
      `Nothing is deleted. It goes on by itself once ${missing.length === 1 ? 'it is' : 'they are'} there again`,
    ),
    broken: told(
      broken,
      (it) => `${it.name}: ${collectionSentence(it)}`,
      'are not in step: the reason stands at each',
      'not in step',
    ),
  };
}

/** Everything that waits for a person, most pressing first. */
function waitingForPerson(status: StatusView, requests: readonly RequestView[]): readonly Waiting[] {
  const conflicts = sum(status.collections, ({ conflicts, decidedBy }) => (decidedBy === undefined ? conflicts : 0));
  const problems = sum(status.collections, (collection) => collection.problems);
  const { halted, missing, broken } = stoppedPlaces(status);
  const [asking] = requests;
  const tone = 'attention';
  const page = 'devices';
  const many = counted(requests.length, 'device');
  return [
    ...halted,
    ...(asking === undefined
      ? []
      : requests.length === 1
        ? [
            {
              tone,
              page,
              sentence: `${asking.name} asks to join ${asking.collectionName}`,
              also: `${asking.name} asks to join`,
            } as const,
          ]
        : [{ tone, page, sentence: `${many} ask to join`, also: `${many} ask to join` } as const]),
    ...(conflicts === 0
      ? []
      : [{ tone, page: 'conflicts', sentence: waitForYou(conflicts), also: counted(conflicts, 'conflict') } as const]),
    ...missing,
    ...broken,
    ...(problems === 0
      ? []
      : [
          {
            tone,
            page: 'problems',
            sentence: notInStep(
              status.collections,
              ({ items, count }) => `${items} ${count === 1 ? 'is' : 'are'} not in step`,
            ),
            detail: 'See the reason for each under Problems',
            also: counted(problems, 'problem'),
          } as const,
        ]),
  ];
}

/** Where what those lack that are waited for is, so that a person knows whether this device may be switched off; null: only here. */
function waitingWords(collections: readonly CollectionView[]): string | null {
  const lacking = collections.filter(({ peers }) => peers.some((peer) => peer.behind > 0));
  if (lacking.length === 0) return null;
  if (lacking.some(({ contents }) => contents?.some((each) => each.lacking === 'there') === true))
    return 'Not everything can wait at the relay: it goes once both are on';
  if (lacking.every(({ relay }) => relay?.state === 'level')) return 'The changes wait at the relay';
  if (lacking.some(({ relay }) => relay?.state === 'working')) return 'What they lack is being put up at the relay';
  return null;
}

/** How changes come to those that are away. */
const meetingWords = (collections: readonly CollectionView[]): string =>
  collections.every(({ relay }) => relay?.state === 'working' || relay?.state === 'level')
    ? 'Changes go through the relay'
    : 'Changes are exchanged when you meet again';

/** Pure: the same views give the same sentence. Of names as long as somebody liked it has the beginning; `overallStateWhole` has all of them. */
export const overallState = (status: StatusView, requests: readonly RequestView[]): OverallState =>
  overallStateWhole(statusInBrief(status), requests.map(requestInBrief));

/** The same with every name as it is. */
export function overallStateWhole(status: StatusView, requests: readonly RequestView[]): OverallState {
  const { collections } = status;
  const plain = (tone: Tone, sentence: string, detail: string | null = null): OverallState => ({
    tone,
    sentence,
    detail,
    page: 'sources',
  });
  const { standstill } = status;
  if (standstill !== undefined) return { ...plain('stopped', standstill.sentence, standstill.advice), page: null };
  const [first, ...others] = waitingForPerson(status, requests);
  if (first !== undefined) {
    const { tone, sentence, page } = first;
    const elsewhere = troubledElsewhere(collections);
    const also = [...others.map(({ also }) => also), ...(elsewhere === '' ? [] : [`${elsewhere} not in step`])];
    const beside = also.length === 0 ? null : `Also ${also.join(', ')}`;
    return { tone, sentence, detail: beside ?? first.detail ?? null, page };
  }
  const joining = status.joining ?? [];
  const refused = joining.find((one) => one.why !== null);
  if (refused !== undefined) return plain('attention', `${refused.name} was not joined`, refused.why);
  if (collections.length === 0 && joining.length > 0)
    return plain('waiting', `Waiting to be let into ${listed(joining.map(({ name }) => name))}`);
  if (collections.length === 0) return plain('neutral', 'Nothing is kept in step yet');
  const running = collections.filter((collection) => collection.state !== 'paused');
  const paused = collections.filter((collection) => collection.state === 'paused').map((collection) => collection.name);
  const detail = paused.length === 0 ? null : `${listed(paused)} ${paused.length === 1 ? 'is' : 'are'} paused`;
  if (running.length === 0) return plain('neutral', 'Paused', 'Nothing is sent or written until you resume');
  const working = running.filter((collection) => collection.state === 'working');
  if (working.length > 0) {
    return plain('busy', `Bringing ${listed(working.map((collection) => collection.name))} into step`, detail);
  }
  const waiting = running.filter((collection) => collection.state === 'waiting');
  if (waiting.length > 0) {
    const names = [...new Set(waiting.flatMap(awaited))];
    const sentence = names.length > 0 ? `Waiting for ${listed(names)}` : 'Waiting for another device';
    const all = [waitingWords(waiting), detail].filter((part) => part !== null);
    return plain('waiting', sentence, all.join('; ') || null);
  }
  const ofOthers = running.filter(({ conflicts, decidedBy }) => conflicts > 0 && decidedBy !== undefined);
  if (ofOthers.length > 0) {
    const names = [...new Set(ofOthers.flatMap(({ decidedBy = [] }) => decidedBy))];
    const sentence = `${waitFor(sum(ofOthers, ({ conflicts }) => conflicts))} ${deciders(names)}`;
    return { ...plain('waiting', sentence, detail), page: 'conflicts' };
  }
  const peers = new Map(running.flatMap((collection) => collection.peers.map((peer) => [peer.device, peer])));
  if (peers.size === 0)
    return plain('neutral', 'On this device only so far', detail ?? 'Invite another device to share');
  const gone = away([...peers.values()]);
  if (gone.length === peers.size) return plain('waiting', isOffline(gone), detail ?? meetingWords(running));
  const also = [...(gone.length > 0 ? [isOffline(gone)] : []), ...(detail === null ? [] : [detail])];
  const except = butFor(running);
  const sentence = `In step with ${counted(peers.size - gone.length, 'device')}${except}`;
  if (except === '') return plain('good', sentence, also.join('; ') || null);
  const tip = 'The reason for each stands under Problems there';
  return { tone: 'attention', sentence, detail: [tip, ...also].join('; '), page: 'devices' };
}
