import { useCallback, useEffect, useState } from 'react';
import type { ActView, HistoryQuery, WireError } from '../../contract/contract.ts';
import { useClient } from '../client/app-context.tsx';

const PAGE = 200;
/** So many rows before the last one that is here older ones are asked for. */
const NEAR_END = 30;
/** How many changes of an act a row needs to describe it. */
const SPELLED_OUT = 4;

export interface ActPages {
  readonly acts: readonly ActView[];
  /** true: no older ones. */
  readonly complete: boolean;
  readonly loading: boolean;
  readonly error: WireError | null;
  /** Asks for what could not be had again. */
  reload(): void;
  /** A list shows this row: it and those after it are asked for, if they are not here. */
  reach(at: number): void;
}

/**
 * The history from the newest on, page by page as it is scrolled. `revision` rises when something happened: then the newest page is asked
 * for again and put before what is here, so that nothing below jumps.
 */
export function useActs(filter: HistoryQuery, revision: number): ActPages {
  const client = useClient();
  const question = JSON.stringify(filter);
  const [state, setState] = useState<{ of: string; acts: readonly ActView[]; complete: boolean }>({
    of: question,
    acts: [],
    complete: false,
  });
  const [error, setError] = useState<WireError | null>(null);
  const [loading, setLoading] = useState(false);
  const [again, setAgain] = useState(0);
  const [wanted, setWanted] = useState({ of: question, count: 0 });

  const ask = useCallback(
    async (before: string | undefined) => {
      const query = JSON.parse(question) as HistoryQuery;
      return client.request('history:acts', {
        ...query,
        limit: PAGE,
        changesLimit: SPELLED_OUT,
        ...(before === undefined ? {} : { before }),
      });
    },
    [client, question],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: revision and again only ask for the newest again
  useEffect(() => {
    let dropped = false;
    setLoading(true);
    void ask(undefined).then((reply) => {
      if (dropped) return;
      setLoading(false);
      setError(reply.ok ? null : reply.error);
      if (!reply.ok) return;
      const newest = reply.value;
      setState((old) => {
        const fresh = { of: question, acts: newest, complete: newest.length < PAGE };
        if (old.of !== question) return fresh;
        // An act that still goes on has another id each time; the oldest of the page is at rest, or all is asked for anew.
        const last = newest.at(-1)?.id;
        const meets = old.acts.findIndex((one) => one.id === last);
        if (meets === -1) return fresh;
        const older = old.acts.slice(meets + 1);
        return { of: question, acts: [...newest, ...older], complete: old.complete };
      });
    });
    return () => {
      dropped = true;
    };
  }, [ask, question, revision, again]);

  const mine = state.of === question ? state : { acts: [], complete: false };
  const last = mine.acts.at(-1)?.id;
  // What follows from what is wanted and what is here: whatever became of an answer under way, the next one is asked for all the same.
  const isShort = last !== undefined && !mine.complete && wanted.of === question && wanted.count > mine.acts.length;
  // What failed is asked for once more, and again whenever something happened.
  const retry = error === null ? null : `${revision} ${again}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: retry only asks again
  useEffect(() => {
    if (!isShort || last === undefined) return;
    let dropped = false;
    void ask(last).then((reply) => {
      if (dropped) return;
      setError(reply.ok ? null : reply.error);
      if (!reply.ok) return;
      setState((old) => {
        if (old.of !== question || old.acts.at(-1)?.id !== last) return old;
        return { of: question, acts: [...old.acts, ...reply.value], complete: reply.value.length < PAGE };
      });
    });
    return () => {
      dropped = true;
    };
  }, [ask, question, last, isShort, retry]);
  const reach = (at: number) => {
    const count = at + NEAR_END;
    if (wanted.of !== question || count > wanted.count) setWanted({ of: question, count });
  };
  const reload = useCallback(() => setAgain((count) => count + 1), []);
  return { acts: mine.acts, complete: mine.complete, loading, error, reload, reach };
}
