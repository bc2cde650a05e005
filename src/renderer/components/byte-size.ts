import { localNumber } from './locale.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes for people: decimal units as file managers show them, three digits at most. */
export function byteSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${localNumber(unit === 0 || value >= 99.5 ? Math.round(value) : value)} ${UNITS[unit]}`;
}
