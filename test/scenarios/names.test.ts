import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  fchmodSync,
  linkSync,
  mkdirSync,
  openSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asUser, Device, end, type Pair, PROGRAM, startPair } from './device.ts';
import { Folder } from './folder.ts';

/** Root may read and write everything, so what may not is tried as another user. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;
/** That other user has to be able to run the program, wherever this repository lies. */
const runs =
  NOBODY === undefined || spawnSync('setpriv', asUser(NOBODY, [process.execPath, PROGRAM, 'help'])).status === 0;

describe('hard names', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair();
  });
  afterAll(() => end(pair?.a, pair?.b));

  const NAMES = [
    'gr\u00fc\u00dfe.txt',
    '\u65e5\u672c\u8a9e/\u6587\u66f8.txt',
    'family \u{1f468}\u200d\u{1f469}\u200d\u{1f467}.png',
    ' leading and trailing ',
    'two\nlines',
    'tab\tand \u0001 control',
    'quotes \' " ` and $HOME;&|',
    'back\\slash: <colon> *?',
    '-rf',
    '.hidden/.deeper',
    '...',
    'ends with a dot.',
    'CON',
    'nul.txt',
    '%2e%2e%2f',
    'x'.repeat(255),
    `${'\u00e9'.repeat(127)}`,
    Array.from({ length: 30 }, (_, at) => `level ${at} ${'y'.repeat(100)}`).join('/'),
    '\u202egnp.exe',
    '.lockstepx/not-ours',
    'inner/.lockstep/not-ours-either',
  ];

  it('arrive as they are, and come back edited', async () => {
    const { a, b, folderA, folderB, collection } = pair;
    for (const name of NAMES) folderA.write(name, `content of ${name}`);
    await a.sync();
    expect(await b.problems()).toEqual([]);
    expect(folderB.tree()).toEqual(folderA.tree());
    for (const name of NAMES) folderB.write(name, `edited: ${name}`);
    await b.sync();
    expect(await a.problems()).toEqual([]);
    for (const name of NAMES) expect(folderA.read(name)).toBe(`edited: ${name}`);
    expect(await a.bytes(collection, 'two\nlines')).toBe('edited: two\nlines');
  });

  it('decomposed names are one name with the composed ones', async () => {
    const { a, b, folderA, folderB } = pair;
    folderA.write('cafe\u0301/re\u0301sume\u0301.txt', 'decomposed');
    await a.sync();
    expect(folderB.read('caf\u00e9/r\u00e9sum\u00e9.txt')).toBe('decomposed');
    folderB.write('caf\u00e9/r\u00e9sum\u00e9.txt', 'edited elsewhere');
    await b.sync();
    expect(folderA.read('cafe\u0301/re\u0301sume\u0301.txt')).toBe('edited elsewhere');
    expect(folderA.has('caf\u00e9')).toBe(false);
  });

  it('two names that are one: the smaller keeps it, the other is a problem of its own', async () => {
    const { a, folderA, folderB } = pair;
    folderA.write('both/\u00fc', 'composed');
    folderA.write('both/u\u0308', 'decomposed');
    folderA.write('both/other', 'goes on');
    await a.sync();
    expect(folderB.read('both/other')).toBe('goes on');
    expect(folderB.read('both/\u00fc')).toBe('decomposed');
    expect((await a.problems()).map((problem) => problem.code)).toEqual(['names-collide']);
    folderA.remove('both/u\u0308');
    await a.sync();
    expect(folderB.read('both/\u00fc')).toBe('composed');
    expect(await a.problems()).toEqual([]);
  });

  it('a name that is not Unicode is a problem of that item', async () => {
    const { a, folderA, folderB } = pair;
    mkdirSync(folderA.path('odd'));
    writeFileSync(Buffer.concat([Buffer.from(`${folderA.path('odd')}/bad`), Buffer.from([0xff, 0xfe])]), 'unnamed');
    folderA.write('odd/good', 'named');
    await a.sync();
    expect(folderB.read('odd/good')).toBe('named');
    const problems = await a.problems();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'name-not-unicode', record: expect.stringContaining('odd/bad') });
    folderA.remove('odd');
    await a.sync();
    expect(await a.problems()).toEqual([]);
  });

  it('of a file with several names each is a file of its own elsewhere, and status says how many there are', async () => {
    const { a, b, folderA, folderB } = pair;
    const told = async (device: Device) => (await device.status()).collections[0]?.sources[0]?.hardLinks;
    expect(await told(a)).toBeUndefined();
    folderA.write('linked/one', 'the same');
    linkSync(folderA.path('linked/one'), folderA.path('linked/two'));
    await a.sync();
    expect(await told(a)).toBe(2);
    expect(await told(b)).toBeUndefined();
    expect(
      ['one', 'two'].map((name) => [folderB.read(`linked/${name}`), folderB.stat(`linked/${name}`).nlink]),
    ).toEqual([
      ['the same', 1],
      ['the same', 1],
    ]);
    folderB.write('linked/one', 'edited there');
    await b.sync();
    expect(['one', 'two'].map((name) => folderA.read(`linked/${name}`))).toEqual(['edited there', 'the same']);
    // What was replaced lies aside for two seconds, and is a name of it too.
    await expect.poll(() => a.look().then(() => told(a))).toBeUndefined();
  });

  it('a fifo is a problem of that item; what stands in its place later is a file', async () => {
    const { a, folderA, folderB } = pair;
    mkdirSync(folderA.path('queue'));
    execFileSync('mkfifo', [folderA.path('queue/pipe')]);
    folderA.write('queue/file', 'plain');
    await a.sync();
    expect(folderB.contents()['queue/file']).toBeDefined();
    expect(await a.problems()).toMatchObject([{ record: 'queue/pipe', code: 'special-file' }]);
    folderA.remove('queue/pipe');
    folderA.write('queue/pipe', 'a file now');
    await a.sync();
    expect(folderB.read('queue/pipe')).toBe('a file now');
    expect(await a.problems()).toEqual([]);
  });
});

