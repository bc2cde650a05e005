import { LockstepError } from '../../platform/trouble.ts';

/** Why a relay did not do what it was asked for. */
export class RelayError extends LockstepError {
  /** HTTP status of its answer; null: it gave none that counts. */
  readonly status: number | null;
  /** Seconds after which it may be asked again; null where it does not say. */
  readonly retryAfter: number | null;
  /** The JSON of its answer, unchecked. */
  readonly said: unknown;

  /** `relay`: its URL. In the sentence it is named without its key. */
  constructor(
    code: string,
    message: string,
    relay: string,
    more: {
      readonly status?: number;
      readonly retryAfter?: number | null;
      readonly said?: unknown;
      cause?: unknown;
    } = {},
  ) {
    super(code, message.replaceAll(relay, relay.replace(/#.*/, '')), relay, more.cause);
    this.status = more.status ?? null;
    this.retryAfter = more.retryAfter ?? null;
    this.said = more.said;
  }
}

/** Whatever a call to the relay threw, as a RelayError. */
export function asRelayError(error: unknown, relay: string): RelayError {
  if (error instanceof RelayError) return error;
  const why =
    error instanceof LockstepError ? error.message : `The relay ${relay} does not answer: ${reasonOf(error)}.`;
  return new RelayError('relay-unreachable', why, relay, { cause: error });
}
function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === undefined ? String((error as Error | null)?.message ?? error) : (REASONS[code] ?? code);
}
const REASONS: { readonly [code: string]: string } = {
  ENOTFOUND: 'no computer of this name is known',
  EAI_AGAIN: 'its name cannot be looked up now; perhaps this device is not online',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it broke the connection off',
  ENETUNREACH: 'there is no way to it from here; perhaps this device is not online',
  EHOSTUNREACH: 'there is no way to it from here; perhaps this device is not online',
  ETIMEDOUT: 'it takes too long',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'no authority vouches for its key; its address has to end in #k=…',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

const MOST_RETRY_AFTER_S = 24 * 3600;

/** What an answer that is no success comes to. `said`: its JSON, unchecked; the text in it is not shown, for the relay is a stranger. */
export function refusalOf(status: number, retryAfter: string | undefined, said: unknown, relay: string): RelayError {
  const seconds = Number(retryAfter);
  const more = {
    status,
    said,
    retryAfter: Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, MOST_RETRY_AFTER_S) : null,
  };
  if (status === 410) return new RelayError('relay-collected', `The relay ${relay} has discarded that.`, relay, more);
  if (status === 507)
    return new RelayError('relay-quota', `The relay ${relay} has no room left for this.`, relay, more);
  if (status === 429)
    return new RelayError('relay-too-many', `The relay ${relay} was asked too often and wants a pause.`, relay, more);
  if (status >= 500)
    return new RelayError(
      'relay-unreachable',
      `The relay ${relay} does not work at the moment (${status}).`,
      relay,
      more,
    );
  return new RelayError('relay-refused', `The relay ${relay} refuses (${codeOf(said) ?? status}).`, relay, more);
}
/** The code in the JSON of an answer that is no success; null: there is none in it. */
export function codeOf(said: unknown): string | null {
  const code = (said as { readonly error?: { readonly code?: unknown } } | null)?.error?.code;
  return typeof code === 'string' && /^[a-z][a-z-]{0,31}$/.test(code) ? code : null;
}
