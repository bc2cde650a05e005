import type { Collection } from '../../../src/main/collection.ts';
import { canonicalText } from '../../../src/main/past/canonical-text.ts';
import { ENTRY } from '../../../src/main/record/file-entry.ts';
import type { StoredRecord } from '../../../src/main/store/record-store.ts';
import type { View } from '../root-view.ts';
import type { SimulatedDevice } from '../simulated-device.ts';

const nameOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/**
 * Where the disk does not tell case apart, a folder that gets a new case takes along what else lies in it: nobody deleted that. Then the device
 * says as well that it found the same under the folder's new name, or shows it there, where somebody made the same before.
 */
export function wentAlong(device: SimulatedDevice, shown: View, collection: Collection, gone: StoredRecord): boolean {
  if (!device.folding) return false;
  const entries = entriesOf(collection, gone, () => true);
  const isOwn = (log: string): boolean => log === collection.stored.ownLog;
  return [...collection.records.all()].some(
    (other) =>
      other.id !== gone.id &&
      other.id.toLowerCase() === gone.id.toLowerCase() &&
      nameOf(other.id) === nameOf(gone.id) &&
      entriesOf(collection, other, shown.has(other.id) ? () => true : isOwn).some((entry) => entries.includes(entry)),
  );
}

function entriesOf(collection: Collection, { row }: StoredRecord, isOf: (log: string) => boolean): readonly string[] {
  return collection.log.changesOf(row).flatMap((dot) => {
    const change = isOf(collection.log.nameOf(dot).name.log) ? collection.packages.changeAt(dot)?.change : undefined;
    return (change?.writes ?? []).flatMap(({ field, value }) => (field === ENTRY ? canonicalText(field, value) : []));
  });
}
