import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Passes TCP connections on to an address, and cuts all of them after so many bytes, or on demand. */
export class CutProxy {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  /** Connections end after this many bytes, both ways together; null: never. */
  cutAfter: number | null = null;
  /** How often connections were cut. */
  cuts = 0;
  /** Lets nobody in. */
  isShut = false;
  /** Keep a copy of all that passes. */
  record = false;
  readonly #seen: Buffer[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(address: string): Promise<CutProxy> {
    const at = address.lastIndexOf(':');
    const place = { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
    const server = createServer();
    const proxy = new CutProxy(server);
    server.on('connection', (near) => {
      if (proxy.isShut) near.destroy();
      else proxy.#pass(near, connect(place));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** All that passed, both ways. */
  seen(): Buffer {
    return Buffer.concat(this.#seen);
  }

  cut(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
    this.cuts++;
  }
  close(): void {
    this.cut();
    this.#server.close();
  }

  #pass(near: Socket, far: Socket): void {
    let bytes = 0;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(from);
      from.on('data', (chunk: Buffer) => {
        if (this.record) this.#seen.push(chunk);
        bytes += chunk.length;
        if (this.cutAfter !== null && bytes > this.cutAfter) this.cut();
      });
      from
        .on('error', () => to.destroy())
        .on('close', () => {
          this.#open.delete(from);
          to.destroy();
        });
      from.pipe(to);
    }
  }
}
