import { describe, expect, it } from 'vitest';
import { chunkFile } from '../../../src/main/content/chunk-file.ts';
import { decodeChunkList } from '../../../src/main/content/chunk-list.ts';
import { nameContent } from '../../../src/main/content/name-content.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../fakes/memory-disk.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

describe('content kept for a person', () => {
  it('has one name up to 64 KiB', () => {
    const bytes = new SeededRandom('small').bytes(64 * 1024);
    expect(nameContent(bytes)).toEqual({ content: { digest: digestOf(bytes), size: bytes.length }, list: null });
  });

  it('is cut and named as a source would that reads it from a file', () => {
    const bytes = new SeededRandom('large').bytes(900_000);
    const fs = new MemoryDisk({ clock: new FakeClock() }).process();
    const fd = fs.open('/x', 'create-new');
    for (let at = 0; at < bytes.length; ) at += fs.write(fd, bytes, at, bytes.length - at, at);
    fs.close(fd);
    const read = chunkFile(fs, fs.open('/x', 'read'), bytes.length);
    const { content, list } = nameContent(bytes);
    expect([content.digest, list?.digest]).toEqual([read.digest, read.list?.digest]);
    expect(content.chunks).toBe(list?.digest);
    expect(decodeChunkList(list?.bytes ?? new Uint8Array(), bytes.length).length).toBeGreaterThan(3);
  });
});
