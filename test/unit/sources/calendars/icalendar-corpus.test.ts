import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FieldName, fieldName } from '../../../../src/main/record/ids.ts';
import { equalValues, type Fields, type Value } from '../../../../src/main/record/value.ts';
import { icalendarFormat as format } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { isNoRule } from '../../../../src/main/sources/calendars/icalendar/rule.ts';
import type { IcalendarItem, IcalendarText } from '../../../../src/main/sources/calendars/icalendar/split-calendar.ts';
import { countUids, secondReading } from '../../../../src/main/sources/calendars/second-reading.ts';
import { MalformedItem } from '../../../../src/main/sources/text/text-format.ts';
import { changedLines } from './calendar-text.ts';

const CORPUS = resolve(process.env.LOCKSTEP_CORPUS ?? '../shared/corpus');
const isThere = existsSync(CORPUS);

function* texts(): Generator<{ name: string; bytes: Uint8Array }> {
  for (const name of readdirSync(CORPUS, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(CORPUS, name);
    if (!statSync(path).isFile()) continue;
    const bytes = readFileSync(path);
    if (/\.(?:ics|vcs)$/i.test(name) || bytes.subarray(0, 4096).includes('BEGIN:VCALENDAR')) yield { name, bytes };
  }
}

/** null: it is a problem of that item, and named. */
function read(text: IcalendarText, item: IcalendarItem, previous: Fields | null): Fields | null {
  try {
    return format.read(text, item, previous);
  } catch (trouble) {
    if (!(trouble instanceof MalformedItem)) throw trouble;
    return null;
  }
}

const differing = (a: Fields, b: Fields | null): string[] => {
  const fields = new Set([...a.keys(), ...(b?.keys() ?? [])]);
  return [...fields].flatMap((field) => {
    const [was, is] = [a.get(field) ?? null, b?.get(field) ?? null];
    return equalValues(was, is) ? [] : [`${field}: ${JSON.stringify(was)} → ${JSON.stringify(is)}`.slice(0, 300)];
  });
};

/** One field of each kind, the way somebody would edit it, and the names of the lines that may differ then. */
const EDITS: readonly {
  readonly what: string;
  readonly lines: RegExp;
  change(fields: Fields): readonly (readonly [string, Value | undefined])[];
}[] = [
  { what: 'title', lines: /^SUMMARY/i, change: () => [['title', 'Neu: "ä"; \\ x,\ny']] },
  { what: 'title cleared', lines: /^SUMMARY/i, change: (fields) => has(fields, 'title', undefined) },
  {
    what: 'priority',
    lines: /^PRIORITY/i,
    change: (fields) => [['priority', fields.get(fieldName('priority')) === 5 ? 6 : 5]],
  },
  { what: 'description cleared', lines: /^DESCRIPTION/i, change: (fields) => has(fields, 'description', undefined) },
  {
    what: 'start',
    lines: /^(?:DTSTART|DTEND|DUE|DURATION)/i,
    change: (fields) => {
      const isSeries = [...fields.keys()].some((field) => field.startsWith('recurrenceOverrides/'));
      const when = fields.get(fieldName('when')) as { [key: string]: string } | undefined;
      if (when === undefined || isSeries) return [];
      const name = when.start === undefined ? 'due' : 'start';
      const time = when[name] ?? '';
      return [
        [
          'when',
          { ...when, [name]: `${time.slice(0, 8)}${time.slice(8, 10) === '15' ? '16' : '15'}${time.slice(10)}` },
        ],
      ];
    },
  },
  {
    what: 'answer of a participant',
    lines: /^ATTENDEE/i,
    change: (fields) =>
      first(fields, 'participants/', (value) => ({
        ...value,
        participationStatus: value.participationStatus === 'accepted' ? 'declined' : 'accepted',
      })),
  },
  {
    what: 'trigger of an alarm',
    lines: /^TRIGGER/i,
    change: (fields) => first(fields, 'alerts/', (value) => ({ ...value, trigger: { offset: '-PT77M' } })),
  },
  { what: 'keyword', lines: /^CATEGORIES/i, change: () => [['keywords/Lockstep Ü', true]] },
  { what: 'unknown property removed', lines: /^/, change: (fields) => first(fields, 'iCalendar/', () => undefined) },
];

const has = (
  fields: Fields,
  field: string,
  value: Value | undefined,
): readonly (readonly [string, Value | undefined])[] => (fields.has(fieldName(field)) ? [[field, value]] : []);
function first(
  fields: Fields,
  map: string,
  change: (value: { readonly [key: string]: Value }) => Value | undefined,
): readonly (readonly [string, Value | undefined])[] {
  for (const [field, value] of fields)
    if (field.startsWith(map)) return [[field, change(value as { readonly [key: string]: Value })]];
  return [];
}

/** Of a rule that is none: it is not shown to others. */
const isNoRuleField = ([field, value]: readonly [FieldName, Value]): boolean => {
  const { name = null, value: text = null } = (value ?? {}) as { name?: Value; value?: Value };
  return field.startsWith('iCalendar/') && name === 'rrule' && isNoRule(String(text));
};
const shownOf = (fields: Fields): Fields => new Map([...fields].filter((each) => !isNoRuleField(each)));

describe(`calendars other programs wrote (${isThere ? CORPUS : `skipped: ${CORPUS} is not there`})`, () => {
  it.skipIf(!isThere)(
    'read and written unchanged, are the same bytes; what is malformed is named, and the rest goes on',
    () => {
      const count = { files: 0, items: 0, carriedWhole: 0, malformedItems: 0, damagedPieces: 0, bytesThatDiffer: 0 };
      for (const { name, bytes } of texts()) {
        const text = format.split(bytes) as IcalendarText;
        count.files++;
        count.damagedPieces += text.damaged.length;
        for (const { name: called, detail } of text.damaged) expect([called, detail]).not.toContain('');
        const writes = text.items.flatMap((item) => {
          count.items++;
          const fields = read(text, item, null);
          if (fields === null) count.malformedItems++;
          if (fields?.has(fieldName('iCalendarComponent')) === true) count.carriedWhole++;
          return fields === null ? [] : [{ item, before: fields, after: fields, uid: item.uid ?? '' }];
        });
        const written = format.write(text, writes);
        if (Buffer.compare(written, bytes) !== 0) count.bytesThatDiffer++;
        expect(Buffer.compare(written, bytes), name).toBe(0);
      }
      console.info(`calendars of other programs: ${JSON.stringify(count)}`);
      expect(count.items).toBeGreaterThan(3_000);
    },
  );

  it.skipIf(!isThere)(
    'read, projected, written into an empty calendar and read again, say the same',
    () => {
      const count = { items: 0, equal: 0 };
      for (const { name, bytes } of texts()) {
        const text = format.split(bytes) as IcalendarText;
        for (const item of text.items) {
          const fields = read(text, item, null);
          if (fields === null) continue;
          count.items++;
          expect(differing(shownOf(fields), format.project(fields)), `${name} ${item.uid}`).toEqual([]);
          const write = { item: null, before: null, after: fields, uid: item.uid ?? 'made' };
          const again = format.split(format.write(format.split(format.empty()), [write])) as IcalendarText;
          expect(again.damaged, name).toEqual([]);
          expect(again.items, name).toHaveLength(1);
          for (const previous of [null, fields])
            expect(
              differing(fields, read(again, again.items[0] as IcalendarItem, previous)),
              `${name} ${item.uid}`,
            ).toEqual([]);
          count.equal++;
        }
      }
      console.info(`calendars of other programs, there and back: ${JSON.stringify(count)}`);
      expect(count.items).toBeGreaterThan(3_000);
    },
    120_000,
  );

  it.skipIf(!isThere)(
    'with one field edited, differ in the lines of that property and no others',
    () => {
      const count: Record<string, number> = {};
      for (const { name, bytes } of texts()) {
        const text = format.split(bytes) as IcalendarText;
        // Of files of many items some are enough.
        const step = Math.ceil(text.items.length / (bytes.length > 200_000 ? 5 : 40));
        for (let at = 0; at < text.items.length; at += step) {
          const item = text.items[at] as IcalendarItem;
          const before = read(text, item, null);
          if (before === null || before.has(fieldName('iCalendarComponent'))) continue;
          for (const { what, lines, change } of EDITS) {
            const changes = change(before);
            if (changes.length === 0) continue;
            const after = new Map<FieldName, Value>(before);
            for (const [field, value] of changes)
              if (value === undefined) after.delete(fieldName(field));
              else after.set(fieldName(field), value);
            // What is only in its text stays there.
            const native = new Map([...format.project(after), ...[...after].filter(isNoRuleField)]);
            const written = format.write(text, [{ item, before, after: native, uid: item.uid ?? '' }]);
            const again = format.split(written) as IcalendarText;
            const where = `${what}: ${name} ${item.uid}`;
            expect(differing(native, read(again, again.items[at] as IcalendarItem, native)), where).toEqual([]);
            const { gone, come } = changedLines(
              Buffer.from(bytes).toString('latin1'),
              Buffer.from(written).toString('latin1'),
            );
            expect(come.length + gone.length, where).toBeGreaterThan(0);
            const parts = item.spans.length;
            expect(gone.length, where).toBeLessThanOrEqual(3 * parts);
            expect(
              [...gone, ...come].filter((line) => !lines.test(line)),
              where,
            ).toEqual([]);
            count[what] = (count[what] ?? 0) + 1;
          }
        }
      }
      console.info(`one field edited: ${JSON.stringify(count)}`);
      expect(new Set(Object.keys(count))).toEqual(new Set(EDITS.map(({ what }) => what)));
    },
    120_000,
  );

  it.skipIf(!isThere)('are read the same by a second reader, but for a few', () => {
    const count = { same: 0, different: 0, unreadableForIt: 0 };
    for (const { bytes } of texts()) {
      const found = secondReading(bytes);
      const own = countUids((format.split(bytes) as IcalendarText).items);
      if (found === null) count.unreadableForIt++;
      else if (found.uids === own) count.same++;
      else count.different++;
    }
    console.info(`items counted by node-ical and by us: ${JSON.stringify(count)}`);
    expect(count.different).toBeLessThan(10);
    expect(count.same).toBeGreaterThan(400);
  });
});
