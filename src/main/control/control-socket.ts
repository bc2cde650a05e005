import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { decode, encode } from '../../contract/codec.ts';
import type { Reply } from '../../contract/contract.ts';
import { controlAddress, prepareControlDirectory } from './control-address.ts';
import type { FromControl, ToControl } from './control-protocol.ts';
import { LineReader } from './line-reader.ts';
import type { Answer } from './serve-contract.ts';
import type { Log } from './wire-error.ts';

/** A request is one line; what people can type or a UI can ask stays far below this. */
const LONGEST_REQUEST = 16 << 20;
/** Bytes travel in pieces of this size, so that the content of a large file never becomes one string. */
const PIECE = 768 << 10;
/** For what was answered to reach the client when the door closes. */
const GRACE_MS = 300;

/** The door for the command line. */
export interface ControlSocket {
  /** Ends open connections too. */
  close(): Promise<void>;
}

/**
 * Opens the control socket of a data directory (its real path), for this user alone. Whoever calls it holds the instance lock, so a
 * socket that is there already belongs to nobody and is replaced.
 */
export async function openControlSocket(dataDirectory: string, answer: Answer, log: Log): Promise<ControlSocket> {
  const address = controlAddress(dataDirectory);
  const isFile = process.platform !== 'win32';
  prepareControlDirectory(address, dataDirectory);
  if (isFile) rmSync(address, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy());
    serveConnection(socket, answer, log);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(address, resolve);
  });
  if (isFile) chmodSync(address, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        // A client that reads no more must not keep the instance alive.
        const cut = setTimeout(() => open.forEach((socket) => void socket.destroy()), GRACE_MS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        for (const socket of open) socket.end();
      }),
  };
}

/** Requests of one connection run side by side; each reply carries the id of its request. */
function serveConnection(socket: Socket, answer: Answer, log: Log): void {
  const lines = new LineReader(LONGEST_REQUEST);
  socket.on('data', (chunk) => {
    try {
      for (const line of lines.push(chunk as Buffer)) void serveLine(socket, line, answer);
    } catch (failure) {
      log(`control socket: ${(failure as Error).message}`);
      socket.destroy();
    }
  });
}

async function serveLine(socket: Socket, line: string, answer: Answer): Promise<void> {
  let request: Partial<ToControl> | null;
  try {
    request = decode(line) as Partial<ToControl> | null;
    if (typeof request?.id !== 'number') throw new SyntaxError('a request needs an id');
  } catch (failure) {
    const error = { code: 'bad-request', message: `Not a request: ${(failure as Error).message}.`, subject: '' };
    await send(socket, { id: 0, reply: { ok: false, error } });
    return;
  }
  const { id, name, args } = request as ToControl;
  await sendReply(socket, id, await answer(name, args));
}

async function sendReply(socket: Socket, id: number, reply: Reply<unknown>): Promise<void> {
  if (!reply.ok || !(reply.value instanceof Uint8Array)) return send(socket, { id, reply });
  const bytes = reply.value;
  for (let at = 0; at < bytes.length; at += PIECE) {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(PIECE, bytes.length - at));
    await send(socket, { id, base64: piece.toString('base64') });
  }
  await send(socket, { id, reply: { ok: true, value: bytes.subarray(bytes.length) } });
}

/** Resolves once the socket takes more, so that a slow reader holds a large reply back; at once where it is gone. */
function send(socket: Socket, message: FromControl): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || socket.write(`${encode(message)}\n`)) return resolve();
    const go = () => {
      socket.off('drain', go).off('close', go);
      resolve();
    };
    socket.on('drain', go).on('close', go);
  });
}
