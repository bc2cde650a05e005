import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judge, type Suspect } from '../../../src/main/keep/keep-judge.ts';
import type { KeepCollection, KeepSource } from '../../../src/main/keep/keep-port.ts';
import { fileFields } from '../../../src/main/record/file-entry.ts';
import { recordId } from '../../../src/main/record/ids.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type { Inspected, Revision } from '../../../src/main/sources/source-adapter.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const [OLD, NEW] = [Uint8Array.of(1), Uint8Array.of(2)] as [Revision, Revision];
const WHOLE = 'all of the letter';
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

let databases: GroupDatabases;
let device: GroupDevice;
/** Who is linked, and who else belongs to it. */
let linked: string[];
let others: string[];
/** What somebody who is linked can give. */
let given: string | null;
/** It is still what it was when it was found. */
let stays: boolean;
let suspect: Suspect;
beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'judge', 'files', databases).devices[0] as GroupDevice;
  [linked, others, given, stays] = [['phone'], ['phone'], WHOLE, true];
  const id = recordId('letter');
  device.save('letter', WHOLE);
  const row = device.collection.records.find(id)?.row ?? -1;
  const source = { row: device.addSource(databases).row, leavesOut: () => false } as unknown as KeepSource;
  device.collection.records.putSnapshot(source.row, row, storedRevision(OLD, false), null);
  const each = {
    collection: device.collection,
    linked: () => linked,
    others: () => others.map((name) => ({ device: name })),
    read: async () => (given === null ? null : bytesOf(given)),
  } as unknown as KeepCollection;
  suspect = { each, source, row, id, power: true, seen: null, asked: new Set(), due: false, lastTry: false };
});
afterEach(() => databases.close());

/** What becomes of it where this stands there; null: nothing does. */
function judged(text: string | null, more: Partial<Suspect> = {}) {
  const fields = text === null ? null : fileFields(device.file(text));
  const standing: Inspected =
    fields === null ? { is: 'missing' } : { is: 'there', revision: NEW, fields, zeroes: false, holes: false };
  const readItem = async () => (stays && text !== null ? bytesOf(text) : null);
  return judge({ readItem }, Object.assign(suspect, more), standing);
}

describe('what stands in the place of a file after a power loss', () => {
  it('is made again where it is a part of the file, or nothing', async () => {
    expect([await judged('all of'), await judged(null)]).toEqual(['again', 'again']);
  });
  it('is let go where it is the file, or anything else', async () => {
    expect([await judged(WHOLE), await judged('all in')]).toEqual(['let-go', 'let-go']);
  });
  it('is let go where the power did not go', async () => {
    expect([await judged('all of', { power: false }), await judged(null)]).toEqual(['let-go', 'let-go']);
  });
  it('waits where it changed, or its disk went away, while it was read', async () => {
    stays = false;
    expect(await judged('all of')).toBe('later');
  });
  it('waits for who was not linked yet', async () => {
    [given, others] = [null, ['phone', 'desk']];
    expect([await judged('all of'), [...suspect.asked]]).toEqual(['undecided', ['phone']]);
  });
  it('waits once more where all were asked and none had the file, and then no longer', async () => {
    given = null;
    expect([await judged('all of'), await judged('all of', { lastTry: true })]).toEqual(['once-more', 'let-go']);
  });
});
