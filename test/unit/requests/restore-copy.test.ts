import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResultView } from '../../../src/contract/contract.ts';
import type { Engine } from '../../../src/main/engine.ts';
import { findMoment } from '../../../src/main/past/moment.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { nodeFileSystem } from '../../../src/main/platform/node-file-system.ts';
import type { RecordKind } from '../../../src/main/record/field-rules.ts';
import { fieldName, type RecordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { restoreCopy } from '../../../src/main/requests/restore-copy.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

type Said = { readonly [field: string]: Value };
const person = (name: string, more: Said = {}): Said => ({ name: { full: name }, ...more });

let folder: string;
let group: CollectionGroup;
let device: GroupDevice;
/** What the places of the collection here are kept as. */
let formats: readonly string[];
/** Where nothing may be written. */
let forbidden: readonly string[];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'copy-')));
  [formats, forbidden] = [['vcard'], []];
  begin('contacts');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
function begin(kind: RecordKind): void {
  group = new CollectionGroup(1, 'copies', kind);
  device = group.devices[0] as GroupDevice;
}

/** One package for each, a second apart: the first is `1`. */
function say(id: string, said: Said | null): void {
  group.tick();
  const fields = said === null ? null : new Map(Object.entries(said).map(([name, value]) => [fieldName(name), value]));
  const change = device.edit(id, fields);
  if (change !== null) device.write([change]);
}
const realDirectory = (path: string): string | null => (existsSync(path) ? realpathSync(path) : null);

/** As of the package of this number. */
function copy(record: string | null, number: number, to = join(folder, 'copy')): Promise<ResultView> {
  const { collection, port } = device;
  const synchronizers = new Map(formats.map((format, row) => [row, { source: { format } }]));
  const world = { fs: nodeFileSystem, clock: device.clock, realPath: realDirectory, makeDirectory: mkdirSync };
  const engine = { world, contents: port.contents } as unknown as Engine;
  const replica = { collection, synchronizers, id: collection.stored.id } as unknown as Replica;
  const moment = findMoment(collection, `${device.log}-${number}`);
  return restoreCopy({ engine, replica, port }, record, moment, to, { fs: nodeFileSystem, realDirectory, forbidden });
}
const written = (): string => readFileSync(join(folder, 'copy'), 'utf8');
const names = (): readonly string[] => [...written().matchAll(/^FN:(.*?)\r?$/gm)].map(([, name]) => name as string);

describe('a copy of contacts as they were', () => {
  beforeEach(() => {
    say('u1', person('Ann'));
    say('u2', person('Bo'));
    say('u1', person('Ann Lee'));
    say('u2', null);
    say('u3', person('Cy'));
  });

  it('has all who were there then, as they were, and changes nothing', async () => {
    const commits = device.commits;
    expect(await copy(null, 2)).toEqual({ changes: [], records: 2, conflicts: [], missing: [] });
    expect([names(), device.commits]).toEqual([['Ann', 'Bo'], commits]);
  });
  it('has nobody who was deleted by then, or was not there yet', async () => {
    await copy(null, 4);
    expect(names()).toEqual(['Ann Lee']);
  });
  it('has the one who is meant, and no other, also who is deleted by now', async () => {
    expect(await copy('u2', 3)).toMatchObject({ records: 1 });
    expect(names()).toEqual(['Bo']);
  });
  it('is none of who was not there then, though others were', async () => {
    for (const [id, number] of [
      ['u3', 4],
      ['u2', 4],
    ] as const)
      await expect(copy(id, number)).rejects.toMatchObject({ code: 'no-such-record', subject: id });
    expect(existsSync(join(folder, 'copy'))).toBe(false);
  });
  it('is none of a time at which there was nothing', async () => {
    say('u1', null);
    say('u3', null);
    await expect(copy(null, 7)).rejects.toMatchObject({ code: 'nothing-then' });
    await expect(copy('u1', 7)).rejects.toMatchObject({ code: 'no-such-record' });
    expect(existsSync(join(folder, 'copy'))).toBe(false);
  });
  it('is not written over anything, into a place of the collection, or into no folder', async () => {
    writeFileSync(join(folder, 'there'), 'mine');
    await expect(copy(null, 2, join(folder, 'there'))).rejects.toMatchObject({ code: 'already-there' });
    await expect(copy(null, 2, join(folder, 'away', 'copy'))).rejects.toMatchObject({ code: 'no-such-path' });
    forbidden = [folder];
    await expect(copy('u1', 2)).rejects.toMatchObject({ code: 'inside-source' });
    expect([readFileSync(join(folder, 'there'), 'utf8'), existsSync(join(folder, 'copy'))]).toEqual(['mine', false]);
  });
  it('has the photos that are at hand, and tells whose is not', async () => {
    const [here, away] = [1, 2].map((byte) => new Uint8Array(5000).fill(byte)) as [Uint8Array, Uint8Array];
    device.bytes.set(digestOf(here), here);
    for (const [id, data] of [
      ['u4', here],
      ['u5', away],
    ] as const) {
      const content = { content: digestOf(data), size: data.length };
      say(id, person(id, { 'media/p': { kind: 'photo', mediaType: 'image/png', data: content } }));
    }
    const view = await copy(null, 7);
    expect(view.missing).toEqual([
      { record: 'u5' as RecordId, why: 'media/p: its content is on no device that is linked now' },
    ]);
    expect([names().length, written().match(/^PHOTO/gm)?.length]).toEqual([4, 1]);
  });
});

describe('a copy is written as', () => {
  it.each([
    [['vcard'], '4.0'],
    [['vcard3'], '3.0'],
    [['vcard3', 'vcard3-folder'], '3.0'],
    // Programs of the newer one lose nothing, and others can be given it again.
    [['vcard3', 'vcard'], '4.0'],
    [['csv-google'], '4.0'],
    [[], '4.0'],
  ])('cards where the places here are %j: of version %s', async (here, version) => {
    formats = here;
    say('u1', person('Ann'));
    await copy(null, 1);
    expect(written()).toContain(`VERSION:${version}`);
  });
  it('a calendar', async () => {
    begin('calendar');
    formats = ['icalendar'];
    say('e1', { title: 'Tea', start: '2026-01-01T10:00:00' });
    await copy(null, 1);
    expect(written()).toMatch(/^BEGIN:VCALENDAR\r?\n/);
    expect(written()).toMatch(/^SUMMARY:Tea\r?$/m);
  });
});
