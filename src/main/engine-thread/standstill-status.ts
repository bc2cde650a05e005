import type { CollectionView, StandstillView, StatusView } from '../../contract/contract.ts';

/** What is told of a device whose engine stands still: what was known of it at last, and that nothing of it goes on. `last` null: nothing was known. */
export function standstillStatus(
  last: StatusView | null,
  device: StatusView['device'],
  standstill: StandstillView,
): StatusView {
  const collections = (last?.collections ?? []).map(standing);
  const { joining, links } = last ?? {};
  return {
    device,
    links: links ?? { bytesIn: 0, bytesOut: 0 },
    collections,
    ...(joining === undefined ? {} : { joining }),
    standstill,
  };
}

const WAITS = 'Waits until Lockstep’s own data can be used';

/** Nobody is linked with it now, and nothing of it is under way. What somebody paused stays so. */
function standing(collection: CollectionView): CollectionView {
  return {
    ...collection,
    state: collection.state === 'paused' ? 'paused' : 'problem',
    sources: collection.sources.map((source) => ({ ...source, state: 'paused', reason: WAITS, plan: null })),
    peers: collection.peers.map(({ device, name, behind }) => ({ device, name, behind, state: 'offline', link: null })),
    progress: null,
  };
}
