import { useEffect, useState } from 'react';
import type { ConflictsView, WireError } from '../../contract/contract.ts';
import { useApp } from '../client/app-context.tsx';
import { useRequest } from '../client/use-request.ts';

const FIRST = 200;
/** Each time the end comes near so many times more are asked for: all of many thousands are here after a few. */
const TIMES = 4;
const NEAR_END = 30;

/** The open conflicts of a collection (null: of all) with a text in their names: the first of them, more as they are scrolled. */
export function useConflicts(collection: string | null, text: string) {
  const revision = useApp((state) => state.revision);
  const filter = `${collection}\n${text}`;
  const [asked, setAsked] = useState({ of: filter, limit: FIRST });
  const limit = asked.of === filter ? asked.limit : FIRST;
  const query = { ...(collection === null ? {} : { collection }), ...(text === '' ? {} : { text }), limit };
  const { value, error, loading, reload } = useRequest('conflicts:first', [query], revision);
  // What was found before stays until the next answer is there.
  const [last, setLast] = useState<ConflictsView | null>(null);
  useEffect(() => {
    if (value !== null) setLast(value);
  }, [value]);
  const view = value ?? last;
  const more = (at: number) => {
    // By what is shown: an answer may be under way just now, and the end is told of once.
    if (view === null || view.list.length >= view.total || at < view.list.length - NEAR_END) return;
    setAsked({ of: filter, limit: Math.max(limit, view.list.length * TIMES) });
  };
  return { view, error, loading, reload, more } satisfies {
    view: ConflictsView | null;
    error: WireError | null;
    loading: boolean;
    reload: () => void;
    more: (at: number) => void;
  };
}
