import type { RelayView } from '../../contract/contract.ts';
import type { RelayState } from '../peers/relay/relay-session.ts';
import type { RelayedState } from '../store-and-forward/relay-exchange.ts';

/**
 * A collection's relay as people are shown it. `session`: how this device stands with it; null: it does not try. What went wrong in an exchange
 * counts while there is a session: else it may have been with another relay, and why there is none is what helps.
 */
export function relayViewOf(url: string, exchange: RelayedState, session: RelayState | null): RelayView {
  const why = exchange.is === 'trouble' ? exchange.trouble : (session?.why ?? null);
  const full = exchange.isFull && exchange.is !== 'offline' && exchange.is !== 'off' ? { full: true as const } : {};
  return { url, state: exchange.is, waiting: exchange.toPutUp, why: why?.message ?? null, ...full };
}
