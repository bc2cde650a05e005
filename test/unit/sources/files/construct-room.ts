import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VersionStore } from '../../../../src/main/content/version-store.ts';
import type { FileSystem } from '../../../../src/main/platform/file-system.ts';
import { digestOf } from '../../../../src/main/platform/hash.ts';
import { nodeFileSystem } from '../../../../src/main/platform/node-file-system.ts';
import { fileFields } from '../../../../src/main/record/file-entry.ts';
import { type Digest, recordId } from '../../../../src/main/record/ids.ts';
import { attempt } from '../../../../src/main/sources/files/attempt.ts';
import type { ConstructContext } from '../../../../src/main/sources/files/construct-context.ts';
import { type ConstructReport, constructFiles } from '../../../../src/main/sources/files/construct-files.ts';
import { type Recovery, recoverStaging } from '../../../../src/main/sources/files/recover-staging.ts';
import { revisionOf } from '../../../../src/main/sources/files/revision.ts';
import { StagedHashes } from '../../../../src/main/sources/files/staged-hashes.ts';
import { forgetPlaced } from '../../../../src/main/sources/files/staging-batch.ts';
import type { ConstructItem, ContentPlan, Revision } from '../../../../src/main/sources/source-adapter.ts';
import { describeTree } from '../../../fakes/describe-tree.ts';

export const MODIFIED = 1_700_000_000_123_456;
export const digestOfText = (text: string): Digest => digestOf(Buffer.from(text));
export const bytesPlan = (text: string): ContentPlan => ({ from: 'bytes', bytes: Buffer.from(text) });

/** A root and a version store on some file system, with the words to change them as a person and as a peer would. */
export class ConstructRoom {
  readonly fs: FileSystem;
  readonly base: string;
  readonly damaged: string[] = [];
  context: ConstructContext;

  constructor(fs: FileSystem, base: string, options: Partial<ConstructContext> = {}) {
    this.fs = fs;
    this.base = base;
    for (const name of ['root', 'versions']) {
      if (fs.lstat(`${base}/${name}`) === null) fs.makeDirectory(`${base}/${name}`);
    }
    const versions = new VersionStore(fs, `${base}/versions`, (name) => this.damaged.push(name));
    const hashes = new StagedHashes(fs);
    const rest = { platform: 'posix', folding: false, newFileMode: 0o644, hashes } as const;
    this.context = { fs, root: `${base}/root`, versions, ...rest, ...options };
  }

  path(id: string): string {
    return `${this.context.root}/${id}`;
  }

  /** As a person would: in place. */
  write(id: string, text: string, how: 'create-new' | 'write' = 'create-new'): void {
    const at = id.lastIndexOf('/');
    if (at > 0) this.directory(id.slice(0, at));
    const fd = this.fs.open(this.path(id), how);
    if (how === 'write') this.fs.truncate(fd, 0);
    this.fs.write(fd, Buffer.from(text), 0, Buffer.byteLength(text), 0);
    this.fs.close(fd);
  }

  directory(id: string): void {
    if (this.fs.lstat(this.path(id)) !== null) return;
    if (id.includes('/')) this.directory(id.slice(0, id.lastIndexOf('/')));
    this.fs.makeDirectory(this.path(id));
  }

  text(id: string): string | null {
    return this.textAt(this.path(id));
  }

  textAt(path: string): string | null {
    const stat = this.fs.lstat(path);
    if (stat?.type !== 'file') return null;
    const fd = this.fs.open(path, 'read');
    const bytes = new Uint8Array(stat.size);
    this.fs.read(fd, bytes, 0, stat.size, 0);
    this.fs.close(fd);
    return Buffer.from(bytes).toString();
  }

  revision(id: string): Revision | null {
    const stat = this.fs.lstat(this.path(id));
    return stat === null ? null : revisionOf(stat);
  }

  kept(text: string): string | null {
    const bytes = this.context.versions.read(digestOfText(text));
    return bytes === null ? null : Buffer.from(bytes).toString();
  }

  /** What a person sees: the root without our own directory. */
  tree(): Record<string, string> {
    const all = describeTree(this.fs, this.context.root);
    return Object.fromEntries([...all].filter(([path]) => path !== '.lockstep' && !path.startsWith('.lockstep/')));
  }

  /** Everything that is left in staging. */
  staged(): string[] {
    const all = [...describeTree(this.fs, this.context.root).keys()];
    return all.filter((path) => path.startsWith('.lockstep/staging/'));
  }

  /** As a batch of which the snapshot tells at once. */
  construct(...items: ConstructItem[]): ConstructReport {
    const report = constructFiles(this.context, items);
    this.#forget(report.placed === null ? [] : [report.placed]);
    return report;
  }

  /** What a recovery told of, but for what was in its place: of that the snapshot tells at once. */
  recover(): Omit<Recovery, 'placed'> {
    const { placed, ...recovery } = recoverStaging(this.context);
    this.#forget(placed.map(({ directory }) => directory));
    return recovery;
  }
  #forget(directories: readonly string[]): void {
    for (const directory of new Set(directories)) attempt(() => forgetPlaced(this.context.fs, directory));
  }

  /** The item as it stands now shall hold `text`. */
  file(id: string, text: string, more: Partial<ConstructItem> & { executable?: boolean } = {}): ConstructItem {
    const { executable = false, ...rest } = more;
    const entry = { type: 'file', digest: digestOfText(text), size: Buffer.byteLength(text) } as const;
    const fields = fileFields(entry, { executable, modified: MODIFIED });
    return { ...this.#asItStands(id), fields, content: bytesPlan(text), ...rest };
  }

  makeDirectory(id: string): ConstructItem {
    return { ...this.#asItStands(id), fields: fileFields({ type: 'directory' }), content: null };
  }

  link(id: string, target: string): ConstructItem {
    return { ...this.#asItStands(id), fields: fileFields({ type: 'symlink', target }), content: null };
  }

  remove(id: string): ConstructItem {
    return { ...this.#asItStands(id), fields: null, content: null };
  }

  #asItStands(id: string) {
    const text = this.text(id);
    return {
      id: recordId(id),
      expected: this.revision(id),
      replaces: text === null ? null : digestOfText(text),
    };
  }
}

/** A room on the real disk. */
export function realRoom(): { room: ConstructRoom; remove: () => void } {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'construct-')));
  return {
    room: new ConstructRoom(nodeFileSystem, base),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}
