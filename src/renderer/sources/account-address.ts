import { accountNamed } from '../../contract/account-name.ts';
import type { WireError } from '../../contract/contract.ts';

/** Is this the address of a server, or the name of an account at one, rather than a place on this device? */
export const isAddress = (place: string): boolean =>
  /^(?:https?|webcals?):\/\//i.test(place.trim()) || accountNamed(place) !== null;

/** Is this the address of a calendar that somebody publishes? It says so itself, and holds nothing else. */
export const isPublished = (place: string): boolean =>
  isAddress(place) && /^webcals?:|^[^?#]*\.ics(?:[?#]|$)/i.test(place.trim());

/** Who asks there, as the place itself says; null: it does not. */
export function userIn(place: string): string | null {
  const account = accountNamed(place);
  if (account !== null) return account.user === null ? null : place.trim();
  try {
    return decodeURIComponent(new URL(place.trim()).username) || null;
  } catch {
    return null;
  }
}

/** The address with who asks in it; the password never is. */
export function withUser(address: string, user: string): string {
  const typed = address.trim();
  if (user.trim() === '' || userIn(typed) !== null) return typed;
  return typed.replace('://', `://${encodeURIComponent(user.trim())}@`);
}

/** The address that a person has to confirm, where an account turned out to be at another host; null: nothing is to be confirmed. */
export const addressToConfirm = ({ code, subject }: WireError): string | null =>
  code === 'other-host' && userIn(subject) !== null ? subject : null;
