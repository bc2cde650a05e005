import { hkdfSync } from 'node:crypto';
import type { Random } from '../../platform/random.ts';
import type { CollectionId } from '../../record/ids.ts';
import { checkedText, parseCheckedText } from './checked-text.ts';
import { DeviceIdentity, makeSecrets } from './identity.ts';

const LABEL = 'lockstep-recovery-text-1';
const KEY_BYTES = 32;

/** A recovery key as it is printed. Whoever holds it can make one of the devices of its collection an admin. */
export function makeRecoveryKey(random: Random): string {
  return checkedText(random.bytes(KEY_BYTES), LABEL);
}

/**
 * The admin that is nobody's device: everything about it follows from the printed key and the collection. null where the text is no such
 * key, or mistyped.
 */
export function recoveryIdentity(text: string, collection: CollectionId): DeviceIdentity | null {
  const key = parseCheckedText(text, LABEL, KEY_BYTES);
  return key === null ? null : new DeviceIdentity(makeSecrets(derived(key, collection)));
}

function derived(key: Uint8Array, collection: CollectionId): Random {
  let drawn = 0;
  return {
    bytes: (count) =>
      new Uint8Array(hkdfSync('sha256', key, Buffer.from(collection, 'hex'), `lockstep-recovery-1\0${drawn++}`, count)),
  };
}
