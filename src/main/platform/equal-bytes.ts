/** Not in constant time: for what is no secret. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => a === b || Buffer.compare(a, b) === 0;
