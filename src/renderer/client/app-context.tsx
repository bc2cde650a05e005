import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { NOTICE_PAGES } from '../../contract/notice-page.ts';
import { statusWithNumbersHere, withNumbersHere } from '../../contract/number-text.ts';
import { type AppState, type AppStore, createAppStore, type Page, pageOfHash, type Toast } from './app-store.ts';
import type { RendererClient } from './connection.ts';

interface AppContext {
  readonly client: RendererClient;
  readonly store: AppStore;
}
const Context = createContext<AppContext | null>(null);

/** Connects the pages below it to one client: keeps the shared state as the instance tells it. */
export function AppProvider({ client, children }: { client: RendererClient; children: ReactNode }) {
  const [store] = useState(() => createAppStore(pageOfHash(location.hash)));
  useEffect(() => follow(client, store), [client, store]);
  const value = useMemo(() => ({ client, store }), [client, store]);
  return <Context value={value}>{children}</Context>;
}

const REVISION_MS = 300;

/** Feeds the store from the client until the function it returns is called. */
function follow(client: RendererClient, store: AppStore): () => void {
  let rising: ReturnType<typeof setTimeout> | null = null;
  const setStatus = (status: NonNullable<AppState['status']>) => {
    store.setState({ status: statusWithNumbersHere(status) });
    dropSettled(store);
    // A status may come many times a second; the lists that hang on it need not be asked for as often.
    rising ??= setTimeout(() => {
      rising = null;
      store.setState({ revision: store.getState().revision + 1 });
    }, REVISION_MS);
  };
  const load = async () => {
    const [status, requests] = await Promise.all([client.request('status'), client.request('requests:list')]);
    if (status.ok) setStatus(status.value);
    if (requests.ok) store.setState({ requests: requests.value });
    if (client.onConnection === undefined) {
      store.setState({
        connection: status.ok ? { is: 'open' } : { is: 'lost', why: status.error.message, again: false },
      });
    }
  };
  const onHash = () => {
    const link = new URLSearchParams(location.hash.slice(1)).get('join');
    if (link === null) {
      const page = pageOfHash(location.hash);
      store.setState({ page });
      // What they lead to is on the screen.
      dropToasts(store, (about) => NOTICE_PAGES[about] === page);
    } else {
      // The link holds a secret: it must not stay in the address.
      history.replaceState(null, '', '#sources');
      store.setState({ page: 'sources', joining: link });
    }
  };
  const stops = [
    client.on('status', setStatus),
    client.on('requests', (requests) => {
      store.setState({ requests });
      dropSettled(store);
    }),
    client.on('notice', (notice) => {
      const { about } = notice;
      const target = NOTICE_PAGES[about];
      // Where it leads to a person is by now: a button would do nothing.
      const action = target === store.getState().page ? null : { label: 'Show', run: () => goTo(target) };
      addToast(store, { tone: 'notice', text: `${notice.title}: ${withNumbersHere(notice.text)}`, action, about });
    }),
    client.onConnection?.((connection) => {
      store.setState({ connection });
      if (connection.is === 'open') void load();
    }),
  ];
  window.addEventListener('hashchange', onHash);
  onHash();
  if (client.onConnection === undefined) void load();
  return () => {
    window.removeEventListener('hashchange', onHash);
    if (rising !== null) clearTimeout(rising);
    for (const stop of stops) stop?.();
  };
}

/** What the app around a component provides; fails outside of it. */
export function useAppContext(): AppContext {
  const context = useContext(Context);
  if (context === null) throw new Error('no AppProvider above');
  return context;
}

/** How requests are made. */
export const useClient = (): RendererClient => useAppContext().client;

/** A part of the app's state; the component is drawn again when that part changes. */
export function useApp<T>(select: (state: AppState) => T): T {
  return useStore(useAppContext().store, select);
}

/** Shows a page, and puts it into the address. */
export const goTo = (page: Page): void => {
  location.hash = page;
};

/** Shows the conflicts of a collection, or opens those of one of its records. */
export function useGoToConflicts(): (collection: string, record?: string) => void {
  const { store } = useAppContext();
  return (collection, record) => {
    store.setState({ looking: { collection, record: record ?? null } });
    goTo('conflicts');
  };
}

/** Lets go of messages that tell of what does not wait any more. Those of problems stay: some are of the device, not of an item that is counted. */
function dropSettled(store: AppStore): void {
  const { status, requests, toasts } = store.getState();
  const collections = status?.collections ?? [];
  const waits: { readonly [about in NonNullable<Toast['about']>]?: boolean } = {
    request: requests.length > 0,
    halt: collections.some((one) => one.state === 'halted'),
    conflict: collections.some((one) => one.conflicts > 0),
  };
  const left = toasts.filter(({ about }) => about === undefined || waits[about] !== false);
  if (left.length < toasts.length) store.setState({ toasts: left });
}

/** Lets go of messages about something a person sees by now. */
export function dropToasts(store: AppStore, isSeen: (about: NonNullable<Toast['about']>) => boolean): void {
  const { toasts } = store.getState();
  const left = toasts.filter(({ about }) => about === undefined || !isSeen(about));
  if (left.length < toasts.length) store.setState({ toasts: left });
}

let lastToast = 0;
const MOST_TOASTS = 4;

function addToast(store: AppStore, toast: Omit<Toast, 'id'>): void {
  // What is said again without an undo of its own is said once.
  const others = store.getState().toasts.filter(({ text, action }) => text !== toast.text || action !== null);
  store.setState({ toasts: [...others, { id: ++lastToast, ...toast }].slice(-MOST_TOASTS) });
}

/** Says something once; it goes away by itself. */
export function useToast(): (tone: Toast['tone'], text: string, action?: Toast['action']) => void {
  const { store } = useAppContext();
  return (tone, text, action = null) => addToast(store, { tone, text, action });
}

/** Begins to say how something goes: each word in the place of the one before. */
export function useRunningToast(): () => (toast: Omit<Toast, 'id' | 'about'>) => void {
  const { store } = useAppContext();
  return () => {
    const id = ++lastToast;
    return (toast) => {
      const { toasts } = store.getState();
      const said = { id, ...toast };
      const isThere = toasts.some((one) => one.id === id);
      store.setState({
        toasts: isThere ? toasts.map((one) => (one.id === id ? said : one)) : [...toasts, said].slice(-MOST_TOASTS),
      });
    };
  };
}
