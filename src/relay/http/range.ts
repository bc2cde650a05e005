import { Refusal } from '../rules/refusal.ts';

/** The part of `size` bytes a Range header (RFC 9110, 14.2) asks for, `to` left out; null: all of them. Refuses what is outside. */
export function readRange(
  header: string | undefined,
  size: number,
): { readonly from: number; readonly to: number } | null {
  // Several parts, or another unit, may be answered with everything.
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (from >= to) throw new Refusal('bad-range', `there are ${size} bytes`);
  return { from, to };
}
