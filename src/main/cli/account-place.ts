import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { accountNamed } from '../../contract/account-name.ts';
import { plainText } from '../platform/plain-text.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { CommandCall } from './command.ts';
import { needsPassword, sourcePlace } from './place.ts';

type AccountKind = 'contacts' | 'calendar';

/**
 * Of which kind an account would be, by what the command line says; null: no account is meant. A path that is to be made is a path, and
 * so is one of any other format.
 */
export function accountKind(format: string | undefined, kind?: string, create = false): AccountKind | null {
  if (create) return null;
  if (format !== undefined) return format === 'carddav' ? 'contacts' : format === 'caldav' ? 'calendar' : null;
  return kind === 'contacts' || kind === 'calendar' ? kind : null;
}

/**
 * The place of a source as the instance wants it, and the password of whoever logs in there given to it. What is there is a path; else, where
 * an account of a kind is meant, an e-mail address or a host is one, and its server is found.
 */
export async function givenPlace(call: CommandCall, place: string, kind: AccountKind | null): Promise<string> {
  const { directory } = call.terminal;
  const account = kind === null || existsSync(resolve(directory, place)) ? null : accountNamed(place);
  if (account === null || kind === null) {
    const location = sourcePlace(place, directory);
    await givePassword(call, location);
    return location;
  }
  const { origin, addresses } = await call.ask('accounts:find', place, kind, null).catch((error: unknown) => {
    // A name with a dot in it may have been meant for a file.
    const isPath = error instanceof LockstepError && error.code === 'not-reachable';
    if (!isPath || account.user !== null || account.port !== null) throw error;
    throw new LockstepError('no-such-path', `There is no ${place} here. ${error.message}`, place, error);
  });
  const isSomebody = addresses.some(needsPassword);
  const password = isSomebody ? await askedPassword(call, new URL(origin).host) : null;
  return isSomebody ? (await call.ask('accounts:log-in', addresses, kind, password)).address : addresses[0]!;
}

/** A server's password is taken from the environment or asked for, never from the arguments, which others can see. */
export async function givePassword(call: CommandCall, location: string): Promise<void> {
  if (!needsPassword(location)) return;
  const password = await askedPassword(call, new URL(location).host);
  if (password !== null) await call.ask('accounts:password', location, password);
}

/** null: the one the instance has. */
async function askedPassword({ terminal }: CommandCall, host: string): Promise<string | null> {
  const { environment, askSecret } = terminal;
  const password =
    environment.LOCKSTEP_PASSWORD ?? (await askSecret?.(`Password at ${plainText(host)} (empty: the one it has): `));
  return password === undefined || password === '' ? null : password;
}
