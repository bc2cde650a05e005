import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem as disk } from '../../../src/main/platform/node-file-system.ts';
import { modifiedMicroseconds } from '../../../src/main/sources/files/revision.ts';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'node-fs-'));
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const codeOf = (call: () => unknown): string | undefined => {
  try {
    call();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

describe('nodeFileSystem', () => {
  it('says null of what is not there, also below a file', () => {
    fs.writeFileSync(join(root, 'file'), 'x');
    expect(disk.lstat(join(root, 'none'))).toBeNull();
    expect(disk.lstat(join(root, 'file', 'below'))).toBeNull();
    expect(disk.glance(join(root, 'none'))).toBeNull();
    expect(disk.glance(join(root, 'file', 'below'))).toBeNull();
  });

  it('tells at a glance the same of what is the same, and another thing of what is not', () => {
    const path = join(root, 'file');
    const glance = () => {
      const seen = disk.glance(path);
      return seen === null ? null : [seen.size, seen.mode, seen.ino, seen.mtimeMs, seen.ctimeMs];
    };
    fs.writeFileSync(path, 'four');
    const before = glance();
    expect(glance()).toEqual(before);
    fs.writeFileSync(path, 'fours');
    expect(glance()).not.toEqual(before);
    fs.unlinkSync(path);
    fs.symlinkSync('nowhere', path);
    expect(glance()?.[1]).not.toBe(before?.[1]);
  });

  it('tells types, sizes and links without following', () => {
    fs.writeFileSync(join(root, 'file'), 'four');
    fs.linkSync(join(root, 'file'), join(root, 'twin'));
    fs.symlinkSync('file', join(root, 'link'));
    fs.mkdirSync(join(root, 'folder'));
    expect(disk.lstat(join(root, 'file'))).toMatchObject({ type: 'file', size: 4, links: 2 });
    expect(disk.lstat(join(root, 'link'))).toMatchObject({ type: 'symlink' });
    expect(disk.lstat(join(root, 'folder'))).toMatchObject({ type: 'directory' });
    expect(disk.readLink(join(root, 'link'))).toBe('file');
    const types = disk.readDirectory(root).map(({ name, type }) => `${name}: ${type}`);
    expect(types.sort()).toEqual(['file: file', 'folder: directory', 'link: symlink', 'twin: file']);
  });

  it.runIf(process.platform === 'linux')(
    'gives names that are not Unicode as bytes, and those that hold U+FFFD as names',
    () => {
      fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff, 0x67])]), '');
      fs.writeFileSync(join(root, 'real \ufffd'), '');
      fs.writeFileSync(join(root, 'plain'), '');
      const names = disk.readDirectory(root);
      expect(names.map(({ name }) => name).sort()).toEqual([null, 'plain', 'real \ufffd'].sort());
      expect(names.find(({ name }) => name === null)?.bytes).toEqual(Uint8Array.of(0x66, 0xff, 0x67));
    },
  );

  it.runIf(process.platform === 'linux')('refuses a link target that is not Unicode', () => {
    fs.symlinkSync(Buffer.from([0xff, 0xfe]), join(root, 'link'));
    expect(codeOf(() => disk.readLink(join(root, 'link')))).toBe('EILSEQ');
  });

  it('opens neither links nor twice', () => {
    fs.writeFileSync(join(root, 'file'), '');
    fs.symlinkSync('file', join(root, 'link'));
    expect(codeOf(() => disk.open(join(root, 'link'), 'read'))).toBe('ELOOP');
    expect(codeOf(() => disk.open(join(root, 'link'), 'write'))).toBe('ELOOP');
    expect(codeOf(() => disk.open(join(root, 'file'), 'create-new'))).toBe('EEXIST');
  });

  it('writes, reads, cuts and renames', () => {
    const fd = disk.open(join(root, 'a'), 'create-new');
    disk.write(fd, Buffer.from('0123456789'), 2, 6, 0);
    disk.truncate(fd, 4);
    disk.sync(fd);
    expect(disk.fstat(fd).size).toBe(4);
    disk.close(fd);
    disk.rename(join(root, 'a'), join(root, 'b'));
    disk.syncDirectory(root);
    const again = disk.open(join(root, 'b'), 'read');
    const into = new Uint8Array(8);
    expect(disk.read(again, into, 1, 7, 0)).toBe(4);
    expect(disk.read(again, into, 0, 8, 4)).toBe(0);
    disk.close(again);
    expect(Buffer.from(into).toString()).toBe('\x002345\0\0\0');
  });

  it('copies and links only to where nothing is', () => {
    fs.writeFileSync(join(root, 'a'), 'a');
    fs.writeFileSync(join(root, 'b'), 'b');
    expect(codeOf(() => disk.copy(join(root, 'a'), join(root, 'b')))).toBe('EEXIST');
    expect(codeOf(() => disk.link(join(root, 'a'), join(root, 'b')))).toBe('EEXIST');
    disk.copy(join(root, 'a'), join(root, 'c'));
    expect(fs.readFileSync(join(root, 'c'), 'utf8')).toBe('a');
  });

  it.each([-1, -86_399_876_544, 0, 1, 999_999, 1_700_000_000_123_456, 1_700_000_000_999_999, 4_102_444_800_000_001])(
    'sets %i µs to within the microsecond, of a link too',
    (microseconds) => {
      fs.writeFileSync(join(root, 'file'), '');
      fs.symlinkSync('nowhere', join(root, 'link'));
      for (const name of ['file', 'link']) {
        disk.setModified(join(root, name), microseconds);
        expect(modifiedMicroseconds(disk.lstat(join(root, name))!)).toBe(microseconds);
      }
    },
  );
});
