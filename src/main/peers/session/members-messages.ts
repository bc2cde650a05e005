import type { MessageOf } from '../protocol/messages.ts';
import type { SharedCollection } from './shared-collection.ts';

/** Bytes of operations in one message. */
const MAX_FRAME_PARTS = 900 << 10;

/** Tells which membership operations there are, and these of them, in as many messages as they need. */
export function membersMessages(
  shared: SharedCollection,
  h: number,
  ops: readonly Uint8Array[],
): readonly MessageOf<'MEMBERS'>[] {
  const heads = shared.membershipHeads();
  const messages: MessageOf<'MEMBERS'>[] = [];
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for (const op of ops) {
    if (bytes + op.length > MAX_FRAME_PARTS || batch.length >= 2048) {
      messages.push({ is: 'MEMBERS', h, heads, ops: batch });
      batch = [];
      bytes = 0;
    }
    batch.push(op);
    bytes += op.length;
  }
  messages.push({ is: 'MEMBERS', h, heads, ops: batch });
  return messages;
}
