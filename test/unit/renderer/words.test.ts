import { describe, expect, it, vi } from 'vitest';
import { causeText } from '../../../src/contract/cause-words.ts';
import type {
  ActionCounts,
  ActView,
  ConflictDetailView,
  ConflictView,
  HistoryChangeView,
  UndoneView,
  ValueView,
} from '../../../src/contract/contract.ts';
import { contactWords, fieldWords } from '../../../src/contract/field-words.ts';
import { lackWords } from '../../../src/contract/lack-words.ts';
import { deviceLabels } from '../../../src/renderer/client/use-device-names.ts';
import { resultText, undoneText } from '../../../src/renderer/client/use-say-done.ts';
import { byteSize } from '../../../src/renderer/components/byte-size.ts';
import { duration } from '../../../src/renderer/components/duration.ts';
import { errorSubject, errorWords } from '../../../src/renderer/components/error-words.ts';
import { sentence } from '../../../src/renderer/components/sentence.ts';
import { fieldValueText, valueText } from '../../../src/renderer/components/value-text.ts';
import { decideClash, firstClash, undecidedPlaces, withUsefulMerge } from '../../../src/renderer/conflicts/clash.ts';
import { conflictField, conflictGroups } from '../../../src/renderer/conflicts/conflict-groups.ts';
import {
  canKeepBoth,
  conflictSentence,
  isApart,
  isShownElsewhere,
  newestAt,
  sayTheSame,
  sideName,
} from '../../../src/renderer/conflicts/conflict-title.ts';
import { choiceOf, editableText } from '../../../src/renderer/conflicts/editable-text.ts';
import { deletedBy, settledWords } from '../../../src/renderer/conflicts/settle-all.ts';
import { linkState } from '../../../src/renderer/devices/device-card.tsx';
import { actAction, actSummary, changedFields } from '../../../src/renderer/history/act-summary.ts';
import { afterText, beforeTexts, wholeText } from '../../../src/renderer/history/change-detail.tsx';
import { endOfDay } from '../../../src/renderer/history/end-of-day.ts';
import { SETTING_GROUPS, settingToText, textToSetting } from '../../../src/renderer/settings/setting-fields.ts';
import { goOnWords } from '../../../src/renderer/sources/halt-dialog.tsx';
import { needsFormat } from '../../../src/renderer/sources/recognition.tsx';

vi.hoisted(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }));
describe('what a calendar carries as it is', () => {
  const journal = 'BEGIN:VJOURNAL\nUID:j\nDTSTAMP:20260101T000000Z\nSUMMARY:Day\nDESCRIPTION:dear diary\nEND:VJOURNAL';
  it('is called by what it is, and told by what it says', () => {
    expect(fieldWords('iCalendarComponent', journal)).toBe('Journal entry');
    expect(fieldWords('iCalendarComponent/k1', { text: 'BEGIN:X-COMP\nX-A:b\nEND:X-COMP' })).toBe('Part X-COMP');
    expect(fieldWords('iCalendarComponent/k1')).toBe('Part');
    expect(fieldValueText('iCalendarComponent', journal)).toBe('SUMMARY:Day\nDESCRIPTION:dear diary');
  });
  it("a zone of somebody's own has the name it has there", () => {
    const when = { start: '2026-03-01T09:00:00', duration: 'PT1H', timeZone: '/custom/u78VlrsO-X/My Own Zone' };
    expect(fieldValueText('when', when)).toBe('Sun 1 Mar 2026, 09:00 for 1 hour (My Own Zone)');
  });
});

describe('days', () => {
  const birthday = (date: ValueView) => fieldValueText('anniversaries/a', { kind: 'birth', date });
  it('are told as far as they are known: a part of 0 is none', () => {
    expect(birthday({ year: 1980, month: 4, day: 15 })).toBe('15 April 1980');
    expect(birthday({ month: 4, day: 15 })).toBe('15 April');
    expect(birthday({ year: 1980, month: 1, day: 0 })).toBe('January 1980');
    expect(birthday({ year: 0, month: 4, day: 15 })).toBe('15 April');
    expect(birthday({ year: 1980, month: 0, day: 0 })).toBe('1980');
    expect(birthday({ year: 1980 })).toBe('1980');
    expect(birthday({ month: 4 })).toBe('April');
    expect(birthday({ day: 15 })).toBe('day 15 of a month');
    expect(birthday({ year: 1980, day: 15 })).toBe('day 15 of a month in 1980');
    expect(birthday({ year: 0, month: 0, day: 0 })).toBe('unknown');
    expect(birthday({ text: 'circa 1800' })).toBe('circa 1800');
  });
  it('that are none are told to be none', () => {
    expect(birthday({ year: 1980, month: 2, day: 30 })).toBe('30 February 1980 (no such day)');
    expect(birthday({ year: 1900, month: 2, day: 29 })).toBe('29 February 1900 (no such day)');
    expect(birthday({ year: 2000, month: 2, day: 29 })).toBe('29 February 2000');
    expect(birthday({ month: 2, day: 29 })).toBe('29 February');
    expect(birthday({ year: 1980, month: 13, day: 5 })).toBe('5 month 13 1980 (no such day)');
    expect(fieldValueText('when', { start: '2026-02-30T09:00:00' })).toBe('30 Feb 2026 (no such day), 09:00');
    expect(fieldWords('recurrenceOverrides/2026-13-01T00:00:00')).toBe('On 1 month 13 2026 (no such day), 00:00');
  });
  it('of an event are told with how many they are', () => {
    const days = (duration: string) => ({ start: '2026-01-05T00:00:00', duration, showWithoutTime: true });
    expect(fieldValueText('when', days('P1D'))).toBe('Mon 5 Jan 2026');
    for (const none of ['PT0S', 'P0D', 'PT0H']) expect(fieldValueText('when', days(none))).toBe('Mon 5 Jan 2026');
    expect(fieldValueText('when', days('P3D'))).toBe('Mon 5 Jan 2026 for 3 days');
    expect(fieldValueText('when', { start: '0026-01-05T09:00:00' })).toBe('Mon 5 Jan 0026, 09:00');
  });
});

