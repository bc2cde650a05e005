import { createHmac } from 'node:crypto';
import { bytesOf } from '../../record/encode-value.ts';
import type { CollectionId } from '../../record/ids.ts';

/** Names a collection on one link, to who has it: no stranger learns what is shared, and no other link can be compared. */
export function collectionTag(exporter: Uint8Array, id: CollectionId, byDialler: boolean): Uint8Array {
  return new Uint8Array(
    createHmac('sha256', exporter)
      .update(byDialler ? 'dialler' : 'listener')
      .update(bytesOf(id))
      .digest(),
  );
}

/** What a member signs to open a collection; good on this link only. */
export function openStatement(exporter: Uint8Array, id: CollectionId, byDialler: boolean): Uint8Array {
  return new Uint8Array(
    Buffer.concat([Buffer.from(`lockstep-open-1\0${byDialler ? 'dialler' : 'listener'}\0`), exporter, bytesOf(id)]),
  );
}
