import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SourceStage } from '../../../src/main/one-source/source-stage.ts';
import { recordId } from '../../../src/main/record/ids.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type { StoredSource } from '../../../src/main/store/registry-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

let databases: GroupDatabases;
let device: GroupDevice;
/** As it is stored now. */
let stored: StoredSource;
/** What is to be written, and how much of that is not written yet. */
let queued: number[];
let open: number;
let rules: number;
let forgot: number;
beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'stage', 'files', databases).devices[0] as GroupDevice;
  stored = { ...device.addSource(databases), adopting: false, filling: false };
  [queued, open, rules, forgot] = [[], 0, 1, 0];
});
afterEach(() => databases.close());

/** A source as it is after a start of the program. */
function stage(from: Partial<StoredSource> = {}): SourceStage {
  stored = { ...stored, ...from };
  return new SourceStage(device.collection, stored, {
    construction: {
      get open() {
        return open;
      },
      enqueue: (row) => void queued.push(row),
      forgetNew: () => void forgot++,
    },
    rulesVersion: () => rules,
    updated: (source) => {
      stored = source;
    },
  });
}
const stages = (): string => `${stored.adopting ? 'adopting' : ''}${stored.filling ? 'filling' : ''}`;
const row = (id: string): number => device.collection.records.find(recordId(id))?.row ?? -1;
function holds(id: string): void {
  device.collection.records.putSnapshot(stored.row, row(id), storedRevision(Uint8Array.of(1), false), null);
}

describe('a source that is new to its collection', () => {
  beforeEach(() => {
    for (const id of ['a', 'b']) device.save(id, id);
  });

  it('is filled with what it lacks once it was compared, and is done once that is written', () => {
    const source = stage({ adopting: true });
    holds('a');
    source.lookedEverywhere();
    expect([stages(), queued, forgot]).toEqual(['filling', [row('b')], 1]);
    open = 1;
    source.noteFilled();
    expect(stages()).toBe('filling');
    open = 0;
    source.noteFilled();
    expect([stages(), source.isFilling]).toEqual(['', false]);
  });
  it('goes on with that after a restart, though nothing is queued before it was looked at', () => {
    const source = stage({ filling: true });
    source.noteFilled();
    expect(stages()).toBe('filling');
    source.lookedEverywhere();
    expect(queued).toEqual([row('a'), row('b')]);
    source.noteFilled();
    expect(stages()).toBe('');
  });
});

describe('a source that lacks nothing', () => {
  beforeEach(() => device.save('a', 'a'));

  it('is given nothing by the first look since the start, nor by those after it', () => {
    const source = stage();
    for (const _ of [1, 2]) source.lookedEverywhere();
    expect([stages(), queued]).toEqual(['', []]);
  });
  it('is filled anew where its rules became others', () => {
    const source = stage();
    source.lookedEverywhere();
    rules = 2;
    source.lookedEverywhere();
    expect([stages(), queued]).toEqual(['filling', [row('a')]]);
  });
  it('is compared anew where a person gives it other rules', () => {
    const source = stage();
    const settings = { ...stored.settings, readOnly: true };
    source.changeSettings(settings);
    expect([stages(), stored.settings, source.source]).toEqual(['adopting', settings, stored]);
  });
  it('is filled with what went by mistake, which it did not hold then', () => {
    holds('a');
    const source = stage();
    source.putBack([row('a')]);
    expect([stages(), queued]).toEqual(['filling', [row('a')]]);
    expect(device.collection.records.snapshot(stored.row, row('a'))).toBeUndefined();
  });
});

describe('what a look found due', () => {
  it('is remembered until a look ends as it should, and stored as something that it lacks', () => {
    const source = stage();
    source.lookedEverywhere();
    source.foundDue(7);
    source.noteFilled();
    expect([stages(), source.leftDue(), queued]).toEqual(['filling', [7], []]);
    source.queueDue([8, ...source.leftDue()]);
    expect([source.leftDue(), queued]).toEqual([[], [8, 7]]);
    source.noteFilled();
    expect(stages()).toBe('');
  });
  it('is found by the comparison where the source is new', () => {
    const source = stage({ adopting: true });
    source.fill();
    expect(stages()).toBe('adopting');
  });
});
