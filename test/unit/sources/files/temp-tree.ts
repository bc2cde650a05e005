import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FileSystem } from '../../../../src/main/platform/file-system.ts';
import { nodeFileSystem } from '../../../../src/main/platform/node-file-system.ts';

/** A moment long past the last write of a test's own files: nothing is fresh then. */
export const LATER = (): number => Date.now() + 60_000;

/** A folder of its own for one test. */
export class TempTree {
  readonly root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'tree-')));

  path(id: string): string {
    return join(this.root, id);
  }

  write(id: string, content: string | Uint8Array = id): void {
    fs.mkdirSync(dirname(this.path(id)), { recursive: true });
    fs.writeFileSync(this.path(id), content);
  }

  remove(id = ''): void {
    fs.rmSync(this.path(id), { recursive: true, force: true });
  }
}

/** The real file system, where calls about some paths fail or answer otherwise. */
export function disturbed(changes: Partial<FileSystem>): FileSystem {
  return { ...nodeFileSystem, ...changes };
}

export const failure = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });
