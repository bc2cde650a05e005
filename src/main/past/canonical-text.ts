import { componentInOneOrder } from '../record/component-text.ts';
import { hexOf } from '../record/encode-value.ts';
import { COMPONENT, TIME_ZONES } from '../record/field-rules.ts';
import { EXECUTABLE, fileEntry } from '../record/file-entry.ts';
import type { FieldName } from '../record/ids.ts';
import { sortedJson } from '../record/sorted-json.ts';
import type { Value } from '../record/value.ts';

/**
 * One text for all values of a field that are equal in meaning, the same on every device: keys sorted, bytes in hex, the chunk list of
 * a file left out (it follows from the bytes), a flag that is not set is one that is off, a zone is told by its name, and the order of lines in a
 * component tells nothing.
 */
export function canonicalText(field: FieldName, value: Value): string {
  if (field === EXECUTABLE) return value === true ? 'true' : 'false';
  if (field.startsWith(TIME_ZONES)) return String(value !== null);
  const entry = value !== null && typeof value === 'object' ? fileEntry(value) : null;
  if (entry?.type === 'file') return `file ${entry.digest} ${entry.size}`;
  return sortedJson(field.startsWith(COMPONENT) ? componentInOneOrder(value) : value, (bytes) => `h'${hexOf(bytes)}'`);
}
