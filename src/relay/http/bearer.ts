import type { IncomingMessage } from 'node:http';

/** What a request brings as `Authorization: Bearer`; null: nothing of that kind. */
export function bearerOf(request: IncomingMessage): string | null {
  return /^Bearer ([0-9a-f]{64})$/.exec(request.headers.authorization ?? '')?.[1] ?? null;
}
