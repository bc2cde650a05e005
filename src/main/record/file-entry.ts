import type { Digest } from './ids.ts';
import { fieldName } from './ids.ts';
import type { Fields, Value } from './value.ts';

/** The field every record has: is it there, or was it deleted (DESIGN 5)? */
export const EXISTS = fieldName('exists');
/** What a file record is: `FileEntry`. */
export const ENTRY = fieldName('entry');
/** true where the owner may execute the file. Files only; absent means no. */
export const EXECUTABLE = fieldName('executable');
/** Modification time of a file, whole microseconds since 1970 (what every file system we write to can give back). Merges to the larger. */
export const MODIFIED = fieldName('modified');

export type FileEntry =
  | {
      readonly type: 'file';
      /** SHA-256 of the bytes. */
      readonly digest: Digest;
      /** Bytes. */
      readonly size: number;
      /** Digest of the chunk list (content/chunk-list.ts); absent where the file is one chunk, named by its own digest. */
      readonly chunks?: Digest;
    }
  | { readonly type: 'directory' }
  | { readonly type: 'symlink'; readonly target: string };

/** The entry of a file record, or null where the fields hold none or one this version does not know. */
export function fileEntry(value: Value | undefined): FileEntry | null {
  if (value === null || typeof value !== 'object') return null;
  // Bytes and lists have none.
  const { type } = value as { type?: Value };
  return type === 'file' || type === 'directory' || type === 'symlink' ? (value as FileEntry) : null;
}

/** The fields of a file record as a source holds it. */
export function fileFields(entry: FileEntry, more?: { executable: boolean; modified: number }): Fields {
  const fields = new Map<typeof ENTRY, Value>([[ENTRY, entry as Value]]);
  if (entry.type === 'file' && more !== undefined) {
    if (more.executable) fields.set(EXECUTABLE, true);
    fields.set(MODIFIED, more.modified);
  }
  return fields;
}
