import { describe, expect, it } from 'vitest';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { card, cutOff, folderRoom, NAMELESS } from './in-files/folder-room.ts';

const [ADA, BOB, EVE] = [card('ada'), card('bob'), card('eve')];

describe('a text of a folder in which known cards stand beside what is damaged', () => {
  it.each([
    ['a card nobody knew, in the middle', `${ADA}${cutOff('eve')}${BOB}`, 'eve', `${ADA}${EVE}${BOB}`],
    ['what nobody can tell', `${ADA}${NAMELESS}${BOB}`, 'some', ADA + BOB],
    ['lines of no card', `${ADA}${BOB}stray\r\n`, 'people.txt, a card', ADA + BOB],
  ])('is looked into until it is mended or removed: %s', async (_, damaged, named, mended) => {
    const { look, construct, restart, write, gone, text, known } = await folderRoom(damaged);
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

  it('says in which text and line it is, of a card and of an event', async () => {
    const cards = await folderRoom(`${ADA}${cutOff('eve')}${BOB}`);
    await cards.look();
    expect(cards.reasons()).toEqual([expect.stringMatching(/^line 6 of people\.txt: its END is missing/)]);
    const event = (uid: string, day: string) =>
      `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:${day}T090000Z\r\nEND:VEVENT\r\n`;
    const events = `${event('a', '20260105')}${event('b', '20260230')}`;
    const calendar = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\n${events}END:VCALENDAR\r\n`;
    const dates = await folderRoom(calendar, icalendarFormat);
    await dates.look();
    expect(dates.reasons()).toEqual([expect.stringMatching(/^line 9 of people\.txt: its DTSTART is not a date/)]);
  });

  it.each([
    ['that can be told', cutOff('eve')],
    ['that cannot be told', NAMELESS],
  ])('takes a known card for deleted only once the damage %s is removed', async (_, damage) => {
    const { look, construct, restart, write, gone } = await folderRoom(ADA + EVE + BOB);
    expect(await look()).toEqual([]);
    write(ADA + damage + BOB);
    const named = await look();
    expect(named).toContain('eve');
    expect(await look()).toEqual(named);
    expect([await construct('bob', 'Bobby'), await construct('eve', 'Eve L.')]).toEqual([
      'written',
      'changed-underneath',
    ]);
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
    const { look, construct, restart, write } = await folderRoom(ADA + EVE + BOB);
    await look();
    write(ADA + cutOff('eve') + BOB);
    await look();
    await construct('eve', null);
    expect([await look(), await look()]).toEqual([['eve'], ['eve']]);
    restart();
    expect([await look(), await look()]).toEqual([['eve'], ['eve']]);
  });
});

describe('a text of one card that cannot be read, nor be told whose it is', () => {
  it.each([true, false])(
    'is no evidence for a deletion where it got another name (looked at before: %s)',
    async (seen) => {
      const { look, restart, write, rename, gone, known } = await folderRoom(ADA);
      write(BOB, 'bob.txt');
      expect(await look()).toEqual([]);
      write(NAMELESS);
      if (seen) expect(await look()).toEqual(['some', 'ada']);
      rename('other.txt');
      expect([await look(), await look()]).toEqual([
        ['some', 'ada'],
        ['some', 'ada'],
      ]);
      restart();
      expect([await look(), gone]).toEqual([['some', 'ada'], []]);
      write(ADA, 'other.txt');
      expect([await look(), await look(), gone, known().toSorted()]).toEqual([[], [], [], ['ada', 'bob']]);
    },
  );

  it('is one once it was removed', async () => {
    const { look, write, rename, remove, gone } = await folderRoom(ADA);
    await look();
    write(NAMELESS);
    rename('other.txt');
    expect(await look()).toEqual(['some', 'ada']);
    remove('other.txt');
    expect([await look(), gone]).toEqual([[], ['ada']]);
  });

  it('holds up no deletion where it was there before', async () => {
    const { look, write, remove, gone } = await folderRoom(ADA);
    write(NAMELESS, 'other.txt');
    write(BOB, 'bob.txt');
    expect(await look()).toEqual(['some']);
    remove('bob.txt');
    expect([await look(), gone]).toEqual([['some'], ['bob']]);
  });
});

it('an event that cannot be read is named at each look, beside others of its text', async () => {
  const event = (uid: string, start: string): string =>
    `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:${start}\r\nSUMMARY:${uid}\r\nEND:VEVENT\r\n`;
  const calendar = (noon: string): string =>
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n${event('dawn', '20260101T060000Z')}${event('noon', noon)}END:VCALENDAR\r\n`;
  const { look, restart, write, known } = await folderRoom(calendar('at twelve'), icalendarFormat);
  expect([await look(), await look()]).toEqual([['noon'], ['noon']]);
  restart();
  expect([await look(), await look(), known()]).toEqual([['noon'], ['noon'], ['dawn']]);
  write(calendar('20260101T120000Z'));
  expect([await look(), await look(), known()]).toEqual([[], [], ['dawn', 'noon']]);
});

describe('a text of a folder of which not all is known', () => {
  it('is looked into until all of it was taken in, also where the program ends in between', async () => {
    const { look, restart, known } = await folderRoom(ADA + EVE + BOB);
    await look(1);
    expect(known()).toEqual(['ada']);
    restart();
    await look(1);
    restart();
    await look();
    expect(known()).toEqual(['ada', 'eve', 'bob']);
  });

  it('is not opened again once it is', async () => {
    const { look, restart, opened, construct } = await folderRoom(ADA + EVE + BOB);
    await look();
    await construct('bob', 'Bobby');
    await look();
    restart();
    const before = opened();
    expect([await look(), opened()]).toEqual([[], before]);
  });

  it('is opened but once by a program that goes on, as long as it is as it was', async () => {
    const { look, opened } = await folderRoom(ADA + cutOff('eve') + BOB);
    await look();
    await look();
    const before = opened();
    expect([await look(), await look(), opened()]).toEqual([['eve'], ['eve'], before]);
  });
});
