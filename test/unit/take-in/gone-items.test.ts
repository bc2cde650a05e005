import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileFields } from '../../../src/main/record/file-entry.ts';
import { recordId } from '../../../src/main/record/ids.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type { Reading, Revision } from '../../../src/main/sources/source-adapter.ts';
import { GoneItems } from '../../../src/main/take-in/gone-items.ts';
import { HeldItems } from '../../../src/main/take-in/held-items.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const REVISION = Uint8Array.of(1) as Revision;

let databases: GroupDatabases;
let device: GroupDevice;
let source: number;
let gone: GoneItems;
beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'gone', 'files', databases).devices[0] as GroupDevice;
  source = device.addSource(databases).row;
  gone = new GoneItems(device.collection, new HeldItems(device.collection, source, {}));
});
afterEach(() => databases.close());

const row = (id: string): number => device.collection.records.find(recordId(id))?.row ?? -1;
function held(id: string, text: string): void {
  device.save(id, text);
  device.collection.records.putSnapshot(source, row(id), storedRevision(REVISION, false), null);
}
function went(id: string, text: string): void {
  held(id, text);
  gone.add(recordId(id), row(id));
}
const reading = (id: string, text: string): Reading => ({
  id: recordId(id),
  revision: REVISION,
  fresh: false,
  fields: fileFields(device.file(text)),
  attachments: [],
});
const moves = (...readings: readonly Reading[]) => Object.fromEntries(gone.movesTo(readings));

describe('where what is gone went to', () => {
  it('is a new item of the same content', () => {
    went('a', 'text');
    expect(moves(reading('b', 'text'), reading('c', 'another'))).toEqual({ a: 'b' });
  });
  it('is the one of the same name, where several have the content', () => {
    went('x/one', 'text');
    went('x/two', 'text');
    expect(moves(reading('y/two', 'text'), reading('y/one', 'text'))).toEqual({ 'x/two': 'y/two', 'x/one': 'y/one' });
  });
  it('is one place only', () => {
    went('a', 'text');
    expect(moves(reading('b', 'text'), reading('c', 'text'))).toEqual({ a: 'b' });
  });
  it('is no item that was there before', () => {
    went('a', 'text');
    held('b', 'other');
    expect(moves(reading('b', 'text'))).toEqual({});
  });
  it('is never told of empty files, which are all alike', () => {
    went('a', '');
    expect(moves(reading('b', ''))).toEqual({});
  });
  it('is nowhere for what is taken back', () => {
    went('a', 'text');
    gone.drop(recordId('a'));
    expect([moves(reading('b', 'text')), gone.size]).toEqual([{}, 0]);
  });
});
