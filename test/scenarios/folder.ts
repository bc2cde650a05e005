import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { atEnd } from './at-end.ts';

const made: string[] = [];
atEnd(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

/** A new directory that is gone when the tests end. Others may pass through it. */
export function scratch(name: string): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), `scenario-${name}-`)));
  chmodSync(path, 0o755);
  made.push(path);
  return path;
}

/** A person's folder on one device. */
export class Folder {
  readonly root: string;

  constructor(name: string, root = join(scratch(name), 'docs')) {
    this.root = root;
    mkdirSync(root, { recursive: true });
  }

  path(id: string): string {
    return join(this.root, id);
  }
  write(id: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(id)), { recursive: true });
    writeFileSync(this.path(id), content);
  }
  /** As careful programs do: beside it, and moved in when it is whole. */
  save(id: string, content: string | Uint8Array): void {
    const beside = join(dirname(this.root), 'being-saved');
    writeFileSync(beside, content);
    renameSync(beside, this.path(id));
  }
  read(id: string): string {
    return readFileSync(this.path(id), 'utf8');
  }
  bytes(id: string): Buffer {
    return readFileSync(this.path(id));
  }
  /** Is there anything of that name, a link to nowhere too? */
  has(id: string): boolean {
    return lstatSync(this.path(id), { throwIfNoEntry: false }) !== undefined;
  }
  remove(id: string): void {
    rmSync(this.path(id), { recursive: true, force: true });
  }
  move(from: string, to: string): void {
    mkdirSync(dirname(this.path(to)), { recursive: true });
    renameSync(this.path(from), this.path(to));
  }
  makeDirectory(id: string): void {
    mkdirSync(this.path(id), { recursive: true });
  }
  link(id: string, target: string): void {
    symlinkSync(target, this.path(id));
  }
  touch(id: string, seconds: number): void {
    utimesSync(this.path(id), seconds, seconds);
  }
  mode(id: string, mode: number): void {
    chmodSync(this.path(id), mode);
  }
  stat(id: string): Stats {
    return lstatSync(this.path(id));
  }

  /** Everything in it but our own directory: what it is, its bytes, whether it can be run, when it was written. */
  tree(): { readonly [path: string]: string } {
    const found: { [path: string]: string } = {};
    const visit = (directory: string): void => {
      for (const name of readdirSync(join(this.root, directory)).sort()) {
        const id = directory === '' ? name : `${directory}/${name}`;
        if (id === '.lockstep') continue;
        const stat = this.stat(id);
        found[id] = describe(this.path(id), stat);
        if (stat.isDirectory()) visit(id);
      }
    };
    visit('');
    return found;
  }
  /** As `tree`, without when things were written. */
  contents(): { readonly [path: string]: string } {
    return Object.fromEntries(Object.entries(this.tree()).map(([id, text]) => [id, text.replace(/ @.*/, '')]));
  }
}

function describe(path: string, stat: Stats): string {
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  if (!stat.isFile()) return 'special';
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
  // To the microsecond: what every file system can give back is rounded, and a millisecond may lie in between.
  const modified = (lstatSync(path, { bigint: true }).mtimeNs + 500n) / 1000n;
  return `${stat.size} bytes ${digest}${stat.mode & 0o100 ? ' executable' : ''} @${modified}`;
}
