import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Held } from '../../../src/main/merge/record-state.ts';
import type { RecordKind } from '../../../src/main/record/field-rules.ts';
import { ENTRY, EXISTS, fileFields } from '../../../src/main/record/file-entry.ts';
import { fieldName, type RecordId, recordId } from '../../../src/main/record/ids.ts';
import { seriesOf, strayOverrides } from '../../../src/main/record/series.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import { csvFormat } from '../../../src/main/sources/contacts/csv/csv-format.ts';
import type { Reading, Revision } from '../../../src/main/sources/source-adapter.ts';
import { DraftChange } from '../../../src/main/take-in/draft-change.ts';
import { HeldItems } from '../../../src/main/take-in/held-items.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const REVISION = Uint8Array.of(1) as Revision;
const DIRECTORY = { type: 'directory' } as const;

let databases: GroupDatabases;
let device: GroupDevice;
let source: number;
beforeEach(() => {
  databases = new GroupDatabases();
});
afterEach(() => databases.close());

function open(kind: RecordKind): void {
  device = new CollectionGroup(1, `drafts of ${kind}`, kind, databases).devices[0] as GroupDevice;
  source = device.addSource(databases).row;
}
function drafts({ adopting = false, project }: { adopting?: boolean; project?: (full: Fields) => Fields } = {}) {
  const held = new HeldItems(device.collection, source, project === undefined ? {} : { project });
  return new DraftChange(device.collection, held, adopting);
}
const fields = (values: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(values).map(([field, value]) => [fieldName(field), value]));
const reading = (id: RecordId, of: Fields, more: Partial<Reading> = {}): Reading => ({
  id,
  revision: REVISION,
  fresh: false,
  fields: of,
  attachments: [],
  ...more,
});
const row = (id: RecordId): number => device.collection.records.find(id)?.row ?? -1;

describe('a directory', () => {
  const A = recordId('a');
  const directory = reading(A, fields({ [ENTRY]: DIRECTORY }));
  beforeEach(() => {
    open('files');
    device.save('a', 'a file');
  });
  const deletedHere = (): void => {
    const held: Held = new Map([[EXISTS, { value: false, dots: [] }]]);
    device.collection.records.putSnapshot(source, row(A), null, held);
  };

  it('that is there because of what lies in it says nothing of a file that was never here', () => {
    device.save('a/b', 'below');
    expect(drafts().draft(directory, false)).toMatchObject({ wait: true, change: null });
  });
  it('nor of one that was deleted here', () => {
    device.save('a/b', 'below');
    deletedHere();
    expect(drafts().draft(directory, false)).toMatchObject({ wait: true, change: null });
  });
  it('in which nothing lives is what somebody made of the file', () => {
    deletedHere();
    expect(drafts().draft(directory, false)).toMatchObject({
      wait: false,
      change: { writes: [{ field: ENTRY, value: DIRECTORY }, { field: EXISTS }] },
    });
  });
});

describe('a file', () => {
  const A = recordId('a');
  beforeEach(() => {
    open('files');
    device.save('a', 'text');
    device.collection.records.putSnapshot(source, row(A), storedRevision(REVISION, false), null);
  });

  it('is rewritten where it says something else, and not where only its time or its mode is another', () => {
    const isRewrite = (of: Fields): boolean => drafts().isRewrite(reading(A, of));
    expect(isRewrite(fileFields(device.file('text'), { executable: true, modified: 5 }))).toBe(false);
    expect(isRewrite(fileFields(device.file('another')))).toBe(true);
    expect(isRewrite(fileFields({ type: 'directory' }))).toBe(false);
  });
});

