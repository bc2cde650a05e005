/** From this length on it is asked whether both are the same memory: of a short array that is asked for its buffer the bytes are moved there. */
const LONG = 4096;

/** Not in constant time: for what is no secret. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => isSameMemory(a, b) || Buffer.compare(a, b) === 0;

const isSameMemory = (a: Uint8Array, b: Uint8Array): boolean =>
  a === b || (a.length > LONG && a.length === b.length && a.byteOffset === b.byteOffset && a.buffer === b.buffer);
