import { expect, it } from 'vitest';
import type { ContentAsked } from '../../../src/main/peers/session/shared-collection.ts';
import { digest, recordId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import type { RelayStore } from '../../../src/main/store/relay-store.ts';
import type { ExchangePort } from '../../../src/main/store-and-forward/exchange-port.ts';
import { FetchRelayed } from '../../../src/main/store-and-forward/fetch-relayed.ts';

const asked = (digit: string): ContentAsked => ({
  digest: digest(digit.repeat(64)),
  kind: 'content',
  hint: recordId('a.txt'),
  base: null,
});

/** Where no relay lets this device in. `there`: what is known to lie there all the same. */
function withoutRelay(there: ReadonlySet<string> = new Set()) {
  const at = { now: 0 };
  let wants = 0;
  const store = { content: (name: string) => (there.has(name) ? {} : null) } as unknown as RelayStore;
  const port = { clock: { now: () => at.now }, session: () => null, wants: () => wants++ } as unknown as ExchangePort;
  return { at, fetched: new FetchRelayed({} as Replica, store, port), told: () => wants };
}

it('what was asked for in vain is waited for, as a record showed it, and told of once', async () => {
  const { fetched, told } = withoutRelay();
  expect(await fetched.fetch([asked('1')])).toEqual([null]);
  await fetched.fetch([asked('1')]);
  expect(fetched.wanted).toEqual([{ digest: '1'.repeat(64), kind: 'content', hint: 'a.txt' }]);
  expect([fetched.isAnyAwaited, told()]).toEqual([true, 1]);
});

it('what lies there by now is not asked of members, and is awaited still', async () => {
  const { fetched } = withoutRelay(new Set(['1'.repeat(64)]));
  await fetched.fetch([asked('1'), asked('2')]);
  expect(fetched.wanted.map((each) => each.digest)).toEqual(['2'.repeat(64)]);
  expect(fetched.isAnyAwaited).toBe(true);
});

it('what nobody asked for again for a quarter of an hour nobody waits for any more', async () => {
  const { at, fetched } = withoutRelay();
  await fetched.fetch([asked('1')]);
  at.now = 10 * 60_000;
  await fetched.fetch([asked('2')]);
  at.now = 15 * 60_000 + 1;
  expect(fetched.wanted.map((each) => each.digest)).toEqual(['2'.repeat(64)]);
  at.now = 30 * 60_000;
  expect([fetched.wanted, fetched.isAnyAwaited]).toEqual([[], false]);
});
