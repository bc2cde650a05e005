import { existsSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';

const root = resolve(import.meta.dirname, '../..');
const pathFile = join(root, 'node_modules/electron/path.txt');

/** The real Electron where its binary is here; null: the test host stands in. */
export const realElectron =
  process.env.LOCKSTEP_E2E !== 'host' && existsSync(pathFile)
    ? join(root, 'node_modules/electron/dist', readFileSync(pathFile, 'utf8'))
    : null;

/** Much more than a start takes on a busy machine. */
export const START_MS = 240_000;

/** A fresh directory, by its real path. */
export const freshDirectory = (name: string): string => realpathSync(mkdtempSync(join(tmpdir(), `lockstep-${name}-`)));

export interface Launched {
  readonly app: ElectronApplication;
  readonly page: Page;
}

/** The built app on a data directory, as a person starts it. */
export async function launch(
  dataDirectory: string,
  environment: { readonly [name: string]: string } = {},
): Promise<Launched> {
  const app = await _electron.launch({
    executablePath: realElectron ?? join(root, 'test/electron-host/host.mjs'),
    args: [root],
    cwd: root,
    env: { ...(process.env as Record<string, string>), LOCKSTEP_DATA: dataDirectory, ...environment },
    timeout: START_MS,
  });
  return { app, page: await app.firstWindow({ timeout: START_MS }) };
}

/** A native drop of files and folders with their real paths, in the middle of the window. */
export async function dropPaths(page: Page, paths: readonly string[]): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await cdp.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data });
  }
  await cdp.detach();
}
