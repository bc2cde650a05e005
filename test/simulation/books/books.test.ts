import { expect, it } from 'vitest';
import { recordsRoot } from '../../../src/main/history/verify.ts';
import { isLive } from '../../../src/main/merge/record-state.ts';
import { collectionId, fieldName } from '../../../src/main/record/ids.ts';
import { formatNamed } from '../../../src/main/sources/formats.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { PORT, type SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';

// Books of the same people under other UIDs meet, are edited, lose their databases, and are taken apart again. More of it: LOCKSTEP_BOOKS=200
// LOCKSTEP_STEPS=30. Every second seed deletes and undoes nothing: then no number anybody wrote may be missing.
const SEEDS = Number(process.env.LOCKSTEP_BOOKS ?? 4);
const FIRST = Number(process.env.LOCKSTEP_BOOKS_FROM ?? 0);
const PEOPLE = 6;
const STEPS = Number(process.env.LOCKSTEP_STEPS ?? 12);

class Book {
  readonly path: string;
  readonly device: SimulatedDevice;
  readonly isTable: boolean;
  constructor(device: SimulatedDevice, isTable: boolean) {
    this.device = device;
    this.isTable = isTable;
    this.path = isTable ? '/home/book.csv' : '/home/book.vcf';
  }
  get text(): string {
    return this.device.user.readText(this.path) ?? '';
  }
  get cards(): readonly string[] {
    return this.isTable ? this.text.trim().split('\r\n').slice(1) : this.text.split(/(?<=END:VCARD\r\n)/);
  }
  edit(cards: readonly string[]): void {
    const head = this.isTable ? `${this.text.split('\r\n')[0]}\r\n` : '';
    this.device.user.writeFile(this.path, head + cards.map((each) => (this.isTable ? `${each}\r\n` : each)).join(''));
  }
}
/** Of Google, as far as it is of use here. */
const HEADER = `First Name,Last Name,E-mail 1 - Value,${[1, 2, 3, 4, 5, 6, 7, 8].map((at) => `Phone ${at} - Label,Phone ${at} - Value`).join(',')},Notes`;

