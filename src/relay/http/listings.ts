import { fromHex } from '../../main/peers/protocol/hex.ts';
import type { StoredHeads, StoredItem } from '../rules/relay-store.ts';

/** Items as they are sent: `u64 sid | u32 length | bytes` for each. */
export function* itemsBytes(items: readonly StoredItem[]): Generator<Uint8Array> {
  for (const { sid, bytes } of items) yield Buffer.concat([unsigned64(sid), unsigned32(bytes.length), bytes]);
}

/** Heads as they are sent: `member key (32) | u64 ms | u32 length | bytes` for each. */
export function* headsBytes(heads: readonly StoredHeads[]): Generator<Uint8Array> {
  for (const { k, at, bytes } of heads)
    yield Buffer.concat([fromHex(k), unsigned64(at), unsigned32(bytes.length), bytes]);
}

function unsigned64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
function unsigned32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
