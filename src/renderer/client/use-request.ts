import { useCallback, useContext, useEffect, useRef, useState } from 'react';
import type { RequestName, Requests, WireError } from '../../contract/contract.ts';
import { useApp, useClient } from './app-context.tsx';
import { AnswerMemory } from './remembered-answers.ts';

export interface Requested<T> {
  /** null until the first answer; kept while the same question is asked again. */
  readonly value: T | null;
  readonly error: WireError | null;
  readonly loading: boolean;
  reload(): void;
}

/**
 * Asks once for each question (name and arguments) and again whenever `refresh` changes. An answer that comes after the next question was
 * put is dropped. `args` null: asks nothing. Below an `AnswerMemory` a question that was answered shows that answer at once, and is asked again
 * only if `refresh` is another since. What could not be had as Lockstep went away, for it was stopping or is gone, is no error of the
 * question's, for the banner of the page says that: it is still asked, and put again once Lockstep is back.
 */
export function useRequest<K extends RequestName>(
  name: K,
  args: Parameters<Requests[K]> | null,
  refresh: unknown = null,
): Requested<ReturnType<Requests[K]>> {
  type Value = ReturnType<Requests[K]>;
  const client = useClient();
  const memory = useContext(AnswerMemory);
  const question = args === null ? null : JSON.stringify([name, args]);
  const known = question === null ? null : (memory?.of(question) ?? null);
  const isFresh = known !== null && known.refresh === refresh;
  const [state, setState] = useState<{ of: string | null; value: Value | null; error: WireError | null }>({
    of: null,
    value: null,
    error: null,
  });
  const [loading, setLoading] = useState(question !== null && !isFresh);
  const [again, setAgain] = useState(0);
  const asked = useRef(0);
  const isAway = useApp(({ connection }) => connection.is === 'lost' && connection.again);
  const mine = state.of === question;
  const waits = isAway && mine && state.error !== null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the question is the arguments' text; refresh and again only ask anew
  useEffect(() => {
    if (waits) return;
    const turn = ++asked.current;
    if (question === null || args === null || (isFresh && again === 0)) {
      setLoading(false);
      return;
    }
    setLoading(true);
    void client.request(name, ...args).then((reply) => {
      if (turn !== asked.current) return;
      setLoading(false);
      if (reply.ok) {
        memory?.remember(question, reply.value, refresh);
        setState({ of: question, value: reply.value, error: null });
      } else
        setState((before) => ({
          of: question,
          value: before.of === question ? before.value : null,
          error: reply.error,
        }));
    });
  }, [client, memory, question, refresh, again, waits]);

  const reload = useCallback(() => setAgain((count) => count + 1), []);
  return {
    value: (mine ? state.value : null) ?? ((known?.value ?? null) as Value | null),
    error: mine && !waits ? state.error : null,
    loading: loading || waits,
    reload,
  };
}
