import type { Clock } from '../../platform/clock.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { DeviceId } from '../../record/ids.ts';
import type { Descriptor } from '../identity/descriptor.ts';
import type { PeerLink, Transport } from '../links/peer-link.ts';
import type { KnownDevice } from './known-devices.ts';
import { raceAddresses } from './race-addresses.ts';
import { lateBy, type Way } from './race-ways.ts';

/** How long direct addresses have before a relay is asked as well; and the larger of two ids, so that not both ask at once. */
const RELAY_AFTER_MS = 1000;
const RELAY_SECOND_MS = 3000;

/** Links through relays. */
export interface RelayedLinks {
  /** Does this device listen at a relay that this one listens at too? */
  reaches(device: DeviceId): boolean;
  dial(to: Descriptor, signal: AbortSignal): Promise<PeerLink>;
}

interface Dialling {
  readonly identity: { readonly descriptor: Descriptor };
  readonly transport: Transport;
  readonly relayed: RelayedLinks;
  readonly clock: Clock;
}

/** Is a link through a relay wanted, and to be had? */
export const mayRelay = ({ live, descriptor }: KnownDevice, relayed: RelayedLinks): boolean =>
  live === null && relayed.reaches(descriptor.id);

/** How a device may be reached now: by its addresses, and through a relay a little later where there is no link at all. */
export function waysTo(
  device: KnownDevice,
  { identity, transport, relayed, clock }: Dialling,
): readonly Way<PeerLink>[] {
  const { addresses, descriptor } = device;
  const dial = (address: string, signal: AbortSignal) => transport.dial(address, descriptor, signal);
  const direct: Way<PeerLink> = (signal) => raceAddresses(addresses, dial, clock, signal);
  const after = identity.descriptor.id < descriptor.id ? RELAY_AFTER_MS : RELAY_SECOND_MS;
  const relay: Way<PeerLink> = lateBy(after, clock, async (signal) => {
    if (!mayRelay(device, relayed)) throw new LockstepError('unreachable', 'linked meanwhile, or gone', descriptor.id);
    return relayed.dial(descriptor, signal);
  });
  return [...(addresses.length > 0 ? [direct] : []), ...(mayRelay(device, relayed) ? [relay] : [])];
}
