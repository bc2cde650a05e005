import { describe, expect, it } from 'vitest';
import { LockstepError } from '../../src/main/platform/trouble.ts';
import {
  collectionId,
  deviceId,
  type FieldName,
  fieldName,
  type RecordId,
  recordId,
  sourceId,
} from '../../src/main/record/ids.ts';
import type { Fields, Value } from '../../src/main/record/value.ts';
import { csvFormat } from '../../src/main/sources/contacts/csv/csv-format.ts';
import { vcardFormat } from '../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { ConstructItem, ListEvent, Revision } from '../../src/main/sources/source-adapter.ts';
import type { DocumentPlace } from '../../src/main/sources/text/document-place.ts';
import { FolderOfFiles } from '../../src/main/sources/text/in-files/folder-of-files.ts';
import { OneFile } from '../../src/main/sources/text/in-files/one-file.ts';
import type { KnownItems } from '../../src/main/sources/text/known-revisions.ts';
import { TextAdapter } from '../../src/main/sources/text/text-adapter.ts';
import type { TextFormat } from '../../src/main/sources/text/text-format.ts';
import { describeTree } from '../fakes/describe-tree.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { faultAt } from '../fakes/fault-plan.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { SimulatedUser } from '../fakes/simulated-user.ts';
import { tinyFormat } from '../fakes/tiny-text-format.ts';
import { type ContractSubject, describeSourceAdapter, type Sample } from './source-adapter-contract.ts';

const fields = (values: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(values).map(([field, value]) => [fieldName(field) as FieldName, value]));
const sample = (id: string, values: { readonly [field: string]: Value }): Sample => ({
  id: recordId(id),
  fields: fields(values),
  content: null,
});
const samples = {
  a: sample('ada', { name: 'Ada', 'emails/e1': { address: 'ada@example.org' } }),
  a2: sample('ada', { name: 'Ada L.', 'phones/p1': { number: '1' } }),
  b: sample('bob', { name: 'Bob' }),
  c: sample('cÿ', { name: 'Cÿ' }),
};
const marker = { collection: collectionId('c1'), source: sourceId('s1'), device: deviceId('d1') };

/** What a snapshot would know: the revisions last listed or written. */
class Snapshot implements KnownItems {
  readonly items = new Map<RecordId, { revision: Revision; vouches: boolean; native: Fields }>();
  revisions() {
    return new Map(this.items);
  }
  native(id: RecordId): Fields | null {
    return this.items.get(id)?.native ?? null;
  }
  /** What records are to show of which nothing is here yet. */
  readonly due = new Map<RecordId, Fields>();
  shown(id: RecordId): Fields | null {
    return this.due.get(id) ?? null;
  }
  awaited(): readonly RecordId[] {
    return [...this.due.keys()].filter((id) => !this.items.has(id));
  }
  /** Records that became others. */
  readonly ones = new Map<RecordId, RecordId>();
  isOneWith(id: RecordId): RecordId | null {
    return this.ones.get(id) ?? null;
  }
  /** What the last look named. */
  named: ReadonlySet<RecordId> = new Set();
  isNamed(id: RecordId): boolean {
    return this.named.has(id);
  }
}

function world(many: boolean) {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp('/home/cards');
  const path = many ? '/home/cards' : '/home/cards/all.txt';
  if (!many) user.writeFile(path, '');
  const fs = disk.process();
  const folder = new FolderOfFiles({ fs, clock, root: path, ending: '.txt', marker, watch: null });
  if (many) folder.mark();
  const snapshot = new Snapshot();
  const place = many ? folder : new OneFile({ fs, clock, path, watch: null });
  const anew = () => new TextAdapter(tinyFormat(), place, snapshot);
  return { clock, disk, user, path, place, adapter: anew(), anew, snapshot };
}
type World = ReturnType<typeof world>;

const never = new AbortController().signal;

async function look({ adapter, snapshot }: Pick<World, 'adapter' | 'snapshot'>) {
  const events: ListEvent[] = [];
  await adapter.list(null, null, (event) => void events.push(event), never);
  const groups = events.flatMap((event) => (event.is === 'groups' ? event.groups : []));
  const items = groups.flatMap((group) => group.items);
  const problems = groups.flatMap((group) => group.problems);
  const changed = items.filter(({ id, revision, fresh }) => {
    const known = snapshot.items.get(id);
    return fresh || known === undefined || Buffer.compare(known.revision, revision) !== 0;
  });
  const readings = await adapter.read(changed.map(({ id }) => id));
  for (const reading of readings)
    if ('fields' in reading)
      snapshot.items.set(reading.id, { revision: reading.revision, vouches: !reading.fresh, native: reading.fields });
  snapshot.named = new Set(problems.map(({ id }) => id));
  const gone = [...snapshot.items.keys()].filter(
    (id) => !items.some((item) => item.id === id) && !problems.some((problem) => problem.id === id),
  );
  return { ids: items.map(({ id }) => id), changed: changed.map(({ id }) => id), problems, readings, gone };
}

