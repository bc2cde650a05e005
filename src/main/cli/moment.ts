import { usageError } from './options.ts';

/**
 * TIME|ID as the instance wants it: a time, ISO 8601 and local where it names no zone, becomes the same moment in UTC; anything else is
 * an id and stays. Fails as wrong usage for what looks like a time and is none.
 */
export function moment(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return text;
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(
    text,
  );
  // A date alone would be read as UTC; with a time it is local.
  const [, date, time = '00:00', zone = ''] = parts ?? [];
  // Of a 31st of February a Date makes another day.
  const isDay = new Date(`${date}T00:00Z`).getUTCDate() === Number(date?.slice(-2));
  const parsed = isDay ? new Date(`${date}T${time.replace(',', '.')}${withColon(zone)}`) : null;
  if (parsed && !Number.isNaN(parsed.getTime())) return parsed.toISOString();
  throw usageError(`"${text}" is not a time like 2026-01-31 or 2026-01-31T18:30.`, text);
}

const withColon = (zone: string) => zone.toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