describe('amounts', () => {
  it('bytes', () => {
    expect([0, 999, 1_000, 1_250, 99_600, 999_600, 3_420_000_000].map(byteSize)).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '1.3 kB',
      '100 kB',
      '1 MB',
      '3.4 GB',
    ]);
  });
  it('time left', () => {
    expect([1, 12, 54, 61, 131, 3_600, 7_800, 200_000].map(duration)).toEqual([
      'a few seconds',
      '15 seconds',
      '55 seconds',
      '1 minute',
      '2 minutes',
      '1 h',
      '2 h 10 min',
      '2 days',
    ]);
  });
});

it('a day ends where the next one begins here, whatever its length', () => {
  expect(endOfDay('2026-02-28')).toBe(new Date(2026, 2, 1).toISOString());
  expect(['', '2026-2-3', 'x'].map(endOfDay)).toEqual([null, null, null]);
});

describe('values', () => {
  it.each([
    [null, 'empty'],
    ['', 'empty'],
    [true, 'yes'],
    [{ type: 'file', size: 1_200, sha256: 'abcdef0123456789' }, '1.2 kB'],
    [{ type: 'directory' }, 'folder'],
    [{ type: 'symlink', target: '../x' }, 'link to ../x'],
    [{ '@type': 'Phone', number: '+46 8', features: { voice: true } }, '+46 8'],
    [['a', 'b'], 'a, b'],
    [{ start: '2026-01-01T09:00:00', duration: 'PT1H' }, 'start: 2026-01-01T09:00:00, duration: PT1H'],
    [new Uint8Array(2_000), '2 kB'],
  ])('%j is %s', (value, expected) => {
    expect(valueText(value)).toBe(expected);
  });
  it('what somebody is to a contact is told in words, as labels are written', () => {
    const said = (value: ValueView): string => fieldValueText('relatedTo/Jane', value);
    expect(said({ relation: { spouse: true, friend: true } })).toBe('Spouse, friend');
    expect(said({ relation: { 'co-worker': true } })).toBe('Co-worker');
    expect(said({ relation: {}, label: '_$!<Mother>!$_' })).toBe('Mother');
    expect(said({ relation: { kin: true }, label: 'iFriend' })).toBe('iFriend, kin');
    expect(said({ relation: {} })).toBe('Related');
  });
  it('a moment is a date, not a number', () => {
    expect(fieldValueText('modified', 1_500_000_000_000_000)).toMatch(/ Jul 2017, /);
    expect(fieldValueText('entry', { type: 'directory' })).toBe('folder');
  });
  it('field names', () => {
    expect(['entry', 'emails/e1', 'timeZone'].map((path) => fieldWords(path))).toEqual([
      'Content',
      'E-mail',
      'Time Zone',
    ]);
    expect(fieldWords('phones/p', { number: '1', contexts: { work: true }, features: { mobile: true } })).toBe(
      'Phone (mobile, work)',
    );
    expect(fieldWords('emails/e', { address: 'a', label: '_$!<School>!$_' })).toBe('E-mail (School)');
    expect(contactWords('links/l', { uri: 'https://example.org' })).toBe('https://example.org');
    expect(contactWords('links/l', { href: 'data:text/plain,a' })).toBeNull();
    expect(fieldWords('aliasOf', 'b-1')).toBe('Same person as b-1');
    expect(fieldWords('matchedBy', ['name ada'])).toBe('Known by name ada');
    expect(fieldWords('also/x', { record: 'a-1', by: ['email a@x.org', 'name ada'] })).toBe(
      'Same person as a-1 by email a@x.org, name ada',
    );
    expect(fieldWords('anniversaries/a', { kind: 'birth' })).toBe('Birthday');
    expect(fieldWords('anniversaries/a', { kind: 'wedding', label: 'Silver' })).toBe('Anniversary (Silver)');
    expect(fieldWords('anniversaries/a', { kind: 'other', label: '_$!<Nameday>!$_' })).toBe('Nameday');
    expect(fieldWords('anniversaries/a', { kind: 'other' })).toBe('Date');
    expect(fieldWords('vCard/x-foo/k', { name: 'X-FOO', value: '1' })).toBe('X-FOO');
    expect(fieldWords('recurrenceOverrides/2026-01-12T09:00:00')).toBe('On Mon 12 Jan 2026, 09:00');
  });
});

