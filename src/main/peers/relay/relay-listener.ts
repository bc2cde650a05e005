import type { WebSocket } from 'ws';
import type { Clock } from '../../platform/clock.ts';
import type { CollectionId, MemberKey } from '../../record/ids.ts';
import { type RelayEvent, readEvent } from './relay-answers.ts';
import { asRelayError, RelayError, refusalOf } from './relay-error.ts';

/** The relay asks at least each 30 s whether we are there: after this silence it is not. */
const SILENCE_MS = 90_000;
const ANSWER_MS = 10_000;
/** Bytes said to a relay that it has not taken: one that asks and does not listen must not have answers without end. */
const MOST_UNTAKEN = 64 * 1024;
/** The token is worth nothing (any more): expired, of a key that was removed, or one of too many. */
const NOT_AUTHENTICATED: ReadonlySet<number> = new Set([4401, 4403, 4409]);

type Waiting = { readonly granted: (token: string) => void; readonly refused: (why: RelayError) => void };

interface ListenerHost {
  readonly clock: Clock;
  readonly relay: string;
  onEvent(event: RelayEvent): void;
  /** It was open, and is not any more. `unknown`: the token is worth nothing. */
  onClose(why: RelayError, unknown: boolean): void;
}

/** The socket on which a relay tells what happens, and is asked for channels to members. */
export class RelayListener {
  readonly #socket: WebSocket;
  readonly #host: ListenerHost;
  readonly #waiting = new Map<number, Waiting>();
  #requests = 0;
  #cancelSilence: () => void = () => {};
  #isOpen: boolean = false;
  #over: RelayError | null = null;

  constructor(socket: WebSocket, host: ListenerHost) {
    this.#socket = socket;
    this.#host = host;
  }

  /** Why it is over, also where it was open for a moment only; null: it is not. */
  get over(): RelayError | null {
    return this.#over;
  }
  get #isOver(): boolean {
    return this.#over !== null;
  }

  /** Resolves once it is open. What the relay says with the opening is told before that. */
  open(): Promise<void> {
    const { clock, relay } = this.#host;
    return new Promise((resolve, reject) => {
      let why = new RelayError('relay-unreachable', `The relay ${relay} broke the connection off.`, relay);
      let status = 0;
      this.#socket.on('unexpected-response', (request, response) => {
        status = response.statusCode ?? 0;
        why = refusalOf(status, response.headers['retry-after'], null, relay);
        request.destroy();
        this.#end(why, status === 401);
        reject(why);
      });
      this.#socket.on('error', (error) => {
        if (status === 0) why = asRelayError(error, relay);
      });
      this.#socket.on('close', (code) => {
        this.#end(why, NOT_AUTHENTICATED.has(code));
        reject(why);
      });
      this.#socket.on('message', (data, isBinary) => this.#take(isBinary ? null : String(data)));
      this.#socket.on('pong', () => this.#heard());
      this.#socket.once('open', () => {
        this.#isOpen = true;
        this.#heard();
        resolve();
      });
      this.#cancelSilence = clock.after(SILENCE_MS, () => this.#fail('it says nothing'));
    });
  }

  /** The token of a channel to `to`; fails with `relay-offline` where that device is not there. */
  askLive(group: CollectionId, to: MemberKey): Promise<string> {
    const { clock, relay } = this.#host;
    const req = ++this.#requests;
    return new Promise((granted, refused) => {
      const cancel = clock.after(ANSWER_MS, () => settle(() => refused(offline(relay))));
      const settle = (how: () => void): void => {
        cancel();
        this.#waiting.delete(req);
        how();
      };
      this.#waiting.set(req, {
        granted: (token) => settle(() => granted(token)),
        refused: (why) => settle(() => refused(why)),
      });
      this.#say({ is: 'live', req, g: group, to });
    });
  }

  /** Leaves it unless something is heard within ten seconds. */
  probe(): void {
    if (!this.#isOpen || this.#isOver) return;
    this.#socket.ping();
    this.#listenFor(ANSWER_MS);
  }

  close(): void {
    this.#end(offline(this.#host.relay), false, true);
    this.#socket.terminate();
  }

  #say(message: object): void {
    if (!this.#isOpen || this.#isOver) return;
    if (this.#socket.bufferedAmount > MOST_UNTAKEN) this.#fail('it takes nothing that is said to it');
    else this.#socket.send(JSON.stringify(message));
  }

  #take(json: string | null): void {
    if (this.#isOver) return;
    this.#heard();
    let event: RelayEvent;
    try {
      event = readEvent(json ?? '');
    } catch (error) {
      this.#fail(`it sends what nobody understands (${(error as Error).message})`);
      return;
    }
    if (event.is === 'ping') this.#say({ is: 'pong' });
    else if (event.is === 'granted') this.#waiting.get(event.req)?.granted(event.token);
    else if (event.is === 'no') this.#waiting.get(event.req)?.refused(offline(this.#host.relay));
    else if (event.is !== 'unknown') this.#host.onEvent(event);
  }

  #heard(): void {
    this.#listenFor(SILENCE_MS);
  }
  #listenFor(milliseconds: number): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#host.clock.after(milliseconds, () => this.#fail('it says nothing any more'));
  }

  #fail(what: string): void {
    const { relay } = this.#host;
    this.#end(new RelayError('relay-unreachable', `The relay ${relay} is left: ${what}.`, relay), false);
    this.#socket.terminate();
  }

  #end(why: RelayError, unknown: boolean, quietly = false): void {
    if (this.#isOver) return;
    this.#over = why;
    this.#cancelSilence();
    for (const { refused } of [...this.#waiting.values()]) refused(why);
    if (this.#isOpen && !quietly) this.#host.onClose(why, unknown);
  }
}

const offline = (relay: string): RelayError => new RelayError('relay-offline', 'That device is not there now.', relay);
