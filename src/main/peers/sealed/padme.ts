/**
 * The length something of `length` bytes is padded to (Nikitin et al., Reducing Metadata Leakage from Encrypted Files, 2019): at most 12 % more, and
 * of all lengths only a few dozen a magnitude are left to tell.
 */
export function padmeLength(length: number): number {
  const exponent = 31 - Math.clz32(length);
  const kept = 32 - Math.clz32(exponent);
  const step = 2 ** Math.max(0, exponent - kept);
  return Math.ceil(length / step) * step;
}

const MARK = 0x80;

/** The bytes, a mark, and zeros up to such a length. */
export function pad(content: Uint8Array): Uint8Array {
  const padded = new Uint8Array(padmeLength(content.length + 1));
  padded.set(content);
  padded[content.length] = MARK;
  return padded;
}

/** The bytes that `pad` was given; shares their memory. Throws a RangeError where they were padded in another way. */
export function unpad(padded: Uint8Array): Uint8Array {
  let end = padded.length - 1;
  while (end > 0 && padded[end] === 0) end--;
  if (padded[end] !== MARK || padmeLength(end + 1) !== padded.length)
    throw new RangeError('not padded as it should be');
  return padded.subarray(0, end);
}
