import { describe, expect, it } from 'vitest';
import { fieldName, type RecordId, recordId } from '../../../../src/main/record/ids.ts';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { ListEvent, Revision } from '../../../../src/main/sources/source-adapter.ts';
import { FolderOfFiles } from '../../../../src/main/sources/text/folder-of-files.ts';
import type { KnownItems } from '../../../../src/main/sources/text/known-revisions.ts';
import { TextAdapter } from '../../../../src/main/sources/text/text-adapter.ts';
import type { TextFormat } from '../../../../src/main/sources/text/text-format.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { SimulatedUser } from '../../../fakes/simulated-user.ts';

const ROOT = '/home/cards';
const PATH = `${ROOT}/people.txt`;
const never = new AbortController().signal;
const marker = { collection: 'c', source: 's', device: 'd' } as ConstructorParameters<
  typeof FolderOfFiles
>[0]['marker'];
const card = (uid: string, name = uid): string =>
  `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:${name}\r\nEND:VCARD\r\n`;
const cutOff = (uid: string): string => card(uid).replace('END:VCARD\r\n', '');
/** Nothing of it tells who it is. */
const NAMELESS = 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:some\r\n';
const [ADA, BOB, EVE] = [card('ada'), card('bob'), card('eve')];

/** A folder with one text of several cards, and a snapshot that takes in what can be read. */
async function room(text: string, format: TextFormat = vcardFormat('4.0')) {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp(ROOT);
  const fs = disk.process();
  let known: ReadonlyMap<RecordId, { revision: Revision; vouches: boolean }> = new Map();
  const snapshot = {
    revisions: () => known,
    native: () => null,
    shown: () => null,
    isOneWith: () => null,
    awaited: () => [],
  } as unknown as KnownItems;
  const open = (): TextAdapter => {
    const folder = new FolderOfFiles({ fs, clock, root: ROOT, ending: '.txt', marker, watch: null });
    folder.mark();
    return new TextAdapter(format, folder, snapshot);
  };
  let adapter = open();
  const gone: RecordId[] = [];
  /** Takes in what is there, `most` items at the most, and what is gone. Returns what is named. */
  const look = async (most = 100): Promise<readonly string[]> => {
    await clock.advance(60_000);
    const events: ListEvent[] = [];
    await adapter.list(null, null, (event) => void events.push(event), never);
    const groups = events.flatMap((event) => (event.is === 'groups' ? event.groups : []));
    const items = groups.flatMap((each) => each.items);
    const problems = groups.flatMap((each) => each.problems);
    const next = new Map(known);
    const isThere = new Set([...items, ...problems].map(({ id }) => id));
    for (const id of known.keys())
      if (!isThere.has(id)) {
        gone.push(id);
        next.delete(id);
      }
    const changed = items.filter(({ id, revision }) => {
      const before = known.get(id);
      return before?.vouches !== true || Buffer.compare(before.revision, revision) !== 0;
    });
    for (const read of await adapter.read(changed.slice(0, most).map(({ id }) => id)))
      if ('fields' in read) next.set(read.id, { revision: read.revision, vouches: !read.fresh });
      else problems.push(read);
    known = next;
    return problems.map(({ id }) => id);
  };
  /** What another device made of one is written; null: it deleted it. */
  const construct = async (uid: string, name: string | null): Promise<string> => {
    const id = recordId(uid);
    const fields = name === null ? null : new Map([[fieldName('name'), { full: name }]]);
    const expected = known.get(id)?.revision ?? null;
    const [outcome] = await adapter.construct([{ id, fields, expected, native: null, replaces: null, content: null }]);
    const next = new Map(known);
    if (outcome?.done === 'written' && outcome.revision === null) next.delete(id);
    else if (outcome?.done === 'written') next.set(id, { revision: outcome.revision as Revision, vouches: true });
    known = next;
    return outcome?.done ?? '';
  };
  const restart = (): void => {
    adapter = open();
  };
  const write = (next: string): void => user.writeFile(PATH, next);
  const opened = (): number => fs.callsByName.get('open') ?? 0;
  write(text);
  return {
    look,
    construct,
    restart,
    write,
    gone,
    opened,
    text: () => user.readText(PATH),
    known: () => [...known.keys()],
  };
}

