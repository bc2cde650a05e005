import { LockstepError } from '../../platform/trouble.ts';

/** Nobody is left alone for longer, whatever a server says. */
const LONGEST_MS = 60 * 60_000;
const UNITS: readonly (readonly [milliseconds: number, name: string])[] = [
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
];

/** A server answers that it is asked too much, whatever it is asked for. */
export class ServerBusy extends LockstepError {
  /** Milliseconds it wants to be left alone; null: it does not say how long. */
  readonly wait: number | null;
  constructor(url: string, answer: string, wait: number | null) {
    const says = wait === null ? 'it is asked too much' : `it wants to be left alone for ${inWords(wait)}`;
    super('server-busy', `${url} answers ${answer}: ${says}.`, url);
    this.wait = wait;
  }
}

/** Fails with `server-busy` where this is such an answer: 429, or 503 with the time after which to come again. */
export function ensureNotBusy(
  { status, statusText, headers }: Pick<Response, 'status' | 'statusText'> & { readonly headers: Pick<Headers, 'get'> },
  url: string,
): void {
  if (status !== 429 && status !== 503) return;
  const wait = waitIn(headers.get('retry-after'), headers.get('date'));
  if (status === 503 && wait === null) return;
  throw new ServerBusy(url, `${status} ${statusText}`.trim(), wait);
}

/** `after`: seconds, or a moment by the clock of the server, which says in `date` what that shows. null: neither. */
function waitIn(after: string | null, date: string | null): number | null {
  if (after === null) return null;
  const wait = /^\s*\d+\s*$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.parse(date ?? '');
  return Number.isNaN(wait) ? null : Math.min(LONGEST_MS, Math.max(0, wait));
}

function inWords(wait: number): string {
  const [unit, name] = UNITS.find(([milliseconds]) => wait >= milliseconds) ?? UNITS[2]!;
  const count = Math.ceil(wait / unit);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