describe('conflicts', () => {
  const value = (id: string, kind: 'value' | 'delete', device: string, at: string) => ({
    id,
    kind,
    value: null,
    device,
    at,
    places: [] as readonly string[],
  });
  const conflict = (...values: ReturnType<typeof value>[]) => ({
    id: 'k',
    collection: 'c',
    record: 'r',
    field: 'entry',
    title: 't',
    name: 't',
    base: null,
    shown: '',
    values,
  });
  const nameOf = (id: string) => id.toUpperCase();
  it('say who did what, and offer a copy only of what is there', () => {
    const edited = conflict(value('1', 'value', 'a', '2026-01-02'), value('2', 'value', 'b', '2026-01-03'));
    const deleted = conflict(value('1', 'delete', 'a', '2026-01-02'), value('2', 'value', 'b', '2026-01-01'));
    expect(conflictSentence(edited, nameOf)).toBe('Changed on A and B');
    expect(conflictSentence(deleted, nameOf)).toBe('Deleted on A, changed on B');
    expect(conflictSentence(conflict(value('1', 'value', 'a', ''), value('2', 'value', 'a', '')), nameOf)).toBe(
      'Changed on A in 2 different ways',
    );
    const here = { ...value('1', 'value', 'a', ''), places: ['/home/ana/people.vcf'] };
    const there = { ...value('2', 'value', 'a', ''), places: ['/media/stick/people.vcf'] };
    const places = conflict(here, there);
    expect(conflictSentence(places, nameOf)).toBe('Changed on A in ana/people.vcf and stick/people.vcf');
    expect(sideName(places, there, nameOf)).toBe('A, in stick/people.vcf');
    expect(sideName(edited, edited.values[0]!, nameOf)).toBe('A');
    const folder = { ...value('1', 'value', 'a', ''), value: { type: 'directory' } };
    const file = { ...value('2', 'value', 'b', ''), value: { type: 'file', size: 1 } };
    expect(conflictSentence({ ...edited, values: [folder, file] }, nameOf)).toBe('A file on B, a folder on A');
    expect([canKeepBoth(edited), canKeepBoth(deleted)]).toEqual([true, false]);
    const [mobile, work] = ['1', '2'].map((id) => ({ ...value(id, 'value', id, ''), value: { number: id } }));
    const numbers = { ...edited, field: 'phones/k', values: [mobile!, work!] };
    expect([canKeepBoth(numbers), canKeepBoth({ ...numbers, field: 'name' })]).toEqual([true, false]);
    expect(canKeepBoth({ ...numbers, values: [mobile!, { ...work!, value: null }] })).toBe(false);
    expect(newestAt(deleted.values)).toBe('2026-01-02');
  });
  it('results name what could not be done', () => {
    const result = {
      changes: ['1'],
      records: 1,
      conflicts: ['k'],
      missing: [
        { record: 'a.txt', why: 'it was not kept' },
        { record: 'b', why: 'x' },
      ],
    };
    expect(resultText('Undone', result)).toBe(
      'Undone. 1 conflict came of it, because it was changed again since. a.txt and 1 other could not be brought back: it was not kept',
    );
  });
  it('an undo that ends early says how far it came, and why', () => {
    const result = { changes: ['1'], records: 1, conflicts: [], missing: [] };
    const error = { code: 'timed-out', message: 'The device did not answer.', subject: '' };
    expect(undoneText('Undone', { result, count: 3, error: null }, 3)).toBe('Undone');
    expect(undoneText('Undone', { result, count: 1, error }, 3)).toBe(
      '1 of 3 changes taken back. The device did not answer.',
    );
    expect(undoneText('Undone', { result, count: 0, error }, 3)).toBe('The device did not answer.');
  });
});