describe('a text of a folder in which known cards stand beside what is damaged', () => {
  it.each([
    ['a card nobody knew, at the end', `${ADA}${BOB}${cutOff('eve')}`, 'eve', `${ADA}${BOB}${EVE}`],
    ['a card nobody knew, in the middle', `${ADA}${cutOff('eve')}${BOB}`, 'eve', `${ADA}${EVE}${BOB}`],
    ['what nobody can tell', `${ADA}${NAMELESS}${BOB}`, 'some', ADA + BOB],
    ['lines of no card', `${ADA}${BOB}stray\r\n`, 'a card', ADA + BOB],
  ])('is looked into until it is mended or removed: %s', async (_, damaged, named, mended) => {
    const { look, construct, restart, write, gone, text, known } = await room(damaged);
    expect([await look(), await look()]).toEqual([[named], [named]]);
    restart();
    expect([await look(), await look()]).toEqual([[named], [named]]);
    expect(await construct('ada', 'Ada L.')).toBe('written');
    expect(text()).toContain('Ada L.');
    expect([await look(), await look()]).toEqual([[named], [named]]);
    restart();
    expect([await look(), known().toSorted()]).toEqual([[named], ['ada', 'bob']]);
    write(mended);
    expect([await look(), await look(), gone]).toEqual([[], [], []]);
    expect(known()).toHaveLength(mended.split('END:').length - 1);
  });

  it.each([
    ['that can be told', cutOff('eve')],
    ['that cannot be told', NAMELESS],
  ])('takes a known card for deleted only once the damage %s is removed', async (_, damage) => {
    const { look, construct, restart, write, gone } = await room(ADA + EVE + BOB);
    expect(await look()).toEqual([]);
    write(ADA + damage + BOB);
    const named = await look();
    expect(named).toContain('eve');
    expect(await look()).toEqual(named);
    expect([await construct('bob', 'Bobby'), await construct('eve', 'Eve L.')]).toEqual(['written', 'refused']);
    expect([await look(), await look()]).toEqual([named, named]);
    restart();
    expect([await look(), await look(), gone]).toEqual([named, named, []]);
    write(ADA + EVE + BOB);
    expect([await look(), await look(), gone]).toEqual([[], [], []]);
    write(ADA + damage + BOB);
    await look();
    write(ADA + BOB);
    expect([await look(), await look(), gone]).toEqual([[], [], ['eve']]);
  });

  it('names what is left of a damaged card that was deleted on another device', async () => {
    const { look, construct, restart, write } = await room(ADA + EVE + BOB);
    await look();
    write(ADA + cutOff('eve') + BOB);
    await look();
    await construct('eve', null);
    expect([await look(), await look()]).toEqual([['eve'], ['eve']]);
    restart();
    expect([await look(), await look()]).toEqual([['eve'], ['eve']]);
  });
});

it('an event that cannot be read is named at each look, beside others of its text', async () => {
  const event = (uid: string, start: string): string =>
    `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:${start}\r\nSUMMARY:${uid}\r\nEND:VEVENT\r\n`;
  const calendar = (noon: string): string =>
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n${event('dawn', '20260101T060000Z')}${event('noon', noon)}END:VCALENDAR\r\n`;
  const { look, restart, write, known } = await room(calendar('at twelve'), icalendarFormat);
  expect([await look(), await look()]).toEqual([['noon'], ['noon']]);
  restart();
  expect([await look(), await look(), known()]).toEqual([['noon'], ['noon'], ['dawn']]);
  write(calendar('20260101T120000Z'));
  expect([await look(), await look(), known()]).toEqual([[], [], ['dawn', 'noon']]);
});

describe('a text of a folder of which not all is known', () => {
  it('is looked into until all of it was taken in, also where the program ends in between', async () => {
    const { look, restart, known } = await room(ADA + EVE + BOB);
    await look(1);
    expect(known()).toEqual(['ada']);
    restart();
    await look(1);
    restart();
    await look();
    expect(known()).toEqual(['ada', 'eve', 'bob']);
  });

  it('is not opened again once it is', async () => {
    const { look, restart, opened, construct } = await room(ADA + EVE + BOB);
    await look();
    await construct('bob', 'Bobby');
    await look();
    restart();
    const before = opened();
    expect([await look(), opened()]).toEqual([[], before]);
  });

  it('is opened but once by a program that goes on, as long as it is as it was', async () => {
    const { look, opened } = await room(ADA + cutOff('eve') + BOB);
    await look();
    await look();
    const before = opened();
    expect([await look(), await look(), opened()]).toEqual([['eve'], ['eve'], before]);
  });
});
