import type { DAVResponse } from 'tsdav';

/** The version of a resource, as an answer tells it; null: it does not. */
export const etagOf = ({ props }: DAVResponse): string | null => wordOf(props?.getetag);

/** A word as the server wrote it, where the parser took it for a number; null: there is none. */
export function wordOf(value: unknown): string | null {
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A text that an answer holds; null: it holds none. */
export function textOf(data: unknown): string | null {
  if (typeof data === 'string') return data;
  const { _cdata } = (data ?? {}) as { _cdata?: unknown };
  // A text with `]]>` in it comes in several pieces.
  if (Array.isArray(_cdata)) return _cdata.join('');
  return typeof _cdata === 'string' ? _cdata : null;
}
