import { describe, expect, it } from 'vitest';
import { findExact, findRecord } from '../../../src/main/past/find-record.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

function files(...paths: readonly string[]): GroupDevice {
  const [device] = new CollectionGroup(1, 'find a record').devices as [GroupDevice];
  for (const path of paths) device.save(path, 'words');
  return device;
}

describe('a file', () => {
  const device = files(
    'docs/a.txt',
    'docs/long name.txt',
    'other/b.txt',
    'another/b.txt',
    'e\u0301t\u00e9'.normalize('NFC'),
  );
  const found = (text: string) => findRecord(device.collection, text).id;

  it.each([
    ['docs/a.txt', 'docs/a.txt'],
    ['./docs/a.txt', 'docs/a.txt'],
    ['.//./docs/a.txt', 'docs/a.txt'],
    ['docs/a.txt/', 'docs/a.txt'],
    ['e\u0301te\u0301', 'été'.normalize('NFC')],
    ['a.txt', 'docs/a.txt'],
    ['docs/lo', 'docs/long name.txt'],
  ])('is meant by %j', (text, id) => expect(found(text)).toBe(id));

  it.each([
    ['b.txt', 'ambiguous-record'],
    ['nothing', 'no-such-record'],
    ['', 'no-such-record'],
  ])('is not meant by %j: %s', (text, code) => expect(() => found(text)).toThrow(expect.objectContaining({ code })));

  it('that is deleted is meant where nothing alive is', () => {
    const gone = files('other/b.txt', 'another/b.txt');
    const meant = () => findRecord(gone.collection, 'b.txt').id;
    gone.save('other/b.txt', null);
    expect(meant()).toBe('another/b.txt');
    gone.save('another/b.txt', null);
    expect(meant).toThrow(expect.objectContaining({ code: 'ambiguous-record' }));
    expect(findExact(gone.collection, 'other/b.txt')?.id).toBe('other/b.txt');
  });
});
