import type { Handlers, NearbyWindowView } from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';
import { findCollection } from './find-named.ts';
import { joinRequest } from './join-request.ts';

type NearbyRequest = Extract<keyof Handlers, `nearby:${string}`>;

/** Answers the requests about pairing without a link, on the device that shares and on the one that joins. */
export function nearbyRequests(engine: Engine): Pick<Handlers, NearbyRequest> {
  const { admissions, nearby } = engine.network;
  return {
    'nearby:wait': (collection, role) => {
      admissions.waitNearby(findCollection(engine, collection).id, role);
      return windowView(engine) as NearbyWindowView;
    },
    'nearby:stop': () => {
      admissions.stopNearby();
      return {};
    },
    'nearby:window': () => windowView(engine),
    'nearby:devices': () => nearby.waiting().map(({ id, ...shown }) => ({ device: id, ...shown })),
    'nearby:join': (device, location, format) =>
      nearby.begin(device, (addresses, compare, signal) =>
        joinRequest(engine, (show) => admissions.joinNearby(addresses, compare, show, signal), location, format, true),
      ),
    'nearby:compared': (code, same) => {
      nearby.answer(code, same);
      return {};
    },
    'nearby:outcome': (code) => nearby.outcome(code),
    'nearby:give-up': () => {
      nearby.giveUp();
      return {};
    },
  };
}

function windowView(engine: Engine): NearbyWindowView | null {
  const { admissions } = engine.network;
  const window = admissions.nearbyWindow;
  if (window === null) return null;
  const { terms, until, state, why, from } = window;
  return {
    collection: terms.collection,
    collectionName: terms.name,
    role: terms.role === 'relay' ? 'reader' : terms.role,
    until: new Date(until).toISOString(),
    state,
    request: admissions.requests().find(({ nearby }) => nearby === true) ?? null,
    addresses: engine.network.ownAddresses(),
    why,
    ...(from === null ? {} : { from }),
  };
}
