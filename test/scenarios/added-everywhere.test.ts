import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Device, end, unseenBy } from './device.ts';
import { scratch } from './folder.ts';

// One calendar in a text and two folders on two computers. What is added at each of them at once, under words of its own, is at all of them then.
const root = scratch('added-everywhere');
const plans = join(root, 'plans.ics');
const folders = [join(root, 'first'), join(root, 'second')] as const;
let [anna, bert]: Device[] = [];
let collection = '';

const calendar = (...lines: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//somebody//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const ITEMS = [
  'BEGIN:VEVENT',
  'UID:series',
  'DTSTAMP:20240101T000000Z',
  'DTSTART;TZID=Europe/Vienna:20240401T090000',
  'DURATION:PT1H',
  'RRULE:FREQ=DAILY;COUNT=10',
  'SUMMARY:Series',
  'CATEGORIES:one',
  'END:VEVENT',
  'BEGIN:VTODO',
  'UID:task',
  'DTSTAMP:20240101T000000Z',
  'SUMMARY:Task',
  'RELATED-TO:above',
  'END:VTODO',
];
const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ics'))
    .map((name) => join(folder, name));
const texts = (): readonly (readonly string[])[] => [[plans], filesIn(folders[0]), filesIn(folders[1])];
const edit = (files: readonly string[], of: string, from: string, to: string): void => {
  const [file = ''] = files.filter((each) => readFileSync(each, 'utf8').includes(of));
  const [before, after = ''] = readFileSync(file, 'utf8').split(of);
  expect(after).toContain(from);
  writeFileSync(file, before + of + after.replace(from, to));
};
/** What lines of these names say in all texts of a place, in order. */
const said = (files: readonly string[], name: string): readonly string[] =>
  files
    .flatMap((file) => readFileSync(file, 'utf8').match(new RegExp(`^${name}[;:].*$`, 'gm')) ?? [])
    .flatMap((line) => line.trim().replace(/^.*:/, '').split(','))
    .sort();
const inStep = async (): Promise<void> => {
  for (let round = 0; round < 3; round++) for (const device of [bert!, anna!]) await device.look();
  await anna!.sync();
  expect([await anna!.conflicts(), await anna!.problems(), await bert!.problems()]).toEqual([[], [], []]);
};

beforeAll(async () => {
  [anna, bert] = await Promise.all(['anna', 'bert'].map((name) => Device.start(name)));
  for (const folder of folders) mkdirSync(folder);
  writeFileSync(plans, calendar(...ITEMS));
  ({ collection } = await anna!.ask<{ collection: string }>('add', plans));
  await anna!.ask('source', collection, '--add', folders[0], '--format', 'icalendar-folder');
  const { link } = await anna!.ask<{ link: string }>('invite', collection, '--approve-first');
  await bert!.ask('join', link, folders[1], '--format', 'icalendar-folder', '--wait');
  await inStep();
});
afterAll(() => end(anna, bert));

it('words, days that are left out, and what a task is below, from three places at once', async () => {
  await unseenBy([anna!, bert!], () => {
    texts().forEach((files, at) => {
      edit(
        files,
        'UID:series',
        'END:VEVENT',
        `CATEGORIES:place ${at}\r\nEXDATE;TZID=Europe/Vienna:2024040${at + 3}T090000\r\nEND:VEVENT`,
      );
      edit(files, 'UID:task', 'RELATED-TO:above', `RELATED-TO:above ${at}`);
    });
  });
  await inStep();
  for (const files of texts()) {
    expect(said(files, 'CATEGORIES')).toEqual(['one', 'place 0', 'place 1', 'place 2']);
    expect(said(files, 'EXDATE')).toEqual(['20240403T090000', '20240404T090000', '20240405T090000']);
    expect(said(files, 'RELATED-TO')).toEqual(['above 0', 'above 1', 'above 2']);
  }
});

it('and ten quiet rounds write nothing', async () => {
  const stamps = (): readonly number[] => texts().flatMap((files) => files.map((file) => statSync(file).mtimeMs));
  const before = stamps();
  for (let round = 0; round < 10; round++) for (const device of [anna!, bert!]) await device.look();
  expect(stamps()).toEqual(before);
});
