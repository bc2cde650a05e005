import { LockstepError } from '../platform/trouble.ts';
import type { Replica } from '../replica.ts';

/** Something a person does in several collections at once. */
export interface DoneInEach {
  /** The device it is about, by name. */
  readonly subject: string;
  /** Throws a `LockstepError` where it may not be done. */
  check(replica: Replica): void;
  act(replica: Replica): void;
  /** What happened: "Laptop was removed from". */
  readonly done: string;
  /** What is the same as before: "It stays in". */
  readonly undone: string;
}

/**
 * Does it wherever it may be done; which that is, is known before anything is changed. Where it may not be done somewhere it fails at the end, with
 * the code of the first refusal, and names what was done and what was not: a stolen computer is better out of some collections than of none.
 */
export function inEachCollection(
  replicas: readonly Replica[],
  { subject, check, act, done, undone }: DoneInEach,
): void {
  const refusals = replicas.map((replica) => ({ replica, refused: refusal(() => check(replica)) }));
  const may = refusals.filter(({ refused }) => refused === null).map(({ replica }) => replica);
  for (const replica of may) act(replica);
  const first = refusals.find(({ refused }) => refused !== null)?.refused;
  if (first == null) return;
  const alike = Map.groupBy(refusals, ({ refused }) => refused?.message ?? null);
  const kept = [...alike].flatMap(([why, those]) =>
    why === null ? [] : [` ${undone} ${named(those.map(({ replica }) => replica))}: ${why}`],
  );
  throw new LockstepError(first.code, `${done} ${named(may)}.${kept.join('')}`, subject);
}

const named = (replicas: readonly Replica[]): string =>
  replicas.map(({ collection }) => collection.stored.name).join(', ') || 'nothing';

/** null: it may be done. */
function refusal(check: () => void): LockstepError | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof LockstepError) return error;
    throw error;
  }
}
