import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { plainLines } from '../platform/plain-text.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { CommandCall } from './command.ts';

const FETCH_WITHIN_MS = 300_000;

/**
 * `lockstep` without a command: the app in its window where Electron runs (its binary is fetched once), else the same synchronizer
 * here, with its UI at an address for the browser. Where an instance runs already, the browser's address is that one's.
 */
export async function openApp(call: CommandCall): Promise<number> {
  const root = resolve(import.meta.dirname, import.meta.filename.endsWith('.ts') ? '../../..' : '../..');
  const electron = await electronBinary(join(root, 'node_modules', 'electron'), call);
  if (typeof electron === 'string') return runElectron(electron, root, call);
  call.terminal.note(`Starting in browser mode: ${electron.missing}.\n`);
  const tell = (address: { readonly ui: string | null }) =>
    call.print(address, ({ ui }) => `Lockstep is running. Open: ${ui}\n`);
  try {
    await tell(await call.ask('ui:address'));
    return 0;
  } catch (failure) {
    if (!(failure instanceof LockstepError && failure.code === 'no-instance')) throw failure;
  }
  const { serve } = await import('../serve.ts');
  return serve({
    dataDirectory: call.dataDirectory,
    listen: null,
    ui: { host: '127.0.0.1', port: 0, orNext: false },
    discovery: true,
    relay: null,
    log: (line) => call.terminal.note(`${plainLines(line)}\n`),
    onReady: (instance) => void tell({ ui: instance.uiAddress() }),
  });
}

/** Electron's executable, or why there is none to use. */
async function electronBinary(folder: string, call: CommandCall): Promise<string | { readonly missing: string }> {
  const { environment, note } = call.terminal;
  if (environment.LOCKSTEP_BROWSER) return { missing: 'LOCKSTEP_BROWSER is set' };
  const display = process.platform !== 'linux' || environment.DISPLAY || environment.WAYLAND_DISPLAY;
  if (!display) return { missing: 'no display on this machine' };
  const here = installedBinary(folder, environment);
  if (here !== null) return here;
  const installer = join(folder, 'install.js');
  if (!existsSync(installer)) return { missing: 'Electron is not installed' };
  note('Fetching Electron (about 110 MB, once)…\n');
  const trouble = await runInstaller(installer);
  return installedBinary(folder, environment) ?? { missing: `Electron could not be downloaded (${trouble})` };
}

function installedBinary(folder: string, environment: { readonly [name: string]: string | undefined }): string | null {
  try {
    const path = readFileSync(join(folder, 'path.txt'), 'utf8');
    const binary = join(environment.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), path);
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

/** Resolves with the first line of what went wrong, if something did. */
function runInstaller(installer: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [installer], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: FETCH_WITHIN_MS,
    });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += String(chunk);
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', () => resolve(errors.trim().split('\n')[0] || 'it took too long'));
  });
}

function runElectron(binary: string, root: string, call: CommandCall): Promise<number> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, LOCKSTEP_DATA: call.dataDirectory };
    const child = spawn(binary, [root], { stdio: 'inherit', env });
    const forward = (signal: NodeJS.Signals) => void child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}
