import type { RelayItem } from '../peers/sealed/relay-item.ts';
import { sealItem } from '../peers/sealed/sealed-item.ts';
import type { CollectionId } from '../record/ids.ts';
import type { AtRelay, ExchangePort } from './exchange-port.ts';
import { passing } from './passing.ts';

/** Seals an item and puts it up; gives its number there. Fails as the session does. */
export async function post(
  { random, clock, up }: Pick<ExchangePort, 'random' | 'clock' | 'up'>,
  { session, epoch }: AtRelay,
  group: CollectionId,
  item: RelayItem,
): Promise<number> {
  const sealed = sealItem({ secret: epoch.secret, group, epoch: epoch.id, salt: random.bytes(32) }, item);
  await passing(clock, up, sealed.length);
  return session.post(group, sealed);
}
