import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExplainView, PackageView, ResultView, SourceSettingsView } from '../../src/contract/contract.ts';
import { runCommandLine } from '../../src/main/cli/run-command-line.ts';
import { capturedTerminal } from '../fakes/captured-terminal.ts';
import { Device, end } from './device.ts';
import { Folder, scratch } from './folder.ts';

let device: Device;
let folder: Folder;
let collection: string;
beforeAll(async () => {
  device = await Device.start('anna');
  folder = new Folder('anna');
  folder.write('dir/one.txt', 'one');
  folder.write('dir/deep/two.txt', 'two');
  folder.write('one.txt', 'at the root');
  collection = (await device.add(folder, '--name', 'docs')).collection;
  await device.look();
});
afterAll(() => end(device));

/** The command line in this directory. */
async function at(directory: string, ...argv: readonly string[]): Promise<{ status: number; out: string }> {
  const terminal = capturedTerminal({ environment: { LOCKSTEP_DATA: device.data }, directory });
  const status = await runCommandLine(argv, terminal);
  return { status, out: terminal.output() };
}

describe('a record is also meant by the path of its file on this device', () => {
  it('explain, history and cat take it', async () => {
    const path = folder.path('dir/deep/two.txt');
    expect(await device.ask<ExplainView>('explain', collection, path)).toEqual(
      await device.ask<ExplainView>('explain', collection, 'dir/deep/two.txt'),
    );
    for (const more of [[], ['--acts']])
      expect(await device.ask<readonly PackageView[]>('history', '--record', path, ...more)).toMatchObject([
        { changes: [{ record: 'dir/deep/two.txt' }] },
      ]);
    expect(await device.bytes(collection, path)).toBe('two');
    expect(await device.bytes(collection, `${folder.root}/dir/../dir//one.txt`)).toBe('one');
  });

  it('also through a link, and restore brings back what is gone there', async () => {
    const link = join(scratch('link'), 'to-docs');
    symlinkSync(folder.root, link);
    expect(await device.bytes(collection, join(link, 'dir/one.txt'))).toBe('one');
    const [{ id } = { id: '' }] = await device.history(collection, '--limit', '1');
    folder.write('dir/deep/two.txt', 'two, and more');
    await device.look();
    const restored = await device.ask<ResultView>('restore', collection, join(link, 'dir/deep'), '--at', id);
    expect([restored.records, restored.missing]).toEqual([1, []]);
    await device.look();
    expect(folder.read('dir/deep/two.txt')).toBe('two');
  });

  it('and by its path from where the command runs, after the one from the root', async () => {
    const dir = folder.path('dir');
    expect((await at(dir, 'cat', collection, './deep/two.txt')).out).toBe('two');
    expect((await at(dir, 'cat', collection, 'one.txt')).out).toBe('at the root');
    expect((await at(folder.path('dir/deep'), 'cat', collection, '../one.txt')).out).toBe('one');
    for (const argv of [
      ['explain', collection, '../one.txt'],
      ['history', '--record', '../one.txt'],
    ])
      expect((await at(folder.path('dir/deep'), ...argv, '--json')).status).toBe(0);
  });

  it('what lies nowhere in it is told as it was typed', async () => {
    for (const record of [join(scratch('nowhere'), 'one.txt'), folder.root, `${folder.root}-2/one.txt`, 'none.txt']) {
      const { status, out } = await at(folder.path('dir'), 'explain', collection, record, '--json');
      expect([status, JSON.parse(out).error]).toMatchObject([1, { code: 'no-such-record', subject: record }]);
    }
  });
});

describe('a pattern that is the whole path of something in the folder', () => {
  it('means what lies there', async () => {
    const settings = await device.ask<SourceSettingsView>(
      'source',
      collection,
      '--only',
      `${folder.path('dir')}/`,
      '--ignore',
      `!${folder.path('dir/deep')}`,
      '--ignore',
      '/dir/deep',
    );
    expect([settings.only, settings.ignore, settings.outside]).toEqual([['/dir/'], ['!/dir/deep', '/dir/deep'], 3]);
    await device.ask('source', collection, '--only', '', '--ignore', '');
  });
  it('also through a link', async () => {
    const link = join(scratch('pattern'), 'to-docs');
    symlinkSync(folder.root, link);
    const settings = await device.ask<SourceSettingsView>('source', collection, '--only', `${link}/dir/`);
    expect([settings.only, settings.outside]).toEqual([['/dir/'], 1]);
    await device.ask('source', collection, '--only', '');
  });
  it('is refused where that lies outside of the folder, and not what may come to lie at its top', async () => {
    const outside = scratch('outside');
    for (const option of ['--only', '--ignore'])
      for (const path of [outside, join(outside, 'not there'), `${outside}/*.txt`])
        expect(await device.refused('source', collection, option, path)).toEqual({ status: 1, code: 'bad-pattern' });
    const kept = ['/usr', '/dir/later', '/later/deep', join(outside, 'x').slice(1)];
    const ask = ['source', collection, ...kept.flatMap((pattern) => ['--ignore', pattern])];
    expect((await device.ask<SourceSettingsView>(...ask)).ignore).toEqual(kept);
    const more = new Folder('anna');
    more.write('new/one.txt', 'one');
    const added = ['source', collection, '--add', more.root, '--ignore', more.path('new')];
    expect((await device.ask<SourceSettingsView>(...added)).ignore).toEqual(['/new']);
    await device.ask('source', collection, '--remove', more.root, '--ignore', '');
  });
  it('is refused where it is the folder itself', async () => {
    for (const option of ['--only', '--ignore'])
      for (const root of [folder.root, `${folder.root}/`])
        expect(await device.refused('source', collection, option, root)).toEqual({ status: 1, code: 'bad-pattern' });
  });
});