describe('what a book says', () => {
  const ADA = recordId('ada');
  /** Notes have no place there. */
  const project = (full: Fields): Fields =>
    new Map([...full].flatMap(([field, value]) => (field === 'notes/n' ? [] : [[field, value] as const])));
  const full = { name: 'Ada', 'titles/t': 'Countess', 'notes/n': 'met in Oslo' };
  const shown = { name: 'Ada', 'titles/t': 'Countess' };
  beforeEach(() => {
    open('contacts');
    const change = device.edit(ADA, fields(full));
    device.write(change === null ? [] : [change]);
  });
  const holds = (native: Fields | null): void =>
    device.collection.records.putSnapshot(source, row(ADA), storedRevision(REVISION, false), null, native);
  const draft = (said: Fields, more: Partial<Reading> = {}) =>
    drafts({ project }).draft(reading(ADA, said, more), false);

  it('is compared with what stood in it, where that was otherwise than the record is shown', () => {
    const native = fields({ ...shown, name: 'ADA' });
    holds(native);
    expect(draft(native).change).toBeNull();
    expect(draft(fields({ ...shown, name: 'Bea' })).change).toMatchObject({
      writes: [{ field: 'name', value: 'Bea' }, { field: EXISTS }],
    });
  });
  it('clears what it had and has not any more, but for what it lost the place for', () => {
    holds(null);
    const said = fields({ name: 'Ada' });
    expect(draft(said).change).toMatchObject({ writes: [{ field: 'titles/t', value: null }, { field: EXISTS }] });
    expect(draft(said, { hadNoPlaceFor: (_, field) => field === 'titles/t' }).change).toBeNull();
  });
  it('is a rewrite where something that was there is another, and none where more is said', () => {
    holds(null);
    const isRewrite = (said: Fields): boolean => drafts({ project }).isRewrite(reading(ADA, said));
    expect(isRewrite(fields({ ...shown, name: 'Bea' }))).toBe(true);
    expect(isRewrite(fields({ ...shown, 'titles/u': 'Analyst' }))).toBe(false);
    expect(isRewrite(fields(shown))).toBe(false);
  });
  it('is no rewrite of what was deleted and was never in it', () => {
    const gone = device.edit(ADA, null);
    device.write(gone === null ? [] : [gone]);
    expect(drafts({ project }).isRewrite(reading(ADA, fields({ name: 'Bea' })))).toBe(false);
  });
  it('of what came from elsewhere, and was never in it, is no change where it says the same, and else stands beside that', () => {
    expect(draft(fields(shown))).toMatchObject({ change: null, wait: false });
    expect(draft(fields({ ...shown, name: 'Bea' })).change).toMatchObject({
      writes: [{ field: 'name', value: 'Bea', replaces: [] }, { field: EXISTS }],
    });
  });
  it('is no entry more where it has one by now that others wrote, under another key', () => {
    holds(null);
    const { records } = device.collection;
    const before = records.snapshot(source, row(ADA));
    const held = device.held(ADA);
    const entry = { number: '+43 1 2345678' };
    const change = device.edit(ADA, fields({ ...full, 'phones/theirs': entry }));
    device.write(change === null ? [] : [change]);
    records.putSnapshot(source, row(ADA), before?.revision ?? null, held, null);
    const { reading: read, change: made } = draft(fields({ ...shown, 'phones/own': entry }));
    expect([read.fields.has(fieldName('phones/theirs')), read.fields.has(fieldName('phones/own')), made]).toEqual([
      true,
      false,
      null,
    ]);
  });
  it('takes nothing away that has no place beside what we wrote into it, and did not note', () => {
    /** Beside that name there is no title. */
    const narrow = (all: Fields): Fields =>
      new Map([...project(all)].filter(([field]) => all.get(fieldName('name')) !== 'Ada King' || field === 'name'));
    const held = device.held(ADA);
    const change = device.edit(ADA, fields({ ...full, name: 'Ada King' }));
    device.write(change === null ? [] : [change]);
    device.collection.records.putSnapshot(source, row(ADA), storedRevision(REVISION, false), held, null);
    const read = reading(ADA, fields({ name: 'Ada King' }));
    expect(drafts({ project: narrow }).draft(read, false)).toMatchObject({ change: null });
    expect(drafts({ project }).draft(read, false).change).toMatchObject({
      writes: [{ field: 'titles/t', value: null }, { field: EXISTS }],
    });
  });
});

describe('a value of a conflict that stood in a book', () => {
  const ADA = recordId('ada');
  let group: CollectionGroup;
  beforeEach(() => {
    group = new CollectionGroup(2, 'a conflict in a book', 'contacts', databases);
    device = group.devices[0] as GroupDevice;
    source = device.addSource(databases).row;
    const rename = (by: GroupDevice, name: string): void => {
      const change = by.edit(ADA, fields({ name }));
      by.write(change === null ? [] : [change]);
      group.tick();
    };
    rename(device, 'Ada');
    group.exchange();
    rename(device, 'Ada here');
    device.collection.records.putSnapshot(source, row(ADA), storedRevision(REVISION, false), device.held(ADA), null);
    rename(group.devices[1] as GroupDevice, 'Ada there');
    group.exchange();
  });
  it('and gives way to the other one, was chosen by a person, also where that is the one that is shown', () => {
    expect(device.held(ADA)?.get(fieldName('name'))?.value).toBe('Ada there');
    const { change } = drafts({ project: (full) => full }).draft(reading(ADA, fields({ name: 'Ada there' })), false);
    if (change !== null) device.write([change]);
    expect(device.values(ADA, fieldName('name'))).toEqual(['Ada there']);
  });
});

describe('a book that is compared for the first time', () => {
  const ADA = recordId('ada');
  const project = (full: Fields): Fields => full;
  beforeEach(() => {
    open('contacts');
    const change = device.edit(ADA, fields({ 'phones/p': { number: '030 1234567' } }));
    device.write(change === null ? [] : [change]);
  });

  it('says of a number no other thing by spelling it with its country, and replaces what it agrees with', () => {
    const said = fields({ 'phones/p': { number: '+49 30 1234567' } });
    const { change } = drafts({ adopting: true, project }).draft(reading(ADA, said), false);
    const before = device.held(ADA)?.get(fieldName('phones/p'));
    expect(change?.writes.find(({ field }) => field === 'phones/p')).toEqual({
      field: 'phones/p',
      value: { number: '+49 30 1234567' },
      replaces: before?.dots,
    });
  });
  it('keeps what a person added there', () => {
    const said = fields({ 'phones/p': { number: '030-1234567', label: 'Desk' } });
    const { change } = drafts({ adopting: true, project }).draft(reading(ADA, said), false);
    expect(change?.writes.find(({ field }) => field === 'phones/p')?.value).toEqual({
      number: '030 1234567',
      label: 'Desk',
    });
  });
});

