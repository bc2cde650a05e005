import { readFileSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { CheckView } from '../../contract/contract.ts';
import { DEFAULT_PORT } from '../engine-thread/engine-api.ts';
import { bindPort } from '../platform/bind-port.ts';
import { bytesText } from './show-value.ts';

/** Below these a large folder cannot be watched whole, or writing may fail soon. */
const ENOUGH_WATCHES = 65_536;
const ENOUGH_WATCHERS = 128;
const ENOUGH_DISK = 1 << 30;
/** No machine that runs this was there before, so an earlier clock is wrong. */
const EARLIEST = Date.UTC(2026, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** What can be checked of this machine without an instance; `listensOn`: HOST:PORT of the one that runs, or null. Reads much, changes nothing. */
export async function checkMachine(dataDirectory: string, listensOn: string | null): Promise<readonly CheckView[]> {
  return [
    versionCheck(),
    await databaseCheck(),
    ...watchChecks(process.platform, readNumber),
    diskCheck(dataDirectory),
    clockCheck(Date.now(), newestIn(dataDirectory)),
    await portCheck(listensOn),
  ];
}

const check = (name: string, ok: boolean, detail: string, fix: string): CheckView => ({
  check: name,
  ok,
  detail,
  fix: ok ? null : fix,
});

function versionCheck(): CheckView {
  const major = Number(process.versions.node.split('.')[0]);
  const detail = `Node ${process.versions.node} on ${process.platform} ${process.arch}`;
  return check('versions', major >= 24, detail, 'Run "npm ci": it brings Node 24.');
}

/** Loading SQLite fails where its binary does not fit the system (an old C library). */
async function databaseCheck(): Promise<CheckView> {
  try {
    const { default: Database } = await import('better-sqlite3');
    const memory = new Database(':memory:');
    const version = memory.prepare('SELECT sqlite_version()').pluck().get();
    memory.close();
    return check('sqlite', true, `SQLite ${String(version)}`, '');
  } catch (failure) {
    return check('sqlite', false, (failure as Error).message, 'Run "npm ci"; Linux needs glibc 2.34 or later.');
  }
}

/** inotify's limits; other systems have none that matter. `read` gives the number in a file, null where there is none. */
export function watchChecks(platform: NodeJS.Platform, read: (path: string) => number | null): readonly CheckView[] {
  if (platform !== 'linux') return [];
  const limit = (name: string, key: string, enough: number) => {
    const value = read(`/proc/sys/fs/inotify/${key}`);
    const fix = `Raise it to at least ${enough}: sudo sysctl fs.inotify.${key}=${enough}`;
    return check(name, value !== null && value >= enough, value === null ? 'not known' : `${key} is ${value}`, fix);
  };
  return [
    limit('watches', 'max_user_watches', ENOUGH_WATCHES),
    limit('watchers', 'max_user_instances', ENOUGH_WATCHERS),
  ];
}

function readNumber(path: string): number | null {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function diskCheck(dataDirectory: string): CheckView {
  for (let path = dataDirectory; ; path = dirname(path)) {
    try {
      const { bavail, bsize } = statfsSync(path);
      const free = bavail * bsize;
      return check(
        'disk',
        free >= ENOUGH_DISK,
        `${bytesText(free)} free at ${path}`,
        'Free some space: history and new content need it.',
      );
    } catch (failure) {
      // The data directory need not be there yet: ask for the one it will be made in.
      if (path === dirname(path))
        return check('disk', false, (failure as Error).message, `Look whether ${dataDirectory} can be used.`);
    }
  }
}

/** A clock before what was last written here, or far from any sensible date, is wrong. */
export function clockCheck(now: number, newest: number | null): CheckView {
  const behind = newest !== null && newest > now + 60_000;
  const ok = now > EARLIEST && now < LATEST && !behind;
  const detail = `${new Date(now).toISOString()}${behind ? `, earlier than the last write here (${new Date(newest).toISOString()})` : ''}`;
  return check('clock', ok, detail, 'Set the clock; times in history come from it.');
}

function newestIn(dataDirectory: string): number | null {
  return statSync(dataDirectory, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

async function portCheck(listensOn: string | null): Promise<CheckView> {
  if (listensOn?.endsWith(`:${DEFAULT_PORT}`))
    return check('ports', true, `${DEFAULT_PORT} is used by this instance`, '');
  const server = createServer();
  try {
    const { port } = await bindPort(server, { host: '0.0.0.0', port: DEFAULT_PORT, orNext: true });
    const detail =
      port === DEFAULT_PORT ? `${DEFAULT_PORT} is free` : `${DEFAULT_PORT} is in use; the next free one is ${port}`;
    return check('ports', true, detail, '');
  } catch (failure) {
    return check('ports', false, (failure as Error).message, 'Choose another: lockstep config listen HOST:PORT');
  } finally {
    server.close();
  }
}
