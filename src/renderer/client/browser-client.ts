import { decode, encode } from '../../contract/codec.ts';
import type { EventName, Events, Reply } from '../../contract/contract.ts';
import { type Connection, OPEN_ANEW, type RendererClient } from './connection.ts';
import { pageKey } from './page-key.ts';

const SESSION = 'lockstep-session';
const REFUSED = 4401;
const RETRY_MS = [500, 1_000, 2_000, 5_000] as const;

interface Message {
  readonly id?: number;
  readonly reply?: Reply<unknown>;
  readonly event?: EventName;
  readonly value?: unknown;
}
type Answer = (reply: Reply<never>) => void;

/** `again`: it may answer yet. */
const lost = (again: boolean): Reply<never> => ({
  ok: false,
  error: {
    code: 'not-connected',
    message: again
      ? 'Lockstep is not running. Start it and try again.'
      : `This page has no connection to Lockstep. ${OPEN_ANEW}`,
    subject: '',
  },
});

/** The one-time token of the address, taken out of it: it must not stay in the history or be shared with the page's address. */
function takeToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) history.replaceState(null, '', location.pathname);
  return token;
}

/**
 * The contract over a loopback WebSocket. The address's token is spent by the first message, and lets this page's key in, so that the page
 * goes on after a restart of the program. A reload goes on with the session of the tab, as long as the program runs; another tab does not.
 * Requests made while it is not connected are answered `not-connected`.
 */
export function connectBrowserClient(): RendererClient {
  const waiting = new Map<number, Answer>();
  const listeners = new Map<string, Set<(value: never) => void>>();
  const watchers = new Set<(connection: Connection) => void>();
  let token = takeToken();
  const key = pageKey();
  let connection: Connection = { is: 'connecting' };
  let socket: WebSocket | null = null;
  let queue: string[] = [];
  let lastId = 0;
  let failures = 0;
  /** Which build this page is of; null: not told yet. */
  let mine: string | null = null;

  const become = (next: Connection) => {
    connection = next;
    for (const watcher of watchers) watcher(next);
  };
  const onMessage = (text: string) => {
    const message = decode(text) as Message;
    if (message.event !== undefined) {
      for (const listener of listeners.get(message.event) ?? []) listener(message.value as never);
      return;
    }
    const answer = waiting.get(message.id ?? -1);
    waiting.delete(message.id ?? -1);
    if (message.reply !== undefined) answer?.(message.reply as Reply<never>);
  };
  const onClose = (code: number) => {
    socket = null;
    queue = [];
    for (const answer of waiting.values()) answer(lost(code !== REFUSED));
    waiting.clear();
    if (code === REFUSED) {
      const isAnew = token === null && sessionStorage.getItem(SESSION) !== null;
      const why = isAnew ? 'Lockstep was started anew since.' : 'This address was already used.';
      become({ is: 'lost', why, again: false });
      return;
    }
    become({ is: 'lost', why: 'Lockstep is not running.', again: true });
    setTimeout(open, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
  };
  const open = () => {
    const ws = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
    socket = ws;
    let admitted = false;
    ws.onmessage = async (message) => {
      const text = String(message.data);
      if (admitted) {
        onMessage(text);
        return;
      }
      const first = JSON.parse(text) as { challenge: string } | { build: string; session: string };
      if ('challenge' in first) {
        const own = await key;
        const session = sessionStorage.getItem(SESSION);
        ws.send(JSON.stringify({ auth: { token, session, key: own.key, proof: await own.prove(first.challenge) } }));
        return;
      }
      sessionStorage.setItem(SESSION, first.session);
      // Another program answers than the one this page came with, and may speak otherwise: it has a page of its own.
      mine ??= first.build;
      if (first.build !== mine) {
        location.reload();
        return;
      }
      admitted = true;
      token = null;
      failures = 0;
      for (const held of queue.splice(0)) ws.send(held);
      become({ is: 'open' });
    };
    ws.onclose = (event) => onClose(event.code);
  };
  open();

  return {
    host: 'browser',
    request: (name, ...args) =>
      new Promise((resolve) => {
        if (socket === null) {
          resolve(lost(connection.is !== 'lost' || connection.again));
          return;
        }
        const id = ++lastId;
        const text = encode({ id, name, args });
        waiting.set(id, resolve as Answer);
        if (connection.is === 'open') socket.send(text);
        else queue.push(text);
      }),
    on: <K extends EventName>(name: K, listener: (event: Events[K]) => void) => {
      const of = listeners.get(name) ?? new Set();
      listeners.set(name, of);
      of.add(listener as (value: never) => void);
      return () => {
        of.delete(listener as (value: never) => void);
      };
    },
    pathForFile: () => null,
    onConnection: (watcher) => {
      watchers.add(watcher);
      watcher(connection);
      return () => {
        watchers.delete(watcher);
      };
    },
  };
}
