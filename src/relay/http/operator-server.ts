import { createServer } from 'node:http';
import { bindPort, type ListenOn } from '../../main/platform/bind-port.ts';

export interface OperatorWorld {
  /** null: it can serve; else why not. */
  readonly trouble: () => Promise<string | null>;
  readonly metrics: () => string;
}

/** `/healthz`, `/readyz` and `/metrics`, in the clear: for the operator's own network. Resolves with the port and how to stop. */
export async function startOperatorServer(
  listen: ListenOn,
  world: OperatorWorld,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const answers: { readonly [path: string]: () => Promise<readonly [number, string]> } = {
    '/healthz': async () => [200, 'ok\n'],
    '/readyz': async () => {
      const trouble = await world.trouble();
      return trouble === null ? [200, 'ok\n'] : [503, `${trouble}\n`];
    },
    '/metrics': async () => [200, world.metrics()],
  };
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const [status, text] = Object.hasOwn(answers, path) ? await answers[path]!() : ([404, 'not found\n'] as const);
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
  });
  const { port } = await bindPort(server, listen);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
