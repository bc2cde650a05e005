import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSparsely } from '../../../src/main/content/write-sparsely.ts';
import type { FileSystem } from '../../../src/main/platform/file-system.ts';
import { nodeFileSystem } from '../../../src/main/platform/node-file-system.ts';

let directory: string;
let fd: number;
let written: number;
const path = () => join(directory, 'file');
const fs = {
  ...nodeFileSystem,
  write: (...args: Parameters<FileSystem['write']>) => {
    written += args[3];
    return nodeFileSystem.write(...args);
  },
} as FileSystem;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sparse-'));
  fd = openSync(path(), 'w+');
  written = 0;
});
afterEach(() => {
  closeSync(fd);
  rmSync(directory, { recursive: true });
});
const letters = (count: number) => new Uint8Array(count).fill(120);
const zeros = (count: number) => new Uint8Array(count);

describe('zeros', () => {
  it('that are many are not written beyond the end of a file, and are read there', () => {
    const parts = [letters(10), zeros(3_000_000), letters(10), zeros(100_000)];
    let at = 0;
    for (const part of parts) {
      writeSparsely(fs, fd, part, at);
      at += part.length;
    }
    expect(readFileSync(path()).equals(Buffer.concat(parts))).toBe(true);
    expect(written).toBe(20);
  });
  it('are written over what is there, and where they are few or not alone', () => {
    writeSparsely(fs, fd, letters(200_000), 0);
    writeSparsely(fs, fd, zeros(150_000), 0);
    const mixed = zeros(200_000);
    mixed[70_001] = 1;
    writeSparsely(fs, fd, mixed, 200_000);
    writeSparsely(fs, fd, zeros(10), 400_000);
    const all = Buffer.concat([zeros(150_000), letters(50_000), mixed, zeros(10)]);
    expect(readFileSync(path()).equals(all)).toBe(true);
    expect(written).toBe(200_000 + 150_000 + 200_000 + 10);
  });
});
