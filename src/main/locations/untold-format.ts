import type { RecordKind } from '../record/field-rules.ts';
import { FORMATS, isOneFile, type SourceFormat } from '../sources/formats.ts';

/**
 * What a person is told of a place whose format cannot be told: why, and which formats it may be in. `there` null: nothing is there yet; `size`:
 * bytes of the file that is.
 */
export function untoldFormat(
  location: string,
  there: { readonly isFolder: boolean; readonly size: number } | null,
  kind: RecordKind | null,
): string {
  const name = location.toLowerCase();
  const mayBe = (format: SourceFormat): boolean => {
    if (kind !== null && format.kind !== kind) return false;
    if (there?.isFolder === true) return format.layout === 'folder-of-files';
    return isOneFile(format) && name.endsWith(format.ending);
  };
  const names = FORMATS.filter(mayBe).map((format) => format.name);
  return `It cannot be told what is at ${location}${reason(name, there)}: say it with --format (${names.join(', ')}).`;
}

function reason(name: string, there: { readonly isFolder: boolean; readonly size: number } | null): string {
  if (there?.isFolder === true) return ', which holds files of other kinds too';
  if (!name.endsWith('.csv')) return '';
  if (there === null) return ', as several programs write tables, each its own';
  if (there.size === 0) return ', which is empty';
  return ', as its columns are none that Google, Outlook or Thunderbird write. They are known in English only: export it so, or as vCard. If it is one of theirs all the same';
}
