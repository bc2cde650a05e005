import { lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeFolders } from '../platform/make-folders.ts';
import { LockstepError } from '../platform/trouble.ts';

/** The address of a Unix socket holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
const LONGEST = 100;

/**
 * Where the control socket of a data directory (its real path) is: `control.sock` in it, or in the user's runtime directory under a
 * digest of the path where that would be too long; a named pipe on Windows. Both ends derive the same.
 */
export function controlAddress(
  dataDirectory: string,
  platform: NodeJS.Platform = process.platform,
  environment: { readonly [name: string]: string | undefined } = process.env,
): string {
  if (platform === 'win32') return `\\\\.\\pipe\\lockstep-${shortDigest(dataDirectory)}`;
  const direct = join(dataDirectory, 'control.sock');
  if (Buffer.byteLength(direct) <= LONGEST) return direct;
  const runtime = environment.XDG_RUNTIME_DIR;
  const inRuntime = runtime ? join(runtime, `lockstep-${shortDigest(dataDirectory)}.sock`) : null;
  if (inRuntime !== null && Buffer.byteLength(inRuntime) <= LONGEST) return inRuntime;
  return join(tmpdir(), `lockstep-${process.getuid?.() ?? 0}`, `${shortDigest(dataDirectory)}.sock`);
}

function shortDigest(text: string): string {
  // Not imported: loading node:crypto takes a sixth of a call of the command line, which hardly ever comes here.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

/**
 * Makes the directory of a socket that is not in the data directory, for this user only. One that another user made, or that
 * others may write to, is refused (`unsafe-runtime-directory`): who owns it could put another socket there.
 */
export function prepareControlDirectory(address: string, dataDirectory: string): void {
  const directory = dirname(address);
  if (process.platform === 'win32' || directory === dataDirectory) return;
  makeFolders(directory, 0o700);
  checkControlDirectory(address, dataDirectory);
}

/** What the client checks as well before it trusts a socket outside the data directory. */
export function checkControlDirectory(address: string, dataDirectory: string): void {
  const directory = dirname(address);
  if (process.platform === 'win32' || directory === dataDirectory) return;
  const found = lstatSync(directory, { throwIfNoEntry: false });
  if (!found) return;
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return;
  throw new LockstepError(
    'unsafe-runtime-directory',
    `${directory} belongs to another user or is open to others. Remove it or set XDG_RUNTIME_DIR.`,
    directory,
  );
}
