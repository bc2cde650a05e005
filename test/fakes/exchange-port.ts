import { RateLimit } from '../../src/main/peers/session/rate-limit.ts';
import type { ExchangePort } from '../../src/main/store-and-forward/exchange-port.ts';
import { PackMemory } from '../../src/main/store-and-forward/pack-memory.ts';
import { FakeClock } from './fake-clock.ts';
import { SeededRandom } from './seeded-random.ts';

/** What an exchange through a relay needs around it, where no relay is reached, nobody is linked, nothing is here and nobody waits. */
export const exchangePort = (port: Partial<ExchangePort> = {}): ExchangePort => ({
  clock: new FakeClock(),
  random: new SeededRandom('exchange'),
  up: new RateLimit(() => 0),
  down: new RateLimit(() => 0),
  packs: new PackMemory(),
  session: () => null,
  online: () => new Set(),
  isLinked: () => false,
  mayExchange: () => true,
  give: async (asked) => asked.map(() => null),
  wants: () => {},
  contentsMayBeThere: () => {},
  changed: () => {},
  failed: () => {},
  log: () => {},
  ...port,
});
