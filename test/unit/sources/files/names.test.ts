import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collisionKey, diskName, type NamePlatform, recordName } from '../../../../src/main/sources/files/names.ts';

const PLATFORMS: readonly NamePlatform[] = ['posix', 'mac', 'windows'];

const HOSTILE = [
  'plain.txt',
  ' leading',
  'trailing ',
  'trailing.',
  'dots...',
  '. .',
  'a:b',
  'a\\b',
  '<>:"|?*\\',
  'tab\there',
  'new\nline',
  '\x01\x1f',
  'con',
  'CON',
  'Con.txt',
  'con .txt',
  'nul.tar.gz',
  'com1',
  'COM\u00b9',
  'lpt9.x',
  'conin$',
  'console',
  'com10',
  'aux.',
  'prn:',
  '\uf03a',
  'a\uf03ab:c',
  '\uf02e',
  '\uf02e\uf02e',
  'x\uf02e',
  'x\uf02ey',
  '\uf0ff',
  '\uf0ff:',
  '\uf0ff\uf0ff:',
  '\uf0ff\uf03a',
  '\uf0ff\uf0ff\uf03a',
  'a\uf0ff.',
  '\uf0ffcon',
  '\uf063on',
  '\uf0ff\uf063on',
  '\uf0ff\uf0ff\uf063on.txt',
  '\uf043ON',
  'é',
  '한글',
  '😀',
  '-rf',
  '$(rm)',
  '%s%n',
  'a'.repeat(255),
  "it's",
  'ﬁ',
  '\u202egnp.exe',
  '\u200b',
  '~',
  'LOCKST~1',
] as const;

const WINDOWS_REFUSES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what Windows refuses
  /[<>:"|?*\\\0-\u001f]|[. ]$|^(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$) *(\.|$)/i;

describe('diskName and recordName', () => {
  for (const platform of PLATFORMS) {
    it.each(HOSTILE)(`${platform}: the name in a record id comes back: %j`, (name) => {
      expect(recordName(diskName(name, platform), platform)).toBe(name);
    });
  }

  it.each(HOSTILE)('windows holds what comes out: %j', (name) => {
    expect(diskName(name, 'windows')).not.toMatch(WINDOWS_REFUSES);
  });

  it.each(HOSTILE.filter((name) => !WINDOWS_REFUSES.test(name)))(
    'a name windows already holds comes back: %j',
    (name) => {
      const record = recordName(name, 'windows');
      expect(diskName(record!, 'windows')).toBe(name);
    },
  );

  it('maps as other systems do: U+F000 + code', () => {
    expect(diskName('a:b?', 'windows')).toBe('a\uf03ab\uf03f');
    expect(diskName('end.', 'windows')).toBe('end\uf02e');
    expect(diskName('con', 'windows')).toBe('\uf063on');
    expect(diskName('a:b', 'posix')).toBe('a:b');
  });

  const awkward = fc
    .array(
      fc.constantFrom(
        ':',
        '.',
        ' ',
        'c',
        'o',
        'n',
        'C',
        'O',
        'N',
        '1',
        'x',
        '\\',
        '\uf03a',
        '\uf02e',
        '\uf020',
        '\uf063',
        '\uf0ff',
        '\u00e9',
      ),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    .map((chars) => chars.join(''));

  it('is one to one in both directions, whatever the name', () => {
    fc.assert(
      fc.property(awkward, (name) => {
        const onDisk = diskName(name, 'windows');
        expect(onDisk).not.toMatch(WINDOWS_REFUSES);
        expect(recordName(onDisk, 'windows')).toBe(name);
        if (!WINDOWS_REFUSES.test(name)) expect(diskName(recordName(name, 'windows')!, 'windows')).toBe(name);
      }),
      { numRuns: 5_000, seed: 20_260_101 },
    );
  });

  it('gives ids in NFC, and none for what is not Unicode', () => {
    expect(recordName('e\u0301', 'posix')).toBe('\u00e9');
    expect(recordName('\u212a', 'mac')).toBe('K');
    expect(recordName('lone \ud800', 'windows')).toBeNull();
  });

  it('folds case only where the disk does', () => {
    expect(collisionKey('README', true)).toBe(collisionKey('readme', true));
    expect(collisionKey('README', false)).not.toBe(collisionKey('readme', false));
  });
});
