import { expect, it } from 'vitest';
import { recognizeFormat } from '../../../src/main/sources/formats.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../fakes/memory-disk.ts';

const card = (version: string): string => `BEGIN:VCARD\r\nVERSION:${version}\r\nFN:Ana\r\nEND:VCARD\r\n`;

function recognized(files: { readonly [name: string]: string }, name: string | null): string | undefined {
  const disk = new MemoryDisk({ clock: new FakeClock() });
  const fs = disk.process();
  fs.makeDirectory('/home');
  for (const [each, text] of Object.entries(files)) {
    const fd = fs.open(`/home/${each}`, 'create-new');
    fs.write(fd, Buffer.from(text), 0, text.length, 0);
    fs.close(fd);
  }
  const path = name === null ? '/home' : `/home/${name}`;
  return recognizeFormat(fs, { path, isFolder: name === null }, path, null)?.name;
}

it.each([
  ['cards older than 4.0, which get new ones as old', card('3.0') + card('2.1'), 'vcard3'],
  ['cards of which one is 4.0', card('3.0') + card('4.0'), 'vcard'],
  ['cards that state no version', 'BEGIN:VCARD\r\nFN:Ana\r\nEND:VCARD\r\n', 'vcard'],
  ['an empty file', '', 'vcard'],
])('recognizes %s', (_what, text, format) => {
  expect(recognized({ 'book.vcf': text }, 'book.vcf')).toBe(format);
});

it('recognizes a folder of cards by what is in it', () => {
  expect(recognized({ 'a.vcf': card('3.0'), 'b.vcf': card('3.0') }, null)).toBe('vcard3-folder');
  expect(recognized({ 'a.vcf': card('3.0'), 'b.vcf': card('4.0') }, null)).toBe('vcard-folder');
});
