import type { ValueView } from '../../contract/contract.ts';
import { contactWords } from '../../contract/field-words.ts';
import { isPlain } from '../../contract/plain-value.ts';
import { byteSize } from './byte-size.ts';
import { formatFor } from './locale.ts';

/** Properties of contacts and events that say the whole of the object they are in. */
const TELLING = ['full', 'number', 'address', 'uri', 'value', 'name', 'title', 'text', 'note'] as const;

/** Any value of a field in one line for people. null is an empty field; a deleted record is told by the change, not the value. */
export function valueText(value: ValueView): string {
  if (value === null || value === undefined) return 'empty';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (typeof value === 'string') return value === '' ? 'empty' : value;
  if (value instanceof Uint8Array) return byteSize(value.length);
  if (Array.isArray(value)) return value.length === 0 ? 'empty' : value.map(valueText).join(', ');
  if (!isPlain(value)) return String(value);
  return fileText(value) ?? objectText(value);
}

const saved = formatFor({ dateStyle: 'medium', timeStyle: 'medium' });

/** As `valueText`, in the way of the field it is of: the time of a file is a number of microseconds. */
export function fieldValueText(field: string, value: ValueView): string {
  if (field !== 'modified' || typeof value !== 'number') return contactWords(field, value) || valueText(value);
  const date = new Date(value / 1000);
  return Number.isNaN(date.getTime()) ? valueText(value) : saved.format(date);
}

/** null: not a file's entry. */
function fileText(value: { readonly [key: string]: ValueView }): string | null {
  const { type, size, target } = value;
  if (type === 'directory') return 'folder';
  if (type === 'symlink') return `link to ${String(target)}`;
  return type === 'file' && typeof size === 'number' ? byteSize(size) : null;
}

function objectText(value: { readonly [key: string]: ValueView }): string {
  const parts = Object.entries(value).filter(([key, item]) => !key.startsWith('@') && item !== null);
  for (const key of TELLING) {
    const telling = value[key];
    if (typeof telling === 'string' && telling !== '') {
      const rest = parts
        .filter(([name, item]) => name !== key && typeof item === 'string')
        .map(([, item]) => String(item));
      return rest.length === 0 ? telling : `${telling} (${rest.join(', ')})`;
    }
  }
  return parts.length === 0 ? 'empty' : parts.map(([key, item]) => `${key}: ${valueText(item)}`).join(', ');
}
