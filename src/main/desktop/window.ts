import { pathToFileURL } from 'node:url';
import { BrowserWindow, shell, type WebContents } from 'electron';
import type { EventName, Events } from '../../contract/contract.ts';
import { systemClock } from '../platform/clock.ts';
import { isOutsideAddress } from './outside-address.ts';
import { reloadWhenGone } from './reload-page.ts';

export interface WindowOptions {
  /** The built page, an absolute path; or, while developing, the address of the development server. */
  readonly page: string;
  /** The built preload, absolute. */
  readonly preload: string;
  readonly icon: string;
  /** false: made without being seen (started at login). */
  readonly visible: boolean;
}

/** The one window. Closing it hides it; the program goes on in the tray until `allowClose` was called. */
export interface AppWindow {
  show(): void;
  /** Shows it at a page, by its name in the address (`conflicts`), or at the join dialog (`join=LINK`). */
  showAt(place: string): void;
  isFocused(): boolean;
  send<K extends EventName>(name: K, value: Events[K]): void;
  /** Whether a message comes from our page in our window: nothing else may ask anything. */
  isSender(sender: WebContents, url: string): boolean;
  allowClose(): void;
  readonly browserWindow: BrowserWindow;
}

/** Opens the window, sandboxed, with nothing in it but our page. */
export function openWindow(options: WindowOptions): AppWindow {
  const { page, preload, icon, visible } = options;
  const address = /^https?:/.test(page) ? page : pathToFileURL(page).href;
  const window = new BrowserWindow({
    width: 1040,
    height: 720,
    minWidth: 400,
    minHeight: 480,
    show: false,
    title: 'Lockstep',
    icon,
    autoHideMenuBar: true,
    webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegration: false, spellcheck: false },
  });
  const show = () => {
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  };
  let mayClose = false;
  if (visible) window.once('ready-to-show', show);
  window.on('close', (event) => {
    if (mayClose) return;
    event.preventDefault();
    window.hide();
  });
  keepInside(window.webContents);
  reloadWhenGone(window.webContents, systemClock);
  const loaded = window.loadURL(address);

  return {
    browserWindow: window,
    show,
    showAt(place) {
      show();
      const script = `location.hash = ${JSON.stringify(place)}`;
      void loaded.then(() => window.webContents.executeJavaScript(script));
    },
    isFocused: () => window.isVisible() && window.isFocused(),
    send(name, value) {
      if (!window.isDestroyed()) window.webContents.send(`event:${name}`, value);
    },
    isSender: (sender, url) => sender === window.webContents && url.split('#')[0] === address,
    allowClose: () => {
      mayClose = true;
    },
  };
}

/** Our page and nothing else: no other page, window, frame or permission. Links to the world open in the browser. */
function keepInside(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (isOutsideAddress(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  // Copying a link is all the page ever asks for.
  const granted = (permission: string) => permission === 'clipboard-sanitized-write';
  contents.session.setPermissionRequestHandler((_contents, permission, answer) => answer(granted(permission)));
  contents.session.setPermissionCheckHandler((_contents, permission) => granted(permission));
}
