import { afterEach, expect, it } from 'vitest';
import type { Role } from '../../../src/contract/contract.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';

const HOME = `https://home.example:8443#k=${'A'.repeat(43)}`;
const OTHER = 'https://other.example:443';

let group: SimulatedGroup;
afterEach(() => {
  for (const device of group.devices) device.end();
});

/** Computers that share nothing yet. */
async function strangers(): Promise<[SimulatedDevice, SimulatedDevice]> {
  group = new SimulatedGroup(new SeededRandom('relays'));
  const first = group.addDevice({ skewed: false, folding: false });
  const second = group.addDevice({ skewed: false, folding: false });
  for (const device of [first, second]) await group.start(device);
  return [first, second];
}
/** Computers that share a folder; the second has this role. */
async function devices(role: Role = 'admin'): Promise<[SimulatedDevice, SimulatedDevice]> {
  const [first, second] = await strangers();
  await group.create(first);
  await group.join(second, first, role);
  await group.pass(5000);
  return [first, second];
}
const relayOf = (device: SimulatedDevice) => group.replica(device)?.membership.relay();
const config = (device: SimulatedDevice, value: string) => device.running?.handlers.config('relay', value);
async function restart(device: SimulatedDevice): Promise<void> {
  device.kill();
  await group.start(device);
  await group.pass(5000);
}

it('what an admin sets every member learns, and has no more once it is cleared', async () => {
  const [first, second] = await devices('reader');
  expect(config(first, `${HOME.replace('home', 'HOME')} `)).toEqual({ relay: HOME });
  await group.pass(5000);
  expect([relayOf(first), relayOf(second)]).toEqual([HOME, HOME]);
  expect(second.running?.handlers.status()).toMatchObject({ collections: [{ relay: { url: HOME } }] });
  const shown = () => [second.running?.handlers.config('relay', null), second.running?.handlers.config(null, null)];
  for (const each of shown()) expect(each).toMatchObject({ relay: HOME });
  expect(config(first, '')).toEqual({ relay: '' });
  await group.pass(5000);
  expect([relayOf(first), relayOf(second)]).toEqual(['', '']);
  expect(second.running?.handlers.status()).toMatchObject({ collections: [{ relay: null }] });
  for (const each of shown()) expect(each).toMatchObject({ relay: '' });
});

it('a device that is an admin of none is told who is, and nothing is set', async () => {
  const [first, second] = await devices('editor');
  expect(() => config(second, HOME)).toThrow(
    expect.objectContaining({ code: 'not-allowed', message: expect.stringMatching(/admin of none: do it on A\.$/) }),
  );
  config(first, HOME);
  await group.pass(5000);
  expect(() => config(second, '')).toThrow(
    expect.objectContaining({ code: 'not-allowed', message: expect.stringMatching(/do it on A\.$/) }),
  );
  config(first, '');
  await group.pass(5000);
  expect(config(second, '')).toEqual({ relay: '' });
  expect(() => config(first, 'home.example')).toThrow(expect.objectContaining({ code: 'bad-relay-url' }));
  expect([relayOf(second), second.engine.config.text('relay'), first.engine.config.text('relay')]).toEqual([
    '',
    '',
    '',
  ]);
});

it('the last word counts: neither a start nor the word of another admin brings back what was set before', async () => {
  const [first, second] = await devices();
  config(first, HOME);
  await group.pass(5000);
  config(second, OTHER);
  await group.pass(5000);
  expect([relayOf(first), relayOf(second)]).toEqual([OTHER, OTHER]);
  await restart(first);
  expect([relayOf(first), relayOf(second)]).toEqual([OTHER, OTHER]);
  // Also that there shall be none, whoever had set one.
  expect(config(first, '')).toEqual({ relay: '' });
  await group.pass(5000);
  expect([relayOf(first), relayOf(second)]).toEqual(['', '']);
  await restart(second);
  expect([relayOf(first), relayOf(second)]).toEqual(['', '']);
  for (const [device, url] of [
    [first, HOME],
    [second, OTHER],
    [first, HOME],
  ] as const) {
    config(device, url);
    await group.pass(5000);
    expect([relayOf(first), relayOf(second)]).toEqual([url, url]);
  }
});

it('a collection made later has it too; one that is joined keeps what it was given', async () => {
  const [first, second] = await strangers();
  config(first, HOME);
  config(second, OTHER);
  await group.create(first);
  expect(relayOf(first)).toBe(HOME);
  await group.join(second, first);
  await group.pass(5000);
  expect([relayOf(first), relayOf(second)]).toEqual([HOME, HOME]);
});

it('who becomes an admin gives it its relay where there is none', async () => {
  const [first, second] = await strangers();
  config(second, HOME);
  await group.create(first);
  await group.join(second, first, 'reader');
  await group.pass(5000);
  expect(relayOf(second)).toBe('');
  const replica = group.replica(first);
  if (replica !== null) first.engine.members.setRole(replica, second.identity.id, 'admin');
  await group.pass(5000);
  expect([relayOf(first), relayOf(second)]).toEqual([HOME, HOME]);
});

it('one given for a run goes over what there is, once; without it the next run takes nothing back', async () => {
  const [first, second] = await devices();
  config(second, OTHER);
  await group.pass(5000);
  first.relay = HOME;
  await restart(first);
  expect([relayOf(first), relayOf(second), first.engine.config.text('relay')]).toEqual([HOME, HOME, '']);
  const { config: asked } = first.running?.handlers ?? {};
  expect([asked?.('relay', null), asked?.(null, null)]).toEqual([
    { relay: HOME },
    expect.objectContaining({ relay: HOME }),
  ]);
  config(second, OTHER);
  await group.pass(5000);
  await restart(first);
  expect([relayOf(first), relayOf(second)]).toEqual([OTHER, OTHER]);
  first.relay = null;
  await restart(first);
  expect(relayOf(first)).toBe(OTHER);
});

it('a program that is started with an address that is none does not start', async () => {
  group = new SimulatedGroup(new SeededRandom('relays'));
  const device = group.addDevice({ skewed: false, folding: false });
  device.relay = 'http://home.example';
  await expect(group.start(device)).rejects.toMatchObject({ code: 'bad-relay-url' });
});

it('what was said of a collection that is left is forgotten here, and stays there', async () => {
  const [first, second] = await devices();
  config(second, HOME);
  await group.pass(5000);
  const replica = group.replica(second);
  if (replica !== null) await group.until(second, second.engine.leave(replica));
  expect(second.engine.registry.setting(`relay.${replica?.id}`)).toBeNull();
  expect(relayOf(first)).toBe(HOME);
});
