import { LockstepError } from '../../platform/trouble.ts';

/** From and to, in minutes of the local day; `to` below `from` goes over midnight. */
interface Window {
  readonly from: number;
  readonly to: number;
}

const FORM = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/;

/** When devices exchange: `22:00-06:00, 12:00-13:00`; '' is always. Fails with `bad-value`. */
export function parseTimeWindows(text: string): readonly Window[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const [, h1, m1, h2, m2] = FORM.exec(part.trim()) ?? [];
    const [from, to] = [Number(h1) * 60 + Number(m1), Number(h2) * 60 + Number(m2)];
    const isTime = (minutes: number, minute: string | undefined) => minutes <= 24 * 60 && Number(minute) < 60;
    if (!isTime(from, m1) || !isTime(to, m2))
      throw new LockstepError('bad-value', `"${part.trim()}" is no time of day like 22:00-06:00.`, text);
    return { from, to };
  });
}

/** May devices exchange at this time? */
export function isWithin(windows: readonly Window[], at: Date): boolean {
  const minute = at.getHours() * 60 + at.getMinutes();
  return (
    windows.length === 0 ||
    windows.some(({ from, to }) => (from <= to ? minute >= from && minute < to : minute >= from || minute < to))
  );
}
