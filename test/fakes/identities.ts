import { DeviceIdentity, makeSecrets } from '../../src/main/peers/identity/identity.ts';
import { createCollection } from '../../src/main/peers/membership/membership-log.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A device with keys of its own: the same random and name make the same one. */
export const makeIdentity = (random: SeededRandom, name: string): DeviceIdentity =>
  new DeviceIdentity(makeSecrets(random.fork(name)));

/** Several of them. */
export function makeIdentities<const Names extends readonly string[]>(
  random: SeededRandom,
  ...names: Names
): { readonly [At in keyof Names]: DeviceIdentity } {
  return names.map((name) => makeIdentity(random, name)) as never;
}

/** What a device says that begins a collection of files. */
export const aboutPhotos = {
  kind: 'files',
  name: 'Photos',
  deviceName: 'ana',
  nonce: new Uint8Array(32).fill(1),
  time: 1000,
} as const;

/** A collection that `creator` begins: its id, and the operations that do. */
export const foundPhotos = (creator: DeviceIdentity) => createCollection(creator, aboutPhotos);