describe('acts', () => {
  const change = (
    action: HistoryChangeView['action'],
    title: string,
    fields: HistoryChangeView['fields'] = [],
  ): HistoryChangeView => ({ id: title, record: `id of ${title}`, title, action, fields });
  const act = (counts: Partial<ActionCounts>, ...changes: ReturnType<typeof change>[]): ActView => ({
    id: 'p',
    newest: 'p',
    collection: 'c',
    device: 'd',
    deviceName: 'Desk',
    at: '',
    packages: 1,
    cause: 'source',
    changeCount: Object.values(counts).reduce((sum, count) => sum + count, 0),
    counts: { add: 0, modify: 0, delete: 0, move: 0, ...counts },
    changes,
  });
  it('one, several alike, a mixture, more than are spelled out', () => {
    const added = ['a', 'b', 'c', 'd'].map((title) => change('add', title));
    expect(actSummary(act({ add: 1 }, change('add', 'a')), 'files')).toBe('Added a');
    expect(actSummary(act({ delete: 2 }, change('delete', 'a'), change('delete', 'b')), 'contacts')).toBe(
      'Deleted 2 contacts: a, b',
    );
    const nameless = { ...change('add', 'lockstep-x1'), record: 'lockstep-x1' };
    expect(actSummary(act({ add: 1 }, nameless), 'calendar')).toBe('Added Event without a title');
    expect(actSummary(act({ add: 1 }, nameless), 'files')).toBe('Added lockstep-x1');
    const mixed = act({ add: 1, delete: 1 }, change('add', 'a'), change('delete', 'b'));
    expect([actSummary(mixed, null), actAction(mixed)]).toEqual(['Added 1 item, deleted 1: a, b', 'mixed']);
    const twice = act({ add: 1, modify: 1 }, change('modify', 'a'), change('add', 'a'));
    expect([actSummary(twice, 'files'), actAction(twice)]).toEqual(['Changed a', 'modify']);
    const many = act({ add: 9812 }, ...added);
    expect([actSummary(many, 'files'), actAction(many)]).toEqual(['Added 9,812 items: a, b, c …', 'add']);
    expect(actSummary(act({ add: 9812 }, change('add', 'a')), 'files')).toBe('Added 9,812 items: a …');
  });
  it('tell the fields of one contact or event that changed, by their words', () => {
    const field = (path: string, after: ValueView) => ({ path, before: null, after, kept: 'here' as const });
    const phone = field('phones/p1', { number: '1', contexts: { work: true } });
    const edit = act(
      { modify: 1 },
      change('modify', 'Ada', [phone, field('updated', 'x'), field('notes/n', { note: 'x' })]),
    );
    expect(changedFields(edit, 'contacts')).toBe('Phone (work), Note');
    const many = ['nicknames/a', 'notes/a', 'emails/a', 'phones/p1'].map((path) => field(path, {}));
    expect(changedFields(act({ modify: 1 }, change('modify', 'Ada', many)), 'contacts')).toMatch(/^.+, .+, .+ …$/);
    expect(changedFields(act({ modify: 1 }, change('modify', 'a', [field('updated', 'x')])), 'calendar')).toBeNull();
    expect(changedFields(edit, 'files')).toBeNull();
    expect(changedFields(act({ add: 1 }, change('add', 'Ada', [phone])), 'contacts')).toBeNull();
  });
  it('tell of the one field that changed what it said before and after, where that fits a line', () => {
    const said = (path: string, before: ValueView, after: ValueView) =>
      changedFields(act({ modify: 1 }, change('modify', 'Ada', [{ path, before, after, kept: 'here' }])), 'contacts');
    const phone = (number: string): ValueView => ({ number, contexts: { work: true } });
    expect(said('phones/p1', phone('+43 1 555'), phone('+43 1 999'))).toBe('Phone (work) from +43 1 555 to +43 1 999');
    expect(said('phones/p1', null, phone('+43 1 999'))).toBe('Phone (work) added: +43 1 999');
    expect(said('phones/p1', phone('+43 1 555'), null)).toBe('Phone (work) removed, it was +43 1 555');
    expect(said('keywords/Choir', null, true)).toBe('Label Choir added');
    expect(said('notes/n', { note: 'x'.repeat(50) }, { note: 'y' })).toBe('Note');
    expect(said('notes/n', { note: 'Likes\ntea' }, { note: 'y' })).toBe('Note');
    expect(said('media/m', { kind: 'photo', data: { content: 'a', size: 9 } }, { kind: 'photo' })).toBe('Photo');
    expect(said('phones/p1', { ...(phone('+43 1 555') as object), pref: 1 }, phone('+43 1 555'))).toBe('Phone (work)');
    // Several values that were in conflict.
    expect(said('title', ['a', 'b'], 'c')).toBe('Title');
  });
  it('say what brought them about, where it was no edit', () => {
    expect(causeText(act({}), String)).toBeNull();
    expect(causeText({ ...act({}), cause: 'undo', changes: [] }, String)).toBe('Undo');
    const settled = (first: Partial<HistoryChangeView>) =>
      causeText({ ...act({}), cause: 'settle', changes: [{ ...change('modify', 'a'), ...first }] }, String);
    expect(settled({})).toBe('Settled a conflict');
    expect(settled({ fuses: true })).toBe('Made two contacts one');
    const sure = {
      ...act({ delete: 3 }),
      cause: 'settle',
      changes: [{ ...change('modify', 'a'), fuses: true }],
    } as const;
    expect(causeText(sure, String)).toBe('Made contacts one that were known twice');
    expect(settled({ fields: [{ path: 'apart/x', before: null, after: true, kept: 'here' }] })).toBe(
      'Kept two contacts apart',
    );
  });
  it('say of an undo what it took back, whose that was and when', () => {
    const undone = {
      id: 'a-1-0',
      device: 'd',
      deviceName: 'Desk',
      at: '12:00',
      action: 'modify',
      cause: 'source',
    } as const;
    const said = (changeCount: number, ...undoes: readonly UndoneView[][]) =>
      causeText(
        {
          ...act({}),
          cause: 'undo',
          changeCount,
          changes: undoes.map((each) => ({ ...change('modify', 'a'), undoes: each })),
        },
        String,
      );
    expect(said(1, [undone])).toBe('Undo of an edit made on Desk, 12:00');
    expect(said(1, [{ ...undone, action: 'add' }])).toBe('Undo of an addition made on Desk, 12:00');
    expect(said(1, [{ ...undone, action: 'delete', cause: 'settle' }])).toBe(
      'Undo of a settlement made on Desk, 12:00',
    );
    expect(said(1, [{ ...undone, cause: 'settle', fuses: true }])).toBe('Undo of a fusion made on Desk, 12:00');
    expect(said(1, [{ ...undone, cause: 'undo' }])).toBe('Undo of an undo made on Desk, 12:00');
    const fused = { ...undone, cause: 'settle', fuses: true } as const;
    const gone = { ...fused, action: 'delete' } as const;
    // Two contacts, and a group they are in, are one; so are two that were found to be one.
    expect(said(3, [fused], [{ ...gone, id: 'a-1-1' }], [{ ...fused, id: 'a-1-2' }])).toBe(
      'Undo of a fusion made on Desk, 12:00',
    );
    expect(said(2, [{ ...fused, cause: 'source' }], [{ ...fused, cause: 'source', id: 'a-1-1' }])).toBe(
      'Undo of a fusion made on Desk, 12:00',
    );
    expect(said(2, [gone], [{ ...gone, id: 'a-1-1' }])).toBe('Undo of 2 fusions made on Desk, 12:00');
    // One undo may have changed several records.
    const again = { ...undone, cause: 'undo' } as const;
    expect(said(2, [again], [{ ...again, id: 'a-1-1' }])).toBe('Undo of an undo made on Desk, 12:00');
    expect(said(2, [again], [{ ...again, id: 'a-2-0', at: '13:00' }])).toBe('Undo of 2 undos made on Desk');
    const others = [
      { ...undone, id: 'a-1-1' },
      { ...undone, id: 'b-1-1', deviceName: 'Phone', action: 'delete', at: '13:00' },
    ] as const;
    // One that became several changes is told once.
    expect(said(2, [undone, others[0]], [undone])).toBe('Undo of 2 edits made on Desk, 12:00');
    expect(said(2, [undone], [...others])).toBe('Undo of 3 changes made on Desk and Phone');
    expect(said(9, [undone], [others[0]])).toBe('Undo of edits made on Desk, 12:00');
    // An undo of an earlier version, of what is known no more.
    expect(said(1, [])).toBe('Undo of an earlier change');
  });
});

describe('devices', () => {
  const peer = { device: 'l', name: 'L', link: null, behind: 0 };
  it('the best link counts, the largest lag shows', () => {
    expect(
      linkState([
        { ...peer, state: 'offline' },
        { ...peer, state: 'linked', link: 'relay', behind: 1 },
      ]),
    ).toEqual({ tone: 'busy', text: 'Connected over the relay, getting your latest changes' });
    expect(linkState([{ ...peer, state: 'linked' }])).toEqual({ tone: 'good', text: 'Connected' });
    const near = linkState([{ ...peer, state: 'linked', link: 'lan 192.0.2.7:21027' }]);
    expect(near.text).toBe('Connected over your network');
    expect(linkState([{ ...peer, state: 'linked', problems: 3 }])).toEqual({
      tone: 'attention',
      text: 'Connected; 3 items have a problem there, see Problems on that device',
    });
    expect(linkState([{ ...peer, state: 'offline', through: 'Desk' }])).toEqual({
      tone: 'good',
      text: 'Reached through Desk',
    });
    expect(linkState([{ ...peer, state: 'offline', behind: 2 }])).toEqual({
      tone: 'neutral',
      text: 'Not reachable now, has not got your latest changes yet',
    });
    expect(linkState([])).toEqual({ tone: 'neutral', text: 'Not reachable now' });
  });
});

describe('settings', () => {
  const field = (key: string) => SETTING_GROUPS.flatMap((group) => group.fields).find((one) => one.key === key)!;
  it('shares are percent, sizes have their unit, both ways', () => {
    expect(settingToText(field('safety.delete-share'), 0.3)).toBe('30');
    expect(textToSetting(field('safety.delete-share'), '45,5')).toEqual({ value: '0.455' });
    expect(textToSetting(field('safety.delete-share'), '101')).toEqual({ why: 'At most 100 percent' });
    expect(settingToText(field('limits.up'), 2_500_000)).toBe('2.5');
    expect(textToSetting(field('limits.up'), '2.5')).toEqual({ value: '2500000' });
    expect(settingToText(field('scan.interval'), 600)).toBe('10');
    expect(textToSetting(field('scan.interval'), '1.5')).toEqual({ value: '90' });
    expect(textToSetting(field('scan.interval'), '0,333')).toEqual({ value: '20' });
    expect(settingToText(field('history.bytes'), 10 * 2 ** 30)).toBe('10');
    expect(textToSetting(field('history.copy-limit'), '1')).toEqual({ value: '1048576' });
  });
  it('a number that is none is refused; a text may be empty', () => {
    for (const text of ['', 'many', '-1']) expect(textToSetting(field('history.days'), text)).toHaveProperty('why');
    expect(textToSetting(field('schedule'), ' ')).toEqual({ value: '' });
  });
});