const change = (world: World, id: string, values: { readonly [field: string]: Value } | null): ConstructItem => ({
  id: recordId(id),
  fields: values === null ? null : fields(values),
  expected: world.snapshot.items.get(recordId(id))?.revision ?? null,
  native: world.snapshot.native(recordId(id)),
  replaces: null,
  content: null,
});

function subject(many: boolean): Promise<ContractSubject> {
  const made = world(many);
  const { user, disk, path } = made;
  const adapter = remembering(made);
  const file = (id: RecordId): string => (many ? `${path}/${fileOf(made, id)}` : path);
  return Promise.resolve({
    adapter,
    samples,
    groupOf: () => '',
    edit(id, how) {
      if (many) {
        if (how === 'remove') user.fs.unlink(file(id));
        else user.writeFile(file(id), `@ ${id}\nname="by hand ${user.readText(file(id))?.length ?? 0}"\n`);
        return;
      }
      const blocks = (user.readText(path) ?? '').split('\n\n').filter((block) => !block.includes(`@ ${id}\n`));
      if (how === 'change') blocks.push(`@ ${id}\nname="by hand ${blocks.length}"\n`);
      user.writeFile(path, blocks.join('\n\n'));
    },
    print: () => JSON.stringify([...describeTree(disk.process(), '/home')]),
    close: () => adapter.close(),
  });
}

/** The adapter, with a snapshot that follows what it reads and writes, as take-in and construction keep it. */
function remembering({ adapter, snapshot }: World): TextAdapter {
  const [read, construct] = [adapter.read.bind(adapter), adapter.construct.bind(adapter)];
  adapter.read = async (ids) => {
    const readings = await read(ids);
    for (const each of readings)
      if ('fields' in each)
        snapshot.items.set(each.id, { revision: each.revision, vouches: !each.fresh, native: each.fields });
    return readings;
  };
  adapter.construct = async (items) => {
    const outcomes = await construct(items);
    outcomes.forEach((outcome, at) => {
      if (outcome.done !== 'written') return;
      if (outcome.revision === null) snapshot.items.delete(outcome.id);
      else
        snapshot.items.set(outcome.id, {
          revision: outcome.revision,
          vouches: true,
          native: outcome.holds ?? items[at]?.fields ?? new Map(),
        });
    });
    return outcomes;
  };
  return adapter;
}

function fileOf({ user, path }: World, id: RecordId): string {
  const names = user.fs.readDirectory(path).flatMap(({ name }) => (name?.endsWith('.txt') === true ? [name] : []));
  return names.find((name) => user.readText(`${path}/${name}`)?.startsWith(`@ ${id}\n`) === true) ?? `${id}.txt`;
}

const peculiarities = { content: false, breakGroup: null, outside: null };
describeSourceAdapter('a file of many items', peculiarities, () => subject(false));
describeSourceAdapter('a folder of items', peculiarities, () => subject(true));

