import type { ExportView } from '../../contract/contract.ts';
import { placeNewFolder } from '../content/place-new-folder.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { ENTRY } from '../record/file-entry.ts';
import { checkFree } from './new-place.ts';
import { checkOutside, type RestoreDisk, restoreTo } from './restore-to.ts';

/**
 * Writes a whole folder, as it is shown here now, to an absolute path where nothing is yet (CLI `export`); it is there once it is whole. `lost`: what was not
 * at hand, or has no place there. Fails as `restoreTo`.
 */
export async function exportFolder(
  port: Pick<HistoryPort, 'collection' | 'contents'>,
  place: string,
  disk: RestoreDisk,
): Promise<ExportView> {
  checkFree(disk.fs, place);
  const { parent, name } = checkOutside(place, disk);
  const real = `${parent === '/' ? '' : parent}/${name}`;
  return placeNewFolder(disk.fs, real, async (made) => {
    const moved = (path: string): string => (path.startsWith(`${real}/`) ? made + path.slice(real.length) : path);
    const there = { ...disk, forbidden: disk.forbidden.map(moved) };
    const { records, missing } = await restoreTo(port, null, { had: () => true }, made, there);
    return {
      records,
      lost: missing.map(({ record, why }) => ({ record, field: ENTRY, why: why.replaceAll(made, place) })),
    };
  });
}
