import { withoutFrame } from '../../../record/framed-label.ts';
import type { Plain } from '../../../record/value.ts';
import { plainText } from './cells.ts';

/** The label of a wedding day. */
export const WEDDING = 'Anniversary';
const WEDDING_WORD = WEDDING.toLowerCase();

/** What the label of a day says of it; of one without any that it is some day. */
export function eventOf(label: string): { readonly kind: string; readonly label?: string } {
  const own = label.trim();
  if (withoutFrame(own).toLowerCase() === WEDDING_WORD) return { kind: 'wedding' };
  return own === '' ? { kind: 'other' } : { kind: 'other', label: own };
}

/** The label that `eventOf` reads so, as it is written; `''`: it has none. */
export const eventLabel = (value: Plain): string =>
  value.kind === 'wedding' ? WEDDING : (plainText(value.label)?.trim() ?? '');
