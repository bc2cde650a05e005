import type { PersonNeeded, SyncOptions, SyncView } from '../../contract/contract.ts';
import { problemsThere } from '../../contract/overall-state.ts';
import type { Engine } from '../engine.ts';
import type { PeerSession } from '../peers/session/peer-session.ts';
import type { Clock } from '../platform/clock.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import { findCollections, findDevice } from './find-named.ts';
import { isRemoved, problemCount } from './status-view.ts';

/** Members linked within this time of the call count as reachable. */
const LINK_WITHIN_MS = 5000;
/** A relay that just was begun to be reached answers within this time, or does not. */
const RELAY_WITHIN_MS = 5000;
/** Who is waited for is dialled anew this often: the pauses between tries grow to minutes where nobody waits. */
const DIAL_AGAIN_MS = 10_000;

type Member = SyncView['members'][number];

/**
 * Looks at the sources now and, with `wait`, returns once each member asked for has applied what this device holds, and the reverse;
 * or at the timeout, saying who is not in step and why (CLI `sync`). Fails with `no-such-member` where a device is to be waited for that
 * shares none of the collections.
 */
export async function syncRequest(engine: Engine, options: SyncOptions): Promise<SyncView> {
  const replicas = findCollections(engine, options.collection ?? null);
  const { clock } = engine.world;
  const started = clock.now();
  const deadline = started + options.timeoutSeconds * 1000;
  engine.network.dialNow();
  if (!options.wait) {
    const exchange = async (replica: Replica): Promise<void> => {
      await replica.scan();
      await waitUntil(engine, Math.min(deadline, started + RELAY_WITHIN_MS), () => !isOnItsWay(engine, replica));
      // Whoever ends the program next wants it there.
      await engine.network.exchanges.of(replica.id)?.asked();
    };
    await race(Promise.all(replicas.map(exchange)), engine, deadline);
    // Nobody waits: what is known of everybody at this moment.
    return view(engine, replicas, new Map(replicas.map((replica) => [replica, othersOf(replica)])), started);
  }
  checkNamed(engine, replicas, options.for ?? []);
  const seconds = new Map<Replica, number>();
  const members = new Map<Replica, readonly DeviceId[]>();
  const stopDialling = every(clock, DIAL_AGAIN_MS, () => engine.network.dialNow());
  await Promise.all(
    replicas.map(async (replica) => {
      const until = Math.min(deadline, started + LINK_WITHIN_MS);
      const looks = new MemberLooks(engine, replica);
      const chosen = membersWanted(engine, replica, options.for ?? null, until);
      // All look at once; whoever is linked is asked before this device has its hands full.
      const asked = chosen.then((devices) => looks.haveLooked(devices));
      const looked = later(clock).then(() => replica.scan());
      void engine.network.exchanges.of(replica.id)?.asked();
      await race(Promise.all([asked, looked]), engine, deadline);
      const wanted = await chosen;
      members.set(replica, wanted);
      await waitUntil(engine, deadline, () => {
        const haveLooked = looks.haveLooked(wanted);
        return blocked(replica) || (haveLooked && isInStep(engine, replica, wanted));
      });
      seconds.set(replica, (clock.now() - started) / 1000);
    }),
  ).finally(stopDialling);
  // Where several are waited for, or something came in that very moment, the first may not be in step any more when the last one is.
  let seen = view(engine, replicas, members, started, seconds);
  await waitUntil(engine, deadline, () => {
    seen = view(engine, replicas, members, started, seconds);
    return seen.inStep || seen.needsPerson;
  });
  return seen;
}

/** Is a relay not reached yet, after a start? Not where something went wrong. */
function isOnItsWay({ network: { relays } }: Engine, { id }: Replica): boolean {
  const state = relays.stateOf(id);
  return state !== null && state.why === null && relays.readySession(id) === null;
}

/** What was saved at a member before the call is included however late the two are linked: it is asked to look once they are. */
class MemberLooks {
  readonly #engine: Engine;
  readonly #replica: Replica;
  readonly #asked = new Set<PeerSession>();
  readonly #looked = new Set<DeviceId>();

