/** By code units: the same order everywhere, a path before those below it; for no person to read. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