describe('what can be edited', () => {
  const value = (id: string, held: unknown, kind: 'value' | 'delete' = 'value') => ({
    id,
    kind,
    value: held,
    device: 'd',
    at: '',
    places: [],
  });
  const detail = (
    values: ReturnType<typeof value>[],
    texts: readonly (string | null)[],
    merged: string | null,
  ): ConflictDetailView => ({
    conflict: {
      id: 'k',
      collection: 'c',
      record: 'r',
      field: 'f',
      title: 't',
      name: 't',
      base: null,
      shown: '2',
      values,
    },
    baseText: null,
    texts: values.map((one, at) => ({ value: one.id, text: texts[at] ?? null, why: null })),
    merged: merged === null ? null : { text: merged, clashes: 0 },
    names: {},
  });
  const file = { type: 'file', size: 1 };
  it('the merge, else the side that is shown; a file by its text, a field by its value', () => {
    expect(editableText(detail([value('1', file), value('2', file)], ['a', 'b'], 'm'))).toEqual({
      as: 'text',
      text: 'm',
    });
    expect(editableText(detail([value('1', file), value('2', file)], ['a', 'b'], null))).toEqual({
      as: 'text',
      text: 'b',
    });
    const field = editableText(detail([value('1', 'x'), value('2', 'y')], ['x', 'y'], null));
    expect(field).toEqual({ as: 'value', text: 'y' });
    expect(choiceOf(field!, 'z')).toEqual({ value: 'z' });
  });
  it('a merge can be saved once nobody has to decide anything in it', () => {
    const text = 'top\n<<<<<<< Desk\na\n=======\nb\n>>>>>>> Phone\nend\n';
    const clashing = (sides: string[]) => {
      const view = detail([value('1', file), value('2', file)], sides, text);
      return { ...view, merged: { text, clashes: 1 } };
    };
    const both = clashing(['a', 'b']);
    expect(undecidedPlaces(both, text)).toBe(1);
    expect(undecidedPlaces(both, 'top\na\n>>>>>>> Phone\nend\n')).toBe(1);
    expect(undecidedPlaces(both, 'top\na\nend\n')).toBe(0);
    expect(undecidedPlaces(clashing([text, 'b']), text)).toBe(0);
    expect(undecidedPlaces(detail([value('1', file), value('2', file)], ['a', 'b'], 'm'), text)).toBe(0);
  });
  it('each place is decided by a press, and every other byte stays', () => {
    const text =
      'top\r\n<<<<<<< Desk\r\na\r\n=======\r\nb\r\n>>>>>>> Phone\r\nmid\n<<<<<<< Desk\nc\n=======\n>>>>>>> Phone';
    const view = {
      ...detail([value('1', file), value('2', file)], ['a', 'b'], text),
      merged: { text, clashes: 2 },
    };
    const first = firstClash(view, text)!;
    expect(first).toMatchObject({ left: 'a\r\n', right: 'b\r\n', leftName: 'Desk', rightName: 'Phone' });
    const rest = '<<<<<<< Desk\nc\n=======\n>>>>>>> Phone';
    expect(decideClash(text, first, 'both')).toBe(`top\r\na\r\nb\r\nmid\n${rest}`);
    const next = decideClash(text, first, 'right');
    expect(next).toBe(`top\r\nb\r\nmid\n${rest}`);
    const second = firstClash(view, next)!;
    expect(decideClash(next, second, 'left')).toBe('top\r\nb\r\nmid\nc');
    expect(decideClash(next, second, 'right')).toBe('top\r\nb\r\nmid\n');
    const ended = `${next}\n`;
    expect(decideClash(ended, firstClash(view, ended)!, 'left')).toBe('top\r\nb\r\nmid\nc\n');
    expect(firstClash(view, 'top\n')).toBeNull();
    // Marks that were edited, or two that could be the middle: only the person knows what is meant.
    expect(firstClash(view, text.replace('=======\r\n', ''))).toBeNull();
    expect(firstClash(view, text.replace('a\r\n', '=======\r\n'))).toBeNull();
    expect(firstClash(view, text.replace('a\r\n', '<<<<<<< Desk\r\n'))).toBeNull();
  });
  it('a merge that is one clash from end to end is none; a person begins with one of the sides', () => {
    const text = '<<<<<<< Desk\nRome\n=======\nRoma\n>>>>>>> Phone';
    const view = { ...detail([value('1', 'Rome'), value('2', 'Roma')], [], text), merged: { text, clashes: 1 } };
    expect(withUsefulMerge(view).merged).toBeNull();
    expect(editableText(withUsefulMerge(view))).toEqual({ as: 'value', text: 'Roma' });
    const more = `Hotel\n${text}`;
    expect(withUsefulMerge({ ...view, merged: { text: more, clashes: 1 } }).merged?.text).toBe(more);
  });
  it('nothing where a side is deleted, or is no text', () => {
    expect(editableText(detail([value('1', file), value('2', null, 'delete')], ['a', null], null))).toBeNull();
    expect(editableText(detail([value('1', file), value('2', file)], ['a', null], null))).toBeNull();
    expect(editableText(detail([value('1', file), value('2', file)], [null, 'a'], null))).toBeNull();
    expect(editableText(detail([value('1', { number: 1 }), value('2', { number: 2 })], [null, null], null))).toBeNull();
  });
});