describe.each([
  ['a text of many items', false],
  ['a folder of items', true],
])('%s that meets records of other ids', (_, many) => {
  const write = (here: World, name: string, text: string) =>
    here.user.writeFile(many ? `${here.path}/${name}.txt` : here.path, text);
  /** A text with one item of the UID `x`, which is found to be the record `ada`. */
  async function met() {
    const here = world(many);
    write(here, 'x', '# mine\n\n@ x\nname="Ada"\n'.slice(many ? 8 : 0));
    await here.clock.advance(10_000);
    await look(here);
    const { native } = here.snapshot.items.get(recordId('x'))!;
    here.snapshot.items.clear();
    const revision = here.adapter.recognize(recordId('x'), recordId('ada'))!;
    here.snapshot.items.set(recordId('ada'), { revision, vouches: true, native });
    return here;
  }
  const texts = ({ user, path }: World) =>
    many
      ? user.fs
          .readDirectory(path)
          .flatMap(({ name }) => (name?.endsWith('.txt') ? user.readText(`${path}/${name}`) : []))
      : [user.readText(path)];

  it('lists an item as the record it was found to be, and writes that into it under its own UID', async () => {
    const here = await met();
    expect(await look(here)).toMatchObject({ ids: ['ada'], changed: [], gone: [] });
    expect(here.adapter.shownAs(here.snapshot.items.get(recordId('ada'))!.revision)).toBe('x');
    const [outcome] = await here.adapter.construct([change(here, 'ada', { name: 'Ada L.' })]);
    expect(outcome).toMatchObject({ done: 'written' });
    if (outcome?.done === 'written')
      here.snapshot.items.set(recordId('ada'), { revision: outcome.revision!, vouches: true, native: new Map() });
    expect(texts(here).join('')).toContain('@ x\nname="Ada L."');
    await here.clock.advance(10_000);
    // Another one on the same place knows it from the snapshot alone.
    const again = { ...here, adapter: here.anew() };
    expect(await look(again)).toMatchObject({ ids: ['ada'], changed: [], gone: [] });
  });

  it('does not take an item whose UID is a record again for the deletion of the one it shows', async () => {
    const here = await met();
    write(here, 'x', '@ x\nname="Ada, edited"\n');
    expect(await look(here)).toMatchObject({ ids: ['ada'], changed: ['ada'], gone: [] });
  });

  it('takes an item nobody knows for what its record became, but not beside an item of that', async () => {
    const here = world(many);
    here.snapshot.ones.set(recordId('x'), recordId('ada'));
    write(here, 'x', '@ x\nname="Ada"\n');
    expect((await look(here)).ids).toEqual(['ada']);
    here.snapshot.items.clear();
    write(here, 'x', '@ x\nname="Ada"\n\n@ ada\nname="Ada"\n');
    const beside = { ...here, adapter: here.anew() };
    expect((await look(beside)).ids.toSorted()).toEqual(['ada', 'x']);
  });

  it('keeps a second item of the UID that is already shown as another record', async () => {
    const here = await met();
    write(here, 'x', '@ ada\nname="Ada too"\n\n@ x\nname="Ada"\n');
    expect(await look(here)).toMatchObject({ ids: ['ada#2', 'ada'], gone: [] });
  });
});

describe('a place that writes what it is given in its own way, and tells no versions', () => {
  /** Puts the name in capitals; `meanwhile` happens between our writing and our reading. */
  async function wrote(meanwhile: (here: World) => void) {
    const here = world(true);
    const shouts = (text: string): string =>
      text.replace(/^name=.*$/gm, (line) => line.toUpperCase().replace('NAME', 'name'));
    const path = `${here.path}/x.txt`;
    here.user.writeFile(path, '@ x\nname="BOB"\nq="a"\n');
    await here.clock.advance(60_000);
    await look(here);
    const { place } = here;
    const writes: DocumentPlace['write'] = place.write.bind(place);
    const others: DocumentPlace = Object.assign(place, {
      write: async (name: string, expected: Uint8Array | null, bytes: Uint8Array | null) => {
        const written = await writes(name, expected, bytes);
        if (written.done === 'refused' || written.document === null) return written;
        here.user.writeFile(path, shouts(here.user.readText(path) ?? ''));
        meanwhile(here);
        return { ...written, document: (await place.read([name]))[0] };
      },
    });
    const adapter = new TextAdapter(tinyFormat(), others, here.snapshot);
    await look({ adapter, snapshot: here.snapshot });
    const [outcome] = await adapter.construct([change(here, 'x', { name: 'Bea', q: 'a' })]);
    return { outcome, text: here.user.readText(path) };
  }

  it('holds what it made of it', async () => {
    const { outcome, text } = await wrote(() => {});
    expect(text).toContain('name="BEA"');
    expect(outcome).toMatchObject({ done: 'written', holds: fields({ name: 'BEA', q: 'a' }) });
  });

  it('is no excuse for what somebody else edited just then: that is taken in', async () => {
    const edited = await wrote(({ user, path }) =>
      user.writeFile(`${path}/x.txt`, (user.readText(`${path}/x.txt`) ?? '').replace('q="a"', 'q="mine"')),
    );
    expect(edited.outcome).toMatchObject({ done: 'refused', reason: 'changed-underneath' });
    const added = await wrote(({ user, path }) =>
      user.writeFile(`${path}/x.txt`, `${user.readText(`${path}/x.txt`)}note="mine"\n`),
    );
    expect(added.outcome).toMatchObject({ done: 'refused', reason: 'changed-underneath' });
  });
});

