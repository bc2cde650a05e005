import { compareTexts } from '../../record/compare-texts.ts';
import type { CollectionId, MemberKey } from '../../record/ids.ts';
import { fromHex } from './hex.ts';

/** What a member signs to be let in at a relay: the relay's name is inside, so that no relay can pass the answer on to another. */
export function authenticationBytes(what: {
  readonly origin: string;
  /** 32 bytes in hex. */
  readonly challenge: string;
  readonly group: CollectionId;
  /** Milliseconds since 1970, as the challenge told it. */
  readonly time: number;
}): Uint8Array {
  const origin = Buffer.from(what.origin);
  return Buffer.concat([
    Buffer.from('lockstep-relay-1\0'),
    Uint8Array.of(origin.length >> 8, origin.length & 0xff),
    origin,
    fromHex(what.challenge),
    fromHex(what.group),
    unsigned64(what.time),
  ]);
}

/** What an admin signs to set the keys of a group at a relay; the order of `keys` does not matter. */
export function aclBytes(
  group: CollectionId,
  generation: number,
  keys: readonly { readonly k: MemberKey; readonly admin: boolean }[],
): Uint8Array {
  const sorted = [...keys].sort((a, b) => compareTexts(a.k, b.k));
  return Buffer.concat([
    Buffer.from('lockstep-relay-acl-1\0'),
    fromHex(group),
    unsigned64(generation),
    ...sorted.flatMap(({ k, admin }) => [fromHex(k), Uint8Array.of(admin ? 1 : 0)]),
  ]);
}

function unsigned64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
