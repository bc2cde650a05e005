/** The same text, of memory of its own: what is cut out of another keeps all of that in memory, here for as long as an item is at hand. */
export const detached = (text: string): string => Buffer.from(text).toString();
