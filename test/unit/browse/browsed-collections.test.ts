import { expect, it, vi } from 'vitest';
import { BrowsedCollections } from '../../../src/main/browse/browsed-collections.ts';
import { shownOf } from '../../../src/main/browse/followed-rows.ts';
import { settleDuplicate } from '../../../src/main/conflicts/duplicates.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import { isLive } from '../../../src/main/merge/record-state.ts';
import { fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { occurrencesOf } from '../../../src/main/sources/calendars/occurrences.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const DAY = 86_400_000;
const ZONES = ['Europe/Vienna', 'America/New_York'];

/** null: the record goes. */
function say(device: GroupDevice, id: string, said: { readonly [field: string]: Value } | null): void {
  const fields =
    said === null ? null : new Map(Object.entries(said).map(([field, value]) => [fieldName(field), value] as const));
  const change = difference(device.group.kind, recordId(id), device.held(recordId(id)), fields);
  if (change !== null) device.write([change]);
}

const WORDS = ['anna', 'Ánna', 'berg', 'bergmann', '10', '9', 'zoe', 'of the hill'];
function contact(random: SeededRandom): { readonly [field: string]: Value } | null {
  if (random.chance(0.15)) return null;
  return {
    ...(random.chance(0.9) ? { name: { full: `${random.pick(WORDS)} ${random.pick(WORDS)}` } } : {}),
    'phones/a': { number: `+43 ${random.int(30)} 555` },
    'notes/n': { note: random.pick(WORDS) },
  };
}

function event(random: SeededRandom): { readonly [field: string]: Value } | null {
  if (random.chance(0.15)) return null;
  const day = String(1 + random.int(28)).padStart(2, '0');
  const isAllDay = random.chance(0.3);
  return {
    '@type': random.chance(0.1) ? 'Task' : 'Event',
    'title': random.pick(WORDS),
    'when': isAllDay
      ? { start: `2026-0${1 + random.int(4)}-${day}`, duration: 'P1D' }
      : {
          start: `2026-0${1 + random.int(4)}-${day}T2${random.int(4)}:30:00`,
          timeZone: random.pick(ZONES),
          duration: 'PT2H',
        },
    ...(random.chance(0.2) ? { recurrenceRule: { frequency: 'weekly', count: 1 + random.int(5) } } : {}),
  };
}

it('while people browse, each answer is what all records say at that moment, on a group whose devices write apart', async () => {
  for (let seed = 0; seed < 8; seed++) {
    const random = new SeededRandom(`browse ${seed}`);
    const group = new CollectionGroup(2, `browse ${seed}`, seed % 2 === 0 ? 'contacts' : 'calendar');
    const [laptop] = group.devices as [GroupDevice];
    const browsed = new BrowsedCollections(new FakeClock());
    for (let step = 0; step < 25; step++) {
      const asked: Promise<unknown>[] = [];
      for (let left = random.int(8); left > 0; left--) {
        group.tick();
        const device = random.pick(group.devices) as GroupDevice;
        say(device, `r${random.int(25)}`, group.kind === 'contacts' ? contact(random) : event(random));
        // What is asked meanwhile does not matter to what is asked after.
        if (random.chance(0.2)) asked.push(browsed.records(laptop.collection, ''));
      }
      if (random.chance(0.5)) group.exchange();
      const search = random.pick(['', 'ber', 'anna 9', '0043 12', '555', 'hill the']);
      const anew = new BrowsedCollections(new FakeClock());
      expect(await browsed.records(laptop.collection, search), `seed ${seed}, step ${step}`).toEqual(
        await anew.records(laptop.collection, search),
      );
      if (group.kind === 'calendar') await checkAgenda(browsed, laptop, random, `seed ${seed}, step ${step}`);
      await Promise.all(asked);
    }
  }
});

async function checkAgenda(
  browsed: BrowsedCollections,
  { collection }: GroupDevice,
  random: SeededRandom,
  message: string,
): Promise<void> {
  const from = Date.UTC(2026, random.int(5), 1 + random.int(20));
  const [to, timeZone] = [from + random.pick([1, 7, 31]) * DAY, random.pick(ZONES)];
  const wanted = [...collection.records.all()]
    .filter(({ state }) => isLive(state))
    .flatMap((record) =>
      occurrencesOf(shownOf(collection, record), { from, to, timeZone }).list.map(
        ({ start, end }) => `${record.id} ${start} ${end}`,
      ),
    );
  const { list, next } = await browsed.agenda(collection, from, to, timeZone);
  expect(list.map(({ record, start, end }) => `${record} ${start} ${end}`).sort(), message).toEqual(wanted.sort());
  expect(list.map(({ start }) => start)).toEqual(list.map(({ start }) => start).sort((a, b) => a - b));
  if (list.length > 0) expect(next).toBeNull();
  else {
    const later = (await browsed.agenda(collection, to, to + 200 * DAY, timeZone)).list.find(
      ({ start }) => start >= to,
    );
    expect(next?.start, message).toBe(later?.start);
  }
}

const MAILS = ['a@x.org', 'b@x.org', 'c@x.org'];
function person(random: SeededRandom): { readonly [field: string]: Value } | null {
  if (random.chance(0.2)) return null;
  return {
    ...(random.chance(0.8) ? { name: { full: `Person ${random.int(6)}` } } : {}),
    ...(random.chance(0.8) ? { 'emails/e': { address: random.pick(MAILS) } } : {}),
    'phones/p': { number: `555 12345${random.int(10)}` },
  };
}

it('while people look at possible duplicates and settle some, each list is what one made anew would be', async () => {
  for (let seed = 0; seed < 5; seed++) {
    const random = new SeededRandom(`duplicates ${seed}`);
    const group = new CollectionGroup(2, `duplicates ${seed}`, 'contacts');
    const [laptop] = group.devices as [GroupDevice];
    const browsed = new BrowsedCollections(new FakeClock());
    for (let step = 0; step < 20; step++) {
      for (let left = random.int(8); left > 0; left--) {
        group.tick();
        // So many that a mark is now and then had by too many to tell anything.
        say(random.pick(group.devices) as GroupDevice, `r${random.int(45)}`, person(random));
      }
      if (random.chance(0.5)) group.exchange();
      const list = await browsed.duplicates(laptop.collection);
      const message = `seed ${seed}, step ${step}`;
      expect(list, message).toEqual(await new BrowsedCollections(new FakeClock()).duplicates(laptop.collection));
      const [one, other] = list[random.int(Math.max(1, list.length))]?.records ?? [];
      if (one === undefined || other === undefined || random.chance(0.3)) continue;
      await settleDuplicate(laptop.port, one.record, other.record, random.chance(0.3));
    }
  }
});

it('of possible duplicates only what changed is read again, and a thousand at most are listed, whichever were kept apart', async () => {
  const [device] = new CollectionGroup(1, 'many pairs', 'contacts').devices as [GroupDevice];
  for (let at = 0; at < 2_010; at++) {
    say(device, `r${String(at).padStart(4, '0')}`, { name: { full: `Person ${at >> 1}` } });
  }
  const { collection } = device;
  const clock = new FakeClock();
  const browsed = new BrowsedCollections(clock);
  const whom = async () => {
    const list = await browsed.duplicates(collection);
    return [list.length, list[0]?.records.map(({ record }) => record), list.at(-1)?.records[0]?.record];
  };
  expect(await whom()).toEqual([1000, ['r0000', 'r0001'], 'r1998']);
  const find = vi.spyOn(collection.records, 'find');
  expect(await whom()).toEqual([1000, ['r0000', 'r0001'], 'r1998']);
  expect(find).not.toHaveBeenCalled();
  await settleDuplicate(device.port, 'r0000', 'r0001', false);
  find.mockClear();
  expect(await whom()).toEqual([1000, ['r0002', 'r0003'], 'r2000']);
  expect(find.mock.calls.length).toBeLessThan(20);
  await clock.advance(61_000);
  const read = vi.spyOn(collection.records, 'all');
  expect(await whom()).toEqual([1000, ['r0002', 'r0003'], 'r2000']);
  expect(read).toHaveBeenCalledTimes(1);
});

it('records are read once for all who browse, and again once nobody did for a minute', async () => {
  const [device] = new CollectionGroup(1, 'let go', 'calendar').devices as [GroupDevice];
  say(device, 'a', { title: 'Choir', when: { start: '2026-03-07T09:00:00', timeZone: 'Etc/UTC', duration: 'PT1H' } });
  const { collection } = device;
  const clock = new FakeClock();
  const browsed = new BrowsedCollections(clock);
  const read = vi.spyOn(collection.records, 'all');
  const month = () => browsed.agenda(collection, Date.UTC(2026, 2, 1), Date.UTC(2026, 3, 1), 'Etc/UTC');
  await Promise.all([browsed.records(collection, ''), browsed.records(collection, 'choir'), month(), month()]);
  await clock.advance(59_000);
  await browsed.records(collection, 'ch');
  await month();
  await clock.advance(59_000);
  expect(read).toHaveBeenCalledTimes(3);
  say(device, 'b', { title: 'Chess', when: { start: '2026-03-08T09:00:00', timeZone: 'Etc/UTC', duration: 'PT1H' } });
  expect((await browsed.records(collection, 'ch')).list.map(({ id }) => id)).toEqual(['b', 'a']);
  expect((await month()).list.map(({ record }) => record)).toEqual(['a', 'b']);
  expect(read).toHaveBeenCalledTimes(3);
  await clock.advance(61_000);
  await browsed.records(collection, '');
  expect(read).toHaveBeenCalledTimes(4);
});

it('nothing is followed once nobody looks, also where the last answer took longer than a minute', async () => {
  const [device] = new CollectionGroup(1, 'long', 'contacts').devices as [GroupDevice];
  for (let at = 0; at < 450; at++) say(device, `r${at}`, { name: { full: `Person ${at}` } });
  const { records } = device.collection;
  const followed = new Set<unknown>();
  const follow = records.follow.bind(records);
  vi.spyOn(records, 'follow').mockImplementation((changed) => {
    const unfollow = follow(changed);
    followed.add(changed);
    return () => {
      followed.delete(changed);
      unfollow();
    };
  });
  const clock = new FakeClock();
  const browsed = new BrowsedCollections(clock);
  const answer = browsed.records(device.collection, 'person');
  await clock.advance(61_000);
  expect((await answer).total).toBe(450);
  expect(followed.size).toBe(2);
  await clock.advance(61_000);
  await expect.poll(() => followed.size).toBe(0);
});

it('events at one time are in one order, however often what is known of them was brought up to date', async () => {
  const [device] = new CollectionGroup(1, 'order', 'calendar').devices as [GroupDevice];
  const { collection } = device;
  const sing = (id: string, title: string) =>
    say(device, id, { title, when: { start: '2026-03-07T09:00:00', timeZone: 'Etc/UTC', duration: 'PT1H' } });
  for (const id of ['a', 'b']) sing(id, 'Choir');
  const march = [Date.UTC(2026, 2, 1), Date.UTC(2026, 3, 1)] as const;
  const february = [Date.UTC(2026, 1, 1), Date.UTC(2026, 2, 1)] as const;
  const browsed = new BrowsedCollections(new FakeClock());
  const seen = async () => {
    const { list } = await browsed.agenda(collection, ...march, 'Etc/UTC');
    const { next } = await browsed.agenda(collection, ...february, 'Etc/UTC');
    return [list.map(({ record }) => record), next?.record];
  };
  expect(await seen()).toEqual([['a', 'b'], 'a']);
  say(device, 'a', null);
  await seen();
  sing('a', 'Choir');
  expect(await seen()).toEqual([['a', 'b'], 'a']);
});

it('what changes just as the records are read is in the answer', async () => {
  const [device] = new CollectionGroup(1, 'meanwhile', 'contacts').devices as [GroupDevice];
  for (let at = 0; at < 450; at++) say(device, `r${1000 + at}`, { name: { full: `Person ${at}` } });
  const answer = new BrowsedCollections(new FakeClock()).records(device.collection, '');
  setImmediate(() => {
    say(device, 'r1000', { name: { full: 'Aaron' } });
    say(device, 'r1001', null);
    say(device, 'r0', { name: { full: 'Abel' } });
  });
  const { list, total } = await answer;
  expect(list.slice(0, 3).map(({ title }) => title)).toEqual(['Aaron', 'Abel', 'Person 2']);
  expect(total).toBe(450);
});

it('folders are not browsed, and what is no calendar has no agenda', async () => {
  const [files] = new CollectionGroup(1, 'files', 'files').devices as [GroupDevice];
  const [contacts] = new CollectionGroup(1, 'contacts', 'contacts').devices as [GroupDevice];
  const browsed = new BrowsedCollections(new FakeClock());
  await expect(browsed.records(files.collection, '')).rejects.toMatchObject({ code: 'not-available' });
  await expect(browsed.agenda(contacts.collection, 0, 1, 'Etc/UTC')).rejects.toMatchObject({ code: 'not-a-calendar' });
});
