import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { chunkFile, chunkFileHelped } from '../../../src/main/content/chunk-file.ts';
import { threadedHash } from '../../../src/main/content/threaded-hash.ts';
import { nodeFileSystem } from '../../../src/main/platform/node-file-system.ts';
import { seededBytes } from './bytes.ts';

it('chunks a file with a thread of its own, while the caller waits without yielding', () => {
  const directory = fs.mkdtempSync(join(tmpdir(), 'hash-thread-'));
  onTestFinished(() => fs.rmSync(directory, { recursive: true, force: true }));
  const size = 5_000_003;
  fs.writeFileSync(join(directory, 'large'), seededBytes(size, 3));
  const fd = nodeFileSystem.open(join(directory, 'large'), 'read');
  onTestFinished(() => nodeFileSystem.close(fd));
  let helped = 0;
  const helper: typeof threadedHash = (file, length, cuts) => {
    const wait = threadedHash(file, length, cuts);
    return () => {
      const share = wait();
      if (share !== null) helped++;
      return share;
    };
  };
  expect(chunkFileHelped(nodeFileSystem, fd, size, helper)).toEqual(chunkFile(nodeFileSystem, fd, size));
  expect(helped).toBe(1);
  // Nothing is open at this number: the thread fails, and the caller still learns of it.
  expect(threadedHash(1_000_000, size, true)()).toBeNull();
});
