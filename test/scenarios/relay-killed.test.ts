import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StatusView } from '../../src/contract/contract.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';
import { RelayProcess } from './relay-process.ts';

// Two computers that are never on together, and a relay that is killed while the one leaves things there, and while the other fetches.
const [here, there] = [new Folder('killed-here'), new Folder('killed-there')];
let relay: RelayProcess;
let [laptop, desktop]: Device[] = [];

beforeAll(async () => {
  relay = await RelayProcess.start(['--operator', '127.0.0.1:0']);
  laptop = await Device.start('laptop');
  desktop = await Device.start('desktop');
  await laptop.ask('config', 'relay', relay.url);
  const { collection } = await laptop.add(here, '--name', 'papers');
  await desktop.join(laptop, collection, there);
  await laptop.sync();
  await desktop.stop();
});
afterAll(async () => {
  await end(laptop, desktop);
  await relay?.stop();
});

/** Kills the relay once it has counted something since its start; it comes back where it was. */
async function killAfter(what: string): Promise<void> {
  const counted = async (): Promise<number> => {
    const text = await (await fetch(`http://${relay.ready.operator}/metrics`)).text();
    return Number(new RegExp(`^lockstep_relay_${what}_total (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  };
  await expect.poll(counted, { interval: 5 }).toBeGreaterThan(0);
  await relay.stop('SIGKILL');
  const { url, data } = relay;
  relay = await RelayProcess.start(['--operator', '127.0.0.1:0'], { data, listen: new URL(url).host });
  expect(relay.url).toBe(url);
}

it('what the one left reaches the other whole', async () => {
  for (let n = 0; n < 400; n++) here.write(`${n % 7}/small-${n}`, randomBytes(2000));
  here.write('large', randomBytes(40_000_000));
  await laptop!.look();
  await killAfter('packs_in_bytes');
  // All is up: nothing waits any more, and the relay is there.
  const atRelay = async () => {
    const { collections } = await laptop!.ask<StatusView>('status');
    return collections.map((each) => [each.relay?.state, each.relay?.waiting]);
  };
  await expect.poll(atRelay, { interval: 500 }).toEqual([['level', 0]]);
  await laptop!.stop();
  await desktop!.restart();
  await killAfter('packs_out_bytes');
  await expect.poll(() => there.has('large') && there.has('6/small-398'), { interval: 500 }).toBe(true);
  await desktop!.sync();
  for (let n = 0; n < 400; n++)
    expect([n, there.bytes(`${n % 7}/small-${n}`).equals(here.bytes(`${n % 7}/small-${n}`))]).toEqual([n, true]);
  expect(there.bytes('large').equals(here.bytes('large'))).toBe(true);
  expect(relay.log.join('')).toBe('');
});
