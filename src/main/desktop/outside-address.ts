const OUTSIDE = new Set(['http:', 'https:', 'mailto:']);

/** Whether an address may be handed to the system: the web and mail, never files or other programs' schemes. */
export function isOutsideAddress(text: string): boolean {
  try {
    return OUTSIDE.has(new URL(text).protocol);
  } catch {
    return false;
  }
}
