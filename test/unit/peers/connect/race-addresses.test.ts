import { expect, it } from 'vitest';
import { raceAddresses } from '../../../../src/main/peers/connect/race-addresses.ts';
import type { ByteLink } from '../../../../src/main/peers/links/peer-link.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { flush } from '../../../fakes/flush.ts';

/** A race to addresses that answer when a test says so. */
function race(...addresses: readonly string[]) {
  const clock = new FakeClock();
  const dialled = new Map<string, { link(): void; fail(): void; signal: AbortSignal }>();
  const closed: string[] = [];
  const given = new AbortController();
  const dial = (address: string, signal: AbortSignal) =>
    new Promise<ByteLink & { readonly address: string }>((resolve, reject) => {
      const close = (why: string): void => void closed.push(`${address} ${why}`);
      const link = () => resolve({ address, close } as unknown as ByteLink & { readonly address: string });
      dialled.set(address, { link, fail: () => reject(new Error(`${address} is away`)), signal });
    });
  const outcome = raceAddresses(addresses, dial, clock, given.signal).then(
    ({ address }) => address,
    (error: Error) => error.message,
  );
  return { clock, dialled, closed, outcome, giveUp: () => given.abort() };
}

it('the next address is dialled after a quarter of a second, or as soon as one failed', async () => {
  const { clock, dialled, outcome } = race('a', 'b', 'c');
  expect([...dialled.keys()]).toEqual(['a']);
  await clock.advance(249);
  expect([...dialled.keys()]).toEqual(['a']);
  await clock.advance(1);
  expect([...dialled.keys()]).toEqual(['a', 'b']);
  dialled.get('a')?.fail();
  await flush();
  expect([...dialled.keys()]).toEqual(['a', 'b', 'c']);
  dialled.get('b')?.fail();
  dialled.get('c')?.fail();
  expect(await outcome).toBe('c is away');
});

it('the others are given up once there is a link, and one that comes all the same is closed', async () => {
  const { clock, dialled, closed, outcome } = race('a', 'b', 'c');
  await clock.advance(250);
  dialled.get('b')?.link();
  expect(await outcome).toBe('b');
  expect(dialled.get('a')?.signal.aborted).toBe(true);
  dialled.get('a')?.link();
  await clock.advance(1000);
  expect([closed, [...dialled.keys()]]).toEqual([['a another-won'], ['a', 'b']]);
});

it('who gives up waits for no other address', async () => {
  const { dialled, outcome, giveUp } = race('a', 'b');
  giveUp();
  dialled.get('a')?.fail();
  await flush();
  expect([...dialled.keys()]).toEqual(['a']);
  expect(await outcome).toBe('a is away');
});
