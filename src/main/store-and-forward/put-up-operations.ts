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
  operations: readonly Uint8Array[],
  lie: (operations: readonly Uint8Array[]) => void = () => {},
): Promise<number> {
  let sid = 0;
  for (let from = 0; from < operations.length; from += OPERATIONS) {
    const some = operations.slice(from, from + OPERATIONS);
    sid = await post(port, at, group, { is: 'members', operations: some });
    lie(some);
  }
  return sid;
}
