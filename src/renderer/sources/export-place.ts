import type { CollectionView } from '../../contract/contract.ts';
import { isAddress } from './account-address.ts';

const ENDINGS: readonly (readonly [begins: string, ending: string])[] = [
  ['csv-', '.csv'],
  ['ldif', '.ldif'],
  ['thunderbird', '.sqlite'],
  ['vcard', '.vcf'],
  ['icalendar', '.ics'],
];

/** Letters that a file's name has on no system. */
const NOT_IN_NAMES = /[\\/:*?"<>|\p{Cc}]+/gu;

/**
 * Where a copy of a collection may go: beside its first place on this device, named by it and the day (as in ISO 8601), which no source is
 * called. A folder of files has no ending. Without a place on a disk only the name.
 */
export function exportPlace(
  { name, sources }: Pick<CollectionView, 'name' | 'sources'>,
  format: string,
  day: string,
): string {
  const ending = format.endsWith('-folder') ? '' : (ENDINGS.find(([begins]) => format.startsWith(begins))?.[1] ?? '');
  const file = `${name.replace(NOT_IN_NAMES, '-')} ${day}${ending}`;
  const beside = sources.find(({ location }) => !isAddress(location))?.location;
  if (beside === undefined) return file;
  const end = Math.max(beside.lastIndexOf('/'), beside.lastIndexOf('\\'));
  return beside.slice(0, end + 1) + file;
}
