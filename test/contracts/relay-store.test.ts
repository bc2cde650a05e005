import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import * as fileSystem from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/main/platform/clock.ts';
import { collectionId, memberKey } from '../../src/main/record/ids.ts';
import { type BlobFiles, FileBlobs } from '../../src/relay/storage/file-blobs.ts';
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
it('a relay store in SQLite of the first version has room for words after the update', async () => {
  const { path, end } = directory();
  const file = join(path, 'relay.db');
  const old = new Database(file);
  old.exec(readFileSync(join(import.meta.dirname, '../../src/relay/storage/schema/01-all.sql'), 'utf8'));
  old.exec(`INSERT INTO grp (g, gen, at, storage) VALUES ('${'0a'.repeat(16)}', 7, 1, ''); PRAGMA user_version = 1`);
  old.close();
  const store = new SqliteStore(file, systemClock);
  const [g, k] = [collectionId('0a'.repeat(16)), memberKey('01'.repeat(32))];
  const word = { hash: 'ab', bytes: Uint8Array.of(1), at: 1 };
  expect([(await store.acl(g))?.gen, await store.putWord(g, k, word, 9)]).toEqual([7, 'kept']);
  store.close();
  end();
});
it('a relay store in SQLite holds what was written as it is closed, for its owner alone, and nothing of a later version', async () => {
  const { path, end } = directory();
  const file = join(path, 'relay.db');
  const g = collectionId('0a'.repeat(16));
  const store = new SqliteStore(file, systemClock);
  const written = store.createGroup(g, [], 1, '');
  store.close();
  const again = new SqliteStore(file, systemClock);
  expect(await again.acl(g)).toEqual({ gen: 1, keys: [] });
  expect(await written).toBe(true);
  again.close();
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  const later = new Database(file);
  later.pragma('user_version = 99');
  later.close();
  expect(() => new SqliteStore(file, systemClock)).toThrow(expect.objectContaining({ code: 'database-newer' }));
  end();
});
describe('a relay store in memory', () => {
  relayStoreContract(() => ({ store: new MemoryRelayStore(), end: () => {} }));
});

describe('packs in files', () => {
  blobStoreContract(() => {
    const { path, end } = directory();
    return { blobs: new FileBlobs(path), end };
  });

  it.skipIf(process.platform === 'win32')(
    'are on the disk with their folder, also where a process that made it ended, or another put waits for it',
    async () => {
      const { path, end } = directory();
      const group = join(path, '0a', '0a'.repeat(16));
      const all = [group, join(path, '0a'), path];
      const synced: string[] = [];
      const open: BlobFiles['open'] = async (at, ...how) => {
        const file = await fileSystem.open(at, ...how);
        const sync = file.sync.bind(file);
        file.sync = async () => {
          await sync();
          synced.push(`${at}`);
        };
        return file;
      };
      // What a process left that ended before it synced anything.
      mkdirSync(group, { recursive: true });
      const blobs = new FileBlobs(path, { ...fileSystem, open });
      const put = async (id: string): Promise<readonly string[]> => {
        await blobs.put(collectionId('0a'.repeat(16)), id.repeat(64), Uint8Array.of(1));
        return [...synced];
      };
      const both = await Promise.all([put('1'), put('2')]);
      for (const then of both) expect(then).toEqual(expect.arrayContaining(all));
      synced.length = 0;
      expect(await put('3')).toEqual([group]);
      end();
    },
  );
});
describe('packs in memory', () => {
  blobStoreContract(() => ({ blobs: new MemoryBlobs(), end: () => {} }));
});