it('one answer to all conflicts says what it deletes, and how many it settled', () => {
  const value = (device: string, kind: 'value' | 'delete') => ({ id: device, kind, value: null, device, at: '' });
  const conflict = (name: string, ...values: ReturnType<typeof value>[]): ConflictView => ({
    id: name,
    collection: 'c',
    record: name,
    field: 'entry',
    title: name,
    name,
    base: null,
    shown: '',
    values,
  });
  const [beach, letter] = [
    conflict('beach.jpg', value('lap', 'delete'), value('desk', 'value')),
    conflict('letter.txt', value('lap', 'value'), value('attic', 'delete')),
  ];
  expect(deletedBy([beach, letter], 'newest', 'desk')).toEqual(['beach.jpg']);
  expect(deletedBy([beach, letter], 'this-device', 'desk')).toEqual([]);
  expect(deletedBy([beach, letter], 'attic', 'desk')).toEqual(['letter.txt']);
  expect([settledWords(6, 0), settledWords(6, 5), settledWords(1, 1)]).toEqual([
    '6 conflicts settled',
    '1 conflict settled',
    'No conflicts settled',
  ]);
  expect(isApart(beach)).toBe(true);
  expect(isApart({ ...beach, values: [value('desk', 'delete'), value('desk', 'value')] })).toBe(false);
  const inPlace = (place: string) => ({ ...value('desk', 'value'), places: [place] });
  expect(isApart({ ...beach, values: [inPlace('/a'), inPlace('/b')] })).toBe(true);
  expect(isShownElsewhere(beach, ['desk', 'lap'])).toBe(false);
  expect(isShownElsewhere(beach, ['desk', 'lap', 'attic'])).toBe(true);
  const series = (device: string, digest: string) => ({
    ...value(device, 'value'),
    value: { excluded: true, series: digest },
  });
  const day = { ...conflict('Choir'), field: 'recurrenceOverrides/2026-12-21T19:00:00' };
  expect(sayTheSame({ ...day, values: [series('lap', 'a'), series('desk', 'b')] })).toBe(true);
});

it('what stood there before a settlement is each of the values, in words', () => {
  const times = ['10:00', '11:00'].map((time) => ({ start: `2026-12-03T${time}:00`, timeZone: 'Etc/UTC' }));
  const field = { path: 'when', before: times, after: times[0] ?? null, kept: 'here' } as const;
  const change: HistoryChangeView = { id: '', record: '', title: '', action: 'modify', fields: [field] };
  expect(beforeTexts(change, field)).toEqual([expect.stringContaining('10:00'), expect.stringContaining('11:00')]);
});

it('a contact that was deleted is told as a whole, and whether it can be had back', () => {
  const deleted = (kept: 'here' | 'no' | readonly string[]): HistoryChangeView => ({
    id: '',
    record: 'uid',
    title: 'Grandma',
    action: 'delete',
    fields: [{ path: 'exists', before: true, after: false, kept }],
  });
  const told = (change: HistoryChangeView) => wholeText(change, (id) => id.toUpperCase());
  expect(told(deleted('here'))).toBe(
    'It was deleted with all it said. That is kept here: undoing this brings it back.',
  );
  expect(told(deleted(['lap']))).toContain('kept on LAP');
  expect(told(deleted('no'))).toContain('not kept');
  expect(told({ ...deleted('here'), action: 'modify' })).toContain('It was kept.');
  expect(told({ ...deleted('here'), action: 'move' })).toBeNull();
});

it('going on after a halt is called by what it does, where that is only to delete', () => {
  const [gone, made] = [
    { record: 'a', action: 'delete' },
    { record: 'b', action: 'add' },
  ] as const;
  expect(goOnWords({ local: [gone, gone], incoming: [] })).toBe('Delete 2 items everywhere');
  expect(goOnWords({ local: [gone, made], incoming: [] })).toBe('Let it go on');
  expect(goOnWords({ local: [gone], incoming: [made] })).toBe('Let it go on');
});

it('nobody is told that a place cannot hold parts of a number', () => {
  const lack = (map: string) => lackWords({ map, kind: null, how: 'part', held: 0, records: 1 });
  expect(lack('phones')).toBe('labels of phone numbers');
  expect(lack('addresses')).toBe('parts of addresses');
});

it('no two lines of what a place does not hold have the same words', () => {
  const days = ['birth', 'wedding', 'death', 'other'].map((kind) =>
    lackWords({ map: 'anniversaries', kind, how: 'all', held: 0, records: 1 }),
  );
  expect(days).toEqual(['birthdays', 'anniversaries', 'days of death', 'other dates']);
  const added = (['all', 'more', 'part'] as const).map((how) =>
    lackWords({ map: 'iCalendar', kind: null, how, held: 11, records: 1 }),
  );
  expect(added).toEqual([
    'what other programs added',
    'some of what other programs added',
    'parts of what other programs added',
  ]);
});

it('this device is said to be it, and two of one name are told apart', () => {
  const labels = deviceLabels([
    { device: 'aaaa1', name: 'vm', self: true },
    { device: 'bbbb1', name: 'vm', self: false },
    { device: 'cccc1', name: 'nas', self: false },
    { device: 'dddd1', name: 'nas', self: false },
  ]);
  expect([...labels.values()]).toEqual(['vm (this device)', 'vm', 'nas (cccc)', 'nas (dddd)']);
});

it('what failed is said without options of the command line', () => {
  const failed = (code: string, message: string) => errorWords({ code, message, subject: '/x' });
  expect(failed('no-such-path', 'Make it first, or ask for it to be made (--create).')).toContain('tick “Create it”');
  expect(failed('unknown-format', 'say it with --format.')).not.toContain('--');
  expect(failed('no-such-path', 'There is no such place')).toBe('There is no such place');
});

it('what failed begins as a sentence does, and is not named by a word of the program’s own', () => {
  expect(sentence('the other device does not answer')).toBe('The other device does not answer');
  expect(sentence('its END is missing: mend it')).toBe('Its END is missing: mend it');
  for (const kept of [
    'http://a.example/x.ics can only be read.',
    'ben.txt is there already.',
    '/a/b is gone',
    'iCloud',
  ])
    expect(sentence(kept)).toBe(kept);
  const failed = (message: string, subject: string) => errorSubject({ code: 'denied', message, subject });
  expect(failed('it was denied', 'invitation')).toBe('');
  expect(failed('there is nothing at /x', '/x')).toBe('');
  expect(failed('it cannot be read', '/x')).toBe('/x');
});

