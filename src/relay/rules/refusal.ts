/** What a relay says no with; the HTTP status goes with it. */
export type RefusalCode =
  | 'bad-request'
  | 'not-authenticated'
  | 'not-a-member'
  | 'not-an-admin'
  | 'not-admitted'
  | 'not-found'
  | 'not-served'
  | 'exists'
  | 'old-generation'
  | 'collected'
  | 'too-slow'
  | 'too-large'
  | 'bad-range'
  | 'too-many'
  | 'quota'
  | 'fault'
  | 'closing';

export const REFUSAL_STATUS: { readonly [code in RefusalCode]: number } = {
  'bad-request': 400,
  'not-authenticated': 401,
  'not-a-member': 403,
  'not-an-admin': 403,
  'not-admitted': 403,
  'not-found': 404,
  'not-served': 404,
  'exists': 409,
  'old-generation': 409,
  'collected': 410,
  'too-slow': 408,
  'too-large': 413,
  'bad-range': 416,
  'too-many': 429,
  'quota': 507,
  'fault': 500,
  'closing': 503,
};

/** A request that is refused. `data` goes into the answer beside `error`: `{gen}`, `{oldest}`. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly data: { readonly [name: string]: number };
  /** Seconds after which it is worth another try; null: that is not known. */
  readonly retryAfter: number | null;

  constructor(
    code: RefusalCode,
    message: string,
    more: { readonly data?: { readonly [name: string]: number }; readonly retryAfter?: number } = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.data = more.data ?? {};
    this.retryAfter = more.retryAfter ?? null;
  }
}
