import type { NamedOperation } from '../peers/membership/membership-op.ts';
import type { CollectionId } from '../record/ids.ts';
import type { AtRelay, ExchangePort } from './exchange-port.ts';
import { post } from './seal.ts';

/** Operations of one item. */
const OPERATIONS = 48;

/** Puts operations of the membership log up; the last item's number, 0: there were none. `lie`: told those that lie there now. Fails as the session does. */
export async function putUpOperations(
  port: Pick<ExchangePort, 'random' | 'clock' | 'up'>,
  at: AtRelay,
  group: CollectionId,
  operations: readonly NamedOperation[],
  lie: (operations: readonly NamedOperation[]) => void = () => {},
): Promise<number> {
  let sid = 0;
  for (let from = 0; from < operations.length; from += OPERATIONS) {
    const some = operations.slice(from, from + OPERATIONS);
    sid = await post(port, at, group, { is: 'members', operations: some.map(({ bytes }) => bytes) });
    lie(some);
  }
  return sid;
}