it('which program a new table is for has to be said; what is there tells it by itself', () => {
  const missing = { value: null, error: { code: 'no-such-path', message: '', subject: '' } };
  expect(needsFormat(missing, ' /home/ana/people.CSV ')).toBe(true);
  expect(needsFormat(missing, '/home/ana/people.vcf')).toBe(false);
  expect(needsFormat({ value: null, error: null }, '/home/ana/people.csv')).toBe(false);
});

it('fields of contacts and events are told in words', () => {
  const said = (path: string, value: ValueView) => fieldValueText(path, value);
  expect(said('anniversaries/a', { kind: 'birth', date: { month: 4, day: 12 } })).toBe('12 April');
  expect(
    said('addresses/a', {
      components: [
        { kind: 'name', value: '2 Street' },
        { kind: 'locality', value: 'Town' },
      ],
    }),
  ).toBe('2 Street, Town');
  expect(said('when', { start: '2026-01-05T09:00:00', timeZone: 'Etc/UTC' })).toMatch(/09:00 \(UTC\)$/);
  expect(said('when', { start: '2026-01-05T09:00:00', duration: 'PT1H30M', timeZone: 'Europe/Vienna' })).toBe(
    'Mon 5 Jan 2026, 09:00 for 1 hour 30 minutes (Europe/Vienna)',
  );
  expect(said('recurrenceRule', { frequency: 'weekly', byDay: [{ day: 'mo' }, { day: 'we' }], count: 3 })).toBe(
    'every week, on Mon, Wed, 3 times',
  );
  expect(said('alerts/a', { trigger: { offset: '-PT15M' } })).toBe('15 minutes before');
  expect(said('participants/p', { name: 'Ada', participationStatus: 'accepted' })).toBe('Ada, accepted');
  expect(said('participants/p', { calendarAddress: 'mailto:a@b.example', participationStatus: 'needs-action' })).toBe(
    'a@b.example, has not answered',
  );
  expect(said('alerts/a', { trigger: { offset: 'PT0S' } })).toBe('when it begins');
  expect(
    said('addresses/a', {
      components: [
        { kind: 'number', value: '2' },
        { kind: 'name', value: 'Street' },
        { kind: 'locality', value: 'Town' },
      ],
    }),
  ).toBe('2 Street, Town');
});

it('a rule is never told as less than it is', () => {
  const said = (rule: ValueView) => fieldValueText('recurrenceRule', rule);
  expect(said({ frequency: 'monthly', byDay: [{ day: 'fr', nthOfPeriod: -1 }] })).toBe('every month, on the last Fri');
  expect(said({ frequency: 'yearly', byMonth: ['2'], byMonthDay: [-1] })).toBe(
    'every year, on the last day, in February',
  );
  expect(said({ frequency: 'daily', interval: 1, count: 3 })).toBe('every day, 3 times');
  expect(said({ frequency: 'monthly', byDay: [{ day: 'mo' }], bySetPosition: [1] })).toBe(
    'every month, on Mon, only some of these',
  );
});

it('what differs on one day of a series is told; two pictures are told apart by their size', () => {
  const said = (value: ValueView) => fieldValueText('recurrenceOverrides/2026-01-12T09:00:00', value);
  expect(said({ excluded: true })).toBe('does not take place');
  expect(said({})).toBe('takes place too');
  expect(said({ title: 'Elsewhere', when: { start: '2026-01-13T10:00:00' } })).toBe(
    'Title: Elsewhere; Time: Tue 13 Jan 2026, 10:00',
  );
  expect(
    fieldValueText('media/m', { kind: 'photo', mediaType: 'image/jpeg', data: { content: 'a', size: 20_000 } }),
  ).toBe('a picture (JPEG, 20 kB)');
});

it('a day that is only written in another way is told to be', () => {
  const date = (day: number) => ({ kind: 'birth', date: { year: 1980, month: 1, day } });
  const change = { action: 'modify' } as HistoryChangeView;
  const field = (path: string, before: ValueView, after: ValueView) => ({ path, before, after, kept: 'here' }) as const;
  expect(afterText(change, field('anniversaries/a', date(0), { ...date(0), date: { year: 1980, month: 1 } }))).toBe(
    'January 1980, written in another way',
  );
  const entry = (sha256: string) => ({ type: 'file', size: 1_000, sha256 });
  expect(afterText(change, field('entry', entry('a'), entry('b')))).toBe('1 kB, other content');
});

it('conflicts of one record are one group, whatever stands between them', () => {
  const of = (record: string, field: string) =>
    ({
      id: `${record}${field}`,
      collection: 'c',
      record,
      field,
      name: record,
      values: [],
      base: null,
    }) as unknown as ConflictView;
  const groups = conflictGroups([of('a', 'name'), of('b', 'entry'), of('a', 'phones/p')]);
  expect(groups.map(({ name, conflicts }) => [name, conflicts.map(conflictField)])).toEqual([
    ['a', ['Name', 'Phone']],
    ['b', [null]],
  ]);
});
