import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldName, type RecordId, recordId } from '../../../../src/main/record/ids.ts';
import type { Fields } from '../../../../src/main/record/value.ts';
import { csvFormat } from '../../../../src/main/sources/contacts/csv/csv-format.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { ListEvent, Revision } from '../../../../src/main/sources/source-adapter.ts';
import { OneFile } from '../../../../src/main/sources/text/in-files/one-file.ts';
import { digestIn, writeItemRevision } from '../../../../src/main/sources/text/item-revision.ts';
import type { KnownItems } from '../../../../src/main/sources/text/known-revisions.ts';
import { TextAdapter } from '../../../../src/main/sources/text/text-adapter.ts';
import type { TextFormat } from '../../../../src/main/sources/text/text-format.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { SimulatedUser } from '../../../fakes/simulated-user.ts';

const PATH = '/home/book';
const never = new AbortController().signal;
const card = (uid: string, name = uid): string =>
  `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:${name}\r\nEND:VCARD\r\n`;
const named = (name: string): Fields => new Map([[fieldName('name'), { full: name }]]);

/** A text in one file, and a snapshot that takes in what was written and what was listed only when a test says so. */
async function room(format: TextFormat, text: string, awaited: ReadonlyMap<RecordId, Fields> = new Map()) {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp('/home');
  user.writeFile(PATH, text);
  await clock.advance(60_000);
  let known = new Map<RecordId, { revision: Revision; vouches: boolean }>();
  let asked = 0;
  const snapshot: KnownItems = {
    revisions: () => {
      asked++;
      return known;
    },
    native: () => null,
    shown: (id) => awaited.get(id) ?? null,
    isOneWith: () => null,
    isNamed: () => false,
    awaited: () => [...awaited.keys()],
  };
  const file = new OneFile({ fs: disk.process(), clock, path: PATH, watch: null });
  const adapter = new TextAdapter(format, file, snapshot, clock);
  const list = async (): Promise<ReadonlyMap<string, Revision>> => {
    const events: ListEvent[] = [];
    await adapter.list(null, null, (event) => void events.push(event), never);
    const [event] = events;
    if (event?.is !== 'groups') throw new Error('nothing was told');
    return new Map(event.groups.flatMap(({ items }) => items.map(({ id, revision }) => [id, revision] as const)));
  };
  const knows = (revisions: ReadonlyMap<string, Revision>): void => {
    known = new Map([...revisions].map(([id, revision]) => [recordId(id), { revision, vouches: true }]));
  };
  const put = async (wanted: Readonly<Record<string, Fields | null>>): Promise<readonly string[]> => {
    const outcomes = await adapter.construct(
      Object.entries(wanted).map(([id, fields]) => ({
        id: recordId(id),
        fields,
        expected: known.get(recordId(id))?.revision ?? null,
        native: null,
        replaces: null,
        content: null,
      })),
    );
    known = new Map(known);
    for (const outcome of outcomes)
      if (outcome.done === 'written')
        if (outcome.revision === null) known.delete(outcome.id);
        else known.set(outcome.id, { revision: outcome.revision, vouches: true });
    return outcomes.map(({ done }) => done);
  };
  return { adapter, user, list, put, knows, asked: () => asked, text: () => user.readText(PATH) ?? '' };
}

