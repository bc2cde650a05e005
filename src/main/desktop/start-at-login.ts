import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { app } from 'electron';
import { defaultDataDirectory } from '../platform/data-directory.ts';
import { AutostartEntry } from './autostart-entry.ts';

/** Says that no window is to be shown at the start. */
const HIDDEN = '--hidden';
const DATA = '--data=';

/** Whether the system starts Lockstep, without its window, when the person logs in. The system keeps it: it may be changed there too. */
export interface StartAtLogin {
  isOn(): boolean;
  set(on: boolean): void;
}

/** By the means of this system. `dataDirectory`: the one of this instance, which is the one to be started. */
export function startAtLogin(dataDirectory: string): StartAtLogin {
  const own = app.isPackaged ? [] : [app.getAppPath()];
  const isUsual = dataDirectory === defaultDataDirectory({ ...process.env, LOCKSTEP_DATA: undefined });
  const options = isUsual ? [HIDDEN] : [HIDDEN, `${DATA}${dataDirectory}`];
  if (process.platform === 'linux') {
    const entry = new AutostartEntry(configFolder());
    // The program of an AppImage lies in a place that is gone with it.
    const program = process.env.APPIMAGE ?? process.execPath;
    const turnOn = () => entry.turnOn([program, ...own, ...options]);
    // It may have been moved since.
    if (entry.isOn()) turnOn();
    return { isOn: () => entry.isOn(), set: (on) => (on ? turnOn() : entry.turnOff()) };
  }
  // Windows joins them as they are; a Mac knows none.
  const args = [...own, ...options].map((argument) => (/\s/.test(argument) ? `"${argument}"` : argument));
  return {
    isOn: () => app.getLoginItemSettings({ args }).openAtLogin,
    set: (on) => app.setLoginItemSettings({ openAtLogin: on, args }),
  };
}

/** Was this instance started without anybody asking for its window? */
export const isStartedHidden = (): boolean =>
  process.argv.includes(HIDDEN) || (process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin);

/** The data directory this instance was told to use; null: the usual one. */
export const toldDataDirectory = (argv: readonly string[]): string | null =>
  argv.find((argument) => argument.startsWith(DATA))?.slice(DATA.length) ?? null;

function configFolder(): string {
  // A relative one does not count, as its specification says.
  const told = process.env.XDG_CONFIG_HOME ?? '';
  return isAbsolute(told) ? told : join(homedir(), '.config');
}
