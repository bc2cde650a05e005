const REQUEST_ITEMS = 512;
const REQUEST_BYTES = 2 << 20;
const REQUESTS_AHEAD = 4;

/** Cuts items into requests of about 2 MiB, in order. `sizeOfItem`: bytes. */
export function batches<T>(items: readonly T[], sizeOfItem: (item: T) => number): readonly (readonly T[])[] {
  const out: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    let last = out.at(-1);
    const size = sizeOfItem(item);
    if (last === undefined || last.length >= REQUEST_ITEMS || bytes + size > REQUEST_BYTES) {
      last = [];
      out.push(last);
      bytes = 0;
    }
    last.push(item);
    bytes += size;
  }
  return out;
}

/** Works on a few at a time, beginning in order. */
export async function allAhead<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(REQUESTS_AHEAD, items.length) }, worker));
}
