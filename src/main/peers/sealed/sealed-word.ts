import { createHmac } from 'node:crypto';
import { digestOf } from '../../platform/hash.ts';
import type { CollectionId } from '../../record/ids.ts';
import { NO_EPOCH, openItem, sealItem } from './sealed-item.ts';

const LABEL = 'lockstep-word-1\0';

/** What a word is sealed with. */
export interface WordSeal {
  readonly group: CollectionId;
  /** The members secret: who was removed knows it, and no epoch made since. */
  readonly secret: Uint8Array;
}

/**
 * Operations for a device that was removed, as they wait for it at a relay. Whoever seals the same has the same bytes (the salt follows from them,
 * by the secret), so that of several admins none has to tell it again. null: they are too long for it.
 */
export function sealWord({ group, secret }: WordSeal, operations: readonly Uint8Array[]): Uint8Array | null {
  const salt = createHmac('sha256', secret).update(LABEL).update(operations.map(digestOf).join()).digest();
  try {
    return sealItem({ group, secret, epoch: NO_EPOCH, salt }, { is: 'members', operations });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Throws a RangeError that says what is wrong with it: anybody can have made anything of it. */
export function openWord({ group, secret }: WordSeal, bytes: Uint8Array): readonly Uint8Array[] {
  const item = openItem(bytes, { group, secret });
  if (item.is !== 'members') throw new RangeError(`a word that is ${item.is}`);
  return item.operations;
}
