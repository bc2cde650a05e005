/** A smaller text is copied. */
const WORTH_ROOM = 1 << 20;
/** How much of each memory with room behind a text is in use. */
const inUse = new WeakMap<ArrayBufferLike, number>();

/**
 * A text with this behind it. A large one is put into memory with room for half as much again, which takes no memory before it is written to, and what comes
 * next is put there: a text that is filled is neither copied each time nor in memory twice. What was given stays as it is.
 */
export function appended(text: Uint8Array, added: Uint8Array): Uint8Array {
  const length = text.length + added.length;
  if (length < WORTH_ROOM) return Buffer.concat([text, added], length);
  const end = text.byteOffset + text.length;
  const hasRoom = inUse.get(text.buffer) === end && text.buffer.byteLength >= end + added.length;
  const memory = hasRoom ? text.buffer : new ArrayBuffer(length + (length >> 1));
  const from = hasRoom ? text.byteOffset : 0;
  const whole = Buffer.from(memory, from, length);
  if (!hasRoom) whole.set(text);
  whole.set(added, text.length);
  inUse.set(memory, from + length);
  return whole;
}
