import { encodeCanonical } from './canonical-cbor.ts';
import { encodeFrame } from './frame.ts';
import { MESSAGES, type Message } from './messages.ts';
import type { Codec } from './schema.ts';

interface Entry {
  readonly number: number;
  readonly header: Codec<unknown>;
  readonly body?: Codec<unknown>;
  readonly parts?: string;
}

/**
 * The frame of a message, as parts to be sent in order; the parts of its payload are not copied. The same message gives the same
 * bytes. Throws RangeError where it is larger than a frame may be: who fills one watches its size.
 */
export function encodeMessage(message: Message): Uint8Array[] {
  const entry = MESSAGES[message.is] as unknown as Entry;
  if (entry.parts === undefined) {
    const payload = entry.body === undefined ? [] : [encodeCanonical(entry.body.write(message))];
    return encodeFrame(entry.number, encodeCanonical(entry.header.write(message)), payload);
  }
  const parts = (message as unknown as { readonly [name: string]: readonly Uint8Array[] })[entry.parts] ?? [];
  const sizes = parts.map((part) => part.length);
  return encodeFrame(entry.number, encodeCanonical(entry.header.write({ ...message, sizes })), parts);
}