describe('a text of many items', () => {
  it('keeps every byte that is not of what changed', async () => {
    const here = world(false);
    here.user.writeFile(here.path, '# mine\n@ x\nname="X"\nq=1\n\n@ y\n# remark\nname="Y"\n');
    await look(here);
    await here.adapter.construct([change(here, 'y', { name: 'Why' })]);
    // The first block begins with a remark, so it is damaged: it stays as it is.
    expect(here.user.readText(here.path)).toBe('# mine\n@ x\nname="X"\nq=1\n\n@ y\n# remark\nname="Why"\n');
  });

  it('writes nothing that would make one row of a damaged one and the next', async () => {
    const here = world(false);
    const adapter = new TextAdapter(csvFormat('csv-google'), here.place, here.snapshot);
    const table = 'First Name,Nickname,Notes\r\n"Bob,,\r\nAna,",",here\r\nCy,,there\r\n';
    here.user.writeFile(here.path, table);
    const { ids, problems } = await look({ adapter, snapshot: here.snapshot });
    expect([ids.length, problems.length]).toEqual([2, 1]);
    const items = ids.map((id) => {
      const held = here.snapshot.native(id) as Fields;
      const [field] = [...held.keys()].filter((each) => /^(?:nicknames|notes)/.test(each));
      const entry = held.get(field as FieldName) as { readonly [part: string]: Value };
      const [part = ''] = Object.keys(entry).filter((each) => each === 'name' || each === 'note');
      return {
        ...change(here, id, {}),
        fields: new Map([...held, [field as FieldName, { ...entry, [part]: `${entry[part]}x` }]]),
      };
    });
    const outcomes = await adapter.construct(items);
    expect(outcomes.map(({ done }) => done)).toEqual(['refused', 'written']);
    expect(here.user.readText(here.path)).toBe(table.replace('there', 'therex'));
  });

  it('knows each of some rows that were alike by what its record says now, after its snapshot was lost', async () => {
    const table = (...notes: readonly string[]): string =>
      `First Name,Notes\r\n${notes.map((note) => `Bo,${note}\r\n`).join('')}`;
    const open = (here: World, text: string) => {
      here.user.writeFile(here.path, text);
      return { adapter: new TextAdapter(csvFormat('csv-google'), here.place, here.snapshot), snapshot: here.snapshot };
    };
    const before = world(false);
    const { ids } = await look(open(before, table('', '', '')));
    const [first, second, third] = ids as [RecordId, RecordId, RecordId];
    const plain = before.snapshot.native(first) as Fields;
    const lost = world(false);
    const edited = new Map([...plain, [fieldName('notes/n'), { note: 'of Ann' }] as const]);
    for (const [id, shown] of [
      [first, plain],
      [second, edited],
      [third, plain],
    ] as const)
      lost.snapshot.due.set(id, shown);
    // It was not written to: nothing of it is awaited.
    lost.snapshot.awaited = () => [];
    const found = await look(open(lost, table('', 'of Ann', '')));
    expect(found.ids).toEqual([first, expect.stringMatching(/^lockstep-/), third]);
    expect(found.ids[1]).not.toBe(second);
  });

  it('goes on reading a text as it was read, also after a restart', async () => {
    const here = world(false);
    const said = async (...names: readonly string[]): Promise<string> => {
      const rows = names.map((name) => `${name},a\r\n`).join('');
      here.user.writeFile(here.path, Buffer.from(`First Name,Nickname\r\n${rows}`, 'latin1'));
      await here.clock.advance(5000);
      await look({
        adapter: new TextAdapter(csvFormat('csv-google'), here.place, here.snapshot),
        snapshot: here.snapshot,
      });
      return JSON.stringify([...here.snapshot.items.values()].map(({ native }) => [...native]));
    };
    expect(await said('J\u00fcrgen', 'Bo')).toContain('J\u00fcrgen');
    // By themselves most of these lines are UTF-8.
    const now = await said('J\u00fcrgen', 'Bo', 'NESTL\u00c9\u00ae', 'NESTL\u00c9\u00ae 2');
    expect(now).toContain('NESTL\u00c9\u00ae 2');
    expect(now).toContain('J\u00fcrgen');
  });

  it('names what was kept beside it for as long as it is there', async () => {
    const here = world(false);
    const kept = `${here.path}.kept-0123abcd`;
    here.user.writeFile(here.path, '@ x\nname="X"\n');
    here.user.writeFile(kept, 'what another program wrote');
    await here.clock.advance(5000);
    for (let each = 0; each < 2; each++)
      expect((await look(here)).problems).toMatchObject([{ id: 'all.txt.kept-0123abcd', code: 'kept-beside' }]);
    here.user.fs.unlink(kept);
    expect(await look(here)).toMatchObject({ problems: [], gone: [] });
  });

  it('tries few parts where damage at its end would take in all that is new', async () => {
    const here = world(false);
    const format = tinyFormat();
    let splits = 0;
    const swallowing: TextFormat = {
      ...format,
      split(bytes) {
        splits++;
        const text = Buffer.from(bytes).toString();
        const end = text.includes('DAMAGE') ? text.indexOf('DAMAGE') : text.length;
        const { items } = format.split(bytes.subarray(0, end));
        const damaged = end < bytes.length ? [{ start: end, end: bytes.length, name: 'line', detail: 'broken' }] : [];
        return { bytes, items, damaged };
      },
    };
    const adapter = new TextAdapter(swallowing, here.place, here.snapshot);
    here.user.writeFile(here.path, '@ x\nname="X"\n\n@ y\nname="Y"\n\nDAMAGE\n');
    await look({ adapter, snapshot: here.snapshot });
    await here.clock.advance(5000);
    splits = 0;
    const news = Array.from({ length: 200 }, (_, at) => change(here, `new ${at}`, { name: `N${at}` }));
    const there = [change(here, 'x', null), change(here, 'y', { name: 'Z' })];
    const outcomes = await adapter.construct([...news, ...there]);
    expect(outcomes.map(({ done }) => done)).toEqual([...news.map(() => 'refused'), 'written', 'written']);
    expect(splits).toBeLessThan(20);
  });

  it.each(['', '\n\n'])('a file of its own that says nothing is nobody’s deletion', async (nothing) => {
    const here = world(true);
    here.user.writeFile(`${here.path}/x.txt`, '@ x\nname="X"\n');
    await look(here);
    here.user.writeFile(`${here.path}/x.txt`, nothing);
    expect(await look(here)).toMatchObject({ gone: [], problems: [{ id: 'x', code: 'malformed' }] });
    here.user.fs.unlink(`${here.path}/x.txt`);
    expect(await look(here)).toMatchObject({ gone: ['x'], problems: [] });
  });

  it('a listing that is stopped says nothing of what it did not read', async () => {
    const here = world(true);
    here.user.writeFile(`${here.path}/x.txt`, '@ x\nname="X"\n');
    await look(here);
    here.user.writeFile(`${here.path}/x.txt`, '@ x\nname="Y"\n');
    const listing = here.adapter.list(null, null, () => undefined, AbortSignal.abort());
    await expect(listing).rejects.toMatchObject({ code: 'stopped' });
  });

  it('knows items without a UID again: by their bytes, by what they say, and the same everywhere', async () => {
    const [one, other] = [world(false), world(false)];
    for (const each of [one, other]) each.user.writeFile(each.path, '@\nname="Ada"\n\n@\nname="Bob"\n');
    const [first, same] = [await look(one), await look(other)];
    expect(first.ids).toHaveLength(2);
    expect(same.ids).toEqual(first.ids);
    one.user.writeFile(one.path, '@\nname="Bob"\n\n@\nname="Ada"\nphone="2"\n');
    const second = await look(one);
    expect(second.ids).toEqual([first.ids[1], first.ids[0]]);
    expect(second.gone).toEqual([]);
  });

  it('takes what it wrote just before the program ended for that, and only what says just the same', async () => {
    const here = world(false);
    here.snapshot.due.set(recordId('ada'), fields({ name: 'Ada', phone: '1' }));
    here.snapshot.due.set(recordId('bob'), fields({ name: 'Bob', phone: '2' }));
    here.user.writeFile(here.path, '@\nname="Ada"\nphone="1"\n\n@\nname="Bob"\nphone="3"\n');
    const { ids } = await look(here);
    expect(ids).toEqual(['ada', expect.stringMatching(/^lockstep-/)]);
  });

  it('knows an item that nothing tells by its place, once it has written it', async () => {
    const here = world(false);
    here.user.writeFile(here.path, '@\nphone="1"\n\n@\nphone="2"\n\n@\nphone="3"\n');
    const { ids } = await look(here);
    await here.clock.advance(5000);
    await look(here);
    const [one, two, three] = ids as [RecordId, RecordId, RecordId];
    const outcomes = await here.adapter.construct([
      change(here, one, null),
      change(here, 'new', { phone: '4' }),
      change(here, three, { phone: '33' }),
    ]);
    expect(outcomes.map(({ done }) => done)).toEqual(['written', 'written', 'written']);
    for (const outcome of outcomes) {
      if (outcome.done !== 'written') continue;
      const { id, revision } = outcome;
      if (revision === null) here.snapshot.items.delete(id);
      else
        here.snapshot.items.set(id, { revision, vouches: true, native: fields({ phone: id === three ? '33' : '4' }) });
    }
    expect(await look({ adapter: here.anew(), snapshot: here.snapshot })).toMatchObject({
      ids: [two, three, 'new'],
      gone: [],
    });
  });

  it('takes nothing for deleted that is missing from a text that ends within an item, whenever it was written', async () => {
    const here = world(false);
    const adapter = new TextAdapter(vcardFormat('3.0'), here.place, here.snapshot);
    const card = (uid: string) => `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:${uid}\r\nEND:VCARD\r\n`;
    const text = ['x', 'y', 'z'].map(card).join('');
    here.user.writeFile(here.path, text);
    await look({ adapter, snapshot: here.snapshot });
    here.user.writeFile(here.path, text.slice(0, card('x').length + 35));
    await here.clock.advance(60_000);
    const { problems, gone } = await look({ adapter, snapshot: here.snapshot });
    expect([problems.map(({ id, code }) => [id, code]), gone]).toEqual([
      [
        ['y', 'malformed'],
        ['z', 'malformed'],
      ],
      [],
    ]);
    here.user.writeFile(here.path, card('x') + card('y'));
    await here.clock.advance(60_000);
    expect(await look({ adapter, snapshot: here.snapshot })).toMatchObject({ problems: [], gone: ['z'] });
  });

  it('gives the second of two that state one UID a number, and keeps it', async () => {
    const here = world(false);
    here.user.writeFile(here.path, '@ x\nname="1"\n\n@ x\nname="2"\n');
    expect((await look(here)).ids).toEqual(['x', 'x#2']);
    here.user.writeFile(here.path, '@ x\nname="2"\n');
    const { ids, gone } = await look(here);
    expect([ids, gone]).toEqual([['x#2'], ['x']]);
  });

  it('names what is damaged, and takes nothing for deleted that may be it', async () => {
    const here = world(false);
    here.user.writeFile(here.path, '@ x\nname="X"\n\n@ y\nname="Y"\n');
    await look(here);
    here.user.writeFile(here.path, 'garbage\n\n@ y\nname="Y"\n');
    const { ids, gone, problems } = await look(here);
    expect([ids, gone]).toEqual([['y'], []]);
    expect(problems.map(({ id, code }) => [id, code])).toContainEqual(['x', 'malformed']);
  });

  it('whose place writes something else than it was given has no change after that', async () => {
    const { clock, place, snapshot, user, path } = world(false);
    const rewriting: DocumentPlace = {
      many: false,
      writable: true,
      watch: null,
      condition: () => place.condition(),
      list: () => place.list(),
      read: (names) => place.read(names),
      write: (name, expected, bytes) =>
        place.write(
          name,
          expected,
          bytes === null ? null : Buffer.from(Buffer.from(bytes).toString().replace('1 2', '12')),
        ),
      newName: (uid, isTaken) => place.newName(uid, isTaken),
      release: () => place.release(),
      close: () => place.close(),
    };
    const adapter = new TextAdapter(tinyFormat(), rewriting, snapshot);
    const own = { adapter, snapshot };
    await look(own);
    const meant = fields({ 'name': 'Ada', 'phones/p1': { number: '1 2' } });
    const item = { id: recordId('ada'), fields: meant, expected: null, replaces: null, content: null };
    const [outcome] = await adapter.construct([item]);
    expect(outcome).toMatchObject({ done: 'written' });
    if (outcome?.done !== 'written' || outcome.revision === null || outcome.holds === undefined)
      throw new Error('it does not say what the place made of it');
    expect(outcome.holds.get(fieldName('phones/p1'))).toEqual({ number: '12' });
    snapshot.items.set(item.id, { revision: outcome.revision, vouches: true, native: outcome.holds });
    await clock.advance(60_000);
    const text = user.readText(path);
    const after = await look(own);
    expect([after.changed, after.gone, user.readText(path)]).toEqual([[], [], text]);
  });

  it('refuses to write over what somebody changed since, and writes the rest', async () => {
    const here = world(false);
    here.user.writeFile(here.path, '@ x\nname="X"\n\n@ y\nname="Y"\n');
    await look(here);
    const items = [change(here, 'x', { name: 'mine' }), change(here, 'y', { name: 'Why' })];
    here.user.writeFile(here.path, '@ x\nname="theirs"\n\n@ y\nname="Y"\n');
    const outcomes = await here.adapter.construct(items);
    expect(outcomes.map(({ done }) => done)).toEqual(['refused', 'written']);
    expect(here.user.readText(here.path)).toBe('@ x\nname="theirs"\n\n@ y\nname="Why"\n');
  });

  it('whose place goes while it is written: what was written counts, the rest waits for a look', async () => {
    const here = world(true);
    const { write } = here.place;
    let writes = 0;
    // As on a server, where each is written by itself.
    Object.assign(here.place, { make: undefined });
    here.place.write = (...args) =>
      ++writes === 2
        ? Promise.reject(new LockstepError('not-reachable', 'the server is away'))
        : write.apply(here.place, args);
    const outcomes = await here.adapter.construct(['x', 'y', 'z'].map((id) => change(here, id, { name: id })));
    expect(outcomes).toMatchObject([
      { done: 'written' },
      { done: 'refused', reason: 'changed-underneath', detail: 'the server is away' },
      { done: 'refused', reason: 'changed-underneath' },
    ]);
    expect(here.user.readText(`${here.path}/x.txt`)).toContain('name="x"');
  });

  it('tells that what is missing may be yet to come, while its text was written just now', async () => {
    const here = world(false);
    here.user.writeFile(here.path, '@ x\nname="X"\n\n@ y\nname="Y"\n');
    await look(here);
    const unsettled = async (): Promise<boolean | undefined> => {
      let told: boolean | undefined;
      await here.adapter.list(
        null,
        null,
        (event) => void (told = event.is === 'groups' ? event.groups[0]?.unsettled : told),
        never,
      );
      return told;
    };
    expect(await unsettled()).toBe(false);
    here.user.writeFile(here.path, '@ x\nname="X"\n');
    expect(await unsettled()).toBe(true);
    await here.clock.advance(2100);
    expect(await unsettled()).toBe(false);
  });

  it('takes nothing from a row that broke off, while its text was written just now', async () => {
    const here = world(false);
    const adapter = new TextAdapter(csvFormat('csv-google'), here.place, here.snapshot);
    const table = 'First Name,Nickname,Notes\r\nAna,a,one\r\nBob,b,two\r\n';
    here.user.writeFile(here.path, table);
    const { ids } = await look({ adapter, snapshot: here.snapshot });
    await here.clock.advance(5000);
    await look({ adapter, snapshot: here.snapshot });
    here.user.writeFile(here.path, table.replace('one', '1').slice(0, -5));
    const { problems, readings, gone } = await look({ adapter, snapshot: here.snapshot });
    expect(problems).toMatchObject([{ id: ids[1], code: 'changing' }]);
    expect([readings.map(({ id }) => id), gone]).toEqual([[ids[0]], []]);
    await here.clock.advance(2100);
    const { readings: rested } = await look({ adapter, snapshot: here.snapshot });
    expect(rested.map(({ id }) => id)).toContain(ids[1]);
  });

  it.each([
    ['while somebody seems to be writing it', '@ x\nname="X"\n'],
    ['once it was emptied', ''],
    ['once one that it knew is another', '@ x\nname="X"\n\n@ z\nname="Z"\n'],
  ])('is not written before a look has judged what is missing in it: %s', async (_, now) => {
    const here = world(false);
    const write = async () => {
      const [outcome] = await here.adapter.construct([change(here, 'new', { name: 'New' })]);
      return outcome?.done === 'refused' ? outcome.reason : outcome?.done;
    };
    here.user.writeFile(here.path, '@ x\nname="X"\n\n@ y\nname="Y"\n');
    await look(here);
    here.user.writeFile(here.path, now);
    expect(await write()).toBe('changed-underneath');
    // Of one that is not written any more a look has to say so as well.
    await here.clock.advance(60_000);
    expect([await write(), here.user.readText(here.path)]).toEqual(['changed-underneath', now]);
    const { gone } = await look(here);
    // A look found it gone, and did not take that for a deletion yet.
    expect([gone.includes(recordId('y')), await write()]).toEqual([true, 'changed-underneath']);
    for (const id of gone) here.snapshot.items.delete(id);
    expect(await write()).toBe('written');
  });

  it('is written where a look named what is missing, as long as it stands as that found it', async () => {
    const here = world(false);
    const done = async (id: string, name: string) => {
      const [outcome] = await here.adapter.construct([change(here, id, { name })]);
      return outcome?.done;
    };
    here.user.writeFile(here.path, '@ x\nname="X"\n\n@ y\nname="Y"\n');
    await look(here);
    here.user.writeFile(here.path, 'broken\n');
    await here.clock.advance(60_000);
    expect((await look(here)).problems.map(({ id }) => id)).toEqual(expect.arrayContaining(['x', 'y']));
    expect([await done('new', 'New'), await done('more', 'More')]).toEqual(['written', 'written']);
    here.user.writeFile(here.path, '\n');
    await here.clock.advance(60_000);
    expect(await done('another', 'Another')).toBe('refused');
    expect(here.user.readText(here.path)).toBe('\n');
  });

  const card = (uid: string) => `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:${uid}\r\nEND:VCARD\r\n`;
  const whole = ['x', 'y', 'z'].map(card).join('');
  it.each([
    ['with ours after that, what is missing would pass for deleted', whole.slice(0, whole.indexOf('FN:y')), ['y', 'z']],
    ['the rest of what is new would be lost', whole + card('w').slice(0, 40), ['w']],
    ['be it in its first line', `${whole}BEGIN:VC`, ['a card']],
  ])('is not written as long as it ends within an item: %s', async (_, cut, named) => {
    const here = world(false);
    const own = { adapter: new TextAdapter(vcardFormat('4.0'), here.place, here.snapshot), snapshot: here.snapshot };
    here.user.writeFile(here.path, whole);
    await look(own);
    here.user.writeFile(here.path, cut);
    const news = [change(here, 'new', { name: { full: 'New' } }), change(here, 'x', { name: { full: 'Other' } })];
    const reasons = async () =>
      (await own.adapter.construct(news)).map((each) => (each.done === 'refused' ? each.reason : each.done));
    expect(await reasons()).toEqual(['changed-underneath', 'changed-underneath']);
    // However long ago that was, and whatever a look found.
    await here.clock.advance(60_000);
    expect(await reasons()).toEqual(['malformed', 'malformed']);
    const { gone, problems } = await look(own);
    expect([gone, problems.map(({ id }) => id)]).toEqual([[], named]);
    expect([await reasons(), here.user.readText(here.path)]).toEqual([['malformed', 'malformed'], cut]);
    here.user.writeFile(here.path, whole);
    await here.clock.advance(60_000);
    await look(own);
    expect(await reasons()).toEqual(['written', 'written']);
  });

  it.each([
    ['between two lines', whole.indexOf('FN:y')],
    ['within a line', whole.indexOf('FN:y') + 4],
    ['within its last line', whole.indexOf('END', whole.indexOf('FN:y')) + 1],
    ['within its first line', whole.indexOf('BEGIN', 11) + 5],
  ])('takes nothing for deleted that was cut off, though another program went on behind that: %s', async (_, at) => {
    const here = world(false);
    const own = { adapter: new TextAdapter(vcardFormat('4.0'), here.place, here.snapshot), snapshot: here.snapshot };
    here.user.writeFile(here.path, whole);
    await look(own);
    here.user.writeFile(here.path, whole.slice(0, at) + card('new') + card('more'));
    await here.clock.advance(60_000);
    const { gone, ids, problems } = await look(own);
    expect([gone, ids.filter((id) => id !== 'new')]).toEqual([[], ['x', 'more']]);
    expect(problems.map(({ id }) => id)).toEqual(expect.arrayContaining(['y', 'z']));
    here.user.writeFile(here.path, card('x') + card('new') + card('more'));
    await here.clock.advance(60_000);
    expect((await look(own)).gone).toEqual(['y', 'z']);
  });

  it('is not written behind a row that no look has found, and that does not end its line', async () => {
    const here = world(false);
    const adapter = new TextAdapter(csvFormat('csv-google'), here.place, here.snapshot);
    const own = { adapter, snapshot: here.snapshot };
    const table = 'First Name,Nickname,Notes\r\nAna,a,one\r\n';
    here.user.writeFile(here.path, table);
    await look(own);
    await here.clock.advance(5000);
    await look(own);
    here.user.writeFile(here.path, `${table}Bob,b`);
    const done = async () => (await adapter.construct([change(here, 'new', { name: { full: 'N' } })]))[0]?.done;
    expect(await done()).toBe('refused');
    const { problems, readings } = await look(own);
    expect([problems.map(({ code }) => code), readings.length]).toEqual([['changing'], 1]);
    await here.clock.advance(5000);
    expect([await done(), here.user.readText(here.path)]).toEqual(['refused', `${table}Bob,b`]);
    await look(own);
    expect(await done()).toBe('written');
  });

  it('is away while its file is, and says nothing of what was in it', async () => {
    const here = world(false);
    here.user.fs.unlink(here.path);
    expect(await here.adapter.condition()).toMatchObject({ is: 'unavailable', code: 'missing' });
  });

  it.each([true, false])(
    'survives the end of the program at any call: the old text or the new one (folder: %s)',
    async (many) => {
      const before = '@ x\nname="X"\n';
      for (let at = 1; at < 60; at++) {
        const here = world(many);
        here.user.writeFile(many ? `${here.path}/x.txt` : here.path, before);
        await look(here);
        const fs = here.disk.process();

        fs.plan = faultAt(fs.calls + at, { dies: 'before' });
        const place = many
          ? new FolderOfFiles({ fs, clock: here.clock, root: here.path, ending: '.txt', marker, watch: null })
          : new OneFile({ fs, clock: here.clock, path: here.path, watch: null });
        const adapter = new TextAdapter(tinyFormat(), place, here.snapshot);
        await adapter.construct([change(here, 'x', { name: 'new' })]).catch(() => undefined);
        const now = here.user.readText(many ? `${here.path}/x.txt` : here.path);
        expect([before, '@ x\nname="new"\n']).toContain(now);
        if (!fs.dead) break;
      }
    },
  );
});
