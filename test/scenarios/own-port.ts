import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports for those who have to come back to theirs. The system hands out others (on Linux and elsewhere those from 32768 on), so that none is
 * taken while its device is down. Each process of tests has ports of its own.
 */
const [FIRST, EACH, SHARES] = [10_200, 100, 100];
const share = (process.ppid * 16 + Number(process.env.VITEST_POOL_ID ?? 0)) % SHARES;
let next = 0;

/** A port on loopback that nobody listens at, and that nobody else here will be given. */
export async function ownPort(): Promise<number> {
  for (let tries = 0; tries < EACH; tries++) {
    const port = FIRST + share * EACH + (next++ % EACH);
    if (await isFree(port)) return port;
  }
  throw new Error(`${EACH} ports from ${FIRST + share * EACH} on are all in use`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}
