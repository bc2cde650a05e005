import type { SeededRandom } from '../../fakes/seeded-random.ts';
import type { SimulatedRelay } from '../../fakes/simulated-relay.ts';
import { noticeNoRoom } from '../full-state.ts';
import type { SimulatedGroup } from '../simulated-group.ts';

interface RelayScene {
  readonly group: SimulatedGroup;
  readonly random: SeededRandom;
}

/** Does `act` to the relay where things lie; null: there is none. */
const toRelay =
  (act: (relay: SimulatedRelay, scene: RelayScene) => string | Promise<string>) =>
  (scene: RelayScene): string | null | Promise<string> =>
    scene.group.relay === null ? null : act(scene.group.relay, scene);

/** A device does not reach its relay: it is told so at once, or waits for answers that do not come; or it does again. */
export function loseRelay({ group, random }: RelayScene): string | null {
  const { relays } = group;
  if (relays === null) return null;
  const { name, host } = random.pick(group.devices);
  if (relays.isApart(host)) {
    reachAgain(group, host);
    return `${name} reaches the relay`;
  }
  const how = random.pick(['refused', 'silent'] as const);
  relays.cut(host, how);
  return `${name} does not reach the relay (${how})`;
}

export const relayCollects = toRelay(async (relay, { random }) => {
  const all = random.chance(0.2);
  await relay.collect(all);
  return `the relay lets go of ${all ? 'everything' : 'what all have read'}`;
});

/** One of the processes of a relay ends, and is there again at once or some time later. */
export function relayRestarts({ group, random }: RelayScene): string | null {
  const { relays } = group;
  if (relays === null) return null;
  const relay = random.pick(relays.relays);
  const killed = random.chance(0.5);
  const what = relay.isUp ? (random.chance(0.5) ? 'restarts' : 'stops') : 'starts';
  if (what === 'restarts') relay.restart(killed);
  else if (what === 'stops') relay.stop(killed);
  else relay.start();
  return `the relay (${relay.role}) ${what}${killed && what !== 'starts' ? ' without a word' : ''}`;
}

export const relayForgets = toRelay((relay, { group, random }) => {
  const what = random.pick([
    'everything',
    'its packs',
    'what came since it was copied',
    'nothing, and is copied',
  ] as const);
  if (what === 'everything') relay.loseEverything();
  else if (what === 'its packs') relay.blobs.clear();
  else if (what === 'nothing, and is copied') group.relayCopy = relay.copy();
  else if (group.relayCopy === null) return 'the relay has no copy to be put back';
  else group.relayCopy();
  return `the relay forgets ${what}`;
});

/** Its disk is full, or a group may have little there; or there is room again. */
export const fillRelay = toRelay((relay, { random }) => {
  relay.room = random.pick(['all', 'no packs', 'nothing'] as const);
  relay.limits.groupItems = random.pick([2 ** 28, relay.bytes + random.int(2000)]);
  relay.limits.groupPacks = random.pick([2 ** 30, random.int(2000)]);
  return `the relay has room for ${relay.room}, ${relay.limits.groupItems} of items, ${relay.limits.groupPacks} of packs`;
});

/** It wants pauses after little; or is as patient as any. */
export const strictRelay = toRelay((relay, { random }) => {
  const isStrict = random.chance(0.6);
  Object.assign(relay.limits, isStrict ? STRICT : PATIENT);
  relay.restart(random.chance(0.5));
  return `the relay is ${isStrict ? 'strict' : 'patient'}`;
});

/** What waited for it arrives at once, and may find no room for the state. */
function reachAgain(group: SimulatedGroup, host: string): void {
  try {
    group.relays?.mend(host);
  } catch (error) {
    if (!noticeNoRoom(error)) throw error;
  }
}

/** All relays are there, with room for everything, and everybody reaches them. */
export function mendRelays(group: SimulatedGroup): void {
  for (const { host } of group.devices) reachAgain(group, host);
  for (const relay of group.relays?.relays ?? []) {
    relay.room = 'all';
    Object.assign(relay.limits, PATIENT, { groupItems: 2 ** 28, groupPacks: 2 ** 30 });
    relay.restart();
  }
}

const PATIENT = {
  itemsASecond: 10,
  itemsAtOnce: 50,
  bytesASecond: 20_000_000,
  strangersAMinute: 20,
  lookupsAMinute: 600,
};
const STRICT = { itemsASecond: 0.1, itemsAtOnce: 2, bytesASecond: 500, strangersAMinute: 4, lookupsAMinute: 2 };
