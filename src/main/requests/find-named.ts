import type { Engine } from '../engine.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';

/** The one thing an id, an unambiguous prefix of one, or a name (in either Unicode form) stands for (CLI). Fails with `no-such-KIND` or `ambiguous`. */
export function findNamed<T>(
  kind: string,
  all: readonly T[],
  text: string,
  idOf: (each: T) => string,
  nameOf: (each: T) => string,
): T {
  const exact = all.filter((each) => idOf(each) === text);
  const named = all.filter((each) => nameOf(each) === text);
  const alike = all.filter((each) => nameOf(each).normalize('NFC') === text.normalize('NFC'));
  const begins = text.length < 2 ? [] : all.filter((each) => idOf(each).startsWith(text));
  const found = [exact, named, alike, begins].find((each) => each.length > 0) ?? [];
  if (found.length > 1)
    throw new LockstepError(
      'ambiguous',
      `"${text}" names more than one ${kind}; give its id: ${some(found.map((each) => `${shortId(idOf(each))} (${nameOf(each)})`))}.`,
      text,
    );
  const [only] = found;
  if (only === undefined) throw new LockstepError(`no-such-${kind}`, `There is no ${kind} "${text}" here.`, text);
  return only;
}

/** So many of those that may be meant are told. */
const TOLD = 5;
const some = (candidates: readonly string[]): string =>
  candidates.length <= TOLD ? candidates.join(', ') : `${candidates.slice(0, TOLD).join(', ')}, …`;
/** As much of an id as lists show. */
const shortId = (id: string): string => id.slice(0, 12);

/** Fails with `no-such-collection` and `ambiguous`. */
export function findCollection(engine: Engine, text: string): Replica {
  return findNamed(
    'collection',
    [...engine.replicas.values()],
    text,
    (each) => each.id,
    (each) => each.collection.stored.name,
  );
}

/** The collection named, or all of them for null. */
export function findCollections(engine: Engine, text: string | null): readonly Replica[] {
  return text === null ? [...engine.replicas.values()] : [findCollection(engine, text)];
}

export interface NamedDevice {
  readonly device: DeviceId;
  readonly name: string;
}

/** Every device that any collection here has as a member, this one included, or also those it had. */
function knownDevices(engine: Engine, which: 'members' | 'and former ones'): readonly NamedDevice[] {
  const known = new Map<DeviceId, NamedDevice>([[engine.deviceId, { device: engine.deviceId, name: engine.name }]]);
  for (const replica of engine.replicas.values())
    for (const { device, name } of [
      ...(which === 'members' ? [] : (replica.membership.current?.removed.values() ?? [])),
      ...replica.membership.others(),
    ])
      known.set(device, { device, name });
  return [...known.values()];
}

/** This device, a member of any collection here, or with `and former ones` also who was one. Fails with `no-such-device` and `ambiguous`. */
export function findDevice(
  engine: Engine,
  text: string,
  which: 'members' | 'and former ones' = 'members',
): NamedDevice {
  return findNamed(
    'device',
    knownDevices(engine, which),
    text,
    (each) => each.device,
    (each) => each.name,
  );
}

/** The id of the one pairing request that this stands for: an id, or an unambiguous prefix of one. What begins none is given back. Fails with `ambiguous`. */
export function findRequest(engine: { readonly network: Pick<Engine['network'], 'admissions'> }, text: string): string {
  const ids = engine.network.admissions.requests().map(({ request }) => request);
  const begins = ids.includes(text) || text.length < 2 ? [] : ids.filter((id) => id.startsWith(text));
  if (begins.length > 1)
    throw new LockstepError(
      'ambiguous',
      `"${text}" begins more than one request; give more of its id: ${some(begins)}.`,
      text,
    );
  return begins[0] ?? text;
}
