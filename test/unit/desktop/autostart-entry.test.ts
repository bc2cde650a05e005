import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { AutostartEntry } from '../../../src/main/desktop/autostart-entry.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'autostart-')), 'config');
  path = join(folder, 'autostart', 'lockstep.desktop');
});

it('is on once it was turned on, and off again', () => {
  const entry = new AutostartEntry(folder);
  expect(entry.isOn()).toBe(false);
  entry.turnOn(['/opt/Lockstep/lockstep', '--hidden']);
  expect(entry.isOn()).toBe(true);
  expect(readFileSync(path, 'utf8').split('\n')).toContain('Exec="/opt/Lockstep/lockstep" "--hidden"');
  entry.turnOff();
  entry.turnOff();
  expect([entry.isOn(), existsSync(path)]).toEqual([false, false]);
});

it('is off where the desktop switched it off, and names the program where it is now', () => {
  const entry = new AutostartEntry(folder);
  entry.turnOn(['/old/lockstep']);
  const on = readFileSync(path, 'utf8');
  for (const line of ['Hidden=true', 'X-GNOME-Autostart-enabled=false']) {
    writeFileSync(path, `${on.replace('X-GNOME-Autostart-enabled=true\n', '')}${line}\n`);
    expect(entry.isOn()).toBe(false);
  }
  entry.turnOn(['/new/lockstep']);
  expect(entry.isOn()).toBe(true);
  expect(readFileSync(path, 'utf8')).toContain('Exec="/new/lockstep"');
});

it('is not written again where it says all that already', () => {
  const entry = new AutostartEntry(folder);
  entry.turnOn(['/opt/lockstep']);
  const { ino, mtimeMs } = statSync(path);
  entry.turnOn(['/opt/lockstep']);
  expect(statSync(path)).toMatchObject({ ino, mtimeMs });
});

// The entry's text is unescaped first (`\\` is `\`), then its command is split as a shell splits what stands in double quotes, then `%%` is `%`.
it('gives the program each argument as it is, whatever is in it', () => {
  const command = ['/home/ana o"k/50% off/$HOME/`id`/back\\slash', '--data=/tmp/a b', "it's"];
  new AutostartEntry(folder).turnOn(command);
  const exec = readFileSync(path, 'utf8')
    .match(/^Exec=(.*)$/m)?.[1]
    ?.replaceAll('\\\\', '\\');
  const split = execFileSync('sh', ['-c', `printf '%s\\n' ${exec}`], { encoding: 'utf8' });
  expect(split.trimEnd().replaceAll('%%', '%').split('\n')).toEqual(command);
});
