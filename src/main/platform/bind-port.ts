import type { AddressInfo, Server } from 'node:net';
import { LockstepError } from './trouble.ts';

/** Where a server listens. */
export interface ListenOn {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Take the next free port where this one is in use. */
  readonly orNext: boolean;
}

/** How many ports after the first are tried before giving up. */
const TRIES = 100;

/** Makes `server` listen; resolves with where. Fails with `port-in-use`, or `cannot-listen` for any other refusal. */
export async function bindPort(server: Server, where: ListenOn): Promise<AddressInfo> {
  const last = where.orNext && where.port !== 0 ? Math.min(where.port + TRIES, 65_535) : where.port;
  for (let port = where.port; ; port++) {
    const failure = await listen(server, where.host, port);
    if (failure === null) return server.address() as AddressInfo;
    const inUse = failure.code === 'EADDRINUSE';
    if (inUse && port < last) continue;
    const subject = hostAndPort(where.host, where.port);
    throw inUse
      ? new LockstepError(
          'port-in-use',
          `Another program listens on ${subject}. Choose another port.`,
          subject,
          failure,
        )
      : new LockstepError('cannot-listen', `Cannot listen on ${subject}: ${failure.message}`, subject, failure);
  }
}

/** HOST:PORT, with an IPv6 address in brackets. */
export const hostAndPort = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** Reads HOST:PORT, [IPv6]:PORT or a bare PORT (then `defaultHost`). Fails with `bad-address`. */
export function parseHostAndPort(text: string, defaultHost: string): { host: string; port: number } {
  const parts = /^(?:\[([0-9A-Fa-f:.%]+)\]:|([^:[\]\s]+):)?(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3]);
  if (!parts || port > 65_535) throw new LockstepError('bad-address', `"${text}" is not HOST:PORT.`, text);
  return { host: parts[1] ?? parts[2] ?? defaultHost, port };
}

function listen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const failed = (error: Error) => {
      server.off('listening', bound);
      resolve(error);
    };
    const bound = () => {
      server.off('error', failed);
      resolve(null);
    };
    server.once('error', failed).once('listening', bound);
    server.listen({ host, port });
  });
}
