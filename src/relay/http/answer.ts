import type { IncomingMessage, ServerResponse } from 'node:http';
import { REFUSAL_STATUS, type Refusal } from '../rules/refusal.ts';
import type { Room } from '../rules/room.ts';

/** What a request is answered with. `bytes`: one piece after the other, as the client takes them; `held`: how many are in memory meanwhile. */
export type Answer =
  | { readonly status: number; readonly json?: unknown }
  | {
      readonly status: number;
      readonly headers: { readonly [name: string]: string | number };
      readonly bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
      readonly held: number;
    };

/** A body so long that is not wanted is taken and thrown away, so that the connection stays good. */
const SWALLOWED = 64 * 1024;
/** How long a client that is still sending has to read that it is refused. */
const PARTING_MS = 1000;

/** Sends an answer; resolves when it has been handed over, or the client is gone. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  room: Room,
): Promise<void> {
  if (!('bytes' in answer)) return sendJson(request, response, answer.status, answer.json ?? {});
  const release = room.take(request.socket.remoteAddress ?? '', request.method === 'HEAD' ? 0 : answer.held);
  response.once('close', release);
  response.writeHead(answer.status, { 'content-type': 'application/octet-stream', ...answer.headers });
  if (request.method !== 'HEAD') {
    for await (const piece of answer.bytes) {
      if (response.destroyed) return;
      if (!response.write(piece)) await roomAgain(response);
    }
  }
  response.end();
}

/** Sends why a request is refused. */
export function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (refusal.retryAfter !== null) response.setHeader('retry-after', refusal.retryAfter);
  const { code, message, data } = refusal;
  sendJson(request, response, REFUSAL_STATUS[code], { error: { code, message }, ...data });
}

function sendJson(request: IncomingMessage, response: ServerResponse, status: number, value: unknown): void {
  const text = status === 204 ? '' : JSON.stringify(value);
  response.statusCode = status;
  if (!request.complete) partFrom(request, response);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(request.method === 'HEAD' ? '' : text);
}

/** What is still being sent is not wanted. */
function partFrom(request: IncomingMessage, response: ServerResponse): void {
  const length = Number(request.headers['content-length'] ?? (request.headers['transfer-encoding'] ? Infinity : 0));
  // Of who stopped sending nothing more is waited for.
  if (length <= SWALLOWED && response.statusCode !== REFUSAL_STATUS['too-slow']) {
    request.resume();
    return;
  }
  response.setHeader('connection', 'close');
  request.pause();
  // To close at once would make the system of the client forget the answer it has not read.
  response.once('finish', () => setTimeout(() => request.destroy(), PARTING_MS).unref());
}

function roomAgain(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