describe('a calendar in which an occurrence is hidden, for the rule was changed beside it', () => {
  const ROUND = recordId('round');
  const AT = 'recurrenceOverrides/2024-01-02T09:00:00';
  const times = (count: number) => ({ recurrenceRule: { frequency: 'daily', count } });
  const said = (title: string, count: number): Value => ({ title, series: seriesOf(fields(times(count))) });
  const project = (full: Fields): Fields => {
    const strays = strayOverrides(full);
    return new Map([...full].filter(([field]) => !strays.includes(field)));
  };

  it('replaces nothing that stood in no text where it says something of that occurrence', () => {
    open('calendar');
    const change = device.edit(ROUND, fields({ ...times(6), [AT]: said('Retro', 9) }));
    device.write(change === null ? [] : [change]);
    device.collection.records.putSnapshot(source, row(ROUND), storedRevision(REVISION, false), null, null);
    const draft = (now: Fields) => drafts({ project }).draft(reading(ROUND, now), false).change;
    expect(draft(fields(times(6)))).toBeNull();
    expect(draft(fields({ ...times(6), [AT]: said('Demo', 6) }))).toMatchObject({
      writes: [{ field: AT, value: said('Demo', 6), replaces: [] }, { field: EXISTS }],
    });
  });
});

describe('a table that lost a column', () => {
  const google = csvFormat('csv-google');
  const ADA = recordId('ada');
  const HEADER = [
    ...['First Name', 'Middle Name', 'Last Name', 'Phone 1 - Label', 'Phone 1 - Value', 'Notes'],
    ...['Address 1 - Label', 'Address 1 - Street', 'Address 1 - City', 'Address 1 - Country'],
    ...['Address 2 - Label', 'Address 2 - Street', 'Address 2 - City', 'Address 2 - Country'],
  ];
  const CELLS = [
    ...['Ada', 'King', 'Lovelace', 'Mobile', '+1 555', 'met', 'Home', '1 Way', 'Oslo', 'Norway'],
    ...['Work', '9 Road', 'Bergen', 'Norway'],
  ];
  const told = (cells: readonly string[], lost: readonly string[], previous: Fields | null) => {
    const row = (of: readonly string[]): string => of.filter((_, at) => !lost.includes(HEADER[at] ?? '')).join(',');
    const text = google.split(Buffer.from(`${row(HEADER)}\n${row(cells)}\n`));
    const now = google.read(text, text.items[0]!, previous);
    return reading(ADA, now, {
      hadNoPlaceFor: (before, field) => google.hasPlaceFor?.(text, before, field) === false,
      placed: google.placed!(text, text.items[0]!, now),
    });
  };
  const changed = (was: Fields, said: Reading) =>
    drafts({ project: google.project })
      .draft(said, false)
      .change?.writes.flatMap(({ field, value }) => (field === EXISTS ? [] : [[was.get(field), value]]));
  const all = told(CELLS, [], null).fields;
  beforeEach(() => {
    open('contacts');
    const change = device.edit(ADA, all);
    device.write(change === null ? [] : [change]);
    device.collection.records.putSnapshot(source, row(ADA), storedRevision(REVISION, false), null, all);
  });

  it.each([
    'Middle Name',
    'Last Name',
    'Phone 1 - Label',
    'Address 1 - Label',
    'Address 1 - City',
    'Address 1 - Country',
    'Address 2 - Label',
    'Address 2 - City',
    'Address 2 - Country',
    'Notes',
  ])('clears nothing that was in it: %s', (column) => {
    expect(changed(all, told(CELLS, [column], all))).toBeUndefined();
  });
  it('changes only what was edited beside it, and clears what is blank in a column that is there', () => {
    const lost = ['Middle Name', 'Address 1 - City'];
    const cells = CELLS.map((cell) =>
      cell === '1 Way' ? '2 Way' : cell === 'Ada' ? 'Eve' : cell === 'Norway' ? '' : cell,
    );
    const [name, address] = ['name', 'addresses'].map((map) => {
      const field = [...all.keys()].find((each) => each.startsWith(map)) ?? '';
      const { change } = drafts({ project: google.project }).draft(told(cells, lost, all), false);
      return change?.writes.find((write) => write.field === field)?.value;
    });
    expect(name).toMatchObject({
      components: [
        { kind: 'surname', value: 'Lovelace' },
        { kind: 'given', value: 'Eve' },
        { kind: 'given2', value: 'King' },
      ],
    });
    expect(address).toMatchObject({
      components: [
        { kind: 'name', value: '2 Way' },
        { kind: 'locality', value: 'Oslo' },
      ],
    });
  });
});
