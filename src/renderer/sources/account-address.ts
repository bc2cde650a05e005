/** Is this the address of a server, rather than a place on this device? */
export const isAddress = (place: string): boolean => /^(?:https?|webcals?):\/\//i.test(place.trim());

/** The address with who asks in it; the password never is. */
export function withUser(address: string, user: string): string {
  const typed = address.trim();
  if (user.trim() === '' || /^[a-z]+:\/\/[^/@]+@/i.test(typed)) return typed;
  return typed.replace('://', `://${encodeURIComponent(user.trim())}@`);
}
