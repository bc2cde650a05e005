import { describe, expect, it } from 'vitest';
import { fieldName, type RecordId, recordId } from '../../../../src/main/record/ids.ts';
import type { Fields } from '../../../../src/main/record/value.ts';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import type { ListEvent, Revision } from '../../../../src/main/sources/source-adapter.ts';
import { OneFile } from '../../../../src/main/sources/text/in-files/one-file.ts';
import { TextAdapter } from '../../../../src/main/sources/text/text-adapter.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { SimulatedUser } from '../../../fakes/simulated-user.ts';

const PATH = '/home/calendar.ics';
const event = (...lines: readonly string[]): string =>
  ['BEGIN:VEVENT', 'UID:s', 'DTSTAMP:20260101T000000Z', ...lines, 'END:VEVENT', ''].join('\r\n');
const SERIES = event('DTSTART:20270105T170000', 'SUMMARY:Choir', 'RRULE:FREQ=WEEKLY;COUNT=7');
const OCCURRENCE = event('RECURRENCE-ID:20270105T170000', 'DTSTART:20270105T210000', 'SUMMARY:Late');
const OTHER = SERIES.replace('UID:s', 'UID:o').replace(/RRULE.*\r\n/, '');
const calendar = (...events: readonly string[]): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\n${events.join('')}END:VCALENDAR\r\n`;
const [S, ALONE] = [recordId('s'), recordId('s#2027-01-05T17:00:00')];
const LATE = fieldName('recurrenceOverrides/2027-01-05T17:00:00');

/** A calendar in one file, and a snapshot of it that takes in what a look tells. */
async function room(text: string) {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp('/home');
  user.writeFile(PATH, text);
  await clock.advance(60_000);
  const known = new Map<RecordId, { revision: Revision; vouches: boolean }>();
  const said = new Map<RecordId, Fields>();
  const file = new OneFile({ fs: disk.process(), clock, path: PATH, watch: null });
  const snapshot = {
    revisions: () => new Map(known),
    native: () => null,
    shown: (id: RecordId) => said.get(id) ?? null,
    isOneWith: () => null,
    isNamed: () => false,
    awaited: () => [],
  };
  const adapter = new TextAdapter(icalendarFormat, file, snapshot, clock);
  /** What is told of it as it stands: items that are not as the snapshot knows them, with what they say, and what is named. */
  const look = async () => {
    const events: ListEvent[] = [];
    await adapter.list(null, null, (each) => void events.push(each), new AbortController().signal);
    const [told] = events;
    if (told?.is !== 'groups') throw new Error('nothing was told');
    const [group] = told.groups;
    if (group === undefined) throw new Error('nothing was told');
    const changed = group.items.filter(({ id, revision }) => {
      const before = known.get(id);
      return before === undefined || Buffer.compare(before.revision, revision) !== 0;
    });
    for (const read of await adapter.read(changed.map(({ id }) => id)))
      if ('fields' in read) said.set(read.id, read.fields);
    for (const { id, revision } of group.items) known.set(id, { revision, vouches: true });
    const there = new Set([...group.items, ...group.problems].map(({ id }) => id));
    const gone = [...known.keys()].filter((id) => !there.has(id));
    const { unsettled } = group;
    const named = group.problems.map(({ id, code }) => ({ id, code }));
    return { changed: changed.map(({ id }) => id), named, gone, unsettled };
  };
  const put = async (id: RecordId, fields: Fields | null) => {
    const [outcome] = await adapter.construct([
      { id, fields, expected: known.get(id)?.revision ?? null, native: null, replaces: null, content: null },
    ]);
    if (outcome?.done !== 'written') throw new Error(`${id} was not written`);
    if (fields !== null) said.set(id, outcome.holds ?? fields);
    if (outcome.revision !== null) known.set(id, { revision: outcome.revision, vouches: true });
    return outcome;
  };
  return { clock, look, put, said, write: (next: string) => user.writeFile(PATH, next) };
}

describe('an occurrence whose series is not beside it', () => {
  it('is no other event while a text that had its series is written, and one once that has rested', async () => {
    const { clock, look, write, said } = await room(calendar(OTHER, OCCURRENCE, SERIES));
    expect((await look()).changed).toEqual(['o', S]);
    expect(said.get(S)?.has(LATE)).toBe(true);
    await clock.advance(60_000);
    write(calendar(OTHER, OCCURRENCE));
    expect(await look()).toEqual({
      changed: [],
      named: [{ id: ALONE, code: 'changing' }],
      gone: [S],
      unsettled: true,
    });
    await clock.advance(60_000);
    expect(await look()).toEqual({ changed: [ALONE], named: [], gone: [S], unsettled: false });
  });

  it('is told at once where nobody knew the series here', async () => {
    const { look, write } = await room(calendar(OTHER));
    await look();
    write(calendar(OTHER, OCCURRENCE));
    expect(await look()).toMatchObject({ changed: [ALONE], named: [], gone: [], unsettled: false });
  });

  it('is told of the series by the next look, where that is written beside it', async () => {
    const { clock, look, put, said } = await room(calendar(SERIES));
    await look();
    const series = said.get(S) as Fields;
    const alone = await room(calendar(OCCURRENCE));
    expect((await alone.look()).changed).toEqual([ALONE]);
    const { holds } = await alone.put(S, series);
    expect([...(holds ?? series).keys()]).not.toContain(LATE);
    expect(await alone.look()).toMatchObject({ changed: [S], gone: [ALONE] });
    expect(alone.said.get(S)?.get(LATE)).toMatchObject({ title: 'Late' });
    // What is written beside no such occurrence is as it was written.
    await clock.advance(60_000);
    await put(S, series);
    expect((await look()).changed).toEqual([]);
  });

  it('comes to be told of the series, where what that said of the same one goes', async () => {
    const { look, put, said } = await room(calendar(SERIES, OCCURRENCE, OCCURRENCE.replace('Late', 'Later')));
    expect((await look()).changed).toHaveLength(2);
    const without = new Map([...(said.get(S) as Fields)].filter(([field]) => field !== LATE));
    await put(S, without);
    expect(said.get(S)?.has(LATE)).toBe(false);
    expect((await look()).changed).toEqual([S]);
    expect(said.get(S)?.get(LATE)).toMatchObject({ title: 'Later' });
  });
});
