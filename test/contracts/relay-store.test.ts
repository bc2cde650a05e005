import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { systemClock } from '../../src/main/platform/clock.ts';
import { FileBlobs } from '../../src/relay/storage/file-blobs.ts';
import { SqliteStore } from '../../src/relay/storage/sqlite-store.ts';
import { MemoryBlobs, MemoryRelayStore } from '../fakes/memory-relay-store.ts';
import { blobStoreContract, relayStoreContract } from './relay-store-contract.ts';

function directory(): { readonly path: string; end(): void } {
  const path = mkdtempSync(join(tmpdir(), 'relay-store-'));
  return { path, end: () => rmSync(path, { recursive: true }) };
}

describe('a relay store in SQLite', () => {
  relayStoreContract(() => {
    const { path, end } = directory();
    const store = new SqliteStore(join(path, 'relay.db'), systemClock);
    return {
      store,
      end: () => {
        store.close();
        end();
      },
    };
  });
});
describe('a relay store in memory', () => {
  relayStoreContract(() => ({ store: new MemoryRelayStore(), end: () => {} }));
});

describe('packs in files', () => {
  blobStoreContract(() => {
    const { path, end } = directory();
    return { blobs: new FileBlobs(path), end };
  });
});
describe('packs in memory', () => {
  blobStoreContract(() => ({ blobs: new MemoryBlobs(), end: () => {} }));
});
