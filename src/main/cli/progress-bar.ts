import type { CollectionView, ProgressView } from '../../contract/contract.ts';
import { numberText } from '../../contract/number-text.ts';
import { plainText } from '../platform/plain-text.ts';
import type { CommandCall } from './command.ts';
import { bytesText } from './show-value.ts';

const EVERY_MS = 200;
const BAR = 24;
const STAGES: { readonly [S in ProgressView['stage']]: string } = {
  listing: 'looking',
  reading: 'reading',
  receiving: 'receiving',
  writing: 'writing',
};

/** One line: what is done, how far, how fast, how long yet. Never wider than `columns`. */
export function progressLine(name: string, progress: ProgressView, columns: number): string {
  const [done, total] =
    progress.bytesTotal > 0 ? [progress.bytes, progress.bytesTotal] : [progress.items, progress.itemsTotal];
  const share = total > 0 ? Math.min(done / total, 1) : null;
  const full = Math.round((share ?? 0) * BAR);
  const parts = [
    `${plainText(name)}: ${STAGES[progress.stage]}`,
    share === null ? null : `[${'█'.repeat(full)}${'░'.repeat(BAR - full)}] ${Math.floor(share * 100)} %`,
    `${numberText(progress.items)}${progress.itemsTotal > 0 ? ` of ${numberText(progress.itemsTotal)}` : ''}`,
    progress.bytesTotal > 0 ? `${bytesText(progress.bytes)} of ${bytesText(progress.bytesTotal)}` : null,
    progress.secondsLeft === null ? null : `${timeLeft(progress.secondsLeft)} left`,
  ];
  return parts
    .filter((part) => part !== null)
    .join('  ')
    .slice(0, columns - 1);
}

/** What is shown of several collections: the first that works, and how many others do. */
export function progressOf(collections: readonly CollectionView[], columns: number): string | null {
  const working = collections.filter((collection) => collection.progress !== null);
  const first = working[0];
  if (!first?.progress) return null;
  const line = progressLine(first.name, first.progress, columns);
  return working.length === 1 ? line : `${line}  (+${working.length - 1})`.slice(0, columns - 1);
}

/** Runs long work, with a progress line on a terminal meanwhile; without one nothing is drawn. */
export async function withProgress<T>(call: CommandCall, work: Promise<T>): Promise<T> {
  const { noteColumns, note } = call.terminal;
  if (noteColumns === null || call.json) return work;
  let over = false;
  const draw = async () => {
    while (!over) {
      await Promise.race([work, new Promise((resolve) => setTimeout(resolve, EVERY_MS).unref())]);
      if (over) return;
      const line = progressOf((await call.ask('status')).collections, noteColumns);
      if (!over && line !== null) note(`\r\u001b[2K${line}`);
    }
  };
  // A failing status must not fail the work it only accompanies.
  const drawn = draw().catch(() => {});
  try {
    return await work;
  } finally {
    over = true;
    note('\r\u001b[2K');
    void drawn;
  }
}

function timeLeft(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.ceil(seconds))} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.ceil((seconds % 3600) / 60)} min`;
}
