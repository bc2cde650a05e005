import { useState } from 'react';
import { accountNamed } from '../../contract/account-name.ts';
import type { WireError } from '../../contract/contract.ts';
import { useClient } from '../client/app-context.tsx';
import { userIn, withUser } from './account-address.ts';

type Located = { readonly ok: true; readonly location: string } | { readonly ok: false; readonly error: WireError };

/** Who logs in at a server, as it is typed. */
export function useAccount() {
  const client = useClient();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [isLocating, setIsLocating] = useState(false);
  const find = async (place: string, kind: 'contacts' | 'calendar'): Promise<Located> => {
    const typed = place.trim();
    if (accountNamed(typed) === null) {
      const location = withUser(typed, user);
      if (userIn(location) === null || password === '') return { ok: true, location };
      const known = await client.request('accounts:password', location, password);
      return known.ok ? { ok: true, location } : known;
    }
    const found = await client.request('accounts:find', typed, kind, user.trim() === '' ? null : user.trim());
    if (!found.ok) return found;
    const { addresses } = found.value;
    const [first = ''] = addresses;
    if (userIn(first) === null) return { ok: true, location: first };
    const entered = await client.request('accounts:log-in', addresses, kind, password === '' ? null : password);
    return entered.ok ? { ok: true, location: entered.value.address } : entered;
  };
  /** The whole address of a place at a server, found where only an account is named; the password is kept for it by then. */
  const locate = async (place: string, kind: 'contacts' | 'calendar'): Promise<Located> => {
    setIsLocating(true);
    const located = await find(place, kind);
    setIsLocating(false);
    return located;
  };
  return { user, setUser, password, setPassword, locate, isLocating };
}
