import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../platform/make-folders.ts';

/**
 * What makes a Linux desktop start a program with the session: an entry in the person's autostart folder
 * (freedesktop.org, Desktop Application Autostart Specification; Desktop Entry Specification, "The Exec key").
 */
export class AutostartEntry {
  readonly #folder: string;
  readonly #path: string;

  /** `configFolder`: XDG_CONFIG_HOME, absolute. */
  constructor(configFolder: string) {
    this.#folder = join(configFolder, 'autostart');
    this.#path = join(this.#folder, 'lockstep.desktop');
  }

  /** Desktops switch an entry off by a line in it as well as by taking it away. */
  isOn(): boolean {
    const text = this.#read();
    return text !== null && !/^(Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$/m.test(text);
  }

  /** `command`: the program, absolute, and its arguments. Writes only what is not there yet; fails as the file system does. */
  turnOn(command: readonly string[]): void {
    const text = entryText(command);
    if (this.#read() === text) return;
    makeFolders(this.#folder, 0o700);
    writeFileSync(this.#path, text);
  }

  turnOff(): void {
    rmSync(this.#path, { force: true });
  }

  #read(): string | null {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw cause;
    }
  }
}

const entryText = (command: readonly string[]): string =>
  `${[
    '[Desktop Entry]',
    'Type=Application',
    'Name=Lockstep',
    'Comment=Keeps folders, contacts and calendars the same on all your computers',
    `Exec=${command.map(quoted).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
  ].join('\n')}\n`;

/** Quoted for the command, its `%` doubled, and all of that once more as any text of an entry is. */
const quoted = (argument: string): string =>
  `"${argument.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`.replaceAll('\\', '\\\\');
