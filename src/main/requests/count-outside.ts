import { isLive, shownFields } from '../merge/record-state.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Replica } from '../replica.ts';

/** Live records that rules keep out of the sources here. Asks every record where there are any, so it is not for what is shown all the time. */
export function countOutside(replica: Replica): number {
  const { records, kind, log } = replica.collection;
  const [first] = replica.synchronizers.values();
  if (first === undefined || first.adapter.rulesVersion() === 0) return 0;
  let outside = 0;
  for (const { id, state } of records.all()) {
    if (!isLive(state)) continue;
    const isDirectory = fileEntry(shownFields(kind, state, log.order).get(ENTRY)?.value)?.type === 'directory';
    if (first.adapter.outside(id, isDirectory)) outside++;
  }
  return outside;
}
