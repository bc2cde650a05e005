import type { EventName, NoticeView, RequestView, StatusView } from '../../contract/contract.ts';
import { statusWithNumbersHere } from '../../contract/number-text.ts';
import type { Instance } from '../instance.ts';
import { notify } from './notification.ts';
import { type AppTray, openTray } from './tray.ts';
import { trayView } from './tray-menu.ts';
import type { AppWindow } from './window.ts';

interface TellOptions {
  /** The folder of the tray's pictures, absolute. */
  readonly pictures: string;
  readonly quit: () => void;
}

/** Passes every event of the instance on: to the page, to the tray, and, where the window is not looked at, to the person. */
export function keepTold(instance: Instance, window: AppWindow, { pictures, quit }: TellOptions): AppTray {
  let status: StatusView | null = null;
  let requests: readonly RequestView[] = [];
  const goTo = (page: string) => window.showAt(page);
  // Nothing else would say that what was chosen in the menu was not done.
  const ask = async (chosen: string, ...request: Parameters<Instance['answer']>) => {
    const reply = await instance.answer(...request);
    if (!reply.ok) notify({ about: 'problem', title: `${chosen} failed`, text: reply.error.message }, goTo);
  };
  const tray = openTray(pictures, {
    open: (page) => (page === null ? window.show() : window.showAt(page)),
    syncNow: () => void ask('Sync now', 'sync', [{ wait: false, timeoutSeconds: 60 }]),
    setPaused: (paused) => void ask(paused ? 'Pause all' : 'Resume all', 'pause', [null, paused]),
    quit,
  });
  const take = (name: EventName, value: unknown) => {
    if (name === 'status') status = statusWithNumbersHere(value as StatusView);
    else if (name === 'requests') requests = value as readonly RequestView[];
    // The page itself shows it to whoever is looking at it.
    else if (!window.isFocused()) notify(value as NoticeView, goTo);
    if (status !== null) tray.show(trayView(status, requests));
  };
  instance.onEvent((name, value) => {
    window.send(name, value as never);
    take(name, value);
  });
  void instance.answer('status', []).then((reply) => {
    // An event that came first is the newer one.
    if (reply.ok && status === null) take('status', reply.value);
  });
  void instance.answer('requests:list', []).then((reply) => {
    if (reply.ok && requests.length === 0) take('requests', reply.value);
  });
  return tray;
}
