import { useEffect, useRef, useState } from 'react';
import type { FoundCollectionView, WireError } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { useClient, useToast } from '../client/app-context.tsx';
import { RECORD_WORD } from '../components/kind-icon.tsx';
import { addressToConfirm } from './account-address.ts';
import type { useAccount } from './use-account.ts';

/** How places are added. */
interface Wanted {
  readonly name?: string;
  readonly create?: boolean;
  readonly format?: string;
  /** At a server: who logs in there, and what is looked for; null: a place on this device. */
  readonly server: {
    readonly account: Pick<ReturnType<typeof useAccount>, 'locate'>;
    readonly kind: 'contacts' | 'calendar';
    readonly isFeed: boolean;
  } | null;
}

/**
 * Adds one place, or several that were dropped (`locations`), and closes once all are added. `setPlace`: what the place turned out to be
 * has to be confirmed first.
 */
export function useAddPlaces(
  locations: readonly string[],
  setPlace: (place: string) => void,
  onClose: () => void,
): {
  /** Those of several that are not added yet. */
  readonly left: readonly string[];
  readonly busy: boolean;
  readonly error: WireError | null;
  /** Why those of several failed, each by its place. */
  readonly errors: ReadonlyMap<string, WireError>;
  /** An account with several collections of the kind: which of them is meant, a person says. */
  readonly found: readonly FoundCollectionView[];
  add(place: string, wanted: Wanted): Promise<void>;
  leaveOut(location: string): void;
  /** What was said of a place that is another by now. */
  forget(): void;
} {
  const client = useClient();
  const toast = useToast();
  const several = locations.length > 1;
  const [left, setLeft] = useState(locations);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WireError | null>(null);
  const [errors, setErrors] = useState<ReadonlyMap<string, WireError>>(new Map());
  const [found, setFound] = useState<readonly FoundCollectionView[]>([]);
  const isOpen = useIsOpen();

  const fail = (location: string, failure: WireError) =>
    several ? setErrors((before) => new Map(before).set(location, failure)) : setError(failure);
  const addOne = async (typed: string, { server, ...rest }: Wanted) => {
    const located =
      server === null ? { ok: true as const, location: typed } : await server.account.locate(typed, server.kind);
    if (!located.ok) {
      fail(typed, located.error);
      setPlace(addressToConfirm(located.error) ?? typed);
      return false;
    }
    const { location } = located;
    const asked = server === null ? rest : { ...rest, kind: server.isFeed ? ('calendar' as const) : server.kind };
    const reply = await client.request('collections:add', { location, ...asked });
    if (reply.ok) {
      const { collection, records, kind } = reply.value;
      const status = await client.request('status');
      const added = status.ok ? status.value.collections.find(({ id }) => id === collection) : undefined;
      const called = added?.name ?? location;
      toast('done', `${called}: ${counted(records, RECORD_WORD[kind])}, kept in step from now on`);
    } else await whyNot(location, reply.error, server?.kind ?? 'contacts');
    return reply.ok;
  };
  const whyNot = async (location: string, failure: WireError, kind: 'contacts' | 'calendar') => {
    const isOneOfSome = failure.code === 'several-collections';
    const listed = isOneOfSome ? await client.request('accounts:collections', location, kind) : null;
    const [first] = listed?.ok === true ? listed.value : [];
    if (listed?.ok !== true || first === undefined) {
      fail(location, listed?.ok === false ? listed.error : failure);
      return;
    }
    setFound(listed.value);
    setPlace(first.address);
  };
  const add = async (place: string, wanted: Wanted) => {
    setBusy(true);
    setError(null);
    setErrors(new Map());
    // One by one, and what failed stays on the screen: a bad place must not hide that the others were added.
    let failed: readonly string[] = [];
    for (const location of several ? left : [place.trim()]) {
      // Who closes it meanwhile wants no more of them.
      if (!isOpen.current) return;
      if (!(await addOne(location, wanted))) failed = [...failed, location];
    }
    setBusy(false);
    setLeft(failed);
    if (failed.length === 0) onClose();
  };
  const leaveOut = (location: string) => {
    const others = left.filter((one) => one !== location);
    setLeft(others);
    if (others.length === 0) onClose();
  };
  const forget = () => {
    setFound([]);
    setError(null);
  };
  return { left, busy, error, errors, found, add, leaveOut, forget };
}

/** false once it is closed, for what is still under way then. */
function useIsOpen(): { readonly current: boolean } {
  const isOpen = useRef(true);
  useEffect(() => {
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);
  return isOpen;
}
