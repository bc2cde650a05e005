import { numberText } from './number-text.ts';
/** What a person is told of files with several names on one disk (hard links); '' where there are none. */
export function hardLinkWords(files: number | undefined): string {
  if (files === undefined || files === 0) return '';
  const have = files === 1 ? '1 file has other names' : `${numberText(files)} files have other names`;
  return `${have} on this disk (hard links). On other devices each name is a file of its own.`;
}