describe.skipIf(!runs)(
  `what may not be read or written${runs ? '' : ' (skipped: another user cannot run what is here)'}`,
  () => {
    let [a, b]: Device[] = [];
    const [folderA, folderB] = [new Folder('carla'), new Folder('dora')];
    let collection = '';
    const own = (...ids: readonly string[]): void => {
      if (NOBODY !== undefined) for (const id of ids) chownSync(join(folderA.root, id), NOBODY, NOBODY);
    };
    beforeAll(async () => {
      const user = NOBODY === undefined ? {} : { user: NOBODY };
      if (NOBODY !== undefined) for (const folder of [folderA, folderB]) chownSync(folder.root, NOBODY, NOBODY);
      [a, b] = await Promise.all([Device.start('carla', user), Device.start('dora', user)]);
      for (const id of ['open/file', 'closed/file', 'secret.txt']) folderA.write(id, id);
      own('open', 'open/file', 'closed', 'closed/file', 'secret.txt');
      ({ collection } = await a.add(folderA));
      await b.join(a, collection, folderB);
      await a.sync();
    });
    afterAll(() => {
      chmodSync(folderA.path('closed'), 0o755);
      return end(a, b);
    });

    it('an unreadable file is a problem of that file, and no delete', async () => {
      // Closed first: between the two somebody might look.
      const secret = openSync(folderA.path('secret.txt'), 'r+');
      fchmodSync(secret, 0);
      writeSync(secret, 'changed, and closed before that');
      closeSync(secret);
      folderA.write('open/file', 'goes on');
      own('open/file');
      await a!.sync();
      expect(folderB.read('open/file')).toBe('goes on');
      expect(folderB.read('secret.txt')).toBe('secret.txt');
      expect(await a!.problems()).toMatchObject([{ record: 'secret.txt', code: 'unreadable' }]);
      chmodSync(folderA.path('secret.txt'), 0o644);
      await a!.sync();
      expect(folderB.read('secret.txt')).toBe('changed, and closed before that');
      expect(await a!.problems()).toEqual([]);
    });

    it('what is in an unreadable directory is not deleted', async () => {
      chmodSync(folderA.path('closed'), 0);
      folderA.write('open/file', 'goes on again');
      await a!.sync();
      expect(folderB.read('open/file')).toBe('goes on again');
      expect(folderB.read('closed/file')).toBe('closed/file');
      expect(await a!.problems()).toMatchObject([{ record: 'closed', code: 'unreadable' }]);
      chmodSync(folderA.path('closed'), 0o755);
      await a!.sync();
      expect(await a!.problems()).toEqual([]);
    });

    it('a directory that may not be written to is a problem of what belongs there, and tried again', async () => {
      chmodSync(folderB.path('closed'), 0o555);
      folderA.write('closed/new', 'new');
      folderA.write('open/other', 'other');
      own('closed/new', 'open/other');
      await a!.sync();
      expect(folderB.read('open/other')).toBe('other');
      expect(await b!.problems()).toMatchObject([{ record: 'closed/new', code: 'no-permission' }]);
      expect((await b!.status()).collections[0]?.state).toBe('problem');
      chmodSync(folderB.path('closed'), 0o755);
      await b!.sync();
      expect(folderB.read('closed/new')).toBe('new');
      expect(await b!.problems()).toEqual([]);
    });
  },
);