  constructor(engine: Engine, replica: Replica) {
    this.#engine = engine;
    this.#replica = replica;
  }

  /** Has each of them looked? Those linked by now are asked; one that is reached through another cannot be, and tells what it sees by itself. */
  haveLooked(devices: readonly DeviceId[]): boolean {
    for (const device of devices) if (!this.#looked.has(device)) this.#ask(device);
    return devices.every((device) => this.#looked.has(device) || isReached(this.#engine, this.#replica, device));
  }

  #ask(device: DeviceId): void {
    const session = this.#engine.network.session(device);
    if (session === null || this.#asked.has(session) || !session.isOpen(this.#replica.id)) return;
    this.#asked.add(session);
    void session.scan(this.#replica.id).then((hasLooked) => {
      if (!hasLooked) return;
      this.#looked.add(device);
      this.#engine.changed();
    });
  }
}

/** Is what is known of a member that is not linked as new as can be: through another that is linked with both, or at the relay? */
function isReached({ network }: Engine, { id, memberPositions }: Replica, device: DeviceId): boolean {
  if (memberPositions.linkedThrough(device) !== null) return true;
  return network.session(device) === null && network.exchanges.of(id)?.reaches(device) === true;
}

const othersOf = (replica: Replica): readonly DeviceId[] => replica.membership.others().map(({ device }) => device);

/** Nobody would be waited for, and all be said to be in step. This device itself may be named beside others. */
function checkNamed(engine: Engine, replicas: readonly Replica[], named: readonly string[]): void {
  if (named.length === 0 || named.includes('all')) return;
  const devices = named.map((text) => ({ text, device: findDevice(engine, text).device }));
  const others = devices.filter(({ device }) => device !== engine.deviceId);
  const stranger = others.find(({ device }) => !replicas.some((each) => othersOf(each).includes(device as DeviceId)));
  const wrong = stranger ?? (others.length === 0 ? devices[0] : undefined);
  if (wrong === undefined) return;
  const why = stranger === undefined ? 'is this device: name another one' : 'is no member of what is to be in step';
  throw new LockstepError('no-such-member', `${wrong.text} ${why}.`, wrong.text);
}

/** Whom to wait for: those named, or those linked now or soon; at least one, unless nobody else is in the collection. */
async function membersWanted(
  engine: Engine,
  replica: Replica,
  named: readonly string[] | null,
  until: number,
): Promise<readonly DeviceId[]> {
  const others = othersOf(replica);
  if (named !== null) {
    if (named.includes('all')) return others;
    const devices = named.map((text) => findDevice(engine, text).device);
    return others.filter((device) => devices.includes(device));
  }
  const linked = () => others.filter((device) => engine.network.session(device)?.isOpen(replica.id) === true);
  if (others.length > 0 && linked().length < others.length)
    await waitUntil(engine, until, () => linked().length === others.length);
  const found = linked();
  return found.length > 0 ? found : others;
}

function personNeeded(replicas: readonly Replica[]): readonly PersonNeeded[] {
  const sources = replicas.flatMap((replica) => [...replica.synchronizers.values()]);
  const needs: { readonly [need in PersonNeeded]: boolean } = {
    removed: replicas.some(isRemoved),
    halted: sources.some((each) => each.isStopped && each.state !== 'unavailable'),
    unavailable: sources.some((each) => each.state === 'unavailable'),
    question: sources.some((each) => each.asks),
  };
  return (Object.keys(needs) as PersonNeeded[]).filter((need) => needs[need]);
}

/** Only a person can help: a source is halted or not there, or this device was taken out of the collection. */
function blocked(replica: Replica): boolean {
  if (isRemoved(replica)) return true;
  return [...replica.synchronizers.values()].some((each) => each.isStopped);
}

function isInStep(engine: Engine, replica: Replica, members: readonly DeviceId[]): boolean {
  // What was saved while it is paused nobody has looked at.
  if (replica.collection.stored.paused) return false;
  const settled = [...replica.synchronizers.values()].every(
    (each) => (each.construction.open === 0 || !each.isWritten) && !each.source.adopting && each.rests,
  );
  return settled && members.every((device) => whyNot(engine, replica, device) === '');
}

/** Why a member is not in step, in words; '' where it is. */
function whyNot(engine: Engine, replica: Replica, device: DeviceId): string {
  if (isRemoved(replica)) return 'this device does not belong to the collection any more: nothing goes between the two';
  if (replica.collection.stored.paused) return 'paused here';
  const behind = replica.memberPositions.behind(device);
  const applied = replica.memberPositions.hasAppliedAllOf(device);
  const isOpen = engine.network.session(device)?.isOpen(replica.id) === true;
  const isKnown = isOpen || isReached(engine, replica, device);
  if (behind === 0 && applied && isKnown) return '';
  const waits = engine.network.exchanges.of(replica.id)?.reaches(device) === true;
  if (engine.network.session(device) === null && behind > 0 && waits)
    return `not linked; ${behind} of our packages wait for it at the relay`;
  if (engine.network.session(device) === null && !isKnown)
    return behind === 0
      ? 'not linked, as far as we know it has everything'
      : `not linked; it has not applied ${behind} of our packages`;
  if (behind > 0) return `has not applied ${behind} of our packages`;
  return applied ? 'the collection is not open between the two' : 'this device has not applied all it holds';
}

/** What is in step with a member only in that it is named there; '' where all is. */
function onlyNamed(replica: Replica, device: DeviceId): string {
  const problems = replica.memberPositions.problems(device);
  return problems === 0 ? '' : problemsThere(problems);
}

function view(
  engine: Engine,
  replicas: readonly Replica[],
  members: ReadonlyMap<Replica, readonly DeviceId[]>,
  started: number,
  seconds: ReadonlyMap<Replica, number> = new Map(),
): SyncView {
  const all = replicas.flatMap((replica) =>
    (members.get(replica) ?? []).map((device): Member => {
      const why = whyNot(engine, replica, device);
      const name = replica.membership.member(device)?.name ?? '';
      return { collection: replica.id, device, name, inStep: why === '', why: why || onlyNamed(replica, device) };
    }),
  );
  const needs = personNeeded(replicas);
  const needsPerson = needs.length > 0;
  const settled = replicas.every((replica) => isInStep(engine, replica, members.get(replica) ?? []));
  return {
    inStep: !needsPerson && settled,
    needsPerson,
    needs,
    collections: replicas.map((replica) => ({
      id: replica.id,
      records: replica.collection.records.live,
      seconds: seconds.get(replica) ?? (engine.world.clock.now() - started) / 1000,
      name: replica.collection.stored.name,
      problems: problemCount(replica),
    })),
    members: all,
  };
}

const later = (clock: Clock): Promise<void> => new Promise((resolve) => void clock.after(0, resolve));

/** Calls again and again, until what it returns is called. */
function every(clock: Clock, milliseconds: number, call: () => void): () => void {
  let cancel = (): void => {};
  const plan = (): void => {
    cancel = clock.after(milliseconds, () => {
      call();
      plan();
    });
  };
  plan();
  return () => cancel();
}

/** Resolves when `holds` does, asked after every change, or at the deadline. */
function waitUntil(engine: Engine, deadline: number, holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = engine.world.clock.after(Math.max(0, deadline - engine.world.clock.now()), () => finish());
    const stop = engine.events.onChanged(() => {
      if (holds()) finish();
    });
    const finish = (): void => {
      cancel();
      stop();
      resolve();
    };
  });
}

async function race(work: Promise<unknown>, engine: Engine, deadline: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const cancel = engine.world.clock.after(Math.max(0, deadline - engine.world.clock.now()), resolve);
    work.then(() => resolve(), reject).finally(cancel);
  });
}