describe('a text that stands as it was written here', () => {
  it('is not asked about again by the next batch, and each item is the record it was', async () => {
    const { put, list, asked } = await room(vcardFormat('4.0'), '');
    await put({ ada: named('Ada'), bob: named('Bob') });
    const before = asked();
    expect(await put({ cyd: named('Cyd'), ada: named('Ada L.') })).toEqual(['written', 'written']);
    expect(await put({ bob: null })).toEqual(['written']);
    expect(asked()).toBe(before);
    expect([...(await list()).keys()]).toEqual(['ada', 'cyd']);
  });

  it('is asked about where somebody else wrote to it meanwhile', async () => {
    const { put, list, user, text } = await room(vcardFormat('4.0'), '');
    await put({ ada: named('Ada'), bob: named('Bob') });
    user.writeFile(PATH, card('new') + text().replace('Bob', 'Rob'));
    expect(await put({ bob: named('Bobby'), ada: named('Ada L.') })).toEqual(['refused', 'written']);
    expect(text()).toContain('Rob');
    expect([...(await list()).keys()]).toEqual(['new', 'ada', 'bob']);
  });

  it.each(['at once', 'once more was written'])('has items recognized, and given back, %s', async (when) => {
    const { adapter, put, list, knows } = await room(vcardFormat('4.0'), '');
    await put({ ada: named('Ada'), bob: named('Bob') });
    const revisions = new Map(await list());
    const recognized = adapter.recognize(recordId('bob'), recordId('zoe')) as Revision;
    revisions.delete('bob');
    knows(new Map([...revisions, ['zoe', recognized]]));
    expect([...(await list()).keys()]).toEqual(['ada', 'zoe']);
    if (when !== 'at once') expect(await put({ ada: named('Ada L.') })).toEqual(['written']);
    const now = new Map(await list());
    now.delete('zoe');
    // The record it shows is the one its UID states (`give-back.ts`): the other one comes into being anew.
    knows(new Map([...now, ['bob', recognized]]));
    expect(await put({ bob: named('Rob'), zoe: named('Zoe') })).toEqual(['written', 'written']);
    expect([...(await list()).keys()]).toEqual(['ada', 'bob', 'zoe']);
  });

  it('shows other records where the snapshot says so', async () => {
    const { put, list, knows } = await room(vcardFormat('4.0'), '');
    await put({ ada: named('Ada'), bob: named('Bob') });
    const revisions = new Map(await list());
    const own = { document: new Uint8Array(0), name: '', uid: 'bob', readAs: '', pieces: 1, endsBare: false };
    const zoe = writeItemRevision({ ...own, digest: digestIn(revisions.get('bob') as Revision) });
    revisions.delete('bob');
    knows(new Map([...revisions, ['zoe', zoe]]));
    await put({ ada: named('Ada L.') });
    expect([...(await list()).keys()]).toEqual(['ada', 'zoe']);
  });

  it('tells rows that are alike by their places, whichever of them goes', async () => {
    const format = csvFormat('csv-google');
    const { put, list, text } = await room(format, '');
    const alike = (): Fields => format.project(named('Twin'));
    await put({ one: alike(), two: alike(), three: format.project(named('Third')) });
    const revisions = await list();
    expect([...revisions.keys()]).toEqual(['one', 'two', 'three']);
    expect(await put({ one: null })).toEqual(['written']);
    expect(await put({ two: format.project(named('Only')), four: alike() })).toEqual(['written', 'written']);
    expect([...(await list()).keys()]).toEqual(['two', 'three', 'four']);
    expect(text().match(/Twin/g)?.length).toBe(1);
  });

  it('is asked about as long as a row is in it that no look took in, which may be the next that is to be written', async () => {
    const format = csvFormat('csv-google');
    const shown = (name: string): Fields => format.project(named(name));
    const awaited = new Map<RecordId, Fields>();
    const { put, list, user, text } = await room(format, '', awaited);
    await put({ ada: shown('Ada') });
    user.writeFile(PATH, `${text()}${text().split('\r\n')[1]?.replace('Ada', 'Bob')}\r\n`);
    await list();
    expect(await put({ ada: shown('Ada L.') })).toEqual(['written']);
    awaited.set(recordId('bob'), shown('Bob'));
    expect(await put({ bob: shown('Bob') })).toEqual(['refused']);
    expect([...(await list()).keys()]).toEqual(['ada', 'bob']);
  });
});

describe('a text of cards that goes on where it ended', () => {
  const format = vcardFormat('4.0');
  const pieces = [
    card('a'),
    card('é', 'Zoë'),
    card('b').replaceAll('\r\n', '\n'),
    'BEGIN:VCARD\r\nVERSION:2.1\r\nFN;ENCODING=QUOTED-PRINTABLE:=C3=\r\n=A9\r\nEND:VCARD\r\n',
    'BEGIN:VCARD\r\nVERSION:2.1\r\nAGENT:\r\nBEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\nEND:VCARD\r\n',
    'END:VCARD\r\n',
    'BEGIN:VCARD\r\nFN:cut off\r\n',
    'stray\r\n',
    '\ufeff',
    '\r\n',
    '\r',
    ' \n',
    'END:VCARD',
  ];

  it('is taken apart as if it were as a whole', () => {
    const some = fc.array(fc.constantFrom(...pieces), { maxLength: 5 });
    let grown = 0;
    fc.assert(
      fc.property(some, some, (head, tail) => {
        const [before, bytes] = [Buffer.from(head.join('')), Buffer.from([...head, ...tail].join(''))];
        const text = format.splitOn?.(format.split(before), bytes) ?? null;
        if (text === null) return;
        grown++;
        const whole = format.split(bytes);
        expect([text.items, text.damaged]).toEqual([whole.items, whole.damaged]);
      }),
      { numRuns: 3000 },
    );
    expect(grown).toBeGreaterThan(20);
  });
});