/** One history of three computers with a book each, the third one's a table in every third. */
async function run(seed: number): Promise<void> {
  const random = new SeededRandom(`books ${seed}`);
  const group = new SimulatedGroup(random.fork('group'));
  let numbers = 5_550_000_000;
  const next = () => String(numbers++);
  const devices = [0, 1, 2].map(() => group.addDevice({ skewed: false, folding: false }));
  const isTable = random.int(3) === 0;
  const books = devices.map((device, at) => new Book(device, at === 2 && isTable));
  const card = (person: number, uid: string): string =>
    `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:Given${person} Family${person}\r\nN:Family${person};Given${person};;;\r\nEMAIL:p${person}@example.org\r\nTEL:${next()}\r\n${random.int(2) ? `NOTE:${next()}\r\n` : ''}END:VCARD\r\n`;
  const row = (person: number): string =>
    `Given${person},Family${person},p${person}@example.org,,${next()},,,,,,,,,,,,,,,${random.int(2) ? next() : ''}`;
  const met = new Set<number>();
  const atOnce = random.int(4) === 0;
  for (const [at, book] of books.entries()) {
    const people = Array.from({ length: PEOPLE }, (_, person) => person).filter(() => random.int(3) > 0);
    for (const person of people) met.add(person);
    const cards = people.map((person) =>
      book.isTable ? row(person) : card(person, `${'abc'[at]}${random.int(90) + 10}-${person}`),
    );
    book.device.user.writeFile(
      book.path,
      (book.isTable ? `${HEADER}\r\n` : '') + cards.map((each) => (book.isTable ? `${each}\r\n` : each)).join(''),
    );
  }
  for (const device of devices) await group.start(device);
  const [first] = devices as [SimulatedDevice];
  const added = await group.until(
    first,
    first.engine.add({ location: books[0]!.path, name: 'people', format: 'vcard', kind: 'contacts' }),
  );
  group.collection = collectionId(added!.collection);
  const collection = group.collection;
  const join = async (at: number) => {
    const device = devices[at]!;
    const { id } = group.admit(device, first);
    introduce();
    const replica = device.engine.openCollection(id, 'people', 'contacts');
    await group.until(
      device,
      device.engine.addSource(replica, {
        path: books[at]!.path,
        format: formatNamed(books[at]!.isTable ? 'csv-google' : 'vcard')!,
      }),
    );
  };
  /** They find each other, as a beacon would have it. */
  const introduce = () => {
    for (const device of devices.filter((each) => each.running !== null))
      for (const other of devices)
        if (other !== device) device.engine.network.suggest(other.identity.id, [`${other.host}:${PORT}`]);
  };
  await join(1);
  if (!atOnce) await group.pass(30_000);
  await join(2);
  await group.pass(60_000);
  const live = (device: SimulatedDevice) =>
    [...group.replica(device)!.collection.records.all()].filter(({ state }) => isLive(state));
  const told = () =>
    devices.map((device) => `${device.name}: ${group.replica(device)!.collection.records.live}`).join(', ');
  if (!atOnce) for (const device of devices) expect(live(device).length, `seed ${seed}: ${told()}`).toBe(met.size);
  const settled = async () => {
    for (let round = 0; round < 4; round++) {
      for (const device of devices) if (device.running === null) await group.start(device);
      introduce();
      for (const device of devices)
        for (const schedule of device.engine.schedules.values()) await group.until(device, schedule.lookNow());
      for (const device of devices)
        for (const { plan } of group.replica(device)!.synchronizers.values())
          if (plan !== null)
            await group.until(
              device,
              Promise.resolve(device.running!.handlers['safety:confirm'](plan) as Promise<unknown>),
            );
      await group.pass(30_000);
    }
  };
  const check = (what: string) => {
    const where = `seed ${seed}, ${what}: ${told()}`;
    const roots = devices.map((device) => recordsRoot(group.replica(device)!.collection));
    expect(roots, where).toEqual(devices.map(() => roots[0]));
    const states = devices.flatMap((device) =>
      [...group.replica(device)!.synchronizers.values()].map(({ state, reason }) => `${state} ${reason}`),
    );
    expect(states, where).toEqual(devices.map(() => 'ready null'));
    for (const book of books) {
      // What is deleted in one place and edited in another is kept as it is until somebody decides.
      const open = live(book.device).filter(({ state }) => (state.fields.get(fieldName('exists')) ?? []).length > 1);
      const count = live(book.device).length;
      const shown = `${where}\n${book.path} ${book.device.name}\n${book.text}\n${live(book.device).map(({ id }) => id)}`;
      expect(book.cards.length, shown).toBeGreaterThanOrEqual(count - open.length);
      expect(book.cards.length, shown).toBeLessThanOrEqual(count);
      const uids = book.text.match(/^UID:.*/gm) ?? [];
      expect(new Set(uids).size, `${where}\n${book.text}`).toBe(uids.length);
    }
    expect(group.findings, where).toEqual([]);
  };
  await settled();
  check('met');
  const isTame = seed % 2 === 0;
  const alive = new Set(books.flatMap(({ text }) => text.match(/555\d{7}/g) ?? []));
  let gone = 0;
  let undone = 0;
  for (let step = 0; step < STEPS; step++) {
    const at = random.int(3);
    const book = books[at]!;
    const device = devices[at]!;
    const what = random.int(10);
    if (device.running === null) await group.start(device);
    else if (what < 5 && book.cards.length > 0) {
      const cards = [...book.cards];
      const which = random.int(cards.length);
      const one = cards[which]!;
      const number = one.match(/555\d{7}/)?.[0];
      const to = next();
      if (number !== undefined) {
        cards[which] = one.replace(number, to);
        if (!isTame) alive.clear();
        else {
          alive.delete(number);
          alive.add(to);
        }
        book.edit(cards);
      }
    } else if (what === 5) {
      if (random.int(2) === 0) device.kill();
      else {
        // In the middle of something, or not at all.
        let calls = random.int(60);
        device.onCall = () => {
          if (calls-- > 0) return null;
          device.onCall = null;
          return { dies: random.pick(['before', 'half-way', 'after'] as const) };
        };
        if (book.cards.length > 0) book.edit([...book.cards.slice(1), book.cards[0]!]);
        await group.pass(30_000);
        device.onCall = null;
      }
      if (random.int(2) === 0 && device.running === null) device.loseDatabase();
    } else if (what === 6 && !isTame && book.cards.length > 1) {
      book.edit(book.cards.slice(1));
      gone++;
    } else if (what === 7 && !isTame) {
      const { handlers } = device.running!;
      const views = (await handlers['history:list']({})) as readonly {
        changes: readonly { id: string; fields: readonly { path: string }[] }[];
      }[];
      const all = views.flatMap((view) => view.changes);
      const fused = all.filter(({ fields }) =>
        fields.some(({ path }) => path === 'aliasOf' || path.startsWith('also/')),
      );
      const changes = fused.length > 0 && random.int(2) === 0 ? fused : all;
      if (changes.length > 0) {
        const undo = handlers['history:undo'] as (id: string) => unknown;
        try {
          await group.until(device, Promise.resolve(undo(random.pick(changes).id)));
        } catch (error) {
          if ((error as { code?: string }).code === undefined) throw error;
        }
      }
      undone++;
    } else if (what === 8 && !isTame && random.int(2) === 0) {
      const { handlers } = device.running!;
      const pairs = await handlers['duplicates:list'](collection);
      if (pairs.length > 0) {
        const [a, b] = random.pick(pairs).records;
        await group.until(
          device,
          Promise.resolve(handlers['duplicates:settle'](collection, a!.record, b!.record, random.int(3) > 0) as never),
        );
      }
    } else if (what === 8) group.cut(device, devices[(at + 1) % 3]!);
    else group.mendAll();
    await group.pass(random.pick([100, 5000, 30_000]));
  }
  group.mendAll();
  await settled();
  check(`after ${gone} deletions, ${undone} undos`);
  if (isTame)
    for (const device of devices) {
      const all = JSON.stringify(live(device).map(({ state }) => [...state.fields]));
      for (const number of alive) expect(all, `seed ${seed}: ${number} on ${device.name}`).toContain(number);
    }
  const before = books.map(({ text }) => text);
  await settled();
  expect(
    books.map(({ text }) => text),
    `seed ${seed}: writes without edits`,
  ).toEqual(before);
  for (const device of devices) device.end();
}

for (let seed = FIRST; seed < FIRST + SEEDS; seed++) it(`books that meet, seed ${seed}`, () => run(seed), 120_000);
