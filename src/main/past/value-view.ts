import type { ValueView } from '../../contract/contract.ts';
import { fileEntry } from '../record/file-entry.ts';
import type { Value } from '../record/value.ts';

/** A value as people and scripts see it: a file by type, size and SHA-256 (never by its chunks), anything else as it is. */
export function valueView(value: Value | undefined): ValueView {
  const entry = fileEntry(value);
  if (entry === null) return value ?? null;
  if (entry.type === 'file') return { type: 'file', size: entry.size, sha256: entry.digest };
  return entry.type === 'symlink' ? { type: 'symlink', target: entry.target } : { type: 'directory' };
}
