import type { KeepPort } from './keep-port.ts';

/** A larger content is not fetched ahead of need, or for others: it passes through memory whole. Bytes. */
export const LARGEST_FETCHED = 64 << 20;

/** Whether the version store may take `size` more bytes: not beyond what the user grants (`limit`), nor from what is to stay free (`disk`). */
export async function roomFor(port: KeepPort, size: number): Promise<'there' | 'limit' | 'disk'> {
  const { bytes, reserve } = port.limits();
  if (port.kept.keptBytes() + size > bytes) return 'limit';
  const free = await port.store.freeBytes();
  return free === null || free - size >= reserve ? 'there' : 'disk';
}
