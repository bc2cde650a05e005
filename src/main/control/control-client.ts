import { createConnection, type Socket } from 'node:net';
import { decode, encode } from '../../contract/codec.ts';
import type { Reply, RequestName, Requests } from '../../contract/contract.ts';
import { existingDataDirectory } from '../platform/data-directory.ts';
import { LockstepError } from '../platform/trouble.ts';
import { checkControlDirectory, controlAddress } from './control-address.ts';
import type { FromControl } from './control-protocol.ts';
import { LineReader } from './line-reader.ts';

/** A reply is a list of views at most; bytes come in pieces. */
const LONGEST_REPLY = 256 << 20;

/** A connection to a running instance. */
export interface ControlClient {
  /** The value, or the LockstepError the instance answered with; `connection-lost` where it went away meanwhile. */
  request<K extends RequestName>(name: K, ...args: Parameters<Requests[K]>): Promise<ReturnType<Requests[K]>>;
  /** As `request`, for requests whose value is bytes: passes each piece on as it comes, and waits for it to be taken. */
  requestBytes(
    name: 'records:cat',
    args: Parameters<Requests['records:cat']>,
    take: (piece: Uint8Array) => Promise<void>,
  ): Promise<void>;
  close(): void;
}

interface Waiting {
  readonly piece: (bytes: Uint8Array) => Promise<void>;
  readonly settle: (reply: Reply<unknown>) => void;
}

/** Connects to the instance on a data directory; fails with `no-instance` where none runs. */
export async function connectControl(dataDirectory: string): Promise<ControlClient> {
  const real = existingDataDirectory(dataDirectory);
  if (real === null) throw noInstance(dataDirectory);
  const address = controlAddress(real);
  checkControlDirectory(address, real);
  const socket = await connect(address, dataDirectory);
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let lost: Reply<never> | null = null;

  const ask = (name: RequestName, args: readonly unknown[], piece: Waiting['piece']) =>
    new Promise<unknown>((resolve, reject) => {
      const settle = (reply: Reply<unknown>) =>
        reply.ok
          ? resolve(reply.value)
          : reject(new LockstepError(reply.error.code, reply.error.message, reply.error.subject));
      if (lost) return settle(lost);
      const id = ++lastId;
      waiting.set(id, { piece, settle });
      socket.write(`${encode({ id, name, args })}\n`);
    });
  const end = () => {
    const message = `The connection to the Lockstep on ${dataDirectory} was lost.`;
    lost ??= { ok: false, error: { code: 'connection-lost', message, subject: dataDirectory } };
    for (const { settle } of waiting.values()) settle(lost);
    waiting.clear();
  };
  void receive(socket, waiting).then(end, end);

  return {
    request: (name, ...args) => ask(name, args, () => Promise.resolve()) as Promise<never>,
    async requestBytes(name, args, take) {
      const last = (await ask(name, args, take)) as Uint8Array;
      if (last.length > 0) await take(last);
    },
    close: () => void socket.end(),
  };
}

/** Reads to the end. Iterating holds the sender back while a piece is being taken. */
async function receive(socket: Socket, waiting: Map<number, Waiting>): Promise<void> {
  const lines = new LineReader(LONGEST_REPLY);
  for await (const chunk of socket) {
    for (const line of lines.push(chunk as Buffer)) {
      const message = decode(line) as FromControl;
      const request = waiting.get(message.id);
      if (!request) continue;
      if ('base64' in message) await request.piece(Buffer.from(message.base64, 'base64'));
      else {
        waiting.delete(message.id);
        request.settle(message.reply);
      }
    }
  }
}

function connect(address: string, dataDirectory: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(address);
    socket.once('connect', () => {
      socket.removeAllListeners('error').on('error', () => socket.destroy());
      resolve(socket);
    });
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      const nobody = cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED';
      const isClosed = cause.code === 'EACCES' || cause.code === 'EPERM';
      const hint = isClosed ? " It is another user's: call it as that one." : '';
      const message = `Cannot reach the Lockstep on ${dataDirectory}: ${cause.message}.${hint}`;
      reject(nobody ? noInstance(dataDirectory) : new LockstepError('cannot-connect', message, dataDirectory, cause));
    });
  });
}

const noInstance = (dataDirectory: string) =>
  new LockstepError(
    'no-instance',
    `No Lockstep runs on ${dataDirectory}. Start one with: lockstep serve --data ${quoted(dataDirectory)}`,
    dataDirectory,
  );

/** As a shell takes it. */
const quoted = (path: string) => (/[^\w./\\:-]/.test(path) ? `'${path.replaceAll("'", `'\\''`)}'` : path);
