import { join } from 'node:path';
import { app } from 'electron';
import type { Reply, StatusView } from '../contract/contract.ts';
import { numbersFor, writeNumbers } from '../contract/number-text.ts';
import { pickFolder, showFault } from './desktop/dialog.ts';
import { keepTold } from './desktop/keep-told.ts';
import { systemKeychain } from './desktop/keychain.ts';
import { setApplicationMenu } from './desktop/menu.ts';
import { openSource } from './desktop/open-source.ts';
import { serveWindow } from './desktop/serve-window.ts';
import { isStartedHidden, startAtLogin, toldDataDirectory } from './desktop/start-at-login.ts';
import type { AppTray } from './desktop/tray.ts';
import { type AppWindow, openWindow } from './desktop/window.ts';
import { type Instance, startInstance } from './instance.ts';
import { defaultDataDirectory } from './platform/data-directory.ts';
import { databaseFaultText } from './platform/database-trouble.ts';
import { plainLines } from './platform/plain-text.ts';
import { LockstepError } from './platform/trouble.ts';

const root = join(import.meta.dirname, '../..');
const assets = join(root, 'assets');
const LINK = /^lockstep:\/\/join#/;
const linkIn = (argv: readonly string[]) => argv.find((argument) => LINK.test(argument)) ?? null;

const dataDirectory = toldDataDirectory(process.argv) ?? defaultDataDirectory();
// Before the lock: it is one instance a data directory, as for the command line, and the page's own state lies in there.
app.setPath('userData', join(dataDirectory, 'window'));
app.enableSandbox();
// Without it Windows shows no notification; it is the `appId` of electron-builder.yml.
if (process.platform === 'win32') app.setAppUserModelId('io.lockstep.app');
let instance: Instance | null = null;
let window: AppWindow | null = null;
let tray: AppTray | null = null;
let stopping = false;

if (!app.requestSingleInstanceLock()) app.quit();
else {
  app.setAsDefaultProtocolClient('lockstep');
  app.on('second-instance', (_event, argv) => showJoin(linkIn(argv)));
  app.on('open-url', (_event, url) => showJoin(linkIn([url])));
  app.on('activate', () => window?.show());
  // It stays in the tray; only Quit ends it.
  app.on('window-all-closed', () => {});
  app.on('before-quit', () => window?.allowClose());
  app.on('will-quit', (event) => {
    if (instance === null || stopping) return;
    event.preventDefault();
    stopping = true;
    tray?.destroy();
    void instance.stop().then((clean) => app.exit(clean ? 0 : 1));
  });
  void app.whenReady().then(start);
}

/** Shows the window, with the join dialog where a link was opened. */
function showJoin(link: string | null): void {
  if (link === null) window?.show();
  else window?.showAt(`join=${encodeURIComponent(link)}`);
}

/** The window comes first and at once; what it asks waits for the engine. */
async function start(): Promise<void> {
  // For the tray. The engine, which answers the command line too, has a thread of its own and goes on in English.
  writeNumbers(numbersFor(app.getPreferredSystemLanguages()));
  const shown = openWindow({
    page: (app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL) ?? join(root, 'out/renderer/index.html'),
    preload: join(root, 'out/preload/index.cjs'),
    icon: join(assets, 'icon.png'),
    visible: !isStartedHidden(),
  });
  window = shown;
  setApplicationMenu({ showSettings: () => shown.showAt('settings'), quit: () => app.quit() });
  const login = startAtLogin(dataDirectory);
  const found = systemKeychain();
  if ('missing' in found)
    console.error(`Keys lie in a file only you can read, for ${found.missing}: encrypt your disk.`);
  const started = startInstance({
    dataDirectory,
    listen: null,
    discovery: true,
    relay: null,
    keychain: 'missing' in found ? null : found.keychain,
    // So that "lockstep ui" works beside the window too.
    ui: { host: '127.0.0.1', port: 0, orNext: false },
    rendererRoot: join(root, 'out/renderer'),
    desktop: {
      'desktop:pick-folder': () => pickFolder(shown.browserWindow),
      'desktop:open-source': async (source) => openSource(await readStatus(), source),
      'desktop:start-at-login': (on) => {
        if (on !== null) login.set(on);
        return login.isOn();
      },
    },
    log: (line) => console.error(plainLines(line)),
    onFault: (fault) => {
      const told = databaseFaultText(dataDirectory, fault);
      if (told === null)
        showFault(
          'Lockstep stopped unexpectedly',
          `Nothing that was saved is lost; start it again.\n\n${fault.message}`,
        );
      else showFault('Lockstep had to stop', told);
      app.exit(1);
    },
  });
  serveWindow(shown, async (name, args) => (await started).answer(name, args));
  try {
    instance = await started;
  } catch (failure) {
    showFault('Lockstep cannot start', failure instanceof Error ? failure.message : String(failure));
    app.exit(1);
    return;
  }
  tray = keepTold(instance, shown, { pictures: join(assets, 'tray'), quit: () => app.quit() });
  const link = linkIn(process.argv);
  if (link !== null) showJoin(link);
}

async function readStatus(): Promise<StatusView> {
  const reply = (await instance?.answer('status', [])) as Reply<StatusView> | undefined;
  if (reply?.ok !== true) throw new LockstepError('starting', 'Lockstep is still starting.', 'status');
  return reply.value;
}
