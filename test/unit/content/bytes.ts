/** `count` bytes of a small generator: the same for the same seed, and nothing a compressor can shorten. */
export function seededBytes(count: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(count / 4));
  let state = seed * 2 + 1;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = Math.imul(state, 0x9e3779b1);
  }
  return new Uint8Array(words.buffer, 0, count);
}
