import type { RecordId } from '../../record/ids.ts';
import type { ConstructItem, ConstructOutcome, ItemProblem } from '../source-adapter.ts';

/** One of several changes to a text: at which of its items; null: a new one. */
interface Apart {
  readonly item: ConstructItem;
  readonly native: object | null;
}

const WOULD_RUN_TOGETHER = 'what is damaged beside it would become one with it: mend that, then it is written';

/** What is said of an item that was not written. */
export const refused = (id: RecordId, reason: ItemProblem['code'], detail: string): ConstructOutcome => ({
  id,
  done: 'refused',
  reason,
  detail,
});

/** Writes what cannot be written all at once, so that only that waits which cannot be at all. `write`: as many of them as it is given, at once. */
export async function writeInParts(
  writes: readonly Apart[],
  write: (items: readonly ConstructItem[]) => Promise<readonly ConstructOutcome[]>,
): Promise<readonly ConstructOutcome[]> {
  const wait = (parts: readonly Apart[]) => parts.map(({ item }) => refused(item.id, 'malformed', WOULD_RUN_TOGETHER));
  if (writes.length === 1) return wait(writes);
  const outcomes: ConstructOutcome[] = [];
  const each = async (part: readonly Apart[]): Promise<void> => {
    if (part.length > 0) outcomes.push(...(await write(part.map(({ item }) => item))));
  };
  const news = writes.filter(({ native }) => native === null);
  let rest = writes.filter(({ native }) => native !== null);
  if (rest.length === 0) {
    // All that is new comes to one place: where neither the first nor the last can be written, none can.
    await each(news.slice(0, 1));
    await each(news.slice(-1));
    rest = news.slice(1, -1);
    if (outcomes.every(({ done }) => done === 'refused')) return [...outcomes, ...wait(rest)];
  } else await each(news);
  const half = news.length > 0 && news.length < writes.length ? rest.length : Math.ceil(rest.length / 2);
  await each(rest.slice(0, half));
  await each(rest.slice(half));
  return outcomes;
}
