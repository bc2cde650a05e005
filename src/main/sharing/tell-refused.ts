import type { Collection } from '../collection.ts';
import type { PackagesTaken } from '../peers/session/shared-collection.ts';
import { recordId } from '../record/ids.ts';
import { changeLogSource } from '../store/problem-store.ts';

/**
 * Of a device that gives what cannot be taken nothing comes any more: its link ends there each time. That is a problem by its name, until
 * something it gives is taken. `now`: milliseconds since 1970.
 */
export function tellRefused(
  { problems, stored: collection }: Pick<Collection, 'problems' | 'stored'>,
  device: string,
  { refused, stored }: Pick<PackagesTaken, 'refused' | 'stored'>,
  now: number,
): void {
  const source = changeLogSource(collection.row);
  const name = recordId(device);
  if (refused !== null) {
    const detail = `What ${device} wrote was refused, so that nothing more of it comes: ${refused}.`;
    problems.put(source, name, 'package-refused', detail, now);
  } else if (stored > 0 && problems.find(source, name)?.code === 'package-refused') problems.drop(source, name);
}
