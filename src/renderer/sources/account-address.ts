/** Is this the address of a server, rather than a place on this device? */
export const isAddress = (place: string): boolean => /^(?:https?|webcals?):\/\//i.test(place.trim());

/** Is this the address of a calendar that somebody publishes? It says so itself, and holds nothing else. */
export const isPublished = (place: string): boolean =>
  isAddress(place) && /^webcals?:|^[^?#]*\.ics(?:[?#]|$)/i.test(place.trim());

/** The address with who asks in it; the password never is. */
export function withUser(address: string, user: string): string {
  const typed = address.trim();
  if (user.trim() === '' || /^[a-z]+:\/\/[^/@]+@/i.test(typed)) return typed;
  return typed.replace('://', `://${encodeURIComponent(user.trim())}@`);
}
