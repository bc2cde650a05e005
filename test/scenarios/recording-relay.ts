import { mkdirSync } from 'node:fs';
import { systemClock } from '../../src/main/platform/clock.ts';
import { systemRandom } from '../../src/main/platform/random.ts';
import { startRelayServer } from '../../src/relay/http/relay-server.ts';
import { RelayService } from '../../src/relay/relay-service.ts';
import { LIMITS } from '../../src/relay/rules/limits.ts';
import { Room } from '../../src/relay/rules/room.ts';
import { openRelayKey } from '../../src/relay/tls-key.ts';
import { MemoryBlobs, MemoryRelayStore } from '../fakes/memory-relay-store.ts';
import { scratch } from './folder.ts';

/** A relay that serves as any does, on this computer, and keeps a copy of all that devices say to it or through it. */
export class RecordingRelay extends RelayService {
  readonly #said: Buffer[] = [];
  url = '';
  stop = async (): Promise<void> => {};

  static async start(): Promise<RecordingRelay> {
    const directory = scratch('recording-relay');
    mkdirSync(directory, { recursive: true });
    const tls = openRelayKey(directory);
    const relay = new RecordingRelay({
      store: new MemoryRelayStore(),
      blobs: new MemoryBlobs(),
      now: () => systemClock.now(),
      random: systemRandom,
      meter: { count: () => {} },
      limits: LIMITS,
      hasRoom: () => true,
      key: tls.pin,
      origins: [],
      keepMs: 24 * 3_600_000,
      storage: null,
      admission: null,
    });
    const server = await startRelayServer({
      service: relay,
      role: 'all',
      listen: { host: '127.0.0.1', port: 0, orNext: false },
      tls,
      clock: systemClock,
      room: new Room(1e9, 1e9),
      onFault: (fault) => {
        throw fault;
      },
    });
    const ticking = setInterval(() => relay.tick(), 1000);
    relay.url = `https://127.0.0.1:${server.port}#k=${tls.pin}`;
    relay.stop = async () => {
      clearInterval(ticking);
      relay.close();
      await server.close(0);
    };
    return relay;
  }

  /** All of it, one after the other. */
  said(): Buffer {
    return Buffer.concat(this.#said);
  }
  #note(what: unknown): void {
    this.#said.push(what instanceof Uint8Array ? Buffer.from(what) : Buffer.from(JSON.stringify(what) ?? ''));
  }

  override authenticate(...[from, body]: Parameters<RelayService['authenticate']>) {
    this.#note(body);
    return super.authenticate(from, body);
  }
  override register(...[from, body]: Parameters<RelayService['register']>) {
    this.#note(body);
    return super.register(from, body);
  }
  override setAcl(...[session, g, body]: Parameters<RelayService['setAcl']>) {
    this.#note(body);
    return super.setAcl(session, g, body);
  }
  override post(...[session, g, bytes]: Parameters<RelayService['post']>) {
    this.#note(bytes);
    return super.post(session, g, bytes);
  }
  override putHeads(...[session, g, bytes]: Parameters<RelayService['putHeads']>) {
    this.#note(bytes);
    return super.putHeads(session, g, bytes);
  }
  override putPack(...[session, g, name, bytes]: Parameters<RelayService['putPack']>) {
    this.#note(bytes);
    return super.putPack(session, g, name, bytes);
  }
  override openMailbox(...[session, body]: Parameters<RelayService['openMailbox']>) {
    this.#note(body);
    return super.openMailbox(session, body);
  }
  override knock(...[from, id, secret]: Parameters<RelayService['knock']>) {
    this.#note(Buffer.from(`${id} ${secret}`));
    return super.knock(from, id, secret);
  }
  override connectEvents(...[session, port]: Parameters<RelayService['connectEvents']>) {
    const handle = super.connectEvents(session, port);
    return {
      ...handle,
      came: (text: string) => {
        this.#note(Buffer.from(text));
        handle.came(text);
      },
    };
  }
  override claimLive(...[token, end]: Parameters<RelayService['claimLive']>) {
    const line = super.claimLive(token, end);
    return {
      came: (bytes: Uint8Array) => {
        this.#note(bytes);
        line.came(bytes);
      },
      closed: () => line.closed(),
    };
  }
}
