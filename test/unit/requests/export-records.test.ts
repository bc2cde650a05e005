import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExportView } from '../../../src/contract/contract.ts';
import { lackWords } from '../../../src/contract/lack-words.ts';
import { wireError } from '../../../src/main/control/wire-error.ts';
import type { Engine } from '../../../src/main/engine.ts';
import type { FileSystem } from '../../../src/main/platform/file-system.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { nodeFileSystem } from '../../../src/main/platform/node-file-system.ts';
import type { Digest, RecordId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { exportFormat, exportRecords } from '../../../src/main/requests/export-records.ts';
import { openAddressBook } from '../../../src/main/sources/contacts/thunderbird/open-address-book.ts';
import { formatNamed } from '../../../src/main/sources/formats.ts';
import { SetClock } from '../../fakes/collection-group.ts';
import { contactRoom, jane } from './contact-room.ts';

let folder = '';
let room: ReturnType<typeof contactRoom>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  room = contactRoom();
  room.say('jane', jane(5, { 'vCard/x-foo/k': { name: 'X-FOO', value: 'bar' } }));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const realPath = (path: string) => {
  try {
    const real = realpathSync(path);
    return { path: real, isFolder: statSync(real).isDirectory() };
  } catch {
    return null;
  }
};
const write = (
  format: string,
  file: string,
  contents: ReadonlyMap<Digest, Uint8Array> = new Map(),
  fs: FileSystem = nodeFileSystem,
  sources: readonly { readonly location: string; readonly format: string }[] = [],
): Promise<ExportView> => {
  const world = { fs, clock: new SetClock(), realPath, makeDirectory: mkdirSync, dataDirectory: '/nowhere' };
  const replica = { ...room.replica, id: room.replica.collection.stored.id } as Replica;
  const read = async (_: RecordId, { digest }: { digest: Digest }) => contents.get(digest) ?? null;
  const replicas = new Map([['c', { synchronizers: new Map(sources.map((source, row) => [row, { source }])) }]]);
  return exportRecords(
    { world, replicas, contents: { read } } as unknown as Engine,
    replica,
    file,
    formatNamed(format)!,
  );
};

describe('contacts, exported', () => {
  it.each([
    ['vcard', [], /^EMAIL:jane4@example.org\r?$/m],
    ['vcard3', [], /^X-FOO:bar\r?$/m],
    ['csv-google', ['vCard/x-foo/k'], /jane4@example.org/],
    ['csv-outlook', ['emails/m3', 'emails/m4', 'vCard/x-foo/k'], /jane2@example.org/],
    ['ldif', ['emails/m2', 'emails/m3', 'emails/m4', 'vCard/x-foo/k'], /^mozillaSecondEmail: jane1@example.org$/m],
  ])('as %s, with what that has no place for', async (format, lost, said) => {
    const file = join(folder, 'out');
    const view = await write(format, file);
    expect(view.records).toBe(1);
    // For people, without what only programs read.
    expect(view.lacks).toMatchObject({ records: lost.length === 0 ? 0 : 1 });
    expect(view.lost.filter(({ why }) => why === 'the format has no place for it').map(({ field }) => field)).toEqual(
      lost,
    );
    expect(readFileSync(file, 'utf8')).toMatch(said);
  });

  it('with the photos that are at hand, and a word for each that is not', async () => {
    const [here, away] = [1, 2].map((byte) => new Uint8Array(5000).fill(byte)) as [Uint8Array, Uint8Array];
    for (const [who, data] of [
      ['bo', here],
      ['cy', away],
    ] as const)
      room.say(who, {
        'name': { full: who },
        'media/p': { kind: 'photo', mediaType: 'image/png', data: { content: digestOf(data), size: data.length } },
      });
    const file = join(folder, 'out');
    const view = await write('vcard', file, new Map([[digestOf(here), here]]));
    expect(view.records).toBe(3);
    expect(view.lost).toEqual([
      { record: 'cy', field: 'media/p', why: 'its content is on no device that is linked now' },
    ]);
    expect(view.lacks?.lacks.map(lackWords)).toEqual(['photos that are on no device in reach now']);
    // No photo at all, rather than one of no bytes.
    expect(readFileSync(file, 'utf8').match(/^PHOTO/gm)).toHaveLength(1);
  });

  it('with the cells that a spreadsheet may take for formulas named, and as they are', async () => {
    room.say('eve', { 'name': { full: '=HYPERLINK("http://x")' }, 'phones/p': { number: '+43 1 23' } });
    room.say('zoe', { 'name': { full: 'Zoe -1' }, 'notes/n': { note: '@SUM(1)' } });
    const file = join(folder, 'out');
    const { formulas = [] } = await write('csv-google', file);
    expect(formulas.map(({ record, value }) => [record, value])).toEqual([
      ['eve', '=HYPERLINK("http://x")'],
      ['eve', '+43 1 23'],
      ['zoe', '@SUM(1)'],
    ]);
    expect(formulas.at(-1)?.column).toBe('Notes');
    expect(readFileSync(file, 'utf8')).toContain('"=HYPERLINK(""http://x"")"');
    expect(await write('vcard', join(folder, 'cards'))).not.toHaveProperty('formulas');
  });

  it('not among the cards of a source, which would read it as more of them; in a folder of files it is a file', async () => {
    const source = (format: string) => [{ location: realpathSync(folder), format }];
    const inside = write('vcard', join(folder, 'all.vcf'), new Map(), nodeFileSystem, source('vcard-folder'));
    await expect(inside).rejects.toMatchObject({ code: 'inside-source' });
    expect(readdirSync(folder)).toEqual([]);
    await write('vcard', join(folder, 'all.vcf'), new Map(), nodeFileSystem, source('folder'));
    expect(readdirSync(folder)).toEqual(['all.vcf']);
  });

  it('as a folder again where a kill left a part of one; not while the same is being written', async () => {
    const made = join(folder, '.out.lockstep-new');
    mkdirSync(made);
    writeFileSync(join(made, '00007.vcf'), 'BEGIN:VC');
    const first = write('vcard-folder', join(folder, 'out'));
    await expect(write('vcard-folder', join(folder, 'out'))).rejects.toMatchObject({ code: 'already-there' });
    await first;
    expect([readdirSync(folder), readdirSync(join(folder, 'out'))]).toEqual([['out'], ['00001.vcf']]);
  });

  it('not over a link to nothing', async () => {
    symlinkSync('nothing', join(folder, 'out'));
    await expect(write('vcard', join(folder, 'out'))).rejects.toMatchObject({ code: 'already-there' });
  });

  it.each(['vcard', 'vcard-folder'])(
    'as %s on a disk that is full: nothing stays, and it is said where',
    async (format) => {
      room.say('joe', jane(1, {}));
      let writes = 0;
      const full: FileSystem = {
        ...nodeFileSystem,
        write(...args) {
          if (format === 'vcard-folder' && writes++ === 0) return nodeFileSystem.write(...args);
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
        },
      };
      const failure = await write(format, join(folder, 'out'), new Map(), full).catch((error: unknown) => error);
      expect(wireError(failure, 'export', () => undefined)).toMatchObject({
        code: 'disk-full',
        subject: expect.stringContaining(join(folder, 'out')),
      });
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it.each(['vcard', 'vcard-folder', 'thunderbird'])(
    'as %s: nothing has its name before it is whole',
    async (format) => {
      for (const who of ['joe', 'jim']) room.say(who, jane(1, {}));
      const file = join(folder, 'out');
      const seen: boolean[] = [];
      const watched: FileSystem = {
        ...nodeFileSystem,
        write(...args) {
          seen.push(existsSync(file));
          return nodeFileSystem.write(...args);
        },
      };
      await write(format, file, new Map(), watched);
      expect([seen.length > 0, seen.includes(true), readdirSync(folder)]).toEqual([true, false, ['out']]);
    },
  );

  it('as a table without the groups, each field of which is told', async () => {
    room.say('choir', { 'name': { full: 'Choir' }, 'kind': 'group' });
    const file = join(folder, 'out');
    const view = await write('csv-google', file);
    expect(view.records).toBe(1);
    expect(view.lost.filter(({ record }) => record === 'choir').map(({ field, why }) => [field, why])).toEqual([
      ['name', 'the format has no entry for such a record'],
      ['kind', 'the format has no entry for such a record'],
    ]);
    expect(readFileSync(file, 'utf8')).not.toContain('Choir');
  });

  it('as an address book of Thunderbird, each card under its uid', async () => {
    room.say('bo/1', {
      'name': { full: 'Bo' },
      'emails/a': { address: 'other@example.org' },
      'emails/b': { address: 'preferred@example.org', pref: 1 },
    });
    const file = join(folder, 'abook.sqlite');
    expect(await write('thunderbird', file)).toMatchObject({ records: 2, lost: [], lacks: { records: 0 } });
    const book = openAddressBook(file, 'read');
    const [bo, ...others] = [...book.cards()].sort((a, b) => (a.uid < b.uid ? -1 : 1));
    expect([book.version, bo?.uid, others.map(({ uid }) => uid)]).toEqual([4, 'bo/1', ['jane']]);
    const mirrored = ['PrimaryEmail', 'SecondEmail'].map((name) => bo?.properties.get(name));
    expect(mirrored).toEqual(['preferred@example.org', 'other@example.org']);
    expect(others[0]?.properties.get('PrimaryEmail')).toBe('jane0@example.org');
    expect(others[0]?.properties.get('_vCard')).toContain('X-FOO:bar');
    book.close();
  });

  it.each(['carddav', 'folder'])('not as %s, which is no file of contacts', async (format) => {
    await expect(write(format, join(folder, 'out'))).rejects.toMatchObject({ code: 'wrong-format' });
  });

  it('as one file, where the source is on a server and nobody says as what', () => {
    const source = { source: { format: 'carddav' } };
    const replica = { ...room.replica, synchronizers: new Map([[1, source]]) } as unknown as Replica;
    expect(exportFormat(replica, null, 'out').name).toBe('vcard');
  });

  it.each([
    ['vcard3-folder', 'out', 'vcard3-folder'],
    ['vcard3-folder', 'all.VCF', 'vcard'],
    ['vcard3', 'all.vcf', 'vcard3'],
    ['vcard3', 'all.csv', 'csv-google'],
    ['csv-outlook', 'all.csv', 'csv-outlook'],
    ['carddav', 'all.ldif', 'ldif'],
    ['vcard', 'all.sqlite', 'thunderbird'],
  ])('of a source that is %s to %s as %s, where nobody says as what', (format, file, as) => {
    const replica = { ...room.replica, synchronizers: new Map([[1, { source: { format } }]]) } as unknown as Replica;
    expect(exportFormat(replica, null, file).name).toBe(as);
  });

  it('not under a name that says another kind, but as somebody says', () => {
    const replica = {
      ...room.replica,
      synchronizers: new Map([[1, { source: { format: 'vcard' } }]]),
    } as unknown as Replica;
    expect(() => exportFormat(replica, null, 'all.ICS')).toThrow(/^icalendar is for events, and .* --format vcard, /);
    expect(exportFormat(replica, 'vcard', 'all.ics').name).toBe('vcard');
  });
});
